"""Conversations and messages: their states, posting, closing, and the facts of a turn."""
