"""What makes a document the same as before, and its labels, which may change without a new reading."""

import re
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

import orjson

from firstline.knowledge.chunk import CHUNKING
from firstline.knowledge.model import Faq, Held, JobConfig, Parsed
from firstline.knowledge.sources.port import Acquired

__all__ = ["Labels", "identity_of", "labels_of", "without_unstorable"]

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL's text holds neither


@dataclass(frozen=True, slots=True)
class Labels:
    """Who may see a document, what it is about, from when on it holds."""

    visibility: str
    tags: tuple[str, ...]
    effective_date: date | None


def labels_of(acquired: Acquired, parsed: Parsed, held: Held | None) -> Labels:
    """As its source has them, but for what the owner has decided about it here (`held.kept`)."""
    kept = held.kept if held else {}
    tags = tuple(dict.fromkeys(kept.get("tags", acquired.tags)))
    told = kept["effective_date"] if "effective_date" in kept else parsed.metadata.get("effective_date")
    return Labels(kept.get("visibility", acquired.visibility), tags, _date(told))


def _date(told: Any) -> date | None:
    if isinstance(told, date):
        return told
    try:
        return date.fromisoformat(str(told)[:10]) if told else None
    except ValueError:
        return None


def identity_of(parsed: Parsed, config: JobConfig, languages: tuple[str, ...]) -> bytes:
    """Digest of all that its chunks are made of: text, settings, the way of chunking. Labels and models are not in it."""
    faqs = [(faq.question, faq.answer, faq.language, faq.tags) for faq in parsed.faqs]
    sized = (config.max_tokens_per_chunk, config.overlap_tokens, config.target_tokens)
    told = str(parsed.metadata.get("language", ""))
    return sha256(orjson.dumps([CHUNKING, parsed.title, parsed.markdown, faqs, sized, told, languages])).digest()


def without_unstorable(parsed: Parsed) -> Parsed:
    """The same document without the characters that no database text can hold."""
    return replace(
        parsed,
        title=_clean(parsed.title),
        markdown=_clean(parsed.markdown),
        faqs=tuple(
            Faq(_clean(f.question), _clean(f.answer), f.language, tuple(map(_clean, f.tags))) for f in parsed.faqs
        ),
        metadata=_clean_all(parsed.metadata),
    )


def _clean(text: str) -> str:
    return UNSTORABLE.sub("", text)


def _clean_all(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {_clean(str(k)): _clean_all(v) for k, v in value.items()}
    return [_clean_all(v) for v in value] if isinstance(value, list | tuple) else value
