"""FAQ rows as CSV: what goes out comes back the same, no cell runs as a formula, bad rows are named, good ones counted."""

import csv
import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.errors import Invalid
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.faq_csv import export_faqs, faqs_as_csv, import_faqs, plan_faqs
from firstline.knowledge.store import Workshop
from firstline.knowledge.wording import fold

FULL = "question,answer,language,tags,visibility\n"


def row(question="Do you take cards?", answer="Yes.", language="en", tags=(), visibility="public"):
    return {"id": new_id(), "question": question, "answer": answer, "language": language, "tags": list(tags), "visibility": visibility}  # fmt: skip


def counts(result):
    return (result.new, result.changed, result.same, result.bad)


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.strip).filter(bool)
tags = st.lists(
    cell.map(lambda t: t.translate(str.maketrans(",;|", "   ")).strip()).filter(bool), max_size=3, unique=True
)


@given(
    st.lists(
        st.tuples(cell, cell, tags, st.sampled_from(["public", "internal"])),
        max_size=6,
        unique_by=lambda r: fold(" ".join(r[0].split())),
    )
)
def test_what_goes_out_comes_back_the_same(cells):
    rows = [row(q, a, "en", t, v) for q, a, t, v in cells]
    for bom in (False, True):
        result, todo = plan_faqs(faqs_as_csv(rows, bom=bom), rows)
        assert todo == []
        assert result.bad == 0
    result, todo = plan_faqs(faqs_as_csv(rows), [])
    kept = {r["question"]: (r["answer"], tuple(r["tags"]), r["visibility"]) for r in rows}
    for made in todo:
        assert kept[made.faq.question] == (made.faq.answer, made.faq.tags, made.visibility)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_cell_that_leaves_here_begins_like_a_formula(text):
    cells = list(csv.reader(io.StringIO(faqs_as_csv([row(text, text)]).decode(), newline="")))[1]
    assert all(not c.startswith(("=", "+", "-", "@", "\t", "\r")) for c in cells)


@pytest.mark.parametrize(
    "data",
    [
        "question,answer\nDo you take cards?,Yes\n",
        "Pregunta;Respuesta\nDo you take cards?;Yes\n",
        "RESPUESTA\tPREGUNTA\nYes\tDo you take cards?\n",
        "sep=;\r\nQuestion;Answer\r\nDo you take cards?;Yes\r\n",
        "﻿question,answer\nDo you take cards?,Yes",
        'id,"Question","Answer",note\n1,Do you take cards?,Yes,"a; b; c"\n',
    ],
)
def test_columns_are_found_by_english_or_spanish_names_and_any_usual_delimiter(data):
    result, (made,) = plan_faqs(data.encode(), [])
    assert (made.faq.question, made.faq.answer, counts(result)) == ("Do you take cards?", "Yes", (1, 0, 0, 0))


def test_utf_16_and_old_windows_files_are_read():
    data = "pregunta;respuesta\n¿Atienden en la montaña?;Sí, también los sábados.\n"
    for charset in ("utf-16", "cp1252"):
        _, (made,) = plan_faqs(data.encode(charset), [])
        assert made.faq.answer == "Sí, también los sábados."
        assert made.faq.language == "es"


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02\xff", b"name,price\nLeak,180\n", b"question\nAlone?\n", b"%PDF-1.7 x"]
)
def test_what_is_no_such_table_says_which_columns_it_needs(data):
    with pytest.raises(Invalid) as why:
        plan_faqs(data, [])
    assert why.value.errors[0]["field"] == "file"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data):
    for text in (data, FULL.encode() + data):
        try:
            plan_faqs(text, [])
        except Invalid as why:
            assert why.code == "not_a_table"  # noqa: PT017 - either outcome is right


def test_a_bad_row_is_named_by_its_number_and_the_files_own_column():
    data = (
        "Pregunta,Respuesta,Idioma,Visibilidad\n"
        "Good?,Yes,en,public\n"
        "\n"
        "No answer?,,en,public\n"
        f"Long?,{'x' * 10001},en,public\n"
        "Klingon?,Qapla,tlh,public\n"
        "Seen by?,Some,en,sometimes\n"
    )
    result, todo = plan_faqs(data.encode(), [])
    assert [(f.row, f.column) for f in result.faults] == [(4, "Respuesta"), (5, "Respuesta"), (6, "Idioma"), (7, "Visibilidad")]  # fmt: skip
    assert "10000" in result.faults[1].message
    assert counts(result) == (1, 0, 0, 4)
    assert len(todo) == 1


def test_new_changed_and_same_are_told_apart_and_what_the_file_does_not_say_stays():
    held = [row("Do you take cards?", "Yes.", tags=["pay"], visibility="internal"), row("Open on Sunday?", "No.")]
    data = "question,answer\ndo you take  CARDS?,Only debit.\nOpen on Sunday?,No.\nWhere are you?,In town.\n"
    result, todo = plan_faqs(data.encode(), held)
    assert counts(result) == (1, 1, 1, 0)
    changed = next(made for made in todo if made.faq_id)
    assert (changed.faq_id, changed.visibility, changed.faq.tags) == (held[0]["id"], "internal", ("pay",))


def test_the_same_question_in_another_language_is_another_row():
    held = [row("Wifi?", "Yes.", "en")]
    result, (made,) = plan_faqs((FULL + "Wifi?,Sí.,es,,\n").encode(), held)
    assert (result.new, made.faq_id, made.faq.language) == (1, None, "es")


def test_a_later_row_replaces_an_earlier_one_of_the_same_question():
    result, (made,) = plan_faqs(b"question,answer\nOpen?,No\nOpen?,Yes\n", [])
    assert (made.faq.answer, result.new, result.repeated) == ("Yes", 1, 1)


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


async def rows(door, business_id: UUID):
    async with door.transaction(business_id) as tx:
        return {r["question"]: r["answer"] for r in await queries.list_faqs(tx)}


async def test_an_import_writes_what_its_dry_run_told_and_again_does_nothing(workshop, acme):
    data = b"question,answer\nOpen on Sunday?,No.\nDo you take cards?,Yes.\n"
    dry = await import_faqs(workshop, acme, data, dry_run=True)
    assert (counts(dry), dry.applied) == ((2, 0, 0, 0), False)
    assert await rows(workshop.door, acme) == {}
    told = []
    done = await import_faqs(workshop, acme, data, progress=lambda n, of: told.append((n, of)))
    assert (counts(done), done.applied, told) == ((2, 0, 0, 0), True, [(1, 2), (2, 2)])
    assert counts(await import_faqs(workshop, acme, data)) == (0, 0, 2, 0)
    assert counts(await import_faqs(workshop, acme, await export_faqs(workshop.door, acme, bom=True))) == (0, 0, 2, 0)
    await import_faqs(workshop, acme, b"question,answer\nOpen on Sunday?,From noon.\n")
    assert await rows(workshop.door, acme) == {"Open on Sunday?": "From noon.", "Do you take cards?": "Yes."}


async def test_with_a_bad_row_nothing_is_written_unless_the_good_ones_are_wanted(workshop, acme):
    data = b"question,answer\nOpen on Sunday?,No.\nEmpty?,\n"
    assert counts(await import_faqs(workshop, acme, data)) == (1, 0, 0, 1)
    assert await rows(workshop.door, acme) == {}
    assert (await import_faqs(workshop, acme, data, good_rows_only=True)).applied
    assert await rows(workshop.door, acme) == {"Open on Sunday?": "No."}
