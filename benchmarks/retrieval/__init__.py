"""Retrieval on the public sets and at 5,000 chunks."""

from benchmarks.retrieval.sets import SETS, SHARED, Sets, embed_all, indexes, plain

__all__ = ["SETS", "SHARED", "Sets", "embed_all", "indexes", "plain"]
