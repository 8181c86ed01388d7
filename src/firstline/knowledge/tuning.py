"""The numbers of retrieval, read once from data/retrieval.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Tuning", "tuning"]


@dataclass(frozen=True, slots=True)
class Tuning:
    """See data/retrieval.toml for meaning, units and sources."""

    sentence_share: float
    keyword_weight: float
    dense_candidates: int
    keyword_candidates: int
    cold_candidates: int
    weights: tuple[float, ...]
    bias: float
    across_weights: tuple[float, ...]
    across_bias: float
    floor: float
    sure_cosine: float
    sentence_passages: int
    coverage_weight: float
    passage_weight: float
    cache_bytes: int
    build_at_once: int


@cache
def tuning() -> Tuning:
    """The shipped numbers."""
    read = tomllib.loads(files("firstline.knowledge").joinpath("data/retrieval.toml").read_text("utf-8"))
    support, sentences = read["support"], read["sentences"]
    return Tuning(
        sentence_share=read["fusion"]["sentence_share"],
        keyword_weight=read["fusion"]["keyword_weight"],
        dense_candidates=read["candidates"]["dense"],
        keyword_candidates=read["candidates"]["keyword"],
        cold_candidates=read["candidates"]["cold"],
        weights=tuple(support["weights"]),
        bias=support["bias"],
        across_weights=tuple(support["across_weights"]),
        across_bias=support["across_bias"],
        floor=support["floor"],
        sure_cosine=support["sure_cosine"],
        sentence_passages=sentences["passages"],
        coverage_weight=sentences["coverage_weight"],
        passage_weight=sentences["passage_weight"],
        cache_bytes=read["cache"]["bytes"],
        build_at_once=read["cache"]["build_at_once"],
    )
