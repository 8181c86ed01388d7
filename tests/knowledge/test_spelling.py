"""Typos are mended by the tenant's own words: near ones, never numbers, always the same choice."""

from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.spelling import candidates, mend, mendable, nearest

WORDS = {"warranti": 4, "heater": 9, "heather": 1, "gutter": 3, "repair": 5, "price": 7, "calentador": 2, "24h": 1}


def mended(*terms):
    return mend(terms, "en", lambda word: WORDS.get(word, 0), lambda _: WORDS)


def test_a_slip_of_one_or_two_letters_is_mended_by_the_length_of_the_word():
    assert mended("waranti") == ["warranti"]
    assert mended("heatre", "gutetr") == ["heater", "gutter"]
    assert mended("calnetadro") == ["calentador"]
    assert mended("haetre") == ["haetre"]


def test_words_that_are_there_short_ones_and_numbers_stay():
    assert mended("heather", "repai") == ["heather", "repair"]
    assert mended("prce", "24g", "1234567") == ["prce", "24g", "1234567"]
    assert not mendable("12345", "en")


def test_a_known_word_is_no_slip_for_another_one():
    has = {"chang": 3}
    assert mend(["charg"], "en", lambda word: has.get(word, 0), lambda _: has) == ["charg"]


def test_the_first_letter_is_not_guessed():
    assert mended("eheater") == ["eheater"]


def test_fewest_slips_then_most_chunks_then_the_alphabet():
    assert nearest([(2, "aaa"), (1, "bbb")], {"aaa": 9, "bbb": 1}.__getitem__) == "bbb"
    assert nearest([(1, "aaa"), (1, "bbb")], {"aaa": 1, "bbb": 2}.__getitem__) == "bbb"
    assert nearest([(1, "bbb"), (1, "aaa")], {"aaa": 1, "bbb": 1}.__getitem__) == "aaa"
    assert nearest([(1, "gone")], {"gone": 0}.__getitem__) is None


@given(
    st.lists(st.text("abcdeñ1", min_size=1, max_size=12), max_size=8),
    st.lists(st.text("abcdeñ1", min_size=1, max_size=12), max_size=30),
)
def test_mending_is_the_same_whatever_the_order_of_the_vocabulary(terms, words):
    once = mend(terms, "es", dict.fromkeys(words, 1).get, lambda _: words)
    assert once == mend(terms, "es", dict.fromkeys(words, 1).get, lambda _: reversed(words))
    assert len(set(once)) == len(once)
    assert all(term in words or term in terms for term in once)


def test_candidates_are_within_reach():
    assert all(slips <= 2 for slips, _ in candidates("calentadro", WORDS))
