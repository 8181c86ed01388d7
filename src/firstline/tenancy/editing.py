"""Changes of a profile by its people: checked whole, written, counted up, audited, told to everybody, in one transaction."""

from typing import Any
from uuid import UUID

import asyncpg

from firstline.ground.errors import Conflict, NotFound
from firstline.ground.events import Fact, record_for_business
from firstline.ground.live import Live
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.checking import (
    COLUMNS,
    RuleCheck,
    business_columns,
    guardrails_row,
    holiday_row,
    service_rows,
    trigger_row,
)
from firstline.tenancy.fields import Fields
from firstline.tenancy.model import Business
from firstline.tenancy.principal import Principal
from firstline.tenancy.profile import business_from_row

__all__ = ["add_trigger", "edit_business", "edit_trigger", "put_guardrails", "remove_trigger"]

# JSON merge patch (RFC 7396) goes one level down for these; null removes a key.
_MERGED = frozenset(
    ["chat_config", "business_hours", "address", "greeting", "chips", "expected_reply", "theme", "crm_integration", "helpdesk_integration"]
)  # fmt: skip


async def edit_business(tx: Tx, live: Live | None, actor: Principal, changes: dict[str, Any]) -> Business:
    """Merges `changes` (columns of the business, and holidays, services, not_offered as whole lists) into the profile.

    Raises Invalid naming the field, Conflict("slug_taken").
    """
    await queries.lock_business(tx)
    before = await queries.business_row(tx)
    f = Fields()
    wanted = {key: value for key, value in changes.items() if key in COLUMNS or key not in _LISTS}
    columns = business_columns(f, _merged(before, wanted), path="")
    lists = _checked_lists(f, changes, before)
    f.done("invalid_profile")
    try:
        await queries.update_business(tx, columns)
    except asyncpg.UniqueViolationError:
        raise Conflict("slug_taken", f"The address {columns.get('slug')} is taken.") from None
    if "holidays" in lists:
        await queries.replace_holidays(tx, lists["holidays"])
    if "services" in lists:
        kept = await queries.service_ids(tx)
        await queries.replace_services(tx, [(kept.get(row[1], row[0]), *row[1:]) for row in lists["services"]])
    told = {key: {"before": before[key], "after": columns[key]} for key in columns if before[key] != columns[key]}
    await _tell(tx, live, actor, "business.changed", "", {**told, **dict.fromkeys(lists, "replaced")})
    return business_from_row(await queries.business_row(tx))


_LISTS = frozenset({"holidays", "services", "not_offered"})


def _merged(before: Any, changes: dict[str, Any]) -> dict[str, Any]:
    out = {}
    for key, value in changes.items():
        if key in _MERGED and isinstance(value, dict):
            out[key] = {k: v for k, v in {**(before[key] or {}), **value}.items() if v is not None}
        else:
            out[key] = value
    return out


def _plain_service(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in {"business_id", "id", "position"}}


def _checked_lists(f: Fields, changes: dict[str, Any], before: Any) -> dict[str, list[tuple[Any, ...]]]:
    lists: dict[str, list[tuple[Any, ...]]] = {}
    if "holidays" in changes:
        items = f.listing(changes["holidays"], "holidays")
        lists["holidays"] = [holiday_row(f, item, f"holidays[{i}]") for i, item in enumerate(items)]
    if "services" in changes or "not_offered" in changes:
        present = [_plain_service(row) for row in before["services"]]
        lists["services"] = service_rows(
            f,
            changes.get("services", [row for row in present if row["offered"]]),
            changes.get("not_offered", [row for row in present if not row["offered"]]),
        )
    return lists


async def put_guardrails(tx: Tx, live: Live | None, actor: Principal, values: dict[str, Any]) -> Business:
    """Replaces the guardrails; what `values` leaves out goes back to its default. Raises Invalid."""
    await queries.lock_business(tx)
    f = Fields()
    row = guardrails_row(f, values, path="")
    f.done("invalid_guardrails")
    await queries.put_guardrails(tx, row)
    await queries.update_business(tx, {})
    await _tell(tx, live, actor, "guardrails.changed", "", row)
    return business_from_row(await queries.business_row(tx))


async def add_trigger(
    tx: Tx, live: Live | None, actor: Principal, values: dict[str, Any], check: RuleCheck | None = None
) -> UUID:
    """A new trigger; its id. `check` names what is wrong with an expression (escalation.rules). Raises Invalid."""
    return await _write_trigger(tx, live, actor, new_id(), values, check, "trigger.added")


async def edit_trigger(
    tx: Tx,
    live: Live | None,
    actor: Principal,
    trigger_id: UUID,
    values: dict[str, Any],
    check: RuleCheck | None = None,
) -> None:
    """Merges `values` into a trigger. Raises NotFound, Invalid."""
    await queries.lock_business(tx)
    row = await queries.trigger(tx, trigger_id)
    if row is None:
        raise NotFound("trigger_not_found", "There is no such trigger.")
    whole = {key: row[key] for key in ("code", "description", "condition", "action", "enabled")}
    for key, value in values.items():
        nested = key in {"condition", "action"} and isinstance(value, dict)
        whole[key] = {**whole[key], **value} if nested else value
    await _write_trigger(tx, live, actor, trigger_id, whole, check, "trigger.changed")


async def remove_trigger(tx: Tx, live: Live | None, actor: Principal, trigger_id: UUID) -> None:
    """Deletes a trigger. Raises NotFound."""
    if not await queries.delete_trigger(tx, trigger_id):
        raise NotFound("trigger_not_found", "There is no such trigger.")
    await queries.update_business(tx, {})
    await _tell(tx, live, actor, "trigger.removed", str(trigger_id), {})


async def _write_trigger(
    tx: Tx,
    live: Live | None,
    actor: Principal,
    trigger_id: UUID,
    values: dict[str, Any],
    check: RuleCheck | None,
    action: str,
) -> UUID:
    f = Fields()
    row = trigger_row(f, values, "", check)
    f.done("invalid_trigger")
    await queries.put_trigger(tx, (trigger_id, *row[1:]))
    await queries.update_business(tx, {})
    await _tell(tx, live, actor, action, str(trigger_id), {"expression": row[3]["expression"], "enabled": row[5]})
    return trigger_id


async def _tell(tx: Tx, live: Live | None, actor: Principal, action: str, subject: str, data: dict[str, Any]) -> None:
    await queries.add_audit(tx, new_id(), actor.kind, actor.actor_id, action, subject, data)
    await record_for_business(tx, live, Fact("profile.changed", {"what": action, "subject": subject}, visible=False))
