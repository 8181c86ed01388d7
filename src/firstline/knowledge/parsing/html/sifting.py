"""Which lines of a page are its content: menus, notices and repetitions go, facts stay wherever they stand."""

import re
from collections.abc import Iterator

from firstline.knowledge.parsing.html.line import Line, Region
from firstline.knowledge.parsing.html.rules import cue, cut_cues, exact, facts_of, plain

__all__ = ["sifted"]

REACH = frozenset(["phone", "email", "hours", "address"])
SENTENCE = 6  # words from which a line of a header is taken for writing
CHROME_FACTS = frozenset(["phone", "hours"])


def sifted(lines: list[Line]) -> list[Line]:
    """The lines that are content, in order. The given lines are marked (`keep`) on the way."""
    menu = _menu_texts(lines)
    titled = False
    for line in lines:
        titled = titled or (line.kind == "h" and line.level == 1)
        line.keep = _stays(line, menu)
        if line.keep and cue(line.text):
            line.text = cut_cues(line.text)
            line.keep = bool(line.text) and (bool(facts_of(line.text) & REACH) or not cue(line.text))
    for run in _runs(lines):
        _judge_run(lines, run, menu)
    _drop_lone_heads(lines)
    kept = _once([line for line in lines if line.keep])
    return kept if any(not line.outside for line in kept) else _fallback(lines, kept)


def _fallback(lines: list[Line], kept: list[Line]) -> list[Line]:
    """A page that is all menu, header and footer: its sentences are its content after all."""
    words = [line for line in lines if not line.linky and len(line.text.split()) >= SENTENCE and not cue(line.text)]
    return _once([line for line in lines if line in words or line in kept]) if words else kept


def _menu_texts(lines: list[Line]) -> set[str]:
    """What the page's menus say: their links found again elsewhere are menus too (mobile copies, text links at the end)."""
    return {
        plain(line.text)
        for line in lines
        if line.linky and line.region & (Region.NAV | Region.HEADER | Region.FOOTER) and len(line.text) < 60
    }


def _stays(line: Line, menu: set[str]) -> bool:  # noqa: PLR0911 - a rule for each region
    """A line by itself, before its neighbours are looked at."""
    region = line.region
    if line.kind == "table":
        return not region & (Region.NAV | Region.CHROME) and (not line.outside or bool(line.facts))
    if region & Region.NAV:
        return not line.linky and bool(line.facts & REACH) and len(line.text) < 160
    if plain(line.text) in exact("exact") and not (line.kind == "h" and line.level <= 3 and not line.outside):
        return False
    if region & Region.CHROME:
        return not line.linky and bool(line.facts & CHROME_FACTS) and len(line.text) < 200
    if region & (Region.FOOTER | Region.ASIDE | Region.FORM):
        return (
            line.kind == "h"
            or (not line.linky and bool(line.facts))
            or (line.linky and bool(line.facts & {"phone", "email", "address"}))
        )
    if region & Region.HEADER:
        if line.kind == "h":
            return line.level <= 3
        return not line.linky and (bool(line.facts) or len(line.text.split()) >= SENTENCE)
    if line.region & Region.BUTTON and line.linky and len(line.text.split()) <= 8:
        return bool(line.facts & {"phone", "price"})
    return not (line.linky and plain(line.text) in menu)


def _runs(lines: list[Line]) -> Iterator[tuple[int, int]]:
    """Stretches of lines that are nothing but links: (first, behind the last)."""
    start = None
    for at, line in enumerate([*lines, None]):
        if line is not None and line.linky and line.kind in ("p", "li"):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None


def _introduced(lines: list[Line], at: int) -> Line | None:
    """The line of the content itself that introduces a list of links, if one does."""
    before = next((line for line in reversed(lines[:at]) if line.keep or line.kind == "h"), None)
    if before is None or not before.keep or before.outside or lines[at].outside:
        return None
    if plain(before.text) in exact("link_heads") or not any(line.kind == "h" for line in lines[:at]):
        return None
    long = len(before.text.split()) >= SENTENCE and not before.facts & REACH
    says = before.kind == "h" or before.text.endswith(":") or long
    return before if says else None


def _judge_run(lines: list[Line], run: tuple[int, int], menu: set[str]) -> None:
    """A stretch of links is a menu unless it is a list that the content itself introduces."""
    part = lines[run[0] : run[1]]
    links = sum(line.links for line in part)
    letters = sum(line.chars for line in part)
    legal = any(plain(line.text) in exact("exact") for line in part)
    before = None if legal else _introduced(lines, run[0])
    known = sum(plain(line.text) in menu for line in part)
    long = letters > 45 * max(1, links)  # links that are sentences
    lone = links == 1 and letters < 25 and before is None
    if (links >= 2 and before is None and not long) or 2 * known > len(part) or lone:
        for line in part:
            line.keep = line.keep and not line.outside and bool(line.facts & {"phone", "email", "price"})
    row = links >= 3 and part[0].kind == "p" and not long
    if row and before is not None and before.kind != "h" and not before.text.endswith(":"):
        for line in part:  # links in a row under a paragraph are no list of it
            line.keep = False


def _drop_lone_heads(lines: list[Line]) -> None:
    """Headings whose whole section went (and short labels right above a dropped menu) go with it."""
    for at, line in enumerate(lines):
        if not line.keep or (line.level == 1 if line.kind == "h" else line.kind != "p" or len(line.text) > 60):
            continue
        rest = lines[at + 1 : at + 80]
        if not rest or (rest[0].keep and not rest[0].outside and line.kind != "h") or line.facts & REACH:
            continue
        line.keep = _heads_something(line, rest) if line.kind == "h" else not _labels_menu(line, rest)


def _heads_something(line: Line, rest: list[Line]) -> bool:
    """Whether anything under a heading was kept, or nothing was ever there (a card that is only a heading)."""
    short = len(line.text.split()) <= 4
    if line.outside and short and rest[0].linky and not rest[0].keep:
        return False
    ends = (n for n, o in enumerate(rest) if o.kind == "h" and (o.level <= line.level or o.outside != line.outside))
    section = rest[: next(ends, len(rest))]
    name = plain(line.text)
    if line.outside or name in exact("link_heads") or name in exact("exact"):
        if line.level <= 2 and line.region & Region.HEADER and not short:
            return True
        return any(o.keep and o.kind != "h" and not (o.region ^ line.region) & Region.OUTSIDE for o in section)
    if not section or any(o.keep for o in section) or all(o.outside for o in section):
        return True
    return not all(o.linky or o.outside for o in section)


def _labels_menu(line: Line, rest: list[Line]) -> bool:
    """Whether a short line is the name of a column of links ("Company", "About", "Press")."""
    if rest[0].keep or not rest[0].linky or len(line.text.split()) > 3 or not line.text[-1:].isalpha() or line.facts:
        return False
    return len(rest) < 2 or (rest[1].linky and not rest[1].keep)


def _once(lines: list[Line]) -> list[Line]:
    """Without what was said before: slides' clones, mobile copies, the phone number of header and footer again."""
    seen: dict[str, set[str]] = {}
    said = " ".join(_bare(line.text) for line in lines if not line.outside) if any(n.outside for n in lines) else ""
    out: list[Line] = []
    head = ""
    for line in lines:
        if line.kind == "h":
            head = plain(line.text)
            out.append(line)
            continue
        bare = _bare(line.text)
        if line.outside and bare in said:
            continue
        if heads := seen.get(bare):
            told = bool(line.facts) and not line.outside
            short = len(line.text.split()) < 4 and not line.outside
            if (head in heads) if told else not short:
                continue
        seen.setdefault(bare, set()).add(head)
        out.append(line)
    return _without_twin_heads(out)


def _without_twin_heads(lines: list[Line]) -> list[Line]:
    """A heading said before with nothing of its own under it any more (a clone's)."""
    out: list[Line] = []
    seen: set[str] = set()
    for at, line in enumerate(lines):
        if line.kind == "h":
            name = plain(line.text)
            bare = at + 1 == len(lines) or lines[at + 1].kind == "h"
            if bare and (name in seen or (line.outside and not line.region & Region.HEADER)):
                continue
            seen.add(name)
        out.append(line)
    return out


def _bare(text: str) -> str:
    return re.sub(r"[^\w$€£]+", "", text.casefold())
