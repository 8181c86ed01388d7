"""How one business speaks one language: times, days, money, phones, lists, and sentences that carry their support."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from babel import Locale
from babel.dates import format_date

from firstline.answering.phrases import LANGUAGES, phrase, table
from firstline.conversations.facts import Sentence
from firstline.kit.hours import Stretch, minutes_of
from firstline.kit.money import format_money, format_range
from firstline.kit.spoken import clock, locale_of, phone, tidy
from firstline.tenancy.model import Business

__all__ = ["Voice", "capital"]


def capital(text: str) -> str:
    """`text` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class Voice:
    """Writes for `business` in `language` (one that it allows and that has phrases, else the business's own)."""

    def __init__(self, business: Business, language: str) -> None:
        allowed = business.guardrails.languages_allowed or ("en",)
        language = language if language in allowed else business.language
        self.business = business
        self.language = language if language in LANGUAGES else "en"

    def text(self, key: str, /, **values: object) -> str:
        """A fixed text with its places filled."""
        return tidy(phrase(self.language, key, **values), self.language)

    def say(self, key: str, kind: str = "answer", /, **values: object) -> Sentence:
        """A sentence from a fixed text; what was filled in is its support."""
        return Sentence(capital(self.text(key, **values)), kind, support=tuple(str(v) for v in values.values() if v))

    @cached_property
    def locale(self) -> Locale:
        """Language with the business's country, else the language as written in the United States."""
        return locale_of(self.language, self.business.country)

    def clock(self, minutes: int) -> str:
        """A time of day from minutes after midnight: "7:30 a.m.", "12 noon", "midnight", "19:30"."""
        return clock(minutes, self.language, self.business.country)

    def at(self, moment: datetime) -> str:
        """The time of day of a local moment."""
        return self.clock(moment.hour * 60 + moment.minute)

    def stretches(self, stretches: Sequence[Stretch]) -> str:
        """ "7:30 a.m. to 12 noon and 1 p.m. to 5:30 p.m."."""
        return self.join(
            [
                self.text("words.stretch", open=self.clock(minutes_of(s.open)), close=self.clock(minutes_of(s.close)))
                for s in stretches
            ]
        )

    def join(self, items: Sequence[str], word: str = "and") -> str:
        """ "a, b and c", with Spanish "e" before an i."""
        if len(items) < 2:
            return "".join(items)
        last, glue = items[-1], self.text(f"words.{word}")
        if (
            self.language == "es"
            and glue == "y"
            and last.lower().startswith(("i", "hi"))
            and not last.lower().startswith("hie")
        ):
            glue = "e"
        return f"{', '.join(items[:-1])} {glue} {last}"

    def weekday(self, day: int, many: bool = False) -> str:
        """The weekday's name; `many` for "Saturdays"."""
        return str(table(self.language, "weekdays")["many" if many else "one"][day])

    def on(self, day: date, today: date) -> str:
        """ "today", "tomorrow, Tuesday", "on Thursday, November 26"."""
        if day == today:
            return self.text("words.today")
        if day == today + timedelta(days=1):
            return self.text("words.tomorrow", weekday=self.weekday(day.weekday()))
        return self.text("words.on_date", weekday=self.weekday(day.weekday()), date=self.date(day))

    def date(self, day: date) -> str:
        """ "November 26", "26 de noviembre"."""
        return format_date(day, "d 'de' MMMM" if self.language == "es" else "MMMM d", locale=self.locale)

    def money(self, value: Decimal) -> str:
        """An amount in the business's currency."""
        return format_money(value, self.business.currency, self.language, self.business.country)

    def range(self, low: Decimal, high: Decimal) -> str:
        """A price range in the business's currency."""
        return format_range(low, high, self.business.currency, self.language, self.business.country)

    def phone(self, number: str) -> str:
        """A number as dialled inside the business's country, else in the international way."""
        return phone(number, self.business.country)
