"""A cell's value as its spreadsheet shows it: currencies, percentages, dates and times by the cell's number format.

The usual part of Excel's format codes (ECMA-376 part 1, 18.8.31): sections by sign, literals, thousands, decimals,
percent, date and time tokens, elapsed hours. Fractions and exponents are shown as plain numbers.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.dates import get_day_names, get_month_names

__all__ = ["shown"]

TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.|([0#?][0#?,.]*)|(.)', re.S)
DATE_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|\[(h+|m+|s+)\]|\[[^\]]*\]|(AM/PM|A/P)|(y+|m+|d+|h+|s+)|_.|\*.|(.)', re.I | re.S
)
SPANISH = re.compile(r"-(?:[0-9A-F]*[048C]0A|es)", re.I)  # language ids of Spanish end so: 40A, 80A, C0A, 540A ...


def shown(value: Any, code: str | None) -> str:  # noqa: PLR0911 - a line for each type of value
    """What a person sees in the cell. `code` is the cell's number format."""
    code = code or "General"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        return _elapsed(value, code)
    if isinstance(value, datetime | date | time):
        return _date(value, code)
    if isinstance(value, int | float):
        return _number(value, code)
    return str(value)


def _number(value: float, code: str) -> str:
    sections = _sections(code)
    section, negative = sections[0], value < 0
    if negative and len(sections) > 1:
        section, negative = sections[1], False
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if not abs(value) < 1e15:  # NaN too
        return f"{value:g}"
    number = abs(Decimal(repr(value)))
    if section.strip().lower() in ("general", "@", "") or re.search(r"[Ee][+-]|[?#0]\s*/\s*[?#0-9]", section):
        return ("-" if negative else "") + _plain(number)
    percents = len(re.findall("%", re.sub(r'"[^"]*"|\\.', "", section)))
    number *= 100**percents
    out, placed = "", False
    for quoted, escaped, currency, digits, other in TOKEN.findall(section):
        if digits and not placed:
            out += ("-" if negative else "") + _digits(number, digits)
            placed = True
        elif not digits:
            out += quoted or escaped or currency or other
    return re.sub(r"^-?([$€£¥])-", r"-\1", out.strip()) if out.strip() else ""


def _digits(number: Decimal, pattern: str) -> str:
    scale = len(pattern) - len(pattern.rstrip(","))  # each comma at the end divides by a thousand
    whole, _, decimals = pattern.rstrip(",").partition(".")
    number /= 1000**scale
    least, most = decimals.count("0"), len(re.sub(r"[^0#?]", "", decimals))
    text = f"{number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP):{',' if ',' in whole else ''}.{most}f}"
    integer, _, fraction = text.partition(".")
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    integer = integer.zfill(whole.count("0")) if "," not in integer else integer
    return f"{integer}.{fraction}" if fraction else integer


def _plain(number: Decimal) -> str:
    text = f"{number.quantize(Decimal('1e-9')).normalize():f}"
    return "0" if text == "-0" else text


def _sections(code: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])+|(?<=;)(?=;|$)', code) or ["General"]


def _date(value: datetime | date | time, code: str) -> str:
    code = _sections(code)[0]
    tongue = "es" if SPANISH.search(code) else "en"
    plain = re.sub(r'\[\$[^\]]*\]|"[^"]*"', "", code).lower()
    if plain in ("general", "mm-dd-yy", "m/d/yy", "@") or not re.search(
        "[ymdhs]", plain
    ):  # a format of the reader's place
        return _iso(value)
    tokens = DATE_TOKEN.findall(code)
    half = any(mark for _, _, _, mark, _, _ in tokens)
    out: list[str] = []
    units = [(token or elapsed).lower() for _, _, elapsed, _, token, _ in tokens]
    for at, (quoted, escaped, _, mark, _, other) in enumerate(tokens):
        unit = units[at]
        if unit:
            before = next((u for u in reversed(units[:at]) if u), "")
            after = next((u for u in units[at + 1 :] if u), "")
            minutes = unit[0] == "m" and len(unit) < 3 and (before[:1] == "h" or after[:1] == "s")
            out.append(_unit(value, "n" * len(unit) if minutes else unit, half, tongue))
        elif mark:
            out.append("AM" if getattr(value, "hour", 0) < 12 else "PM")
        else:
            out.append(quoted or escaped or other)
    return "".join(out).strip() or _iso(value)


def _unit(value: datetime | date | time, unit: str, half: bool, tongue: str) -> str:
    size, kind = len(unit), unit[0]
    if kind in "ymd" and not isinstance(value, date):
        return ""
    if kind == "y" and isinstance(value, date):
        return f"{value.year % 100:02}" if size < 3 else f"{value.year:04}"
    if kind in "md" and isinstance(value, date):
        number = value.month if kind == "m" else value.day
        if size < 3:
            return f"{number:0{size}}"
        names = get_month_names("wide", locale=tongue) if kind == "m" else get_day_names("wide", locale=tongue)
        name = str(names[value.month if kind == "m" else value.weekday()])
        return name[:3] if size == 3 else name
    hour = getattr(value, "hour", 0)
    hour = (hour % 12 or 12) if half else hour
    number = {"h": hour, "n": getattr(value, "minute", 0), "s": getattr(value, "second", 0)}[kind]
    return f"{number:0{min(size, 2)}}"


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")
    return value.strftime("%H:%M") if isinstance(value, time) else value.isoformat()


def _elapsed(value: timedelta, code: str) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if "s" in code.lower() else "")
