"""A whole profile from one JSON document (the shape of examples/*/business.json) into rows."""

from typing import Any

import asyncpg

from firstline.ground.errors import Conflict
from firstline.ground.tenant import Tx
from firstline.tenancy import queries
from firstline.tenancy.checking import (
    RuleCheck,
    business_columns,
    guardrails_row,
    holiday_row,
    service_rows,
    trigger_row,
)
from firstline.tenancy.fields import Fields

__all__ = ["PARTS", "CheckedProfile", "check_profile", "write_profile"]

PARTS = frozenset({"business", "holidays", "services", "not_offered", "guardrails", "triggers", "users"})


class CheckedProfile:
    """Rows of a document that passed every check; None: the document says nothing of it."""

    __slots__ = ("columns", "guardrails", "holidays", "services", "triggers")

    def __init__(self, document: Any, check_rule: RuleCheck | None = None) -> None:
        f = Fields()
        found = f.mapping(document, "document", PARTS)
        self.columns = business_columns(f, found.get("business", {}))
        self.holidays: list[tuple[Any, ...]] | None = None
        self.services: list[tuple[Any, ...]] | None = None
        self.guardrails: dict[str, Any] | None = None
        self.triggers: list[tuple[Any, ...]] | None = None
        if "holidays" in found:
            items = f.listing(found["holidays"], "holidays")
            self.holidays = [holiday_row(f, item, f"holidays[{i}]") for i, item in enumerate(items)]
        if "services" in found or "not_offered" in found:
            self.services = service_rows(f, found.get("services", []), found.get("not_offered", []))
        if "guardrails" in found:
            self.guardrails = guardrails_row(f, found["guardrails"])
        if "triggers" in found:
            items = f.listing(found["triggers"], "triggers", 200)
            self.triggers = [trigger_row(f, item, f"triggers[{i}]", check_rule) for i, item in enumerate(items)]
        f.done()


def check_profile(document: Any, check_rule: RuleCheck | None = None) -> CheckedProfile:
    """The document's rows. Raises Invalid("invalid_profile") naming every field that is wrong."""
    return CheckedProfile(document, check_rule)


async def write_profile(
    tx: Tx, document: dict[str, Any], *, default_triggers: list[dict[str, Any]], check_rule: RuleCheck | None = None
) -> None:
    """Writes what `document` says over the business of `tx`; triggers of their own, else `default_triggers` when it has none.

    Nothing is written unless all of it is right. `users` is left to people.add_person. Raises Invalid, Conflict("slug_taken").
    """
    checked = check_profile(document, check_rule)
    f = Fields()
    defaults = [trigger_row(f, item, f"default_triggers[{i}]") for i, item in enumerate(default_triggers)]
    f.done()
    try:
        await queries.update_business(tx, checked.columns)
    except asyncpg.UniqueViolationError:
        raise Conflict("slug_taken", f"The address {checked.columns.get('slug')} is taken.") from None
    if checked.holidays is not None:
        await queries.replace_holidays(tx, checked.holidays)
    if checked.services is not None:
        await queries.replace_services(tx, checked.services)
    if checked.guardrails is not None or not await queries.has_guardrails(tx):
        await queries.put_guardrails(tx, checked.guardrails or guardrails_row(Fields(), {}))
    if checked.triggers is not None:
        await queries.replace_triggers(tx, checked.triggers)
    elif defaults and not await queries.triggers(tx):
        await queries.replace_triggers(tx, defaults)
