"""The numbers of retrieval, read once from data/retrieval.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Tuning", "tuning"]


@dataclass(frozen=True, slots=True)
class Tuning:
    """See data/retrieval.toml for meaning, units and sources."""

    ranking: tuple[float, ...]
    names_most: float
    alike_words: float
    alike_telling: float
    question_offset: float
    faq_offset: float
    dense_candidates: int
    keyword_candidates: int
    weights: tuple[float, ...]
    bias: float
    across_weights: tuple[float, ...]
    across_bias: float
    floor: float
    sure_cosine: float
    background: int
    background_prior: int
    background_score: float
    sentence_passages: int
    coverage_weight: float
    passage_weight: float
    cache_bytes: int


@cache
def tuning() -> Tuning:
    """The shipped numbers."""
    read = tomllib.loads(files("firstline.knowledge").joinpath("data/retrieval.toml").read_text("utf-8"))
    support, sentences = read["support"], read["sentences"]
    return Tuning(
        ranking=tuple(read["fusion"][name] for name in ("part", "chunk", "words", "names")),
        names_most=read["fusion"]["names_most"],
        alike_words=read["fusion"]["alike_words"],
        alike_telling=read["fusion"]["alike_telling"],
        question_offset=read["fusion"]["question_offset"],
        faq_offset=read["fusion"]["faq_offset"],
        dense_candidates=read["candidates"]["dense"],
        keyword_candidates=read["candidates"]["keyword"],
        weights=tuple(support["weights"]),
        bias=support["bias"],
        across_weights=tuple(support["across_weights"]),
        across_bias=support["across_bias"],
        floor=support["floor"],
        sure_cosine=support["sure_cosine"],
        background=support["background"],
        background_prior=support["background_prior"],
        background_score=support["background_score"],
        sentence_passages=sentences["passages"],
        coverage_weight=sentences["coverage_weight"],
        passage_weight=sentences["passage_weight"],
        cache_bytes=read["cache"]["bytes"],
    )
