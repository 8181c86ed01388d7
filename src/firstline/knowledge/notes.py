"""What an owner is told of documents and jobs, in their language: what of a document was not read, why a job's document failed."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.limits import sentence
from firstline.tenancy.model import localized

__all__ = ["error_sentence", "notes_of"]

DEEPEST = 3  # sentences within sentences
MOST_NAMES = 5
PLACE = re.compile(r"\\\{(\w+)\\\}")


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath(f"data/{name}.toml").read_text("utf-8"))


def notes_of(metadata: Mapping[str, Any], language: str) -> list[str]:
    """Sentences about a document by its metadata: text read from pictures, pages and attached files left out; [] when it is whole."""
    texts = {
        name: localized({lang: of[name] for lang, of in _data("notes").items()}, language)
        for name in _data("notes")["en"]
    }

    def counted(name: str, n: int, **more: str) -> str:
        return texts[f"{name}_one" if n == 1 else name].format(n=n, **more)

    out: list[str] = []
    left_out = _count(metadata.get("pages_left_out"))
    read = _count(metadata.get("pages_without_text")) - left_out
    if metadata.get("ocr") and "pages_without_text" not in metadata:
        out.append(texts["ocr"])
    elif metadata.get("ocr") and read > 0:
        out.append(counted("ocr_pages", read))
    if left_out:
        out.append(counted("left_out", left_out))
    told = metadata.get("unread_attachments") or ()
    if unread := [str(entry) for entry in told] if isinstance(told, list | tuple) else []:
        names = ", ".join(_attachment(entry, language, texts["of"]) for entry in unread[:MOST_NAMES])
        names += ", …" if len(unread) > MOST_NAMES else ""
        out.append(counted("attachments", len(unread), names=names.replace("{", "(").rstrip(".")))
    return out


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _attachment(entry: str, language: str, of: str) -> str:
    """ "plan.dwg: unknown_type" -> the file's name with its reason."""
    name, _, code = entry.rpartition(": ")
    why = sentence(code, language).partition(". ")[0].rstrip(".") if name else ""
    why = why[:1].lower() + why[1:]
    return of.format(name=name, why=why) if why else name or entry


def error_sentence(error: Mapping[str, Any], language: str) -> str:
    """An entry of a job's `errors` ({"uri", "code", "message"}) in a language; its stored message where there is no other.

    Messages are stored in English: they are known by their wording, so that what they name (a status, a host) is kept.
    """
    message = str(error.get("message") or "")
    if not message:
        return sentence(str(error.get("code") or ""), language)
    return message if language == "en" else _spoken(message, language, DEEPEST)


def _spoken(message: str, language: str, depth: int) -> str:
    for wording, told in _wordings(language):
        if depth and (found := wording.fullmatch(message)):
            return told.format(
                **{name: _spoken(value, language, depth - 1) for name, value in found.groupdict().items()}
            )
    return message


@cache
def _wordings(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """(an English sentence as a pattern, the same in `language`), those that name nothing first."""
    pairs = sorted(dict(_pairs(language)).items(), key=lambda pair: ("{" in pair[0], -len(pair[0])))
    return tuple(
        (re.compile(PLACE.sub(r"(?P<\1>.+)", re.escape(english)), re.DOTALL), told) for english, told in pairs if told
    )


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    for english, spoken in _tables(language):
        for code, said in english.items():
            if isinstance(said, str) and isinstance(spoken.get(code), str):
                yield said, spoken[code]
    for said in _data("job_errors")["said"]:
        if language in said:
            yield said["en"], said[language]


def _tables(language: str) -> Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(English by code, the language by code) of the parts that speak in jobs."""
    yield _data("unreadable"), _data("unreadable").get(language, {})
    yield _data("crawl")["failed"], _data("crawl")["failed"].get(language, {})
    yield _data("drive")["sentences"], _data("job_errors")["drive"] if language == "es" else {}
