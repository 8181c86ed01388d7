"""Ranking and support from evidence alone: meaning decides across languages, words decide where meaning ties."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.fusion import Evidence, judge
from firstline.knowledge.tuning import tuning


def evidence(chunk, words, same=None, idf=(2.0, 3.0), asked=None, across=None):
    chunk = np.array(chunk, dtype=np.float32)
    size = len(chunk)
    questions = np.full(size, np.nan) if asked is None else np.array(asked, dtype=float)
    return Evidence(
        chunk=chunk,
        asked=questions.astype(np.float32),
        sentence=np.where(np.isnan(questions), chunk, np.nan).astype(np.float32),
        words=np.array(words, dtype=np.float32).reshape(size, len(idf)),
        idf=np.array(idf, dtype=np.float32),
        alike=np.array(words).reshape(size, len(idf)) > 0,
        alike_idf=np.array(idf, dtype=np.float32),
        across=np.zeros(size, dtype=np.float32) if across is None else np.array(across, dtype=np.float32),
        faq=~np.isnan(questions),
        same=np.ones(size, dtype=bool) if same is None else np.array(same),
    )


def test_words_decide_where_meaning_ties():
    judged = judge(evidence([0.4, 0.4, 0.4], [[0, 0], [2, 3], [2, 0]]), tuning())
    assert list(np.argsort(-judged.fused)) == [1, 2, 0]


def test_meaning_decides_where_no_word_is_shared():
    judged = judge(evidence([0.2, 0.6, 0.4], np.zeros((3, 2))), tuning())
    assert list(np.argsort(-judged.fused)) == [1, 2, 0]


def test_a_word_of_the_same_class_counts_less_than_the_very_word_and_more_than_none():
    known = evidence([0.4, 0.4, 0.4], [[0, 0], [0, 3], [0, 0]])
    judged = judge(replace(known, alike=np.array([[False, False], [False, True], [False, True]])), tuning())
    assert judged.fused[1] > judged.fused[2] > judged.fused[0]
    assert judged.support[1] > judged.support[2] > judged.support[0]


def test_a_class_that_every_passage_has_says_nothing():
    known = evidence([0.4, 0.4], [[0, 0], [0, 0]])
    alike = np.array([[True, False], [False, False]])
    telling, common = (replace(known, alike=alike, alike_idf=np.array([idf, 3.0])) for idf in (2.0, 0.01))
    gains = [float(np.subtract(*judge(one, tuning()).support)) for one in (telling, common)]
    assert gains[0] > 5 * gains[1] > 0


def test_words_do_not_count_in_another_language():
    judged = judge(evidence([0.3, 0.6], [[2, 3], [0, 0]], same=[False, False]), tuning())
    assert judged.fused[1] > judged.fused[0]
    assert not judged.keyword.any()


def test_names_and_numbers_count_in_another_language():
    judged = judge(evidence([0.4, 0.4], np.zeros((2, 2)), same=[False, False], across=[0, 4]), tuning())
    assert judged.fused[1] > judged.fused[0]


def test_a_question_is_not_nearer_for_being_a_question():
    like_any_question, says_it = 0.42, 0.38
    judged = judge(evidence([0.3, 0.3], np.zeros((2, 2)), asked=[like_any_question, np.nan]), tuning())
    assert says_it > like_any_question - tuning().question_offset
    assert judged.fused[1] > judged.fused[0]


def test_the_very_question_is_above_the_floor_whatever_else_is_there():
    judged = judge(evidence([0.5, 0.5], np.zeros((2, 2)), asked=[0.93, 0.4]), tuning())
    assert judged.above[0]


def test_a_score_does_not_hang_on_the_other_candidates():
    chunk, words = [0.2, 0.6, 0.4], [[0, 1], [2, 0], [1, 1]]
    all_of_them = judge(evidence(chunk, words), tuning()).fused
    np.testing.assert_allclose(judge(evidence(chunk[:2], words[:2]), tuning()).fused, all_of_them[:2], rtol=1e-6)


def test_support_grows_with_what_the_passage_covers():
    judged = judge(evidence([0.4, 0.4, 0.4], [[0, 0], [0, 3], [2, 3]]), tuning())
    assert judged.support[0] < judged.support[1] < judged.support[2]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 9), st.booleans()), min_size=0, max_size=20))
def test_any_evidence_gives_finite_scores(rows):
    chunk = [row[0] for row in rows]
    words = np.array([[row[1], 0] for row in rows]).reshape(len(rows), 2)
    judged = judge(evidence(chunk, words, same=np.array([row[2] for row in rows], dtype=bool)), tuning())
    assert judged.fused.shape == judged.support.shape == judged.above.shape == (len(rows),)
    assert np.isfinite(judged.fused).all()
    assert ((judged.support >= 0) & (judged.support <= 1)).all()
