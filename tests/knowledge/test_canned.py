"""Canned replies: picked by shortcut, filled with names, said as written when they may answer, gone when deleted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.errors import Conflict, Invalid, NotFound
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.canned import (
    CannedReply,
    check_canned,
    delete_canned,
    get_canned,
    list_canned,
    render,
    save_canned,
)
from firstline.knowledge.canned_csv import export_canned, import_canned, plan_canned
from firstline.knowledge.store import Workshop

HELLO = CannedReply("hello", "Greeting", "Hi {{customer_name}}, this is {{ agent_name }} of {{business_name}}.")
PARKING = CannedReply(
    "parking", "Where can I park?", "Behind the shop, free for two hours.", answers=True, tags=("visit",)
)


def test_variables_are_filled_and_an_unknown_name_leaves_no_hole():
    names = {"customer_name": "Sarah", "agent_name": "Tom", "business_name": "Acme"}
    assert render(HELLO.text, names) == "Hi Sarah, this is Tom of Acme."
    assert render("Hi {{customer_name}}, welcome!", {"customer_name": None}) == "Hi, welcome!"
    assert render("Hola {{customer_name}}: {{agent_name}}", {"agent_name": "Ana"}) == "Hola: Ana"


@given(st.text(max_size=30))
def test_a_customer_s_name_is_never_read_as_a_variable(name):
    assert (
        render("<{{customer_name}}>", {"customer_name": f"x{name}{{{{agent_name}}}}", "agent_name": "Tom"}).count("Tom")
        == 0
        or "Tom" in name
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shortcut": "Hello World"}, "shortcut"),
        ({"shortcut": "-x"}, "shortcut"),
        ({"title": "  "}, "title"),
        ({"text": ""}, "text"),
        ({"text": "x" * 10001}, "text"),
        ({"text": "Hi {{first_name}}"}, "text"),
        ({"text": "Hi {{customer_name}"}, "text"),
        ({"text": "Hi {{}}"}, "text"),
        ({"language": "de"}, "language"),
        ({"text": "Hi {{customer_name}}", "answers": True}, "answers"),
    ],
)
def test_what_cannot_be_saved_is_named_by_its_field(change, field):
    fields = {"shortcut": "a", "title": "A", "text": "B", **change}
    with pytest.raises(Invalid) as why:
        check_canned(CannedReply(**fields))
    assert why.value.errors[0]["field"] == field


@pytest.fixture
async def acme(door):
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Acme', $2, 'UTC')", business_id, f"a-{business_id.hex[-8:]}")  # fmt: skip
    return business_id


@pytest.fixture
def workshop(door):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(64)))
    yield made
    made.pool.close()


async def known(workshop, acme):
    """What the assistant may find: (question, answer) of every live chunk."""
    async with workshop.door.transaction(acme) as tx:
        rows = await tx.fetch(
            """SELECT c.question, c.answer FROM kb_chunks c JOIN kb_source_documents d ON d.id = c.document_id
               AND d.deleted_at IS NULL AND c.generation = (d.metadata->>'ready')::int"""
        )
    return [(row["question"], row["answer"]) for row in rows]


async def test_a_reply_that_may_answer_is_known_to_the_assistant_as_written_and_others_are_not(workshop, acme):
    await save_canned(workshop, acme, HELLO)
    saved = await save_canned(workshop, acme, PARKING)
    assert await known(workshop, acme) == [("Where can I park?", "Behind the shop, free for two hours.")]
    async with workshop.door.transaction(acme) as tx:
        assert await queries.list_faqs(tx) == []  # it is no row of the FAQ
        (document,) = await queries.list_documents(tx)
    assert document["source_uri"] == f"canned:{saved.id}"


async def test_an_edited_reply_is_said_in_its_new_words_and_a_withdrawn_one_no_more(workshop, acme):
    saved = await save_canned(workshop, acme, PARKING)
    changed = CannedReply("parking", "Where can I park?", "In the street.", answers=True)
    await save_canned(workshop, acme, changed, canned_id=saved.id)
    assert await known(workshop, acme) == [("Where can I park?", "In the street.")]
    await save_canned(workshop, acme, CannedReply("parking", "Where can I park?", "In the street."), canned_id=saved.id)
    assert await known(workshop, acme) == []
    assert (await get_canned(workshop.door, acme, saved.id)).reply.text == "In the street."
    await save_canned(workshop, acme, changed, canned_id=saved.id)
    assert len(await known(workshop, acme)) == 1


async def test_a_deleted_reply_is_gone_from_both(workshop, acme):
    saved = await save_canned(workshop, acme, PARKING)
    assert await delete_canned(workshop.door, acme, saved.id)
    assert not await delete_canned(workshop.door, acme, saved.id)
    assert await known(workshop, acme) == []
    assert await list_canned(workshop.door, acme) == []
    with pytest.raises(NotFound):
        await save_canned(workshop, acme, PARKING, canned_id=saved.id)
    await save_canned(workshop, acme, PARKING)  # its shortcut is free again


async def test_one_deleted_while_it_is_published_does_not_stay(workshop, acme, monkeypatch):
    embed = workshop.pool.embed

    async def deleted_meanwhile(texts):
        for canned in await list_canned(workshop.door, acme):
            await delete_canned(workshop.door, acme, canned.id)
        return await embed(texts)

    monkeypatch.setattr(workshop.pool, "embed", deleted_meanwhile, raising=False)
    await save_canned(workshop, acme, PARKING)
    assert await known(workshop, acme) == []


async def test_a_shortcut_is_one_reply_s_in_each_language(workshop, acme):
    await save_canned(workshop, acme, HELLO)
    await save_canned(workshop, acme, CannedReply("hello", "Saludo", "Hola", "es"))
    with pytest.raises(Conflict) as why:
        await save_canned(workshop, acme, CannedReply("hello", "Other", "Hey"))
    assert why.value.code == "shortcut_taken"


async def test_replies_are_found_by_shortcut_title_or_text_accents_forgiven_page_by_page(workshop, acme):
    for number in range(5):
        await save_canned(workshop, acme, CannedReply(f"r{number}", f"Title {number}", "Texto de atención"))
    assert len(await list_canned(workshop.door, acme, q="atencion")) == 5
    assert [c.reply.shortcut for c in await list_canned(workshop.door, acme, q="title 3")] == ["r3"]
    assert await list_canned(workshop.door, acme, q="100%") == []
    first = await list_canned(workshop.door, acme, most=2)
    rest = await list_canned(workshop.door, acme, after=(first[-1].reply.shortcut, first[-1].id))
    assert [c.reply.shortcut for c in [*first, *rest]] == ["r0", "r1", "r2", "r3", "r4"]
    assert await list_canned(workshop.door, acme, language="es") == []


async def test_another_business_sees_none(workshop, acme):
    saved = await save_canned(workshop, acme, HELLO)
    assert await get_canned(workshop.door, new_id(), saved.id) is None


async def test_a_table_of_replies_goes_out_and_comes_back(workshop, acme):
    await save_canned(workshop, acme, HELLO)
    await save_canned(workshop, acme, PARKING)
    data = await export_canned(workshop.door, acme, bom=True)
    again = await import_canned(workshop, acme, data)
    assert (again.new, again.changed, again.same, again.bad) == (0, 0, 2, 0)
    other = new_id()
    async with workshop.door.transaction(other) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'O', $2, 'UTC')", other, f"o-{other.hex[-8:]}")  # fmt: skip
    assert (await import_canned(workshop, other, data)).new == 2
    assert [c.reply for c in await list_canned(workshop.door, other)] == [HELLO, PARKING]
    assert len(await known(workshop, other)) == 1


def test_a_bad_row_of_replies_is_named():
    data = "Atajo;Título;Texto;Responde\n/hola;Saludo;Hola {{customer_name}};sí\nx y;A;B;no\nok;A;B;quizás\n/fin;A;B;\n"
    result, rows = plan_canned(data.encode(), [])
    assert [(f.row, f.column) for f in result.faults] == [(2, "Responde"), (3, "Atajo"), (4, "Responde")]
    assert [reply.shortcut for reply, _ in rows] == ["fin"]
