"""The rooms of a process: opened at start-up, closed at its end. The only place that knows everything."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from firstline.answering.extract import ExtractiveComposer
from firstline.answering.gate import Gate, needs_disclaimer
from firstline.answering.generate import LLMComposer
from firstline.answering.judge import LLMJudge
from firstline.answering.port import Composer, Question
from firstline.app.mind import Mind
from firstline.app.warming import warm
from firstline.chat.desk import Desk
from firstline.conversations.facts import Sentence
from firstline.customers.visitor import Visitors
from firstline.embedding.bundled import BundledEmbedder
from firstline.embedding.catalog import Embedders
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.db import Pool, create_pool
from firstline.ground.limits import RateLimit
from firstline.ground.live import Live
from firstline.ground.sealing import sealer_from
from firstline.ground.settings import Settings
from firstline.ground.storage import LocalObjects
from firstline.ground.tenant import Door
from firstline.handoff.reflecting import when_it_matters
from firstline.knowledge.refresh import register as register_knowledge
from firstline.knowledge.retrieve import Retriever
from firstline.knowledge.store import Workshop
from firstline.llm.gateway import Gateway
from firstline.llm.settings import LLMSettings
from firstline.tenancy.profile import Profiles
from firstline.understanding.reading import Reader

__all__ = ["House", "open_house"]

TOLD_TO_CRM = (
    "turn.closed",
    "escalation",
    "conversation.closed",
    "conversation.tagged",
    "contact.learned",
    "handoff_completed",
)
ONLINE_SECONDS = 20.0  # an open console's stream says so at least every five seconds


class HouseGate(Gate):
    """The gate with its disclaimer, as the turn's port wants it."""

    def disclaimer(self, draft: str, question: Question) -> Sentence | None:
        """See answering.gate.needs_disclaimer."""
        return needs_disclaimer(draft, question)


@dataclass(slots=True)
class Presence:
    """Which businesses have a console open, by this process's own streams and what others wrote."""

    seen: dict[UUID, float] = field(default_factory=dict)

    def mark(self, business_id: UUID) -> None:
        """A console of this business is open now."""
        self.seen[business_id] = time.monotonic()

    def online(self, business_id: UUID) -> bool:
        """Whether one was open within the last moments."""
        at = self.seen.get(business_id)
        return at is not None and time.monotonic() - at < ONLINE_SECONDS


@dataclass(slots=True)
class House:
    """Everything of one process."""

    settings: Settings
    url: str
    pool: Pool
    door: Door
    live: Live
    profiles: Profiles
    embedding: EmbeddingPool
    retriever: Retriever
    reader: Reader
    desk: Desk
    visitors: Visitors
    objects: LocalObjects
    rate: RateLimit
    gateway: Gateway | None
    presence: Presence
    mind: Mind
    embedders: Embedders
    workshop: Workshop
    warming: asyncio.Task[None] | None = None  # what a first turn would have to load, loaded beside the first requests

    async def close(self) -> None:
        """In the order that loses nothing."""
        if self.warming is not None:
            self.warming.cancel()
        await self.live.stop()
        if self.gateway is not None:
            await self.gateway.aclose()
        await self.retriever.close()
        self.mind.close()
        self.embedders.close()
        await self.pool.close()


async def open_house(settings: Settings, url: str, *, with_models: bool = True) -> House:
    """Opens the pool and the live line, loads the models, fills the ports."""
    pool = await create_pool(url, most=settings.database.pool)
    door, live = Door(pool), Live(url)
    for event in TOLD_TO_CRM:
        door.on(event, when_it_matters)
    register_knowledge(door)
    profiles = Profiles(door)
    live.watchers.append(
        lambda business_id, conversation_id: profiles.drop(business_id) if conversation_id is None else None
    )
    embedder = BundledEmbedder()
    embedding = EmbeddingPool(embedder)
    reader = Reader(embedder)
    embedders = Embedders.from_setting(settings.knowledge.embedder, embedding)
    objects = LocalObjects(settings.data / "objects")
    workshop = Workshop(door, embedders.default, embedders, objects, sealer_from(settings))
    retriever = Retriever(door, embedders, settings.knowledge.cache_bytes)
    live.watchers.append(retriever.heard)
    mind = Mind(embedding, reader, retriever)
    extractive = ExtractiveComposer(mind.select)
    llm = LLMSettings.from_env(settings.environment)
    gateway = Gateway.from_settings(llm) if llm.enabled else None
    judging = Gateway.from_settings(llm, routes=llm.judge_routes) if llm.judge_routes else gateway
    composer: Composer = LLMComposer(gateway, extractive) if gateway else extractive
    presence = Presence()
    desk = Desk(
        door=door,
        live=live,
        profiles=profiles,
        settings=settings.chat,
        understand=mind.understand,
        recall=mind.recall,
        composer=composer,
        fallback=extractive,
        gate=HouseGate(),
        online=presence.online,
        judge=_judging(judging) if judging else None,
    )
    if with_models:
        await asyncio.to_thread(embedder.check)  # the model itself is loaded beside the first requests
    await live.start()
    warming = asyncio.get_running_loop().create_task(warm(desk, retriever)) if with_models else None
    return House(
        settings, url, pool, door, live, profiles, embedding, retriever, reader, desk, Visitors(door),
        objects, RateLimit(settings.chat.rate_per_minute), gateway, presence, mind, embedders, workshop, warming,
    )  # fmt: skip


def _judging(gateway: Gateway) -> Any:
    judge = LLMJudge(gateway)

    async def ask(question: Question, draft: str, generated: bool) -> dict[str, Any]:
        opinion = await judge.judge(draft, question, generated=generated)
        return opinion.as_receipt() | {"text": opinion.text}

    return ask
