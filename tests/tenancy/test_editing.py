"""Edits of a profile: merged, checked, counted, audited and told."""

from decimal import Decimal
from uuid import UUID

import pytest

from firstline.escalation.defaults import default_triggers
from firstline.escalation.rules import check_expression
from firstline.ground.errors import Conflict, Invalid, NotFound
from firstline.ground.events import NOBODY, feed_after
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.creating import create_business
from firstline.tenancy.editing import add_trigger, edit_business, edit_trigger, put_guardrails, remove_trigger
from firstline.tenancy.principal import Principal


def _check(text: str) -> list[str]:
    return [e.message for e in check_expression(text)]


async def _world(door: Door) -> tuple[UUID, Principal]:
    slug = f"e-{new_id().hex}"
    business = await create_business(door, name="E", slug=slug, timezone="UTC", triggers=default_triggers())
    return business.id, Principal(business.id, "user", "Sarah", "owner", user_id=new_id())


async def test_a_patch_merges_counts_audits_and_tells(door: Door) -> None:
    business_id, sarah = await _world(door)
    changes = {
        "phone": "+16085550142",
        "business_hours": {"mon": [{"open": "08:00", "close": "17:00"}], "tue": [{"open": "08:00", "close": "17:00"}]},
        "chat_config": {"max_quote_value_without_handoff": "750.50"},
        "services": [{"code": "drain", "name": {"en": "Drain"}, "price_low": "99"}],
    }
    async with door.transaction(business_id) as tx:
        first = await edit_business(tx, None, sarah, changes)
    async with door.transaction(business_id) as tx:
        second = await edit_business(
            tx, None, sarah, {"business_hours": {"tue": None}, "not_offered": [{"name": {"en": "Gas"}}]}
        )
    assert second.version > first.version
    assert set(second.business_hours) == {"mon"}
    assert second.chat_config.max_quote_value_without_handoff == Decimal("750.50")
    assert second.chat_config.default_language == "en"
    assert [(s.code, s.offered) for s in second.services] == [("drain", True), ("gas", False)]
    assert second.services[0].id == first.services[0].id
    async with door.transaction(business_id) as tx:
        actions = await tx.fetch(
            "SELECT action, actor_id FROM audit_log WHERE business_id = $1 ORDER BY id", business_id
        )
        told = await feed_after(tx, NOBODY)
    assert [a["action"] for a in actions] == ["business.created", "business.changed", "business.changed"]
    assert actions[-1]["actor_id"] == sarah.user_id
    assert [e.type for e in told] == ["profile.changed", "profile.changed"]


async def test_a_wrong_patch_changes_nothing(door: Door) -> None:
    business_id, sarah = await _world(door)
    with pytest.raises(Invalid) as caught:
        async with door.transaction(business_id) as tx:
            await edit_business(tx, None, sarah, {"name": "New", "timezone": "Nowhere", "id": "x"})
    assert {e["field"] for e in caught.value.errors} == {"timezone", "id"}
    async with door.transaction(business_id) as tx:
        assert (await queries.business_row(tx))["name"] == "E"


async def test_a_slug_of_another_business_is_a_conflict(door: Door) -> None:
    business_id, sarah = await _world(door)
    await create_business(door, name="O", slug="occupied", timezone="UTC")
    with pytest.raises(Conflict):
        async with door.transaction(business_id) as tx:
            await edit_business(tx, None, sarah, {"slug": "occupied"})


async def test_guardrails_are_replaced_whole(door: Door) -> None:
    business_id, sarah = await _world(door)
    async with door.transaction(business_id) as tx:
        changed = await put_guardrails(
            tx, None, sarah, {"max_quote_without_approval": "900.00", "languages_allowed": ["es"]}
        )
    assert changed.quote_limit == Decimal(500)
    assert changed.guardrails.max_quote_without_approval == Decimal(900)
    assert changed.language == "es"


async def test_a_trigger_lives_and_dies(door: Door) -> None:
    business_id, sarah = await _world(door)
    rule = {
        "code": "custom",
        "condition": {"type": "rule", "expression": "turn_count > 3"},
        "action": {"type": "notify_only"},
    }
    async with door.transaction(business_id) as tx:
        made = await add_trigger(tx, None, sarah, rule, _check)
    async with door.transaction(business_id) as tx:
        await edit_trigger(tx, None, sarah, made, {"enabled": False, "action": {"notify_channel": "sms"}}, _check)
        row = await queries.trigger(tx, made)
    assert (row["enabled"], row["action"]) == (False, {"type": "notify_only", "notify_channel": "sms"})
    with pytest.raises(Invalid) as caught:
        async with door.transaction(business_id) as tx:
            await edit_trigger(tx, None, sarah, made, {"condition": {"expression": "nobody.knows == 1"}}, _check)
    assert caught.value.errors[0]["field"] == "condition.expression"
    async with door.transaction(business_id) as tx:
        await remove_trigger(tx, None, sarah, made)
        with pytest.raises(NotFound):
            await remove_trigger(tx, None, sarah, made)
