"""What may be said: prompt, composers, the gate."""
