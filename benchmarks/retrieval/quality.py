"""Recall and answerability on the half of the tenants that fitting did not see."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from benchmarks.retrieval.baselines import Bm25, dense
from benchmarks.retrieval.sets import Asked, asked
from numpy.typing import NDArray

from firstline.embedding.port import Embedder
from firstline.knowledge.fusion import Evidence, judge
from firstline.knowledge.tuning import Tuning, tuning

__all__ = ["Known", "answerable", "auroc", "known", "only", "recalls", "reliability", "rows", "table"]

UNANSWERED = ("UNANSWERABLE", "UNDERSPECIFIED")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a question's candidates, ascending by row of its tenant's index; `gold` are places in it."""

    question: Asked
    rows: NDArray[np.int64]
    evidence: Evidence
    gold: frozenset[int]


def known(question: Asked) -> Known:
    """The evidence for a question, of the product's own index."""
    rows, evidence = question.index.evidence(question.text, question.vector, question.language)
    order = np.argsort(rows)
    rows = rows[order]
    return Known(
        question, rows, only(evidence, order), frozenset(np.flatnonzero(np.isin(rows, list(question.gold))).tolist())
    )


def only(evidence: Evidence, places: NDArray[np.int64]) -> Evidence:
    """The evidence of some candidates."""
    names = ("chunk", "asked", "sentence", "words", "alike", "across", "faq", "same")
    return replace(evidence, **{name: getattr(evidence, name)[places] for name in names})


def recalls(questions: Sequence[Known], scored: Callable[[Known], NDArray[Any]]) -> dict[str, tuple[float, float, int]]:
    """By group: R@1, R@3 in percent, and the number of questions."""
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for question in questions:
        best = np.argsort(-scored(question), kind="stable")[:3].tolist()
        hits[question.question.group].append((best[0] in question.gold, not question.gold.isdisjoint(best)))
    return {
        group: (*(round(100 * float(x), 1) for x in np.mean(found, axis=0)), len(found))  # type: ignore[misc]
        for group, found in hits.items()
    }


def rows(embedder: Embedder, numbers: Tuning | None = None) -> list[dict[str, Any]]:
    """A row a set and language, then their mean: n and R@1/R@3 of bm25, dense and fused, on the held-out half."""
    return table([known(q) for q in asked(embedder) if q.held_out and q.gold], numbers or tuning())


def table(questions: Sequence[Known], numbers: Tuning) -> list[dict[str, Any]]:
    """As `rows`, of these questions."""
    lexical: dict[int, Bm25] = {}
    for index in {id(q.question.index): q.question.index for q in questions}.values():
        lexical[id(index)] = Bm25(index)
    ways = {
        "bm25": recalls(questions, lambda q: _bm25(lexical[id(q.question.index)], q)),
        "dense": recalls(questions, lambda q: dense(q.evidence)),
        "fused": recalls(questions, lambda q: judge(q.evidence, numbers).fused),
    }
    out: list[dict[str, Any]] = []
    for group in ways["fused"]:
        found = {way: values[group][:2] for way, values in ways.items()}
        out.append({"set": group, "n": ways["fused"][group][2], **found})
    mean = {way: tuple(round(float(x), 1) for x in np.mean([row[way] for row in out], axis=0)) for way in ways}
    return [*out, {"set": "mean", "n": sum(row["n"] for row in out), **mean}]


def _bm25(model: Bm25, known: Known) -> NDArray[np.float32]:
    return model.scores(known.question.text, known.question.language)[known.rows]


def answerable(questions: Sequence[Known], numbers: Tuning) -> dict[str, float]:
    """AUROC of the best passage's support on mtrag_un, and the shares that pass the floor, in percent.

    All of its questions: the set has four tenants and 69 questions without an answer, and none of it is fitted on.
    """
    score: dict[str, list[float]] = defaultdict(list)
    above: dict[str, list[bool]] = defaultdict(list)
    for question in questions:
        judged = judge(question.evidence, numbers)
        best = int(np.argmax(judged.fused))
        score[question.question.kind].append(float(judged.support[best]))
        above[question.question.kind].append(bool(judged.above[best]))
    no = [s for kind in UNANSWERED for s in score[kind]]
    yes = [s for kind, found in score.items() if kind not in UNANSWERED for s in found]
    passed = {f"above floor, {k.lower()}": round(100 * float(np.mean(v)), 0) for k, v in sorted(above.items())}
    return {
        "AUROC all": round(auroc(yes, no), 3),
        "AUROC answerable/unanswerable": round(auroc(score["ANSWERABLE"], score["UNANSWERABLE"]), 3),
        "AUROC answerable/underspecified": round(auroc(score["ANSWERABLE"], score["UNDERSPECIFIED"]), 3),
        **passed,
    }


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """P(a value of `higher` lies above one of `lower`), ties half."""
    a, b = np.asarray(higher)[:, None], np.asarray(lower)[None, :]
    return float((a > b).mean() + (a == b).mean() / 2)


def reliability(predicted: Sequence[float], happened: Sequence[bool], bins: int = 5) -> list[tuple[float, float, int]]:
    """Mean predicted, share that happened, count: by equal steps of the prediction."""
    values, truth = np.asarray(predicted), np.asarray(happened)
    at = np.minimum((values * bins).astype(int), bins - 1)
    return [
        (round(float(values[at == b].mean()), 2), round(float(truth[at == b].mean()), 2), int((at == b).sum()))
        for b in range(bins)
        if (at == b).any()
    ]
