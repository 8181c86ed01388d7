"""SQL of a turn: its record, its lease, its released sentences, what it leaves behind."""

from typing import Any
from uuid import UUID

from firstline.conversations.facts import Hit, Reading
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id

__all__ = [
    "add_hits",
    "add_turn",
    "claim_due",
    "declined_offers",
    "due",
    "finish_turn",
    "join_turn",
    "leave_behind",
    "let_go",
    "open_turn_of",
    "promote_queued",
    "quiet",
    "release",
    "renew_lease",
    "stop_turns",
    "turn",
]


async def open_turn_of(tx: Tx, conversation_id: UUID) -> list[Any]:
    """The open and the queued turn of a locked conversation (at most one of each), the open one first."""
    return await tx.fetch(
        "SELECT id, state, released, revision, attempts FROM turns WHERE business_id = $1 AND conversation_id = $2 "
        "AND state IN ('open', 'queued') ORDER BY state",
        tx.business_id,
        conversation_id,
    )


async def add_turn(tx: Tx, turn_id: UUID, conversation_id: UUID, message_id: UUID, state: str, lease_s: float) -> None:
    """Records a turn as it opens (or waits behind the one that is being written)."""
    await tx.execute(
        "INSERT INTO turns (business_id, id, conversation_id, message_id, state, lease_until) "
        "VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))",
        tx.business_id,
        turn_id,
        conversation_id,
        message_id,
        state,
        lease_s,
    )


async def join_turn(tx: Tx, turn_id: UUID) -> bool:
    """One more bubble before the first sentence: the draft starts again. False when a sentence has left meanwhile."""
    tag = await tx.execute(
        "UPDATE turns SET revision = revision + 1 WHERE business_id = $1 AND id = $2 AND released = 0 AND state IN ('open', 'queued')",
        tx.business_id,
        turn_id,
    )
    return tag == "UPDATE 1"


async def turn(tx: Tx, turn_id: UUID) -> Any:
    """The row."""
    return await tx.fetchrow("SELECT * FROM turns WHERE business_id = $1 AND id = $2", tx.business_id, turn_id)


async def release(
    tx: Tx,
    *,
    turn_id: UUID,
    conversation_id: UUID,
    attempts: int,
    revision: int,
    reply_id: UUID,
    text: str,
    at: int,
    language: str,
    lease_s: float,
) -> Any:
    """One sentence onto the wire, if the turn is still ours, unchanged, and no person has joined; else no row.

    One statement: the conversation's lock, the fence, the text, the event. Returns (sequence, seq) of message and event.
    """
    return await tx.fetchrow(
        """
        WITH c AS (
          SELECT id, message_seq, event_seq FROM conversations
          WHERE business_id = $1 AND id = $2 AND human_agent_id IS NULL AND status <> 'closed' FOR UPDATE
        ), t AS (
          UPDATE turns t SET released = t.released + 1, reply_id = coalesce(t.reply_id, $6), lease_until = now() + make_interval(secs => $10)
          FROM c WHERE t.business_id = $1 AND t.id = $3 AND t.attempts = $4 AND t.revision = $5 AND t.state = 'open'
          RETURNING t.reply_id
        ), m AS (
          INSERT INTO messages AS m (business_id, id, conversation_id, turn_id, sender_type, sequence, text, state, language)
          SELECT $1, t.reply_id, $2, $3, 'ai', c.message_seq + 1, $7, 'partial', $8 FROM c, t
          ON CONFLICT (business_id, id) DO UPDATE SET text = m.text || excluded.text, updated_at = now()
          RETURNING m.id, m.sequence
        ), v AS (
          UPDATE conversations SET event_seq = c.event_seq + 1, message_seq = greatest(c.message_seq, m.sequence), last_message_at = now()
          FROM c, m WHERE conversations.business_id = $1 AND conversations.id = c.id
        ), e AS (
          INSERT INTO events (business_id, conversation_id, seq, type, data)
          SELECT $1, $2, c.event_seq + 1, 'delta', jsonb_build_object('message_id', m.id, 'at', $9::int, 'text', $7::text, 'sequence', m.sequence)
          FROM c, m
        )
        SELECT m.id, m.sequence, c.event_seq + 1 AS seq FROM c, m
        """,
        tx.business_id,
        conversation_id,
        turn_id,
        attempts,
        revision,
        reply_id,
        text,
        language,
        at,
        lease_s,
    )


async def renew_lease(tx: Tx, turn_id: UUID, attempts: int, lease_s: float) -> bool:
    """Keeps the turn while it waits for a slow model. False when it is ours no longer."""
    tag = await tx.execute(
        "UPDATE turns SET lease_until = now() + make_interval(secs => $4) WHERE business_id = $1 AND id = $2 AND attempts = $3 AND state = 'open'",
        tx.business_id,
        turn_id,
        attempts,
        lease_s,
    )
    return tag == "UPDATE 1"


async def let_go(tx: Tx, turn_id: UUID, attempts: int) -> None:
    """Gives the lease back at once (the process is stopping), so that another takes the turn up."""
    await tx.execute(
        "UPDATE turns SET lease_until = now() WHERE business_id = $1 AND id = $2 AND attempts = $3 AND state = 'open'",
        tx.business_id,
        turn_id,
        attempts,
    )


async def due(door: Door, most: int) -> list[Any]:
    """(business_id, turn_id, conversation_id) of turns whose lease has ended, across tenants."""
    return await door.lookup("SELECT * FROM due_turns($1)", most)


async def claim_due(tx: Tx, turn_id: UUID, lease_s: float) -> bool:
    """Takes a turn whose process died: one claimer wins, and the old process writes nothing more (attempts is the fence)."""
    tag = await tx.execute(
        "UPDATE turns t SET attempts = attempts + 1, state = 'open', lease_until = now() + make_interval(secs => $3) "
        "WHERE business_id = $1 AND id = $2 AND state IN ('open', 'queued') AND lease_until < now() AND (state = 'open' OR NOT EXISTS "
        "(SELECT FROM turns o WHERE o.business_id = $1 AND o.conversation_id = t.conversation_id AND o.state = 'open'))",
        tx.business_id,
        turn_id,
        lease_s,
    )
    return tag == "UPDATE 1"


async def finish_turn(tx: Tx, turn_id: UUID, attempts: int, revision: int, state: str, outcome: str) -> bool:
    """Ends a turn that is still ours and had no further bubble. False otherwise: nothing may be written."""
    tag = await tx.execute(
        "UPDATE turns SET state = $5, outcome = $6, finished_at = now() "
        "WHERE business_id = $1 AND id = $2 AND attempts = $3 AND revision = $4 AND state = 'open'",
        tx.business_id,
        turn_id,
        attempts,
        revision,
        state,
        outcome,
    )
    return tag == "UPDATE 1"


async def stop_turns(tx: Tx, conversation_id: UUID, outcome: str) -> list[Any]:
    """Stops whatever is open or queued (a person joins, the visitor pressed stop). Returns (id, reply_id)."""
    return await tx.fetch(
        "UPDATE turns SET state = 'stopped', outcome = $3, finished_at = now() "
        "WHERE business_id = $1 AND conversation_id = $2 AND state IN ('open', 'queued') RETURNING id, reply_id",
        tx.business_id,
        conversation_id,
        outcome,
    )


async def promote_queued(tx: Tx, conversation_id: UUID, lease_s: float) -> UUID | None:
    """The next turn of a conversation becomes the open one."""
    found: UUID | None = await tx.fetchval(
        "UPDATE turns SET state = 'open', lease_until = now() + make_interval(secs => $3) "
        "WHERE business_id = $1 AND conversation_id = $2 AND state = 'queued' RETURNING id",
        tx.business_id,
        conversation_id,
        lease_s,
    )
    return found


async def leave_behind(
    tx: Tx,
    conversation_id: UUID,
    message_id: UUID,
    reading: Reading,
    needs_handoff: bool,
    reason: str | None,
    *,
    reply_id: UUID | None,
    receipt: dict[str, Any],
    call: dict[str, Any] | None,
) -> None:
    """What a turn leaves, in one statement: the spec's Intent of §2.4, the customer's message as it was read, what the
    reply rested on (`receipt`, when there is a reply), the accounting of the model's call (`call`: model, tokens_in,
    tokens_out, cost, ms).
    """
    call = call or {}
    await tx.execute(
        """
        WITH i AS (
          INSERT INTO intents (business_id, id, conversation_id, message_id, name, confidence, runner_up, gap, entities, flags, sentiment, stage,
            needs_handoff, handoff_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ), m AS (
          UPDATE messages SET updated_at = now(), intent = $5, confidence = $6, language = $15 WHERE business_id = $1 AND id = $4
        ), r AS (
          INSERT INTO receipts (business_id, message_id, body) SELECT $1, $16::uuid, $17::jsonb WHERE $16::uuid IS NOT NULL
          ON CONFLICT (business_id, message_id) DO UPDATE SET body = excluded.body
        )
        INSERT INTO llm_calls (business_id, id, conversation_id, purpose, model, tokens_in, tokens_out, cost, ms, outcome)
        SELECT $1, $18::uuid, $3, 'answer', $19::text, $20::int, $21::int, $22::numeric, $23::int, 'ok' WHERE $19::text IS NOT NULL
        """,
        tx.business_id,
        new_id(),
        conversation_id,
        message_id,
        reading.intent,
        reading.confidence,
        reading.runner_up,
        reading.gap,
        reading.as_entities(),
        sorted(reading.flags),
        {"label": reading.sentiment.label, "score": reading.sentiment.score},
        reading.stage,
        needs_handoff,
        reason,
        reading.language,
        reply_id,
        receipt,
        new_id(),
        call.get("model"),
        call.get("tokens_in", 0),
        call.get("tokens_out", 0),
        call.get("cost"),
        int(call.get("ms", 0)),
    )


async def add_hits(tx: Tx, conversation_id: UUID, message_id: UUID | None, hits: tuple[Hit, ...]) -> None:
    """Why a person was called."""
    await tx.executemany(
        "INSERT INTO escalation_hits (business_id, id, conversation_id, message_id, trigger_id, policy, action, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                tx.business_id,
                new_id(),
                conversation_id,
                message_id,
                h.trigger_id,
                None if h.trigger_id else h.code,
                h.action,
                h.reason,
            )
            for h in hits
        ],
    )


async def declined_offers(tx: Tx, conversation_id: UUID, since_seq: int) -> list[str]:
    """Codes of offers since the last closure to which the customer has said no."""
    rows = await tx.fetch(
        "SELECT DISTINCT data ->> 'code' AS code FROM events WHERE business_id = $1 AND conversation_id = $2 AND type = 'offer.declined' "
        "AND (data ->> 'sequence')::int > $3",
        tx.business_id,
        conversation_id,
        since_seq,
    )
    return [r["code"] for r in rows if r["code"]]


async def quiet(door: Door, seconds: float, most: int) -> list[Any]:
    """(business_id, conversation_id) of active conversations without a word for that long, across tenants."""
    return await door.lookup("SELECT * FROM idle_conversations(make_interval(secs => $1), $2)", seconds, most)
