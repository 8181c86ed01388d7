"""Personal data of people who are not the business: card, bank and identity numbers, and customers' ways of contact.

Numbers that have a check digit must pass it; the others need a word that says what they are. A business's pages are full
of phones, invoice, licence and part numbers: a phone or e-mail is a customer's only when words near it say so.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from firstline.knowledge.governance.homes import homes
from firstline.knowledge.governance.model import Hit, pattern, rules
from firstline.tenancy.model import Business

__all__ = ["personal_data"]

CARD = re.compile(r"(?<![\w.,$€£+/-])\d(?:[ -]?\d){11,18}(?![\w/]|[.,-]\d)")
BRANDS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|35\d{14}|(?:2131|1800)\d{11}"
)
IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?\b")
ROLE = re.compile(
    r"(?:info|hello|hi|sales|support|office|contact|contacto|ventas|service|services|servicio|admin|help|billing|claims|team|"
    r"press|careers|jobs|privacy|legal|noreply|no-reply|reservas|reservations|bookings?|warranty|garantia|ayuda|citas|events?|"
    r"soporte|orders?|pedidos|customerservice|webmaster|quotes?|estimates?)\b",
    re.I,
)
PHONE_DIGITS = (7, 15)
PEOPLES_OWN = frozenset({"email", "ticket_summary"})  # whoever writes in these is a customer


def personal_data(text: str, business: Business, source_type: str, words: set[str]) -> Iterator[Hit]:
    """Every piece of it in `text`; `sure` False where words near it do not say whose it is.

    `words`: model.triggers() of the text.
    """
    if re.search(r"\d[\d -]{10}", text):
        yield from _cards(text)
    yield from _ibans(text)
    yield from _cued_numbers(text, words)
    yield from _contacts(text, business, source_type, words)
    yield from homes(text, business, theirs=source_type in PEOPLES_OWN, words=words)


def _luhn(digits: str) -> bool:
    twice = [int(d) for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[::-2]) + sum(d * 2 - 9 * (d > 4) for d in twice)) % 10 == 0


def _cards(text: str) -> Iterator[Hit]:
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        before = text[max(0, match.start() - 40) : match.start()]
        meant = pattern("personal", "card_cue").search(before) is not None
        if len(set(digits)) < 2 or not _luhn(digits):
            continue
        thing = _last(pattern("personal", "number_of_things"), before) > _last(pattern("personal", "card_cue"), before)
        if (meant and not thing) or (BRANDS.fullmatch(digits) and not thing):
            yield Hit("personal_data", "payment_card", match.start(), _with_its_date(text, match.end()))


def _with_its_date(text: str, end: int) -> int:
    """Where what belongs to a card ends: its last day, its check digits, its owner's zip code, in any order."""
    for _ in range(3):
        tail = pattern("personal", "card_tail").match(text, end)
        if tail is None:
            break
        end = tail.end()
    return end


def _last(found: re.Pattern[str], text: str) -> int:
    """Where the last match in `text` ends; -1 without one."""
    end = -1
    for match in found.finditer(text):
        end = match.end()
    return end


def _ibans(text: str) -> Iterator[Hit]:
    for match in IBAN.finditer(text):
        whole = match.group()
        while len(whole) >= 15:  # a word after it may look like a group of it
            bare = whole.replace(" ", "").upper()
            if 15 <= len(bare) <= 34 and int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1:
                yield Hit("personal_data", "iban", match.start(), match.start() + len(whole))
                break
            whole = whole.rpartition(" ")[0]


def _cued_numbers(text: str, words: set[str]) -> Iterator[Hit]:
    cue = pattern("personal", "ssn_cue")
    if "ssn" in words and cue.search(text):
        for match in pattern("personal", "ssn").finditer(text):
            around = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 25]
            if cue.search(around[0].rpartition("\n\n")[2]) or cue.search(around[1].partition("\n")[0]):
                yield Hit("personal_data", "national_id", match.start(), match.end())
    for name, kind in (("id_cued", "national_id"), ("birth", "birth_date"), ("bank", "bank_account")):
        for match in pattern("personal", name).finditer(text) if name in words else ():
            if kind == "birth_date" or sum(c.isdigit() for c in match["value"]) >= 5:
                yield Hit("personal_data", kind, match.start("value"), match.end("value"))
    for match in pattern("personal", "card_check").finditer(text) if "card_check" in words else ():
        yield Hit("personal_data", "payment_card", match.start(), match.end())
    for match in pattern("personal", "curp", case=True).finditer(text):
        yield Hit("personal_data", "national_id", match.start(), match.end())


# ------------------------------------------------------------------ ways of contact


def _contacts(text: str, business: Business, source_type: str, words: set[str]) -> Iterator[Hit]:
    theirs = source_type in PEOPLES_OWN
    emails = list(pattern("personal", "email").finditer(text)) if "@" in text else []
    often = Counter(match.group().casefold() for match in emails)
    for match in emails:
        address = match.group().casefold()
        if _own_email(address, business):
            continue
        whose = _whose(text, match.start(), theirs)
        private = address.rpartition("@")[2].partition(".")[0] in rules()["personal"]["freemail"]
        role = ROLE.match(address) is not None
        if whose == "customer" and not (role and not private):
            yield Hit("personal_data", "email", match.start(), match.end())
        elif private and not role and whose != "ours" and often[address] < rules()["policy"]["own_at"]:
            yield Hit("personal_data", "private_email", match.start(), match.end(), sure=False)
    if not theirs and "customer" not in words:
        return
    for match in pattern("personal", "phone").finditer(text):
        if _is_phone(text, match, business) and _whose(text, match.start(), theirs) == "customer":
            yield Hit("personal_data", "phone", match.start(), match.end())


def _own_email(address: str, business: Business) -> bool:
    domain = address.rpartition("@")[2]
    site = re.sub(r"^(?:https?://)?(?:www\.)?", "", (business.website or "").casefold()).split("/")[0].split(":")[0]
    mail = (business.email or "").casefold()
    mail_domain = mail.rpartition("@")[2]
    shared = mail_domain.partition(".")[0] in rules()["personal"]["freemail"]
    named = re.sub(r"\W", "", business.name.casefold())
    local = re.sub(r"\W", "", address.partition("@")[0])
    if address == mail or (site and (domain == site or domain.endswith("." + site))):
        return True
    return bool(
        (mail_domain and not shared and domain == mail_domain)
        or (len(local) >= 5 and (local in named or named in local))
    )


def _whose(text: str, at: int, theirs: bool) -> str:
    """ "customer", "ours" or "" by the nearest cue before it on its line (of a table: also the head of its column)."""
    line = text.rfind("\n", 0, at) + 1
    begin = max(line, at - rules()["policy"]["longest_cue_gap"])
    before = text[begin:at]
    if text.startswith("|", line):
        head = _table_head(text, line)
        if pattern("personal", "customer").search(head):
            return "customer"
    elif not before.strip(" -*:\t"):  # a line of its own: the label stands above
        before = text[max(0, begin - 60) : begin].rpartition("\n\n")[2] + before
    ours, customer = _last(pattern("personal", "ours"), before), _last(pattern("personal", "customer"), before)
    if customer > ours:
        return "customer"
    return "ours" if ours >= 0 else ("customer" if theirs else "")


def _table_head(text: str, at: int) -> str:
    """The first row of the table whose row begins at `at`, looked for within 4,000 characters."""
    start = text.rfind("\n\n", max(0, at - 4000), at)
    start = start + 2 if start >= 0 else 0
    return text[start : start + 300].partition("\n")[0]


def _is_phone(text: str, match: re.Match[str], business: Business) -> bool:
    digits = re.sub(r"\D", "", match.group())
    if not PHONE_DIGITS[0] <= len(digits) <= PHONE_DIGITS[1] or digits[-7:] in _own_phones(business):
        return False
    named = re.search(r"([^\s|:]{1,12})[\s:.#º°]{0,3}$", text[max(0, match.start() - 16) : match.start()])
    if named and pattern("personal", "number_not_phone").fullmatch(named[1].rstrip(".")):
        return False
    if re.fullmatch(r"\d{4}[-. /]\d{2}[-. /]\d{2}|\d{1,2}[-. /]\d{1,2}[-. /]\d{4}|\d{5}(?:-\d{4})?", match.group()):
        return False
    return _possible(match.group(), business.country)


@lru_cache(maxsize=4096)
def _possible(number: str, country: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, country)) or bool(
            re.search(r"\d[ .-]\d", number)
        )
    except phonenumbers.NumberParseException:
        return False


def _own_phones(business: Business) -> frozenset[str]:
    lines = (business.phone, business.emergency_line.phone if business.emergency_line else None)
    return frozenset(re.sub(r"\D", "", line)[-7:] for line in lines if line)
