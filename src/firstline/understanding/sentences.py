"""A message of several sentences, read sentence by sentence: a greeting or a name must not dilute what is asked."""

import re

__all__ = ["split_sentences"]

MAX_SENTENCES = 5
MIN_WORDS = 3
_END = re.compile(r"(?<=[.!?;])\s+|\n+|\s+(?=[¿¡])")


def split_sentences(text: str) -> list[str]:
    """Two to five sentences of three words or more, or none when the message is a single one."""
    parts = [p.strip() for p in _END.split(text) if p.strip()]
    if len(parts) < 2:
        return []
    return [p for p in parts if len(p.split()) >= MIN_WORDS][:MAX_SENTENCES]
