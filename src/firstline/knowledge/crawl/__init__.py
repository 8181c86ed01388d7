"""Reading a website as a polite guest: which addresses, in which order, how fast, and when to stop."""
