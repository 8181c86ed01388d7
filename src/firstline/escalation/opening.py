"""When a person answers: the business's opening hours on the calendar, holidays first."""

from datetime import date, datetime

from firstline.kit.hours import OpeningHours
from firstline.tenancy.model import Business, Interval

__all__ = ["has_hours", "is_open", "opening_hours"]


def opening_hours(business: Business) -> OpeningHours:
    """The business's hours in its zone."""

    def holiday(day: date) -> tuple[Interval, ...] | None:
        found = next((h for h in business.holidays if h.date == day or h.yearly == day.strftime("%m-%d")), None)
        return None if found is None else found.hours

    return OpeningHours(business.business_hours, business.zone, holiday)


def has_hours(business: Business) -> bool:
    """Whether the business has told any opening hours at all."""
    return any(business.business_hours.values())


def is_open(business: Business, at: datetime) -> bool:
    """Whether the aware instant `at` lies in an opening stretch."""
    return opening_hours(business).is_open(at)
