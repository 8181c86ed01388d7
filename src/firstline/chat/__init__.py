"""The conversation itself: sessions and the turn."""
