"""The public question sets: passages and questions by tenant, indexes of them, and which half a question belongs to."""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firstline.conversations.facts import Said
from firstline.embedding.port import Embedder, Vector, Vectors, query_vectors
from firstline.kit.ids import new_id
from firstline.knowledge.index import TenantIndex
from firstline.knowledge.model import Chunk, StoredChunk
from firstline.knowledge.query import search_text

SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
SETS = ("dstc_hotel_faq", "dstc11_reviews_faq", "faq_answer_only", "stackfaq", "mtrag_un", "xquad_es_en")
MULTI_TURN = ("mtrag_un",)  # its questions lean on their last turns; elsewhere the history is of another task
FEW_TENANTS = 8  # below it a set is split by question


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with the index of its tenant. `gold` are row numbers of the index; empty: nothing answers it."""

    set: str
    group: str  # the set, with the two languages where it has several
    text: str
    language: str
    vector: Vector
    index: TenantIndex
    gold: frozenset[int]
    held_out: bool
    kind: str  # answerability, where the set says it


class Sets:
    """Passages and queries of the named sets."""

    def __init__(self, names: Sequence[str] = SETS) -> None:
        self.passages, self.queries = {}, {}
        for name in names:
            folder = SHARED / "faq_retrieval" / name
            self.passages[name] = [json.loads(line) for line in (folder / "passages.jsonl").open(encoding="utf-8")]
            self.queries[name] = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]


class Kept:
    """An embedder whose vectors are kept in a file: fitting runs over the same 28,000 texts again and again."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.inner, self.name, self.dimensions = embedder, embedder.name, embedder.dimensions
        self._file = folder / f"{embedder.name}.npz"
        self._vectors: dict[str, Vector] = {}
        if self._file.exists():
            kept = np.load(self._file)
            self._vectors = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As Embedder.embed."""
        return self._kept("p", texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """As Embedder.embed_queries."""
        return self._kept("q", texts)

    def count_tokens(self, text: str) -> int:
        """As Embedder.count_tokens."""
        return self.inner.count_tokens(text)

    def _kept(self, side: str, texts: Sequence[str]) -> Vectors:
        keys = [f"{side}{hashlib.sha256(text.encode()).hexdigest()[:24]}" for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        for at in range(0, len(missing), 128):
            some = list(missing.items())[at : at + 128]
            plain = [text for _, text in some]
            made = query_vectors(self.inner, plain) if side == "q" else self.inner.embed(plain)
            self._vectors.update((key, vector) for (key, _), vector in zip(some, made, strict=True))
        if missing:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._vectors)), vectors=np.array(list(self._vectors.values())))
        return np.array([self._vectors[key] for key in keys], dtype=np.float32)


def plain(text: str) -> str:
    """For comparing words only."""
    return " ".join(text.casefold().split())


def embed_all(embedder: Embedder, texts: Sequence[str]) -> Any:
    """Vectors in slices, so that memory stays flat."""
    parts = [embedder.embed(texts[at : at + 256]) for at in range(0, len(texts), 256)]
    return np.concatenate(parts)


def indexes(embedder: Embedder, passages: Sequence[dict[str, Any]]) -> dict[str, TenantIndex]:
    """An index a tenant; a passage with a question mark for a title is an FAQ row."""
    chunks = [as_chunk(passage) for passage in passages]
    texts = [text for chunk in chunks for text in (chunk.searchable, *chunk.parts)]
    vectors = embedder.embed(texts) if isinstance(embedder, Kept) else embed_all(embedder, texts)
    grouped: dict[str, list[StoredChunk]] = defaultdict(list)
    start = 0
    for passage, chunk in zip(passages, chunks, strict=True):
        stop = start + 1 + len(chunk.parts)
        language, uri = passage["lang"], passage["pid"]
        own, parts = vectors[start], vectors[start + 1 : stop]
        stored = StoredChunk(new_id(), new_id(), chunk, language, "public", uri, "text", own, parts)
        grouped[passage["tenant"]].append(stored)
        start = stop
    return {tenant: TenantIndex(held) for tenant, held in grouped.items()}


def as_chunk(passage: dict[str, Any]) -> Chunk:
    """A passage as ingestion would store it."""
    title = passage["title"]
    if title.rstrip().endswith("?"):
        return Chunk(text=passage["text"], question=title, answer=passage["text"])
    return Chunk(text=passage["text"], title=title)


def asked(embedder: Embedder, names: Sequence[str] = SETS) -> list[Asked]:
    """Every question of the sets, as the product would search for it."""
    sets = Sets(names)
    out: list[Asked] = []
    for name in names:
        held = indexes(embedder, sets.passages[name])
        rows = {tenant: {c.source_uri: row for row, c in enumerate(index.chunks)} for tenant, index in held.items()}
        queries = sets.queries[name]
        texts = [_text(name, query) for query in queries]
        vectors = query_vectors(embedder, texts)
        for query, text, vector in zip(queries, texts, vectors, strict=True):
            tenant = query["tenant"]
            half = query["qid"] if len(held) < FEW_TENANTS else _business(name, tenant)
            gold = frozenset(rows[tenant][pid] for pid in query["gold"])
            group = f"xquad {query['lang']}->{tenant[-2:]}" if name == "xquad_es_en" else name
            kind = query.get("answerability", "")
            out.append(
                Asked(name, group, text, query["lang"], vector, held[tenant], gold, _second(f"{name}/{half}"), kind)
            )
    return out


def _text(name: str, query: dict[str, Any]) -> str:
    if name not in MULTI_TURN:
        return str(query["query"])
    turns = [Said("customer" if at % 2 == 0 else "ai", text) for at, text in enumerate(query["history"])]
    return search_text(query["query"], turns, query["lang"])


def _business(name: str, tenant: str) -> str:
    """XQuAD's tenants come in pairs, one a language, of the same articles: both go to one half."""
    return tenant.rsplit("-", 1)[0] if name == "xquad_es_en" else tenant


def _second(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 1
