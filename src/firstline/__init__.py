"""Firstline: the AI first line of small service businesses, with a structured handoff to a person."""

__version__ = "0.1.0"
