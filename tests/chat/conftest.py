"""A desk on a real database with a composer whose sentences the test lets go one by one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from firstline.answering.port import CouldNotAnswer, Question
from firstline.chat.desk import Desk
from firstline.chat.receiving import Inbound, Received, receive
from firstline.chat.runner import start
from firstline.conversations.facts import Finding, Reading, Receipt, Sentence
from firstline.customers.visitor import Visitor, open_visit
from firstline.ground.live import Live
from firstline.ground.settings import ChatSettings
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.tenancy.model import Business
from firstline.tenancy.profile import Profiles, business_from_row
from firstline.tenancy.queries import business_row

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Monday, 12:00 in Madison


class ScriptedComposer:
    """Says its sentences; before each it waits for `go`. None among them raises CouldNotAnswer."""

    name = "scripted"

    def __init__(self, *sentences: str | None) -> None:
        self.sentences = list(sentences)
        self.go = asyncio.Semaphore(0)
        self.free = True
        self.heard: list[str] = []

    async def compose(self, question: Question, receipt: Receipt) -> AsyncIterator[Sentence]:
        self.heard.append(question.text)
        for text in self.sentences:
            if not self.free:
                await self.go.acquire()
            if text is None:
                raise CouldNotAnswer("scripted")
            if text.strip() not in question.already:
                yield Sentence(text)


class OpenGate:
    """Stops only sentences with the word FORBIDDEN."""

    def check(self, sentence: Sentence, question: Question, said: str) -> tuple[Finding, ...]:
        return (Finding("test", "FORBIDDEN", sentence.text),) if "FORBIDDEN" in sentence.text else ()

    def disclaimer(self, draft: str, question: Question) -> Sentence | None:
        return None


@dataclass
class World:
    """A business, a visitor, and desks to serve them."""

    door: Door
    business: Business
    visitor: Visitor
    composer: ScriptedComposer
    reading: Reading = field(default_factory=lambda: Reading(language="en", intent="ask_hours", confidence=0.9))
    settings: ChatSettings = ChatSettings(turn_seconds=20, lease_seconds=2, reopen_hours=72, rate_per_minute=1000)

    def desk(self, **changes: object) -> Desk:
        async def understand(*_args: object) -> tuple[Reading, None]:
            return self.reading, None

        async def recall(*_args: object) -> tuple[()]:
            return ()

        values: dict[str, object] = {
            "door": self.door,
            "live": Live(None),
            "profiles": Profiles(self.door),
            "settings": self.settings,
            "understand": understand,
            "recall": recall,
            "composer": self.composer,
            "fallback": ScriptedComposer("I cannot say more."),
            "gate": OpenGate(),
            "clock": lambda: NOON,
        }
        return Desk(**{**values, **changes})  # type: ignore[arg-type]

    async def send(
        self, desk: Desk, text: str, conversation_id: object = None, client_id: str | None = None
    ) -> Received:
        received = await receive(desk, Inbound(self.business, self.visitor, text, conversation_id, client_id))  # type: ignore[arg-type]
        if received.turn is not None:
            start(desk, received.turn)
        return received

    async def settled(self, desk: Desk) -> None:
        while desk.running:
            await asyncio.gather(*desk.running.values(), return_exceptions=True)

    async def rows(self, sql: str, *args: object) -> list[dict[str, object]]:
        async with self.door.transaction(self.business.id) as tx:
            return [dict(r) for r in await tx.fetch(sql, *args)]

    async def texts(self, conversation_id: object, sender: str = "ai") -> list[str]:
        rows = await self.rows(
            "SELECT text FROM messages WHERE conversation_id = $1 AND sender_type = $2 ORDER BY sequence",
            conversation_id,
            sender,
        )
        return [str(r["text"]) for r in rows]


@pytest.fixture
async def world(door: Door) -> World:
    """Acme Plumbing, thin: what a turn needs of it."""
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone, business_hours, chat_config) VALUES ($1, 'Acme Plumbing', $2, 'America/Chicago', $3, $4)",
            business_id,
            f"acme-{business_id.hex}",
            {"mon": [{"open": "08:00", "close": "17:00"}]},
            {"guardrails_profile": "balanced"},
        )
        business = business_from_row(await business_row(tx))
        visitor, _token = await open_visit(tx, {})
    return World(door, business, visitor, ScriptedComposer("We open at 8:00.", " We close at 17:00."))
