"""What a page without schema.org data says in its text: hours, phone, email, address, services with prices. Never sure: the owner confirms."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import phonenumbers

from firstline.kit.money import find_amounts
from firstline.knowledge.parsing.html.line import Line
from firstline.knowledge.structured.hours import Week, merged_week, read_hours
from firstline.knowledge.structured.proposal import Found, ServiceFound
from firstline.knowledge.structured.values import country_of, unit_of
from firstline.knowledge.structured.words import words

__all__ = ["fields_of_text", "services_of_text"]

UNDER_HEAD, ALONE = 0.8, 0.6  # hours below a heading that says so; a line of hours anywhere
PHONE, LINKED_PHONE, EMAIL, ADDRESS, SERVICE = 0.6, 0.75, 0.7, 0.6, 0.5
US = re.compile(
    r"(?P<street>\d+[^,|]{3,60}),\s*(?P<rest>(?:[^,|]{1,40},\s*)?)(?P<city>[A-Z][\w.' -]{1,40}?),?\s+(?P<region>[A-Z]{2}|[A-Z][a-z]+),?\s+(?P<postal_code>\d{5}(?:-\d{4})?)\b"
)
ES = re.compile(
    r"(?P<street>[^\W\d][^|·]{4,70}?\d[^,|·]{0,20}),\s*(?P<rest>(?:[^,|·]{1,40},\s*)*)(?P<postal_code>\d{5})\s+(?P<city>[A-ZÁÉÍÓÚÑ][^,|·\d]{2,40})"
)


def _has(text: str, listed: list[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}", text.casefold()) for word in listed)


def _rows(line: Line) -> list[list[str]]:
    """A Markdown table's rows as cells, without its rule."""
    rows = [
        [c.strip() for c in row.strip().strip("|").split("|")] for row in line.text.split("\n") if row.startswith("|")
    ]
    return [row for row in rows if any(row) and not all(set(c) <= {"-", " "} for c in row)]


def fields_of_text(lines: Sequence[Line], links: Sequence[str], url: str, country: str) -> dict[str, Found]:
    """Profile fields with their confidence. `links`: the page's tel: and mailto: targets."""
    out: dict[str, Found] = {}
    if found := _hours(lines, url):
        out["business_hours"] = found
    if found := _phone(lines, links, url, country):
        out["phone"] = found
    text = "\n".join(line.text for line in lines)
    mails = [a[7:].partition("?")[0] for a in links if a.lower().startswith("mailto:")] + re.findall(
        r"[\w.+-]+@[\w-]+\.[\w.-]*\w", text
    )
    if mails:
        out["email"] = Found(mails[0].strip(), url, EMAIL, mails[0])
    if found := _address(lines, url, country):
        out["address"] = found
    return out


def _hours(lines: Sequence[Line], url: str) -> Found | None:
    weeks: list[tuple[Week, str, bool]] = []
    headed = skipping = False
    for at, line in enumerate(lines):
        if line.kind == "h" or (len(line.text.split()) <= 5 and not line.facts):
            headed = _has(line.text, words()["words"]["hours_heads"])
            skipping = _has(line.text, words()["words"]["emergency"])
        if skipping:
            continue
        texts = [" ".join(row) for row in _rows(line)] if line.kind == "table" else [line.text]
        for text in texts:
            if not _has(text, words()["words"]["emergency"]) and (week := read_hours(text) or _inner(text)):
                weeks.append((week, text, headed))
        if at > 3000:
            break
    if not weeks:
        return None
    chosen = [w for w in weeks if w[2]] or weeks
    sure = UNDER_HEAD if any(w[2] for w in weeks) else ALONE
    return Found(merged_week([w[0] for w in chosen]), url, sure, "; ".join(dict.fromkeys(w[1] for w in chosen))[:500])


def _inner(text: str) -> Week | None:
    """The sentence of a longer line that is all hours: "Office hours: Mon-Fri 8-5. Call ahead."."""
    if len(text) > 300:
        return None
    for part in re.split(r"(?<=[a-z\d])[.;!]\s|\s[|·•]\s|:\s|,\s(?=[Cc]all|[Ll]lam)", text):
        if part != text and (week := read_hours(part.rstrip(" ."))):
            return week
    return read_hours(text.partition(":")[2]) if ":" in text[:40] else None


def _phone(lines: Sequence[Line], links: Sequence[str], url: str, country: str) -> Found | None:
    for target in (a[4:] for a in links if a.lower().startswith("tel:")):
        for match in phonenumbers.PhoneNumberMatcher(target, country, leniency=phonenumbers.Leniency.POSSIBLE):
            return Found(_e164(match.number), url, LINKED_PHONE, target)
    for line in lines:
        if "phone" in line.facts and not re.search(r"(?i)\bfax\b", line.text[:12]):
            for match in phonenumbers.PhoneNumberMatcher(
                line.text[:500], country, leniency=phonenumbers.Leniency.POSSIBLE
            ):
                if len(str(match.number.national_number)) >= 7:
                    return Found(_e164(match.number), url, PHONE, line.text[:200])
    return None


def _e164(number: Any) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _address(lines: Sequence[Line], url: str, country: str) -> Found | None:
    for at, line in enumerate(lines):
        if "address" not in line.facts and not re.search(r"\d{5}", line.text):
            continue
        before = lines[at - 1].text if at and lines[at - 1].kind == "p" and len(lines[at - 1].text) < 80 else ""
        for text in (line.text, f"{before}, {line.text}"):
            found = (US.search(text) if country == "US" else None) or ES.search(text) or US.search(text)
            if found and len(text) < 400:
                value = {k: v.strip(" ,.") for k, v in found.groupdict().items() if v and k != "rest"}
                if rest := found["rest"].strip(" ,"):
                    value["street2"] = rest
                if len(value.get("region", "")) > 2:
                    value["country"] = country_of(value["region"]) or country
                return Found({k: v for k, v in value.items() if v}, url, ADDRESS, text[:300])
    return None


def services_of_text(lines: Sequence[Line], url: str) -> list[ServiceFound]:
    """Names with amounts: rows of price tables, "Name: $x" lines, cards of a heading with its price below."""
    found: list[ServiceFound] = []
    head, used = "", False
    for line in lines[:3000]:
        if line.kind == "h":
            head, used = line.text if len(line.text) <= 80 and not line.text.endswith("?") else "", False
        elif line.kind == "table":
            found += [s for row in _rows(line) if (s := _priced(row[0], " ; ".join(row[1:]), url))]
        elif "price" in line.facts and len(line.text) < 160 and not line.outside:
            name, _, rest = line.text.partition(": ")
            if not rest or find_amounts(name) or len(name) > 60:
                name, rest = _before_amount(line.text)
            service = _priced(name, rest, url) if name and len(name) <= 60 else None
            if service is None and head and not used:
                service = _priced(head, line.text, url)
            if service:
                found.append(service)
                used = True
    return found[:200]


def _before_amount(text: str) -> tuple[str, str]:
    """ "Short cut $52" -> ("Short cut", "$52"); a sentence has no name before its amount."""
    amounts = find_amounts(text)
    if not amounts:
        return "", ""
    name = re.sub(
        r"(?i)[\s:.\-–—]*(?:\b(?:from|desde|starting at|de|entre|between|only|solo)\b)?[\s:.\-–—]*$",
        "",
        text[: amounts[0].start],
    )
    simple = 0 < len(name.split()) <= 6 and not re.search(
        r"[.!?]\s|(?i:\b(?:is|are|costs?|run|usually|we|you|es|son|cuesta|the)\b)", name
    )
    return (name, text[amounts[0].start :]) if simple else ("", "")


def _priced(name: str, text: str, url: str) -> ServiceFound | None:
    amounts = [a for a in find_amounts(text) if a.currency is not None]
    clean = re.sub(r"[*_:]+$", "", name).strip()
    if (
        not amounts
        or not 2 < len(clean) <= 100
        or clean.casefold() in words()["words"]["service_noise"]
        or find_amounts(clean)
    ):
        return None
    low, high = min(a.value for a in amounts[:2]), max(a.upper for a in amounts[:2])
    if amounts[0].is_range or len(amounts) > 2:
        low, high = amounts[0].value, amounts[0].upper
    open_end = re.search(r"(?i)\b(?:from|starting|desde|a partir)\b|\+", text[: amounts[0].end + 2])
    after = re.match(r"\s*(?:/|per\b|por\b|an?\b|la\b|al\b|each\b|\+)?\s*[^\d$€]{0,15}", text[amounts[0].end :])
    unit = unit_of(after[0]) if after and after[0].strip() else ""
    currency = amounts[0].currency if amounts[0].currency != "$" else None
    top: Decimal | None = None if open_end and low == high else high
    return ServiceFound(
        clean,
        low.quantize(Decimal("0.01")),
        top and top.quantize(Decimal("0.01")),
        unit or "job",
        currency,
        "",
        url,
        SERVICE,
        f"{clean}: {text}"[:300],
    )
