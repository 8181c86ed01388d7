"""The rules between what a sentence mentions and what it may rest on. Each gives the words it stopped at."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from firstline.answering.checks.evidence import Evidence
from firstline.answering.checks.mention import Mention, Value
from firstline.answering.checks.phrases import find_commitments, find_topics, is_backed
from firstline.answering.checks.plain import folded
from firstline.answering.checks.reading import Mentions
from firstline.answering.checks.words import any_of, mention_words
from firstline.tenancy.model import Business

__all__ = ["Stop", "amounts_stand", "contacts_stand", "discounts_allowed", "phrases_stand", "times_stand"]

Stop = tuple[str, str]  # rule, words
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "MXN", "ARS", "CLP", "COP", "DOP", "UYU", "CUP"})
_OFF = re.compile(
    r"\b(?:off|discount|descuento|rebaja|menos|less|save|savings?|ahorr\w+|credit|coupon|cupon|promo\w*|knock)\b"
)


def amounts_stand(claim: Mentions, business: Business, evidence: Evidence) -> Iterator[Stop]:
    """Both ends of every amount stand somewhere, and the upper one is within the limit (design/data.md)."""
    for amount in claim.of("amount"):
        values = [v for v in amount.values if isinstance(v, Decimal)]
        if not all(_stands(v, amount.currency, business.currency, evidence) for v in values):
            yield "amount_unsupported", claim.words(amount)
        elif max(values) > business.quote_limit and not _is_no_quote(claim):
            yield "amount_over_limit", claim.words(amount)
    for percent in claim.of("percent"):
        if not evidence.has("percent", percent.values[0]):
            yield "percent_unsupported", claim.words(percent)
    safe = _safety_numbers(business.country)
    for number in claim.all:
        if number.kind.startswith("count:"):
            stands = evidence.has(number.kind, number.values[0])
        elif number.kind == "number":
            value = number.values[0]
            stands = evidence.has("number", value) or any(value == v for v, _ in evidence.money)
            stands = stands or claim.words(number) in safe or _is_an_hour(value, evidence)
        else:
            continue
        if not stands:
            yield "number_unsupported", claim.words(number)


def _is_an_hour(value: Value, evidence: Evidence) -> bool:
    """Whether a bare number is an hour that stands somewhere: what was read as a time there may be bare here."""
    if not isinstance(value, Decimal) or not 1 <= value <= 24 or value != int(value):
        return False
    return any(evidence.has("time", (int(value) + half) % 24 * 60) for half in (0, 12))


def _safety_numbers(country: str) -> frozenset[str]:
    """Emergency lines that may always be named."""
    table = mention_words()["safety_numbers"]
    return frozenset((*table["*"], *table.get(country, ())))


def _stands(value: Decimal, currency: str | None, home: str, evidence: Evidence) -> bool:
    return any(v == value and _same_currency(currency, c, home) for v, c in evidence.money)


def _same_currency(ours: str | None, theirs: str | None, home: str) -> bool:
    """Unmarked ones are the business's own; "$" is any dollar or peso."""
    one, other = ours or home, theirs or home
    if "$" in (one, other):
        return one == other or (other if one == "$" else one) in _DOLLARS
    return one == other


def _is_no_quote(claim: Mentions) -> bool:
    """Whether a published figure is no price: "insured up to $1,000,000"."""
    bare = folded(claim.text)
    return any(word in bare for word in mention_words()["not_a_quote"]["list"])


def discounts_allowed(claim: Mentions, business: Business) -> Iterator[Stop]:
    """A discount is within what guardrails allow, whoever published it; "half price" is 50 %."""
    bare = folded(claim.text)
    allowed = business.guardrails.allowed_discount_percent
    if (
        re.search(
            r"\bhalf[- ](?:price|off)|mitad de(?:l)? precio|\b(?:2|two|dos)[- ]?(?:x|for|por)[- ]?(?:1|one|uno)\b", bare
        )
        and allowed < 50
    ):
        yield "discount_over_limit", claim.text.strip()
    if not _OFF.search(bare):
        return
    for percent in claim.of("percent"):
        value = percent.values[0]
        if isinstance(value, Decimal) and value > allowed and _OFF.search(_around(claim, percent)):
            yield "discount_over_limit", claim.words(percent)
    if allowed == 0:
        for amount in claim.of("amount"):
            if re.match(r"\s*(?:off|de descuento|discount|less|menos|de rebaja)\b", folded(claim.text[amount.end :])):
                yield "discount_over_limit", claim.words(amount)


def _around(claim: Mentions, mention: Mention) -> str:
    return folded(claim.text[max(0, mention.start - 40) : mention.end + 40])


def times_stand(claim: Mentions, evidence: Evidence) -> Iterator[Stop]:
    """Every date, weekday and time stands somewhere, in one of its readings."""
    for kind in ("date", "weekday", "time"):
        for mention in claim.of(kind):
            if not any(evidence.has(kind, value) for value in mention.values):
                yield f"{kind}_unsupported", claim.words(mention)


def contacts_stand(claim: Mentions, business: Business, evidence: Evidence) -> Iterator[Stop]:
    """Phones by their digits, mail and web addresses by themselves, streets by their words."""
    always = _safety_numbers(business.country)
    phones = {str(v) for v in evidence.values.get("phone", ())}
    for phone in claim.of("phone"):
        digits = str(phone.values[0])
        if digits not in always and not any(p == digits or (len(digits) == 7 and p.endswith(digits)) for p in phones):
            yield "phone_unsupported", claim.words(phone)
    for email in claim.of("email"):
        if not evidence.has("email", email.values[0]):
            yield "email_unsupported", claim.words(email)
    urls = {str(v) for v in evidence.values.get("url", ())}
    roots = {u.partition("/")[0] for u in urls} | {str(e).partition("@")[2] for e in evidence.values.get("email", ())}
    for url in claim.of("url"):
        if str(url.values[0]) not in urls | roots:
            yield "url_unsupported", claim.words(url)
    for address in claim.of("address"):
        if not any(f" {address.values[0]} " in known for known in evidence.addresses):
            yield "address_unsupported", claim.words(address)


def phrases_stand(claim: Mentions, business: Business, evidence: Evidence) -> Iterator[Stop]:
    """No commitment that nobody has made, no pretending, no banned topic."""
    for phrase in find_commitments(claim.text):
        if not is_backed(phrase, claim.text, evidence.texts):
            yield f"commitment_{phrase.group}", phrase.words
    for topic in find_topics(claim.text, business.guardrails.banned_topics):
        yield f"topic_{topic.group}", topic.words


def vague_money(text: str) -> str | None:
    """Words of an amount without its figure: "a few hundred dollars", "un par de miles"."""
    found = _vague().search(folded(text))
    return found[0] if found else None


@lru_cache(maxsize=1)
def _vague() -> re.Pattern[str]:
    words = mention_words()["vague_money"]
    few, many = any_of(words["few"]), any_of(words["many"])
    return re.compile(rf"\b(?:{few})\s+(?:hundred\s+|thousand\s+|cientos de\s+|miles de\s+)?(?:{many})\b")
