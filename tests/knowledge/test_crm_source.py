"""The CRM as a source, over the real help desk and the real chats: drafts once, from people, from where the last look ended."""

from datetime import UTC, datetime

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.integrations.resolved import ResolvedHere
from firstline.kit.ids import new_id
from firstline.knowledge.crm import CrmSource
from firstline.knowledge.drafts import list_drafts
from firstline.knowledge.impersonal import drafting
from firstline.knowledge.model import Job, JobConfig
from firstline.knowledge.sources.port import Materials, SourceRow
from firstline.knowledge.store import Workshop
from firstline.knowledge.summarising import LLMSummarise
from firstline.llm.errors import LLMUnavailable
from firstline.llm.fake import FakeLLM
from firstline.tenancy.model import Business


@pytest.fixture
async def acme(door):
    business = Business(id=new_id(), name="Acme Plumbing", slug=f"acme-{new_id().hex[-8:]}")
    async with door.transaction(business.id) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')", business.id, business.name, business.slug)  # fmt: skip
    return business


@pytest.fixture
def workshop(door):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(256)))
    yield made
    made.pool.close()


async def a_ticket(door, business, description, *comments, status="solved", minutes=10, customer="Sarah"):
    """`comments`: (author_type, text, visible)."""
    async with door.transaction(business.id) as tx:
        ticket, person = new_id(), new_id()
        await tx.execute("INSERT INTO customers (business_id, id, first_name) VALUES ($1, $2, $3)", business.id, person, customer)  # fmt: skip
        await tx.execute(
            """INSERT INTO tickets (business_id, id, number, customer_id, subject, description, status, updated_at)
               VALUES ($1, $2, (SELECT count(*) + 1 FROM tickets), $3, 'Question', $4, $5, now() - $6 * interval '1 minute')""",
            business.id, ticket, person, description, status, minutes,
        )  # fmt: skip
        for who, text, visible in comments:
            await tx.execute(
                """INSERT INTO ticket_comments (business_id, id, ticket_id, author_type, body, visible_to_customer, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())""",
                business.id, new_id(), ticket, who, text, visible,
            )  # fmt: skip
    return ticket


async def a_chat(door, business, *messages, minutes=10):
    """`messages`: (sender_type, text)."""
    async with door.transaction(business.id) as tx:
        chat = new_id()
        await tx.execute(
            """INSERT INTO conversations (business_id, id, status, language, closed_at)
               VALUES ($1, $2, 'closed', 'en', now() - $3 * interval '1 minute')""",
            business.id, chat, minutes,
        )  # fmt: skip
        for number, (who, text) in enumerate(messages, 1):
            await tx.execute(
                """INSERT INTO messages (business_id, id, conversation_id, sender_type, sender_name, sequence, text)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)""",
                business.id, new_id(), chat, who, "Tom" if who == "agent" else None, number, text,
            )  # fmt: skip
    return chat


async def look(workshop, business, cursor=None, summarise=None):
    row = SourceRow(new_id(), "crm", "internal", {}, cursor=cursor)
    materials = Materials(business, source=row)
    job = Job(new_id(), business.id, "crm", "running", JobConfig(), {}, {}, [], row.id, datetime.now(UTC), None)
    source = CrmSource(workshop, ResolvedHere(workshop.door), summarise)
    assert [a async for a in source(job, materials)] == []
    return materials.report.cursor


async def waiting(workshop, business):
    return {d.question: d for d in await list_drafts(workshop.door, business.id)}


VALVES = ("Do you replace shutoff valves?", "Hi Sarah, we replace shutoff valves of any brand for $140 each.")


async def test_a_solved_ticket_and_a_closed_chat_become_drafts(workshop, acme, door):
    ticket = await a_ticket(door, acme, VALVES[0], ("agent", VALVES[1], True))
    chat = await a_chat(
        door, acme, ("customer", "Is there a fee for weekends?"), ("ai", "I do not know."),
        ("agent", "Weekend visits carry a fee of 60 dollars on top. Bye, Tom"),
    )  # fmt: skip
    await look(workshop, acme)
    found = await waiting(workshop, acme)
    first, second = found[VALVES[0]], found["Is there a fee for weekends?"]
    assert (first.origin, first.origin_id, first.answer) == ("ticket", ticket, "We replace shutoff valves of any brand for $140 each.")  # fmt: skip
    assert (second.origin, second.origin_id, second.made_by) == ("chat", chat, "extraction")
    assert second.answer.startswith("Weekend visits carry a fee of 60 dollars on top.")
    assert "Tom" not in second.answer


async def test_open_tickets_internal_notes_and_ai_only_chats_are_left_alone(workshop, acme, door):
    await a_ticket(door, acme, VALVES[0], ("agent", VALVES[1], True), status="open")
    await a_ticket(door, acme, VALVES[0], ("agent", VALVES[1], False))
    await a_chat(door, acme, ("customer", VALVES[0]), ("ai", VALVES[1]))
    assert await look(workshop, acme) is None
    assert await waiting(workshop, acme) == {}


async def test_the_next_look_begins_where_the_last_one_ended(workshop, acme, door, monkeypatch):
    monkeypatch.setitem(drafting(), "page", 1)
    await a_ticket(door, acme, VALVES[0], ("agent", VALVES[1], True), minutes=30)
    await a_ticket(door, acme, "Do you unclog drains?", ("agent", "Drains are cleared with a camera check for $180.", True), minutes=20)  # fmt: skip
    cursor = await look(workshop, acme)
    assert len(await waiting(workshop, acme)) == 2
    async with door.transaction(acme.id) as tx:
        await tx.execute("DELETE FROM kb_drafts")
    await a_ticket(door, acme, "Do you fit boilers?", ("agent", "Boilers are fitted by two people within one day.", True), minutes=5)  # fmt: skip
    again = await look(workshop, acme, cursor)
    assert set(await waiting(workshop, acme)) == {"Do you fit boilers?"}
    assert again != cursor


async def test_another_business_s_conversations_are_not_seen(workshop, acme, door):
    other = Business(id=new_id(), name="Other", slug=f"other-{new_id().hex[-8:]}")
    async with door.transaction(other.id) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')", other.id, other.name, other.slug)  # fmt: skip
    await a_ticket(door, other, VALVES[0], ("agent", VALVES[1], True))
    await look(workshop, acme)
    assert await waiting(workshop, acme) == {}


async def test_with_a_model_its_pairs_are_kept_and_without_an_answer_extraction_goes_on(workshop, acme, door):
    await a_ticket(door, acme, VALVES[0], ("agent", VALVES[1], True), minutes=30)
    pair = '{"pairs": [{"question": "What does a new shutoff valve cost?", "answer": "A shutoff valve of any brand is replaced for $140.", "from": [1]}]}'
    await look(workshop, acme, summarise=LLMSummarise(FakeLLM(pair)))
    (draft,) = (await waiting(workshop, acme)).values()
    assert (draft.made_by, draft.question) == ("llm", "What does a new shutoff valve cost?")
    await a_ticket(door, acme, "Do you fit boilers?", ("agent", "Boilers are fitted by two people within one day.", True), minutes=5)  # fmt: skip
    await look(workshop, acme, summarise=LLMSummarise(FakeLLM(LLMUnavailable("away"))))
    assert (await waiting(workshop, acme))["Do you fit boilers?"].made_by == "extraction"
