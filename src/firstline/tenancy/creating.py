"""A new business: its row, its guardrails, its triggers, and its whole profile when a document is given."""

from collections.abc import Iterable
from typing import Any

import asyncpg

from firstline.ground.errors import Conflict
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.checking import RuleCheck
from firstline.tenancy.importing import check_profile, write_profile
from firstline.tenancy.model import Business, Trigger
from firstline.tenancy.profile import business_from_row

__all__ = ["create_business", "trigger_documents"]


def trigger_documents(triggers: Iterable[Trigger]) -> list[dict[str, Any]]:
    """Triggers as JSON (spec §2.5) without their ids."""
    return [
        {
            "code": t.code,
            "description": t.description,
            "condition": t.condition,
            "action": t.action,
            "enabled": t.enabled,
        }
        for t in triggers
    ]


async def create_business(
    door: Door,
    *,
    name: str,
    slug: str,
    timezone: str,
    triggers: Iterable[Trigger] = (),
    document: dict[str, Any] | None = None,
    check_rule: RuleCheck | None = None,
) -> Business:
    """Creates it in one transaction and gives it as the other floors see it.

    `triggers` are the default rows (escalation.defaults, a higher floor, so passed in); `document` has the shape of
    examples/*/business.json, its name, slug and time zone giving way to those named here.
    Raises Invalid naming the field, Conflict("slug_taken").
    """
    given = {"name": name, "slug": slug, "timezone": timezone}
    whole = dict(document or {})
    whole["business"] = {**(whole.get("business") or {}), **given}
    columns = check_profile(whole, check_rule).columns
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        try:
            await queries.insert_business(tx, {"id": business_id, **{k: columns[k] for k in given}})
        except asyncpg.UniqueViolationError:
            raise Conflict("slug_taken", f"The address {slug} is taken.") from None
        await write_profile(tx, whole, default_triggers=trigger_documents(triggers), check_rule=check_rule)
        await queries.add_audit(tx, new_id(), "operator", None, "business.created", str(business_id), given)
        return business_from_row(await queries.business_row(tx))
