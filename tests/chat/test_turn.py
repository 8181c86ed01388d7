"""One turn on a real database: what is kept, in which order, whatever happens meanwhile."""

import asyncio

import pytest
from tests.chat.conftest import NOON, ScriptedComposer, World

from firstline.chat import queries
from firstline.chat.desk import Desk
from firstline.chat.runner import drain, stop_writing, take_up_due
from firstline.conversations.facts import Reading
from firstline.ground.errors import Invalid, NotFound
from firstline.handoff.takeover import Agent, end_conversation, hand_back, take_over
from firstline.kit.ids import new_id


async def _until(condition: object, desk: Desk) -> None:
    async with asyncio.timeout(5):
        while not await condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


async def test_a_message_is_answered_and_everything_of_it_is_kept(world: World) -> None:
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    await world.settled(desk)
    c = received.conversation.id
    assert await world.texts(c) == ["We open at 8:00. We close at 17:00."]
    events = await world.rows("SELECT seq, type FROM events WHERE conversation_id = $1 ORDER BY seq", c)
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    assert [e["type"] for e in events] == ["message", "delta", "delta", "message", "done", "turn.closed"]
    assert [r["name"] for r in await world.rows("SELECT name FROM intents")] == ["ask_hours"]
    assert len(await world.rows("SELECT 1 FROM receipts")) == 1
    assert [r["state"] for r in await world.rows("SELECT state FROM turns")] == ["done"]


async def test_the_same_client_message_id_makes_nothing_twice_even_at_once(world: World) -> None:
    desk = world.desk()
    first = await world.send(desk, "Hello?", client_id="a" * 20)
    again = await world.send(desk, "Hello?", first.conversation.id, client_id="a" * 20)
    await world.settled(desk)
    assert again.duplicate
    assert again.message.id == first.message.id
    assert len(await world.texts(first.conversation.id, "customer")) == 1
    assert len(await world.texts(first.conversation.id)) == 1


async def test_a_bubble_before_the_first_sentence_restarts_the_draft_with_both(world: World) -> None:
    world.composer.free = False
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    c = received.conversation.id
    await _until(lambda: _true(bool(world.composer.heard)), desk)
    second = await world.send(desk, "And where are you?", c)
    assert second.turn_id == received.turn_id
    for _ in range(5):
        world.composer.go.release()
    await world.settled(desk)
    assert world.composer.heard[-1] == "When do you open?\nAnd where are you?"
    assert await world.texts(c) == ["We open at 8:00. We close at 17:00."]


async def _true(value: bool) -> bool:
    return value


async def test_a_bubble_after_the_first_sentence_opens_the_next_turn(world: World) -> None:
    world.composer.free = False
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    c = received.conversation.id
    world.composer.go.release()
    await _until(lambda: _has_reply(world, c), desk)
    second = await world.send(desk, "And where are you?", c)
    third = await world.send(desk, "Hello?", c)
    assert second.turn_id not in (None, received.turn_id)
    assert third.turn_id == second.turn_id
    for _ in range(10):
        world.composer.go.release()
    await world.settled(desk)
    assert len(await world.texts(c)) == 2
    assert world.composer.heard[-1] == "And where are you?\nHello?"
    assert {r["state"] for r in await world.rows("SELECT state FROM turns WHERE conversation_id = $1", c)} == {"done"}


async def _has_reply(world: World, conversation_id: object) -> bool:
    return bool(await world.texts(conversation_id))


async def test_a_turn_whose_process_died_is_taken_up_exactly_once_from_what_was_released(world: World) -> None:
    world.composer.free = False
    dead = world.desk()
    received = await world.send(dead, "When do you open?")
    c = received.conversation.id
    world.composer.go.release()
    await _until(lambda: _has_reply(world, c), dead)
    task = dead.running[received.turn_id]  # type: ignore[index]
    await _freeze(world, task)
    world.composer.free = True
    heirs = [world.desk(), world.desk()]
    taken = await asyncio.gather(*(take_up_due(d) for d in heirs))
    assert sorted(taken) == [0, 1]
    for desk in heirs:
        await world.settled(desk)
    assert await world.texts(c) == ["We open at 8:00. We close at 17:00."]
    assert len(await world.texts(c, "customer")) == 1


async def _freeze(world: World, task: "asyncio.Task[None]") -> None:
    """As kill -9: the task ends without a word and its lease runs out."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with world.door.transaction(world.business.id) as tx:
        await tx.execute("UPDATE turns SET lease_until = now() - interval '1 second' WHERE state = 'open'")


async def test_the_old_process_of_a_taken_up_turn_writes_nothing(world: World) -> None:
    world.composer.free = False
    zombie = world.desk()
    received = await world.send(zombie, "When do you open?")
    await _until(lambda: _true(bool(world.composer.heard)), zombie)
    async with world.door.transaction(world.business.id) as tx:
        await tx.execute("UPDATE turns SET lease_until = now() - interval '1 second'")
        assert await queries.claim_due(tx, received.turn_id, 30)  # type: ignore[arg-type]
    for _ in range(4):
        world.composer.go.release()
    await world.settled(zombie)
    assert await world.texts(received.conversation.id) == []


async def test_a_stopping_process_gives_its_turns_back_at_once(world: World) -> None:
    world.composer.free = False
    leaving = world.desk()
    received = await world.send(leaving, "When do you open?")
    await _until(lambda: _true(bool(world.composer.heard)), leaving)
    await drain(leaving, 0.01)
    world.composer.free = True
    heir = world.desk()
    assert await take_up_due(heir) == 1
    await world.settled(heir)
    assert len(await world.texts(received.conversation.id)) == 1


async def test_a_person_who_takes_over_silences_the_ai_in_the_middle(world: World) -> None:
    world.composer.free = False
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    c = received.conversation.id
    world.composer.go.release()
    await _until(lambda: _has_reply(world, c), desk)
    sarah = Agent(new_id(), "Sarah Miller")
    await take_over(
        world.door, desk.live, world.business.id, c, sarah, joined_line=lambda _c: "You're now chatting with Sarah from Acme Plumbing.",
        stop_turns=queries.stop_turns,
    )  # fmt: skip
    for _ in range(4):
        world.composer.go.release()
    await world.settled(desk)
    rows = await world.rows(
        "SELECT sender_type, text, state FROM messages WHERE conversation_id = $1 ORDER BY sequence", c
    )
    assert [(r["sender_type"], r["state"]) for r in rows] == [
        ("customer", "complete"),
        ("ai", "interrupted"),
        ("system", "complete"),
    ]
    assert rows[1]["text"] == "We open at 8:00."
    silent = await world.send(desk, "Hello Sarah", c)
    assert silent.turn_id is None
    back = await hand_back(world.door, desk.live, world.business.id, c, line=lambda _c: "The assistant is back.")
    assert back.human_agent_id is None
    world.composer.free = True
    await world.send(desk, "And when do you close?", c)
    await world.settled(desk)
    assert len(await world.texts(c)) == 2


async def test_stop_keeps_what_was_shown_and_nothing_more_comes(world: World) -> None:
    world.composer.free = False
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    c = received.conversation.id
    world.composer.go.release()
    await _until(lambda: _has_reply(world, c), desk)
    await stop_writing(desk, world.business.id, c)
    for _ in range(4):
        world.composer.go.release()
    await world.settled(desk)
    rows = await world.rows("SELECT text, state FROM messages WHERE conversation_id = $1 AND sender_type = 'ai'", c)
    assert rows == [{"text": "We open at 8:00.", "state": "interrupted"}]


async def test_what_the_gate_stops_never_reaches_the_wire(world: World) -> None:
    world.composer = ScriptedComposer("It costs FORBIDDEN dollars.", " We open at 8:00.")
    desk = world.desk()
    received = await world.send(desk, "How much?")
    await world.settled(desk)
    assert await world.texts(received.conversation.id) == ["We open at 8:00."]
    events = await world.rows("SELECT data::text AS data FROM events WHERE type = 'delta'")
    assert not any("FORBIDDEN" in str(e["data"]) for e in events)
    receipt = (await world.rows("SELECT body FROM receipts"))[0]["body"]
    assert receipt["gate"][0]["rule"] == "test"  # type: ignore[index]


async def test_when_the_composer_cannot_the_fallback_finishes_the_turn(world: World) -> None:
    world.composer = ScriptedComposer("We open at 8:00.", None)
    desk = world.desk()
    received = await world.send(desk, "When?")
    await world.settled(desk)
    assert await world.texts(received.conversation.id) == ["We open at 8:00. I cannot say more."]


async def test_when_nothing_can_answer_a_person_is_called(world: World) -> None:
    world.composer = ScriptedComposer(None)
    desk = world.desk(fallback=ScriptedComposer(None))
    received = await world.send(desk, "When?")
    await world.settled(desk)
    row = (
        await world.rows("SELECT status, escalation_state FROM conversations WHERE id = $1", received.conversation.id)
    )[0]
    assert row["status"] == "waiting_human"
    assert row["escalation_state"]["reason"] == "scripted"  # type: ignore[index]
    assert len(await world.texts(received.conversation.id)) == 1


async def test_a_turn_that_breaks_lands_on_a_person(world: World) -> None:
    async def broken(*_args: object) -> tuple[Reading, None]:
        raise RuntimeError("model file is gone")

    desk = world.desk(understand=broken)
    received = await world.send(desk, "When?")
    await world.settled(desk)
    row = (
        await world.rows("SELECT status, escalation_state FROM conversations WHERE id = $1", received.conversation.id)
    )[0]
    assert (row["status"], row["escalation_state"]["reason"]) == ("waiting_human", "internal_error")  # type: ignore[index]
    assert await world.texts(received.conversation.id)


async def test_while_waiting_nothing_escalates_again(world: World) -> None:
    world.reading = Reading(language="en", intent="other", confidence=0.9, flags=frozenset({"asks_for_person"}))
    desk = world.desk()
    received = await world.send(desk, "A person please")
    await world.settled(desk)
    c = received.conversation.id
    await world.send(desk, "A person please!", c)
    await world.settled(desk)
    types = await world.rows("SELECT type FROM events WHERE conversation_id = $1 AND type = 'escalation'", c)
    assert len(types) == 1
    assert len(await world.rows("SELECT 1 FROM handoffs WHERE conversation_id = $1", c)) == 1


async def test_a_message_after_the_closure_reopens_and_rules_look_only_at_what_comes_then(world: World) -> None:
    desk = world.desk()
    received = await world.send(desk, "When do you open?")
    await world.settled(desk)
    c = received.conversation.id
    await end_conversation(
        world.door,
        desk.live,
        world.business.id,
        c,
        now=NOON,
        outcome="resolved_by_ai",
        summary=None,
        by="customer",
        stop_turns=queries.stop_turns,
    )
    again = await world.send(desk, "One more thing", c)
    await world.settled(desk)
    assert again.conversation.id == c
    row = (await world.rows("SELECT status, since_seq, closed_at FROM conversations WHERE id = $1", c))[0]
    assert row == {"status": "active", "since_seq": 2, "closed_at": None}


async def test_another_visitors_conversation_is_not_found(world: World) -> None:
    desk = world.desk()
    received = await world.send(desk, "Hello")
    await world.settled(desk)
    from firstline.customers.visitor import open_visit

    async with world.door.transaction(world.business.id) as tx:
        stranger, _ = await open_visit(tx, {})
    world.visitor = stranger
    with pytest.raises(NotFound):
        await world.send(desk, "What did they say?", received.conversation.id)


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 8001, "a\x00b", "\ud800"])
async def test_what_is_no_message_is_refused_and_leaves_no_row(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        await world.send(world.desk(), text)
    assert await world.rows("SELECT 1 FROM conversations") == []


@pytest.mark.parametrize("text", ["🙂🔧", "\u200fשלום, מתי פתוח?", "<script>alert(1)</script>", "x" * 8000])
async def test_odd_but_honest_text_is_kept_as_it_is(world: World, text: str) -> None:
    desk = world.desk()
    received = await world.send(desk, text)
    await world.settled(desk)
    assert await world.texts(received.conversation.id, "customer") == [text]


async def test_one_client_message_id_twenty_times_at_once_makes_one_message(world: World) -> None:
    desk = world.desk()
    received = await asyncio.gather(*(world.send(desk, "Hello?", client_id="b" * 20) for _ in range(20)))
    await world.settled(desk)
    assert len({r.message.id for r in received}) == 1
    assert sum(not r.duplicate for r in received) == 1
    assert len(await world.rows("SELECT 1 FROM conversations")) == 1


async def test_two_first_bubbles_at_once_are_one_conversation_and_one_turn(world: World) -> None:
    world.composer.free = False
    desk = world.desk()
    first, second = await asyncio.gather(world.send(desk, "Hi"), world.send(desk, "Are you open?"))
    assert first.conversation.id == second.conversation.id
    assert first.turn_id == second.turn_id
    for _ in range(6):
        world.composer.go.release()
    await world.settled(desk)
    assert len(await world.texts(first.conversation.id)) == 1
