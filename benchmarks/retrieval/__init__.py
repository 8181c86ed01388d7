"""Retrieval on the public sets: `rows(embedder)` is the table of the tenants that no weight was fitted on."""

from benchmarks.retrieval.quality import rows
from benchmarks.retrieval.sets import SETS, SHARED, Sets, embed_all, indexes, plain

__all__ = ["SETS", "SHARED", "Sets", "embed_all", "indexes", "plain", "rows"]
