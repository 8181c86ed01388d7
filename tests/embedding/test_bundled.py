"""The bundled model: unit vectors, the same meaning near in both languages, changed weights refused."""

import threading

import numpy as np
import pytest

from firstline.embedding import bundled
from firstline.embedding.bundled import BundledEmbedder, WeightsChanged


@pytest.fixture(scope="module")
def model():
    return BundledEmbedder()


def test_vectors_are_unit_and_float32(model):
    vectors = model.embed(["When are you open?", "¿A qué hora abren?", ""])
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:2], axis=1), 1.0, atol=1e-5)


def test_the_same_question_is_near_in_both_languages(model):
    english, spanish, other = model.embed(
        ["Do you repair water heaters?", "¿Reparan calentadores de agua?", "My cat likes the sofa."]
    )
    assert english @ spanish > 0.6 > english @ other + 0.2


def test_a_repeated_text_gives_the_same_vector_from_the_cache(model):
    first = model.embed(["a drain is blocked"])
    again = model.embed(["a drain is blocked", "something else"])
    np.testing.assert_array_equal(first[0], again[0])


def test_tokens_are_counted(model):
    assert model.count_tokens("") == 0
    assert 1 <= model.count_tokens("water heater") <= 4


def test_changed_weights_are_refused(monkeypatch):
    monkeypatch.setitem(bundled.DIGESTS, "sp.model", "0" * 64)
    with pytest.raises(WeightsChanged):
        BundledEmbedder().warm()


def test_many_threads_load_it_once(model):
    fresh = BundledEmbedder()
    out: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: out.append(fresh.embed(["leak"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(out) == 4
    assert all(np.allclose(o, out[0]) for o in out)
