"""The hosted chat page, the loader and its assets."""
