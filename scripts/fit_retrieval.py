"""Fits the weights of retrieval and writes them into src/firstline/knowledge/data/retrieval.toml.

Run: python -m scripts.fit_retrieval [--write] [--embedders bundled e5] [--vectors FOLDER]. Reads the public sets
(../shared/data). Ranking: a listwise softmax over a tenant's chunks. Support: a logistic regression whose negatives are
the questions with their gold passages taken away. Both on one half of the tenants (by hash; sets with few tenants by
question), every set weighing the same; reported on the other half, and with each whole set left out in turn. Support is
fitted on the half `tuning` of our own other words too (benchmarks/retrieval/refused), whose unanswered questions are negatives.
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.retrieval import other_words
from benchmarks.retrieval.quality import Known, answerable, auroc, known, only, recalls, reliability
from benchmarks.retrieval.sets import Asked, Kept, asked
from numpy.typing import NDArray

from firstline.embedding.catalog import embedder_named
from firstline.knowledge.fusion import judge, ranking_features, support_features
from firstline.knowledge.tuning import Tuning, tuning

TARGET = Path(__file__).parents[1] / "src/firstline/knowledge/data/retrieval.toml"
RANKING = ("part", "chunk", "words", "names")
BUSINESSES = ("dstc_hotel_faq", "dstc11_reviews_faq", "faq_answer_only")
NEVER_FITTED = "mtrag_un"  # support is judged on it, so it is left out of support's fitting
Array = NDArray[np.float64]


class Rows:
    """Features of every candidate of every question, padded to one shape."""

    def __init__(self, questions: Sequence[Known], numbers: Tuning) -> None:
        most = max(len(q.rows) for q in questions)
        self.features = np.zeros((len(questions), most, len(RANKING)))
        self.real = np.zeros((len(questions), most), dtype=bool)
        self.gold = np.zeros((len(questions), most), dtype=bool)
        for at, question in enumerate(questions):
            made = ranking_features(question.evidence, numbers)
            self.features[at, : len(made)], self.real[at, : len(made)] = made, True
            self.gold[at, list(question.gold)] = True
        self.group = np.array([q.question.group for q in questions])
        self.set = np.array([q.question.set for q in questions])

    def fit(self, chosen: NDArray[np.bool_], steps: int = 150) -> Array:
        """Weights by Adam on standardised features, a little L2; every group weighs the same."""
        real, gold, x = self.real[chosen], self.gold[chosen], self.features[chosen]
        x = (x - x.sum(1, keepdims=True) / real.sum(1)[:, None, None]) * real[..., None]
        spread = np.sqrt((x**2).sum((0, 1)) / real.sum()) + 1e-9
        x /= spread
        share = _even(self.group[chosen])
        weights, mean, square = np.zeros(len(RANKING)), np.zeros(len(RANKING)), np.zeros(len(RANKING))
        for step in range(1, steps + 1):
            p = _softmax(np.where(real, x @ weights, -1e9))
            right = p * gold
            right /= np.maximum(right.sum(1, keepdims=True), 1e-12)
            slope = np.einsum("i,ij,ijk->k", share, p - right, x) + 1e-3 * weights
            mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
            pace = 0.1 if step < steps * 0.6 else 0.02
            weights -= pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        fitted: Array = weights / spread
        return fitted


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    out: Array = powers / powers.sum(1, keepdims=True)
    return out


def _even(groups: NDArray[Any]) -> Array:
    names, counts = np.unique(groups, return_counts=True)
    share = 1.0 / np.array([dict(zip(names, counts, strict=True))[g] for g in groups])
    out: Array = share / share.sum()
    return out


def offsets(questions: Sequence[Asked]) -> tuple[float, float]:
    """How much nearer a question is to unrelated questions than to unrelated statements; the same for whole chunks.

    Unrelated: mostly of another tenant. Mean over the sets, so it is measured, not fitted to a ranking; of whole chunks over
    the sets of businesses alone, whose FAQ rows stand beside other texts.
    """
    rng = np.random.default_rng(0)
    asks, says, faqs, pages = [], [], [], []
    for index in {id(q.index): q.index for q in questions}.values():
        for chunk in index.chunks:
            faq = chunk.chunk.question is not None
            (faqs if faq else pages).append(chunk.vector)
            parts = chunk.part_vectors.astype(np.float32)
            asks += [parts[0]] if faq and len(parts) else []
            says += list(parts[1 if faq else 0 :][:3])
    gaps = []
    names = sorted({q.set for q in questions})
    for name in names:
        own = np.array([q.vector for q in questions if q.set == name])
        own = own[rng.permutation(len(own))[:200]]
        means = [float((own @ np.array(side).T).mean()) for side in (asks, says, faqs, pages)]
        gaps.append((means[0] - means[1], means[2] - means[3]))
    businesses = [gap for name, gap in zip(names, gaps, strict=True) if name in BUSINESSES]
    return float(np.mean([gap[0] for gap in gaps])), float(np.mean([gap[1] for gap in businesses]))


def fit_support(
    questions: Sequence[Known], numbers: Tuning, chosen: NDArray[np.bool_]
) -> tuple[dict[bool, Array], list[tuple[Asked, bool, Array, bool]]]:
    """Weights and bias by whether question and passage share a language; and all examples (question, same, features, good)."""
    examples: list[tuple[Asked, bool, Array, bool]] = []
    fitted_on: list[bool] = []
    for question, use in zip(questions, chosen, strict=True):
        for gone in dict.fromkeys((frozenset[int](), question.gold)):
            left = np.array([place for place in range(len(question.rows)) if place not in gone])
            if len(left) < 2:
                continue
            part = only(question.evidence, left)
            features = ranking_features(part, numbers)
            score = features @ np.array(numbers.ranking, dtype=np.float32)
            best = int(np.argmax(score))
            shown = support_features(part, features, score, numbers)[best].astype(float)
            examples.append((question.question, bool(part.same[best]), shown, int(left[best]) in question.gold))
            fitted_on.append(bool(use))
    used = np.array(fitted_on)
    out = {}
    for same in (True, False):
        mine = [e for e, fit in zip(examples, used, strict=True) if fit and e[1] == same]
        out[same] = _logistic(
            np.array([e[2] for e in mine]), np.array([float(e[3]) for e in mine]), np.array([e[0].set for e in mine])
        )
    return out, examples


def _logistic(x: Array, y: Array, groups: NDArray[Any]) -> Array:
    """Newton's method, a little L2; the last value is the bias."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    share, weights = _even(groups), np.zeros(z.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ weights))
        slope = z.T @ (share * (p - y)) + 1e-3 * np.r_[weights[:-1], 0]
        weights -= np.linalg.solve((z * (share * p * (1 - p))[:, None]).T @ z + 1e-3 * np.eye(len(weights)), slope)
    plain = weights[:-1] / spread
    out: Array = np.r_[plain, weights[-1] - plain @ mean]
    return out


def with_support(numbers: Tuning, fitted: dict[bool, Array]) -> Tuning:
    """The numbers with these weights of support."""
    (within, across) = (fitted[same].round(2).tolist() for same in (True, False))
    return replace(
        numbers, weights=tuple(within[:-1]), bias=within[-1], across_weights=tuple(across[:-1]), across_bias=across[-1]
    )


def report(title: str, found: dict[str, tuple[float, float, int]]) -> None:
    """One line: R@1/R@3 by group, and their mean."""
    mean = np.mean([values[:2] for values in found.values()], axis=0)
    cells = "  ".join(f"{group} {a:.1f}/{b:.1f}" for group, (a, b, _) in found.items())
    print(f"{title}: mean {mean[0]:.1f}/{mean[1]:.1f}  {cells}", flush=True)


def calibration(examples: list[tuple[Asked, bool, Array, bool]], numbers: Tuning, floor: float) -> None:
    """On the held-out half: AUROC and what passes the floor, by set; reliability over all."""
    predicted: dict[str, list[tuple[float, bool]]] = {}
    for question, same, features, good in examples:
        weights, bias = (numbers.weights, numbers.bias) if same else (numbers.across_weights, numbers.across_bias)
        p = float(1 / (1 + np.exp(-(features @ np.array(weights) + bias))))
        if question.held_out and question.gold:
            predicted.setdefault(question.group, []).append((p, good))
    for group, rows in predicted.items():
        yes, no = [p for p, good in rows if good], [p for p, good in rows if not good]
        kept, passed = np.mean([p >= floor for p in yes]), np.mean([p >= floor for p in no])
        print(
            f"  {group}: AUROC {auroc(yes, no):.3f}; above {floor}: {kept:.2f} of the good, {passed:.2f} of the others"
        )
    everything = [row for rows in predicted.values() for row in rows]
    print("  reliability (predicted, true, n):", reliability([p for p, _ in everything], [g for _, g in everything]))


def written(numbers: Tuning, model: str) -> None:
    """Puts the fitted values into the data file; comments and all other values stay."""
    text = TARGET.read_text("utf-8")
    values: dict[str, Any] = dict(zip(RANKING, numbers.ranking, strict=True))
    values |= {"question_offset": numbers.question_offset, "faq_offset": numbers.faq_offset}
    values |= {"weights": list(numbers.weights), "bias": numbers.bias}
    values |= {"across_weights": list(numbers.across_weights), "across_bias": numbers.across_bias}
    values |= {"background_score": numbers.background_score}
    for name, value in values.items():
        text, count = re.subn(
            rf"(?m)^{name} = [^#\n]*?([ ]*#.*)?$", lambda m, v=f"{name} = {value}": v + (m[1] or ""), text
        )
        assert count == 1, name
    stamp = f"# Fitted {datetime.now(UTC):%Y-%m-%d} with {model} by scripts/fit_retrieval.py"
    TARGET.write_text(re.sub(r"(?m)^# Fitted .*? by scripts/fit_retrieval\.py", stamp, text), "utf-8")


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--embedders", nargs="+", default=["bundled", "e5"], help="weights that suit all of these")
    options.add_argument("--vectors", type=Path, default=Path(tempfile.gettempdir()) / "firstline-vectors")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    models = [Kept(embedder_named(name), chosen.vectors) for name in chosen.embedders]
    by_model = [[known(question) for question in asked(model)] for model in models]
    ours = [known(q) for model in models for q in other_words.questions(model, "tuning")]
    question_offset, faq_offset = offsets([q.question for q in by_model[0]])
    print(f"offsets, of {models[0].name}: question {question_offset:.3f}, FAQ chunk {faq_offset:.3f}")
    numbers = replace(tuning(), question_offset=round(question_offset, 2), faq_offset=round(faq_offset, 2))
    answered = [q for questions in by_model for q in questions if q.question.gold]
    numbers, supports, examples = fitted(answered, ours, numbers)
    numbers = with_support(numbers, supports)
    print("ranking:", dict(zip(RANKING, numbers.ranking, strict=True)), "background:", numbers.background_score)
    print("support:", numbers.weights, numbers.bias, "across:", numbers.across_weights, numbers.across_bias)
    for model, questions in zip(models, by_model, strict=True):
        mine = {id(q.question) for q in questions}
        print(f"\n{model.name}")
        judged(questions, numbers)
        calibration([e for e in examples if id(e[0]) in mine], numbers, numbers.floor)
    if chosen.write:
        written(numbers, " and ".join(model.name for model in models))


def fitted(
    questions: Sequence[Known], ours: Sequence[Known], numbers: Tuning
) -> tuple[Tuning, dict[bool, Array], list[Any]]:
    """Ranking on the fitting half, and with each set left out; then support with that ranking, on `ours` too."""
    rows = Rows(questions, numbers)
    dev = np.array([not q.question.held_out for q in questions])
    weights = rows.fit(dev)
    print("fitted:", dict(zip(RANKING, weights.round(2).tolist(), strict=True)))
    numbers = replace(numbers, ranking=(*weights[:3].round(1).tolist(), numbers.ranking[3]))  # names: see the data file
    left_out: dict[str, tuple[float, float, int]] = {}
    for name in dict.fromkeys(rows.set):
        other = replace(numbers, ranking=(*rows.fit(rows.set != name)[:3], numbers.ranking[3]))
        some = [q for q in questions if q.question.set == name]
        left_out |= recalls(some, partial(_fused, other))
    report("each set left out, all models", left_out)
    numbers = replace(numbers, background_score=round(_background(questions, numbers), 1))
    chosen = np.r_[dev & (rows.set != NEVER_FITTED), np.ones(len(ours), dtype=bool)]
    supports, examples = fit_support([*questions, *ours], numbers, chosen)
    return numbers, supports, examples


def _background(questions: Sequence[Known], numbers: Tuning) -> float:
    found = []
    for question in questions:
        score = ranking_features(question.evidence, numbers) @ np.array(numbers.ranking)
        if len(score) > 1:
            found.append(np.sort(score)[::-1][1 : 1 + numbers.background].mean())
    return float(np.mean(found))


def judged(questions: Sequence[Known], numbers: Tuning) -> None:
    """The held-out half's recall, and answerability."""
    report(
        "held-out half",
        recalls([q for q in questions if q.question.held_out and q.question.gold], partial(_fused, numbers)),
    )
    print(NEVER_FITTED, answerable([q for q in questions if q.question.set == NEVER_FITTED], numbers))


def _fused(numbers: Tuning, question: Known) -> NDArray[np.float32]:
    return judge(question.evidence, numbers).fused


if __name__ == "__main__":
    main()
