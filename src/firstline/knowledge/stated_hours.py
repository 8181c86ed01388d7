"""Opening hours that a document states, and where they are not those of the profile.

Precise rather than complete (data/stated_hours.toml): a line counts only when it is read whole as hours and its own words or
the heading above say that they are the business's; seasons, holidays, emergency lines, departments and places do not. A
document that states the profile's hours anywhere, or hours that differ among themselves, contradicts nobody.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from babel import Locale

from firstline.knowledge.governance.model import Finding
from firstline.knowledge.structured.hours import DAYS, Week, read_hours
from firstline.knowledge.structured.news import plain_words
from firstline.knowledge.wording import fold, sentences
from firstline.tenancy.model import Business

__all__ = ["days_in_words", "hours_apart", "stated_hours"]

HEADING = re.compile(r"#{1,6}\s+(.{1,200}?)\s*#*$")
MARKS = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s+|[*_`]{1,3}")
MOST = 40  # lines of hours of one document
Stated = dict[str, Any]  # {"week": Week, "line": as written, "where": the heading above}


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    read = tomllib.loads(files("firstline.knowledge").joinpath("data/stated_hours.toml").read_text("utf-8"))
    return {name: re.compile(value) for name, value in read.items()}


def stated_hours(markdown: str) -> list[Stated]:
    """The weeks (days that are not named left out) that stand in a document as the business's own; lines in a row are one."""
    out: list[Stated] = []
    before: tuple[str, bool] | None = None
    for line, section, follows in _lines(markdown):
        week = _week(line, section, follows=follows and before == (section, True))
        if week is None:
            before = (section, False)
            continue
        same = out and before == (section, True) and not set(out[-1]["week"]) & set(week)
        if same:
            out[-1] = {**out[-1], "week": {**out[-1]["week"], **week}, "line": f"{out[-1]['line']}; {line}"[:300]}
        else:
            out.append({"week": week, "line": line[:300], "where": section})
        before = (section, True)
        if len(out) >= MOST:
            break
    return out


def _lines(markdown: str) -> Iterator[tuple[str, str, bool]]:
    """(a sentence or a table's row, the heading or question above, whether it is next to the one before)."""
    section, empty = "", True
    for raw in markdown.split("\n"):
        bare = raw.strip()
        if heading := HEADING.match(bare):
            section, empty = heading[1], True
        elif not bare or set(bare) <= set("|:- "):
            continue
        elif bare.endswith("?") and len(bare) < 160:
            section, empty = bare, True
        elif bare.startswith("|"):
            yield " ".join(c for cell in bare.strip("|").split("|") if (c := cell.strip())), section, not empty
            empty = False
        else:
            for sentence in sentences(MARKS.sub("", bare)):
                yield sentence, section, not empty
                empty = False


def _week(line: str, section: str, *, follows: bool) -> Week | None:
    """`follows`: a line of the business's hours stands right above."""
    if len(line) > 200 or not any(c.isdigit() for c in line):
        return None if not follows else _closed(line)
    rules, folded, above = _rules(), fold(line.replace("\u2019", "'")), fold(section)
    if len(folded) != len(line) or rules["other"].search(folded) or rules["other"].search(above):
        return None
    for name in ("label", "open"):
        if (said := rules[name].match(folded)) and said.end() and (week := _read(line[said.end() :])):
            return week
    if follows or not section or rules["heading"].search(above):
        return _read(line)
    return None


def _closed(line: str) -> Week | None:
    return read_hours(line.rstrip(" .")) if re.search("clos|cerr", line, re.IGNORECASE) and len(line) < 60 else None


def _read(text: str) -> Week | None:
    week = read_hours(text.strip().rstrip(" ."))
    if not week or any((s["open"], s["close"]) == ("00:00", "24:00") for day in week.values() for s in day):
        return None  # "24/7" is how one can be reached, not when the door is open
    return week


def hours_apart(stated: Sequence[Mapping[str, Any]], business: Business) -> list[Finding]:
    """At most one finding: the first days of which a document says other hours than the profile has."""
    held: dict[str, list[str]] = {
        day: sorted(f"{s.open}-{s.close}" for s in business.business_hours.get(day, ())) for day in DAYS
    }
    if not any(held.values()) or not stated:
        return []
    weeks = [{day: sorted(f"{s['open']}-{s['close']}" for s in of) for day, of in s["week"].items()} for s in stated]
    if any(all(held[day] == of for day, of in week.items()) for week in weeks):
        return []
    if any(one[day] != other[day] for one in weeks for other in weeks for day in set(one) & set(other)):
        return []
    for told, week in zip(stated, weeks, strict=True):
        wrong = [day for day in DAYS if day in week and week[day] != held[day]]
        if wrong:
            first, second = week[wrong[0]], held[wrong[0]]
            days = [day for day in wrong if (week[day], held[day]) == (first, second)]
            return [_finding(told, days, ", ".join(first), ", ".join(second), business)]
    return []


def _finding(told: Mapping[str, Any], days: list[str], first: str, second: str, business: Business) -> Finding:
    parts = [str(business.id), "hours", plain_words(told["line"]), second]
    mark = sha256("\0".join(parts).encode("utf-8", "replace")).digest()
    detail = {"type": "hours", "where": told["where"], "days": days, "first": first, "second": second}
    return Finding("contradiction", "flagged", "warning", mark, told["line"][:400], detail | {"about": ", ".join(days)})


def days_in_words(days: Sequence[str], language: str) -> str:
    """ "Monday–Friday, Sunday": days in a row together."""
    names = Locale(language if language in ("en", "es") else "en").days["format"]["wide"]
    runs: list[list[int]] = []
    for at in sorted(DAYS.index(day) for day in days if day in DAYS):
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return ", ".join(names[run[0]] + (f"–{names[run[-1]]}" if len(run) > 1 else "") for run in runs)
