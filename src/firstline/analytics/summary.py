"""The dashboard's summary of a period (spec §8.3 `ChatAnalyticsSummary`), in the business's own days."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from firstline.analytics import queries
from firstline.ground.errors import FieldError, Invalid
from firstline.ground.tenant import Tx

__all__ = ["ChatAnalyticsSummary", "NamedCount", "bounds", "read_period", "summarize"]

LONGEST = 400  # days: a year and a month; longer periods are read from the daily metrics
TOP = 10


@dataclass(frozen=True, slots=True)
class NamedCount:
    """One row of `top_intents` or `escalation_reasons`."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ChatAnalyticsSummary:
    """Spec §8.3 and §8.1. conversations_started = ai_resolved + human_escalated + unresolved + open.

    `human_escalated`: conversations in which a person was called, whatever became of them. Medians and averages are None
    without data; `median_first_response_ms` from the customer's first message to the first reply,
    `median_resolution_minutes` from start to closing.
    """

    business_id: UUID
    period_start: date
    period_end: date
    conversations_started: int
    ai_resolved: int
    human_escalated: int
    unresolved: int
    open: int
    median_first_response_ms: int | None
    median_resolution_minutes: float | None
    csat_avg: float | None
    top_intents: tuple[NamedCount, ...]
    top_faq_clusters: tuple[dict[str, Any], ...]
    messages: dict[str, int]
    human_resolved: int
    escalation_reasons: tuple[NamedCount, ...]
    leads_created: int
    quotes_requested: int
    tickets_created: int
    helpful: int
    unhelpful: int

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        plain = asdict(self)
        plain["business_id"] = str(self.business_id)
        plain["period_start"], plain["period_end"] = self.period_start.isoformat(), self.period_end.isoformat()
        return plain


def read_period(start: str, end: str) -> tuple[date, date]:
    """Two dates as written. Raises Invalid for a date that does not exist, an end before its start, or over 400 days."""
    days = {}
    for name, text in (("from", start), ("to", end)):
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            raise Invalid(
                "invalid_period", f"{text} is no date", [FieldError(name, "not a date that exists")]
            ) from None
    _check(days["from"], days["to"])
    return days["from"], days["to"]


def _check(start: date, end: date) -> None:
    if end < start:
        raise Invalid("invalid_period", "the period ends before it begins", [FieldError("to", "before `from`")])
    if (end - start).days >= LONGEST:
        raise Invalid("invalid_period", f"at most {LONGEST} days", [FieldError("to", f"more than {LONGEST} days")])


def bounds(start: date, end: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants [start of the first day, start of the day after the last), by the clock on the wall of `zone`."""
    first = datetime.combine(start, time(), tzinfo=zone)
    after = datetime.combine(end + timedelta(days=1), time(), tzinfo=zone)
    return first.astimezone(UTC), after.astimezone(UTC)


async def summarize(tx: Tx, start: date, end: date, zone: ZoneInfo) -> ChatAnalyticsSummary:
    """The summary of the conversations that began on the days [start, end] of `zone`. Raises Invalid as `read_period`."""
    _check(start, end)
    since, until = bounds(start, end, zone)
    counts = await queries.conversation_counts(tx, since, until)
    intents = await queries.top_intents(tx, since, until, TOP)
    reasons = await queries.escalation_reasons(tx, since, until, TOP)
    return ChatAnalyticsSummary(
        business_id=tx.business_id,
        period_start=start,
        period_end=end,
        conversations_started=counts["started"],
        ai_resolved=counts["ai_resolved"],
        human_escalated=counts["human_escalated"],
        unresolved=counts["unresolved"],
        open=counts["open"],
        median_first_response_ms=_whole(await queries.median_first_response_ms(tx, since, until)),
        median_resolution_minutes=_round(counts["median_resolution_minutes"], 1),
        csat_avg=_round(counts["csat_avg"], 2),
        top_intents=tuple(NamedCount(name, count) for name, count in intents),
        top_faq_clusters=(),  # clusters are made by the analytics job of a later version
        messages=await queries.message_counts(tx, since, until),
        human_resolved=counts["human_resolved"],
        escalation_reasons=tuple(NamedCount(name, count) for name, count in reasons),
        quotes_requested=await queries.conversations_with_intent(tx, since, until, "request_quote"),
        **await queries.business_counts(tx, since, until),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _round(value: Any, places: int) -> float | None:
    return None if value is None else round(float(value), places)
