"""What the stub server says. Fifty tokens in mode `instant`: the benchmark's unit; no figures, so any gate lets it pass."""

import re
from collections.abc import Iterator

__all__ = ["INSTANT", "NORMAL", "REFUSAL", "in_tokens"]

NORMAL = (
    "Thanks for asking! Our team can help with that. Tell me a little more about what you need and I will check it. "
    'Would you like us to get in touch with you?\n<<<{"confidence": 0.8, "risk": "low", "handoff": false}>>>'
)
REFUSAL = "I am sorry, I cannot help with that."

_INSTANT_TEXT = (
    "Thanks for asking. Our team can help you with that. Please tell me a little more about what you need and where "
    "you are. I will check what we offer and let you know. Would you like us to get in touch with you about it later on today"
)


def in_tokens(text: str) -> Iterator[str]:
    """`text` cut as models cut it: words with their leading space, long words in two; the pieces join to `text`."""
    for word in re.findall(r"\s*\S+|\s+$", text):
        cut = len(word) // 2 + 1 if len(word) > 7 else len(word)
        yield word[:cut]
        if word[cut:]:
            yield word[cut:]


def _fifty() -> tuple[str, ...]:
    words = re.findall(r"\s*\S+", _INSTANT_TEXT)
    return (*words[:49], "?")


INSTANT = _fifty()
