"""Chunks keep to their limit, lose no word, and never cut a table's row."""

from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.chunk import chunks_of
from firstline.knowledge.model import Faq, JobConfig, Parsed


def count(text: str) -> int:
    return len(text.split())


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=60).map(" ".join)
SECTIONS = st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=4)), min_size=1, max_size=5)


@given(SECTIONS, st.integers(32, 80))
def test_no_word_is_lost_and_no_chunk_is_too_large(sections, most):
    markdown = "\n\n".join(
        f"## h\n\n{text}.\n\n" + "\n".join(f"- {item}" for item in items) for text, items in sections
    )
    found = chunks_of(Parsed("t", markdown, "html"), JobConfig(most, 0, False, most), count)
    said = " ".join(chunk.text for chunk in found)
    for text, items in sections:
        for word in (*text.split(), *" ".join(items).split()):
            assert word in said
    assert all(count(chunk.searchable) <= most + 2 for chunk in found)


def test_a_table_is_cut_between_rows_and_each_part_has_its_head():
    rows = "\n".join(f"| Service {n} | from ${n}00 to ${n}50 |" for n in range(1, 30))
    markdown = f"## Prices\n\n| Service | Price |\n| --- | --- |\n{rows}"
    found = chunks_of(Parsed("T", markdown, "html"), JobConfig(64, 0, False, 64), count)
    assert len(found) > 1
    for chunk in found:
        assert chunk.text.startswith("| Service | Price |\n| --- | --- |\n| Service ")
        assert all(line.endswith("|") for line in chunk.text.splitlines())
        assert chunk.section == "Prices"
    assert next(part for chunk in found for part in chunk.parts) == "Service 1: from $100 to $150"


def test_sections_carry_their_path_and_the_title_is_not_repeated():
    markdown = "# Acme\n\nHello there.\n\n## Prices\n\n### Drains\n\nFrom $149.\n\n## Area\n\nMadison."
    found = chunks_of(Parsed("Acme", markdown, "html"), JobConfig(), count)
    assert [(c.section, c.text) for c in found] == [
        ("", "Hello there."),
        ("Prices > Drains", "From $149."),
        ("Area", "Madison."),
    ]
    assert found[1].context == "Acme\nPrices > Drains"


def test_long_prose_overlaps_by_whole_sentences():
    text = " ".join(f"Sentence number {n} says something new." for n in range(40))
    found = chunks_of(Parsed("", text, "text"), JobConfig(60, 12, False, 60), count)
    assert found[0].parts[-1] == found[1].parts[0]


def test_a_faq_row_is_one_chunk():
    faq = Faq("Do you take cards?", "Yes.", "en", ("pay",))
    (chunk,) = chunks_of(Parsed("FAQ", "", "csv", faqs=(faq,)), JobConfig(), count)
    assert (chunk.question, chunk.answer, chunk.text, chunk.tags) == ("Do you take cards?", "Yes.", "Yes.", ("pay",))
    assert chunk.parts == ["Do you take cards?", "Yes."]


PIECES = st.lists(
    st.one_of(
        WORDS.map(lambda text: ("prose", f"{text}.")),
        st.lists(WORDS, min_size=2, max_size=6).map(lambda rows: ("table", "\n".join(["| a | b |", "| --- | --- |", *(f"| {row} | $5 |" for row in rows)]))),
        st.lists(WORDS, min_size=2, max_size=6).map(lambda rows: ("list", "\n".join(f"- {row}" for row in rows))),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@given(PIECES, st.integers(96, 200), st.integers(0, 48))
def test_chunks_keep_the_limit_the_order_and_whole_rows_and_overlap_in_prose_only(pieces, most, overlap):
    markdown = "\n\n".join(f"## Part {n}\n\n{text}" for n, (_, text) in enumerate(pieces))
    found = chunks_of(Parsed("t", markdown, "html"), JobConfig(most, overlap, False, min(most, 64)), count)
    assert all(count(chunk.searchable) <= most + 2 for chunk in found)
    assert [chunk.section for chunk in found] == sorted(
        (chunk.section for chunk in found), key=lambda s: int(s.split()[1])
    )
    for n, (kind, text) in enumerate(pieces):
        lines = [line for chunk in found if chunk.section == f"Part {n}" for line in chunk.text.splitlines() if line]
        if kind == "prose":
            assert set(" ".join(lines).replace(".", "").split()) == set(text.replace(".", "").split())
        elif kind == "list":
            assert lines == text.splitlines()
        else:
            assert [line for line in lines if line.endswith("| $5 |")] == text.splitlines()[2:]
