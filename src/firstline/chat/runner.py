"""Runs turns beside the requests that brought them: keeps their lease, takes up those whose process died, lets nothing hang."""

import asyncio
from uuid import UUID

from firstline.chat import queries
from firstline.chat.concluding import conclude
from firstline.chat.desk import Desk, Stopped, Superseded, Turn
from firstline.chat.measuring import measure
from firstline.chat.receiving import load_turn
from firstline.chat.saying import say
from firstline.chat.turn import take_turn, to_a_person
from firstline.conversations.facts import Reading
from firstline.conversations.posting import locked
from firstline.ground.log import logger
from firstline.handoff.takeover import interrupt

__all__ = ["drain", "start", "stop_writing", "sweep_forever", "take_up_due"]

MOST_ATTEMPTS = 3  # a turn that killed its process this often goes to a person
SWEEP_SECONDS = 1.0
log = logger("chat")


def start(desk: Desk, turn: Turn) -> asyncio.Task[None]:
    """Runs the turn in the background; its viewers may come and go."""
    task = asyncio.get_running_loop().create_task(_run(desk, turn))
    desk.running[turn.id] = task
    task.add_done_callback(lambda _done: desk.running.pop(turn.id, None))
    return task


async def _run(desk: Desk, turn: Turn) -> None:
    lease = asyncio.get_running_loop().create_task(_keep_lease(desk, turn))
    try:
        following = await _to_the_end(desk, turn)
    except Stopped:
        return
    except asyncio.CancelledError:
        if desk.stopping:
            await asyncio.shield(_let_go(desk, turn))
        raise
    except Exception:  # the edge that owns it: a turn that fails lands on a person
        log.exception("turn_failed", business_id=str(turn.business.id), conversation_id=str(turn.conversation.id))
        following = await _give_up(desk, turn, "internal_error")
    finally:
        lease.cancel()
    measure(turn)
    if following is not None:
        await _start_stored(desk, turn.business.id, following)


async def _to_the_end(desk: Desk, turn: Turn) -> UUID | None:
    """Takes the turn; a new bubble before its first sentence begins it again; too slow: a person."""
    try:
        async with asyncio.timeout(desk.settings.turn_seconds):
            while True:
                try:
                    return await take_turn(desk, turn)
                except Superseded:
                    async with desk.door.transaction(turn.business.id) as tx:
                        again = await load_turn(tx, desk, turn.business, turn.id)
                    if again is None:
                        return None
                    turn = again
    except TimeoutError:
        return await _give_up(desk, turn, "turn_timeout")


async def _give_up(desk: Desk, turn: Turn, reason: str) -> UUID | None:
    """An honest line and a person. If even that fails the lease ends and the turn is taken up again."""
    try:
        turn.reading = turn.reading or Reading(language=turn.conversation.language or turn.business.language)
        turn.verdict = to_a_person(turn, reason)
        await say(desk, turn)
        return await conclude(desk, turn)
    except (Stopped, Superseded):
        return None
    except Exception:  # the edge that owns it: the sweep takes the turn up
        log.exception("giving_up_failed", conversation_id=str(turn.conversation.id))
        return None


async def _keep_lease(desk: Desk, turn: Turn) -> None:
    while True:
        await asyncio.sleep(desk.settings.lease_seconds / 3)
        async with desk.door.transaction(turn.business.id) as tx:
            await queries.renew_lease(tx, turn.id, turn.attempts, desk.settings.lease_seconds)


async def _let_go(desk: Desk, turn: Turn) -> None:
    async with desk.door.transaction(turn.business.id) as tx:
        await queries.let_go(tx, turn.id, turn.attempts)


async def _start_stored(desk: Desk, business_id: UUID, turn_id: UUID) -> None:
    business = await desk.profiles.get(business_id)
    async with desk.door.transaction(business_id) as tx:
        turn = await load_turn(tx, desk, business, turn_id)
    if turn is not None:
        if turn.attempts > MOST_ATTEMPTS:
            await _give_up(desk, turn, "crashed_repeatedly")
        else:
            start(desk, turn)


async def take_up_due(desk: Desk) -> int:
    """Takes up turns whose process died, each by exactly one process; returns how many."""
    taken = 0
    for row in await queries.due(desk.door, 20):
        if row["turn_id"] in desk.running:
            continue
        async with desk.door.transaction(row["business_id"]) as tx:
            won = await queries.claim_due(tx, row["turn_id"], desk.settings.lease_seconds)
        if won:
            taken += 1
            log.info("turn_taken_up", business_id=str(row["business_id"]), conversation_id=str(row["conversation_id"]))
            await _start_stored(desk, row["business_id"], row["turn_id"])
    return taken


async def sweep_forever(desk: Desk) -> None:
    """Looks for abandoned turns once a second."""
    while True:
        try:
            await take_up_due(desk)
        except Exception as error:  # noqa: BLE001 - the edge that owns it: the database may be away for a moment
            log.warning("sweep_failed", error=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


async def stop_writing(desk: Desk, business_id: UUID, conversation_id: UUID) -> None:
    """The visitor pressed stop: what was shown stays, nothing more comes."""
    async with desk.door.transaction(business_id) as tx:
        conversation = await locked(tx, conversation_id)
        await interrupt(tx, desk.live, conversation, queries.stop_turns, "stopped_by_customer")


async def drain(desk: Desk, seconds: float) -> None:
    """Before the process ends: lets running turns finish for a moment, then gives their leases back."""
    running = list(desk.running.values())
    if running:
        await asyncio.wait(running, timeout=seconds)
    desk.stopping = True
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
