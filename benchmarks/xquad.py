"""XQuAD: does the sentence that would be said hold the gold answer? Targets: 78 % en, 66 % es (issue 2).

Run: python -m benchmarks.xquad [--json]. Reads ../shared/data (or FIRSTLINE_SHARED_DATA).
"""

import json
import sys

from benchmarks.retrieval import Sets, embed_all, indexes, plain

from firstline.embedding.bundled import BundledEmbedder
from firstline.knowledge.retrieve import best_sentences

TARGETS = {"en": 78.0, "es": 66.0}


def run() -> dict[str, float]:
    """Share of questions, in percent, by language (question and text in the same one)."""
    embedder = BundledEmbedder(cached_queries=0)
    sets = Sets(["xquad_es_en"])
    queries = [q for q in sets.queries["xquad_es_en"] if q.get("kind") == "mono" and q.get("answer")]
    vectors = embed_all(embedder, [q["query"] for q in queries])
    held = indexes(embedder, sets.passages["xquad_es_en"])
    right: dict[str, list[bool]] = {"en": [], "es": []}
    for query, vector in zip(queries, vectors, strict=True):
        index = held[query["tenant"]]
        passages = index.search(query["query"], vector, query["lang"], 3)
        best = best_sentences(embedder, vector, query["query"], query["lang"], passages, 1, index=index)
        right[query["lang"]].append(bool(best) and plain(query["answer"]) in plain(best[0][1]))
    return {language: round(100 * sum(found) / len(found), 1) for language, found in right.items() if found}


if __name__ == "__main__":
    shares = run()
    if "--json" in sys.argv:
        print(json.dumps({"xquad": shares}))
    else:
        for language, share in shares.items():
            print(f"XQuAD {language}: {share} % of chosen sentences hold the answer (target {TARGETS[language]})")
