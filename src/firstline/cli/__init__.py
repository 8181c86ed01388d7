"""The firstline command."""

from firstline.cli.main import main

__all__ = ["main"]
