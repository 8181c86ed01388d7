"""The same search from PostgreSQL alone: exact, by the terms, frequencies and lengths that the memory has."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from firstline.ground.tenant import Tx
from firstline.knowledge import cold_queries as queries
from firstline.knowledge.keywords import idf_of, saturation
from firstline.knowledge.sought import WIDEST, Found, Scores, Sought, looked_at_of
from firstline.knowledge.spelling import SLIPS, candidates, mendable
from firstline.knowledge.spelling import nearest as nearest_word
from firstline.knowledge.synonyms import kin
from firstline.knowledge.tuning import Tuning
from firstline.knowledge.wording import borrowed_stems, stems

__all__ = ["find"]


async def find(tx: Tx, sought: Sought, model: str, numbers: Tuning) -> Found:
    """As HeldIndex.find; cosines are left to the caller."""
    terms = list(dict.fromkeys(stems(sought.text, sought.language)))
    terms, said, corpus = await _worded(tx, terms, sought, WIDEST + numbers.keyword_candidates)
    nearest, worded = looked_at_of(corpus[0], numbers)
    near = await queries.nearest(tx, sought, model, nearest + worded + 1)
    if len(near) <= nearest + worded:
        ids, stays = near, set(near)
    else:
        said = said[:worded]
        ids, stays = [*near[:nearest], *said], set(said)
    groups = await _groups(tx, terms, sought.language)
    facts = await queries.word_facts(tx, ids, terms, groups)
    having = await _having(tx, groups, corpus)
    languages = np.array([fact[1] for fact in facts], dtype=object)
    return Found(
        ids=[fact[0] for fact in facts],
        words=_weights(facts, corpus),
        idf=np.array([idf_of(corpus[0], df) for df in corpus[2]], dtype=np.float32),
        alike=np.array([fact[5] for fact in facts], dtype=bool).reshape(len(facts), len(terms)),
        alike_idf=np.array([idf_of(corpus[0], df) for df in having], dtype=np.float32),
        across=await _across(tx, sought, languages, [fact[0] for fact in facts]),
        faq=np.array([fact[2] for fact in facts], dtype=bool),
        same=languages == sought.language,
        nearest=nearest,
        stays=np.array([fact[0] in stays for fact in facts], dtype=bool),
    )


async def _groups(tx: Tx, terms: Sequence[str], language: str) -> list[list[str]]:
    """Each term with those of its class that the business uses."""
    classes = [kin(term, language) for term in terms]
    used = await queries.used(tx, sorted(set().union(*classes)))
    return [
        [term, *(other for other in group if other in used and other != term)]
        for term, group in zip(terms, classes, strict=True)
    ]


async def _having(tx: Tx, groups: Sequence[Sequence[str]], corpus: queries.Corpus) -> list[int]:
    """How many chunks have any term of each group; of a single term it is known already."""
    counted = iter(await queries.documents_of(tx, [group for group in groups if len(group) > 1]))
    return [next(counted) if len(group) > 1 else df for group, df in zip(groups, corpus[2], strict=True)]


async def _worded(tx: Tx, terms: list[str], sought: Sought, most: int) -> tuple[list[str], list[UUID], queries.Corpus]:
    """The terms as they are searched for (typos mended), the chunks with the best words, the corpus's numbers."""
    said, corpus = await queries.best_worded(tx, terms, sought, most)
    mended = await _mended(tx, terms, corpus, sought)
    if mended != terms:
        terms = mended
        said, corpus = await queries.best_worded(tx, terms, sought, most)
    return terms, said, corpus


async def _mended(tx: Tx, terms: list[str], corpus: queries.Corpus, sought: Sought) -> list[str]:
    """As spelling.mend, which asks for one term at a time."""
    out = []
    for term, df in zip(terms, corpus[2], strict=True):
        found = []
        if not df and mendable(term, sought.language):
            near = await queries.vocabulary(tx, term[0], len(term) - SLIPS, len(term) + SLIPS)
            found = candidates(term, near)
        if not found:
            out.append(term)
            continue
        _, (_, _, dfs) = await queries.best_worded(tx, [word for _, word in found], sought, 0)
        documents = dict(zip((word for _, word in found), dfs, strict=True))
        out.append(nearest_word(found, documents.__getitem__) or term)
    return list(dict.fromkeys(out))


def _weights(facts: Sequence[Any], corpus: queries.Corpus) -> Scores:
    """What each term adds to the BM25 of each chunk, shape (chunks, terms)."""
    size, mean, dfs = corpus
    tf = np.array([fact[4] for fact in facts], dtype=np.float32).reshape(len(facts), len(dfs))
    lengths = np.array([fact[3] for fact in facts], dtype=np.float32)
    idf = np.array([idf_of(size, df) for df in dfs], dtype=np.float32)
    return saturation(tf, lengths[:, None], mean) * idf


async def _across(tx: Tx, sought: Sought, languages: Any, ids: list[UUID]) -> Scores:
    out = np.zeros(len(ids), dtype=np.float32)
    for other in sorted(set(languages) - {sought.language}):
        shared = borrowed_stems(sought.text, sought.language, other)
        of_it = np.flatnonzero(languages == other)
        if shared:
            facts = await queries.word_facts(tx, [ids[place] for place in of_it], shared)
            _, corpus = await queries.best_worded(tx, shared, sought, 0)
            out[of_it] = _weights(facts, corpus).sum(axis=1)
    return out
