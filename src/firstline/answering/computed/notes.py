"""The notes of a price list as sentences: owners write "Depends on venting: ..." and "Free written estimate."."""

import re

from firstline.answering.phrases import wordlist
from firstline.knowledge.wording import fold, sentences

__all__ = ["spoken_notes"]


def spoken_notes(notes: str, language: str) -> list[str]:
    """Each sentence of `notes` with the subject it lacks; pieces without a verb are told together after a lead-in.

    "Depends on venting." -> "It depends on venting."; "Free written estimate." -> "Good to know: free written estimate.".
    """
    words = wordlist("notes").get(language, wordlist("notes")["en"])
    out: list[str] = []
    pieces: list[str] = []
    for text in sentences(" ".join(notes.split()).lstrip("#>|-*+ ")):  # no line of it is a heading or a table
        whole = _whole(text, words)
        if whole is None:
            pieces.append(_lowered(text).rstrip("."))
        else:
            out.append(whole)
    if pieces:
        out.append(f"{words['lead']} {'; '.join(pieces)}.")
    return out


def _whole(text: str, words: dict[str, str]) -> str | None:
    """The sentence with a subject; None for a piece without a verb."""
    folded = fold(text)
    for key in ("verbs", "states"):
        if words[key] and re.match(rf"(?:{words[key]})\b", folded):
            return f"{words[f'before_{key}']} {_lowered(text)}".strip() if words[f"before_{key}"] else text
    return text if re.search(rf"\b(?:{words['finite']})\b", folded) else None


def _lowered(text: str) -> str:
    """With a small first letter, unless its first word is written in capitals ("PEX pipe")."""
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text
