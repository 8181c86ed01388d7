"""Opening hours as people and schema.org write them, to a week: {"mon": [{"open": "08:00", "close": "17:00"}], "sun": []}.

English and Spanish: "Mo-Fr 09:00-17:00", "Monday - Friday: 8am - 5pm", "Lun-Vie 8:00-17:00", "Closed Sunday", "24/7".
A line is read whole or not at all: one that says anything else is no line of hours.
"""

import re
from functools import cache

from firstline.kit.hours import minutes_of
from firstline.knowledge.structured.words import words

__all__ = ["DAYS", "Week", "clock_of", "merged_week", "read_hours", "tidied"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Stretch = dict[str, str]
Week = dict[str, list[Stretch]]
LONGEST = 300  # characters of a line of hours
Token = tuple[str, object]
TIME = r"(?P<h>\d{1,2})(?:[:.h](?P<m>[0-5]\d))?(?::[0-5]\d)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?(?:\s*(?:h|hs|hrs|horas)\b\.?)?"


@cache
def _pattern() -> re.Pattern[str]:
    w = words()

    def among(listed: list[str]) -> str:
        ordered = sorted(listed, key=len, reverse=True)
        return "|".join(re.escape(t) + (r"(?!\w)" if t[-1].isalnum() else "") for t in ordered)

    k = w["words"]
    groups = among(list(w["groups"])).replace(r"\-", r"\s?[-–—]\s?").replace(r"\ ", r"\s")
    return re.compile(
        rf"(?P<always>(?:{among(k['always'])}))|(?P<noon>{among(k['noon'])})|(?P<midnight>{among(k['midnight'])})"
        rf"|(?P<group>(?:{groups}))|(?P<closed>{among(k['closed'])})|(?P<day>(?:{among(list(w['days']))})\.?)"
        rf"|(?P<time>{TIME})(?![\d/])|(?P<to>{among(k['to'])})|(?P<and>{among(k['and'])})|(?P<noise>{among(k['noise'])})"
        r"|(?P<space>\s+)|(?P<other>\w+|.)",
        re.IGNORECASE,
    )


def _tokens(text: str) -> list[Token] | None:
    out: list[Token] = []
    for found in _pattern().finditer(text):
        kind = found.lastgroup if found.lastgroup not in ("h", "m", "half") else "time"
        if found["time"]:
            kind = "time"
        if kind in ("space", "noise"):
            continue
        if kind == "other":
            return None
        value: object = found[0].lower()
        if kind == "day":
            value = words()["days"][str(value).rstrip(".")]
        elif kind == "group":
            value = words()["groups"].get(re.sub(r"\s*[-–—]\s*", "-", re.sub(r"\s+", " ", str(value))), [])
        elif kind == "time":
            value = (int(found["h"]), int(found["m"] or 0), (found["half"] or "").lower(), found["m"] is not None)
        out.append((str(kind), value))
    return out


def read_hours(text: str) -> Week | None:
    """The week that a text states, days it does not name left out; None when it is not (only) opening hours."""
    text = " ".join(text.replace("\u200b", "").split())
    if (
        not text
        or len(text) > LONGEST
        or (not any(c.isdigit() for c in text) and not re.search("clos|cerr", text, re.IGNORECASE))
    ):
        return None
    if re.fullmatch(r"(?:open\s+|abierto\s+)?24\s*/\s*7\.?", text, re.IGNORECASE):
        return {day: [{"open": "00:00", "close": "24:00"}] for day in DAYS}
    text = re.sub(r"(?i)^\s*([SDL])\s*:", lambda m: {"s": "sáb ", "d": "dom ", "l": "lun "}[m[1].lower()], text)
    text = re.sub(r"(?i)\b(noon|midday)\s*\(12.*?\)", r"\1", text)
    tokens = _tokens(text)
    if not tokens:
        return None
    parts = _parts(tokens)
    return _paired(parts) if parts else None


def _parts(tokens: list[Token]) -> list[tuple[str, object]] | None:
    """Alternating ("days", set) and ("times", list of stretches); None when the line makes no sense."""
    out: list[tuple[str, object]] = []
    at = 0
    while at < len(tokens):
        kind, value = tokens[at]
        ahead = tokens[at + 1] if at + 1 < len(tokens) else ("", None)
        behind = tokens[at + 2] if at + 2 < len(tokens) else ("", None)
        step = 1
        if kind == "day" and ahead[0] == "to" and behind[0] == "day":
            first, last = int(str(value)), int(str(behind[1]))
            _days(out, {(first + n) % 7 for n in range((last - first) % 7 + 1)})
            step = 3
        elif kind == "day":
            _days(out, {int(str(value))})
        elif kind == "group":
            _days(out, set(value) if isinstance(value, list) else set())
        elif kind == "closed":
            out.append(("times", []))
        elif kind == "always":
            _times(out, {"open": "00:00", "close": "24:00"})
        elif kind in ("time", "noon", "midnight"):
            if ahead[0] != "to" or behind[0] not in ("time", "noon", "midnight"):
                return None
            stretch = _stretch((kind, value), behind)
            if stretch is None:
                return None
            _times(out, stretch)
            step = 3
        elif kind == "to":
            pass  # a dash between days and times
        at += step
    return out


def _days(out: list[tuple[str, object]], days: set[int]) -> None:
    if out and out[-1][0] == "days" and isinstance(out[-1][1], set):
        out[-1][1].update(days)
    else:
        out.append(("days", days))


def _times(out: list[tuple[str, object]], stretch: Stretch) -> None:
    if out and out[-1][0] == "times" and isinstance(out[-1][1], list) and out[-1][1]:
        out[-1][1].append(stretch)
    else:
        out.append(("times", [stretch]))


def _minutes(token: Token, half: str) -> int | None:
    kind, value = token
    if kind == "noon":
        return 720
    if kind == "midnight":
        return 1440
    if not isinstance(value, tuple):
        return None
    hour, minute, own, _ = value
    half = own or half
    if hour > 24 or (half and not 1 <= hour <= 12) or (hour == 24 and minute):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return int(hour) * 60 + int(minute)


def _stretch(first: Token, last: Token) -> Stretch | None:
    """Two times; of "9 - 5:30" the second is in the afternoon, of "8-5 pm" the first is in the morning."""
    halves = [t[1][2] if isinstance(t[1], tuple) else "" for t in (first, last)]
    hours = [t[1][0] if isinstance(t[1], tuple) else 12 for t in (first, last)]
    opening, closing = _minutes(first, ""), _minutes(last, "")
    if opening is None or closing is None:
        return None
    if not halves[0] and halves[1] == "p" and hours[0] < 12 and hours[0] < hours[1] % 12 and hours[0] < 7:
        opening += 720
    elif not any(halves) and closing <= opening and hours[0] <= 12 and 0 < hours[1] < 12:
        padded = isinstance(first[1], tuple) and first[1][3] and hours[0] >= 13
        closing += 0 if padded else 720
    if closing in (0, 1439, 1440):
        closing = 1440
    if opening == 1440:
        opening = 0
    return {"open": clock_of(opening), "close": "24:00" if closing == 1440 else clock_of(closing)}


def clock_of(minutes: int) -> str:
    """Minutes of a day as "HH:MM"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _paired(parts: list[tuple[str, object]]) -> Week | None:
    """Each group of days with the times beside it: after it, or before it when the line begins with times."""
    week: Week = {}
    times_first = parts[0][0] == "times"
    if times_first and len(parts) % 2 and len(parts) > 1:
        return None
    if len(parts) == 1:
        return None
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if len(parts) % 2:
        return None
    for one, other in pairs:
        days, times = (other, one) if times_first else (one, other)
        if days[0] != "days" or times[0] != "times" or not isinstance(days[1], set) or not isinstance(times[1], list):
            return None
        for day in days[1]:
            week.setdefault(DAYS[day], []).extend(dict(s) for s in times[1])
    return tidied(week) if week else None


def tidied(week: Week) -> Week:
    """Days in order, stretches in order, doubles and overlapping ones out."""
    out: Week = {}
    for day in DAYS:
        if day not in week:
            continue
        kept: list[Stretch] = []
        for stretch in sorted(week[day], key=lambda s: (s["open"], s["close"])):
            ends = minutes_of(kept[-1]["close"]) if kept else -1
            wraps = bool(kept) and ends <= minutes_of(kept[-1]["open"])
            if not wraps and minutes_of(stretch["open"]) >= ends:
                kept.append({"open": stretch["open"], "close": stretch["close"]})
        out[day] = kept
    return out


def merged_week(weeks: list[Week]) -> Week:
    """Several lines' weeks as one: the first that names a day has it, more stretches of one line stay together."""
    out: Week = {}
    for week in weeks:
        for day, stretches in week.items():
            out.setdefault(day, stretches)
    return tidied(out)
