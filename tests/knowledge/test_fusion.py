"""Ranking and support from evidence alone: meaning decides across languages, words decide where meaning ties."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.fusion import Evidence, judge
from firstline.knowledge.tuning import tuning


def evidence(chunk, words, same=None, idf=(2.0, 3.0), part=None):
    chunk = np.array(chunk, dtype=np.float32)
    return Evidence(
        chunk=chunk,
        part=chunk if part is None else np.array(part, dtype=np.float32),
        words=np.array(words, dtype=np.float32).reshape(len(chunk), len(idf)),
        idf=np.array(idf, dtype=np.float32),
        highest_idf=5.0,
        same=np.ones(len(chunk), dtype=bool) if same is None else np.array(same),
    )


def test_words_decide_where_meaning_ties():
    judged = judge(evidence([0.4, 0.4, 0.4], [[0, 0], [2, 3], [2, 0]]), tuning())
    assert list(np.argsort(-judged.fused)) == [1, 2, 0]


def test_meaning_decides_where_no_word_is_shared():
    judged = judge(evidence([0.2, 0.6, 0.4], np.zeros((3, 2))), tuning())
    assert list(np.argsort(-judged.fused)) == [1, 2, 0]


def test_words_do_not_count_in_another_language():
    judged = judge(evidence([0.3, 0.6], [[2, 3], [0, 0]], same=[False, False]), tuning())
    assert judged.fused[1] > judged.fused[0]
    assert not judged.keyword.any()


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
