"""The index in memory: words and meaning together, across languages, above a floor; and what the query is made of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstline.conversations.facts import Said
from firstline.embedding.fake import FakeEmbedder
from firstline.kit.ids import new_id
from firstline.knowledge.index import TenantIndex
from firstline.knowledge.model import Chunk, StoredChunk
from firstline.knowledge.query import search_text
from firstline.knowledge.retrieve import best_sentences
from firstline.knowledge.wording import sentences, stems

EMBEDDER = FakeEmbedder(256)


def stored(text, language="en", visibility="public", question=None):
    chunk = Chunk(text=text, question=question, answer=text if question else None)
    vectors = EMBEDDER.embed([chunk.searchable, *chunk.parts])
    return StoredChunk(new_id(), new_id(), chunk, language, visibility, "u", "html", vectors[0], vectors[1:])


TEXTS = [
    "We repair water heaters of every brand. A repair takes two hours.",
    "Drain cleaning costs $149 to $289. A clogged sink is cleaned the same day.",
    "Our office is at 2140 Pipeworks Lane. Parking is free.",
    "Every repair carries a warranty of one year.",
]


def ask(index, text, language="en", **kwargs):
    return index.search(text, EMBEDDER.embed([text])[0], language, kwargs.pop("limit", 3), **kwargs)


def test_the_chunk_that_says_it_comes_first_and_is_above_the_floor():
    found = ask(TenantIndex([stored(t) for t in TEXTS]), "how much is drain cleaning for a clogged sink")
    assert found[0].text == TEXTS[1]
    assert found[0].above_floor
    assert found[0].scores.keys() == {"dense", "keyword", "fused", "support"}


def test_a_question_of_nothing_here_stays_below_the_floor():
    found = ask(TenantIndex([stored(t) for t in TEXTS]), "do you sell concert tickets in Lisbon")
    assert not any(p.above_floor for p in found)


def test_the_very_question_of_a_faq_row_is_above_the_floor():
    index = TenantIndex([stored("Yes, all of them.", question="Do you take cards?"), *map(stored, TEXTS)])
    found = ask(index, "do you take cards")
    assert (found[0].answer, found[0].above_floor) == ("Yes, all of them.", True)


def test_words_do_not_count_across_languages():
    index = TenantIndex([stored("Reparamos calentadores de agua", language="es"), *map(stored, TEXTS)])
    found = ask(index, "calentadores", language="es", limit=5)
    assert all(p.scores["keyword"] == 0 for p in found if p.language == "en")


def test_internal_chunks_are_for_internal_eyes():
    index = TenantIndex([stored("The margin on heaters is 40 percent", visibility="internal"), stored(TEXTS[0])])
    assert all("margin" not in p.text for p in ask(index, "margin on heaters"))
    assert "margin" in ask(index, "margin on heaters", visibility="internal")[0].text


def test_an_empty_index_finds_nothing():
    assert ask(TenantIndex([]), "anything") == []


def test_the_same_text_on_two_pages_is_given_once():
    found = ask(TenantIndex([stored(TEXTS[0]), stored(TEXTS[0]), stored(TEXTS[1])]), "water heaters")
    assert len(found) == 2


def test_the_best_sentence_is_the_one_that_answers():
    index = TenantIndex([stored(t) for t in TEXTS])
    question = "where is your office, on which lane"
    found = ask(index, question)
    vector = EMBEDDER.embed([question])[0]
    best = best_sentences(EMBEDDER, vector, question, "en", found, 2, index=index)
    assert best[0][1] == "Our office is at 2140 Pipeworks Lane."
    again = best_sentences(EMBEDDER, vector, question, "en", found, 2)
    assert [s for _, s, _ in again] == [s for _, s, _ in best]


@given(
    st.lists(
        st.sampled_from(["pipe", "leak", "water", "heater", "drain", "sink", "price", "cost", "warranty", "cita"]),
        max_size=12,
    )
)
def test_scores_are_finite_whatever_is_asked(words):
    index = TenantIndex([stored(t) for t in TEXTS])
    for passage in ask(index, " ".join(words)):
        assert all(np.isfinite(value) for value in passage.scores.values())


def test_a_follow_up_is_searched_with_what_it_leans_on():
    history = [Said("customer", "How much is drain cleaning?"), Said("ai", "From $149."), Said("customer", "ok")]
    assert search_text("and on Sundays?", history, "en") == "How much is drain cleaning? ok and on Sundays?"
    own = "Can you install a tankless water heater in my garage next week?"
    assert search_text(own, history, "en") == own
    spanish = [Said("customer", "¿Cuánto cuesta limpiar un drenaje?")]
    assert search_text("¿Y los domingos?", spanish, "es").startswith("¿Cuánto cuesta")


def test_words_are_folded_and_stemmed_in_their_language():
    assert stems("Repairing the HEATERS", "en") == stems("repair heater", "en")
    assert stems("¿Reparación de tuberías?", "es") == stems("reparacion tuberias", "es")


@given(st.text(max_size=600))
def test_sentences_are_never_empty_nor_endless(text):
    assert all(s.strip() and len(s) <= 400 for s in sentences(text))


def test_sentences_end_where_people_end_them():
    text = "Call Dr. Smith at 8 a.m. on weekdays. It costs $1.50 each! ¿Abren hoy? Sí."
    assert sentences(text) == ["Call Dr. Smith at 8 a.m. on weekdays.", "It costs $1.50 each!", "¿Abren hoy?", "Sí."]
