"""Trains the small model of `firstline.understanding` from its seeds and, when present, the shared public data.

Needs scikit-learn and scipy, which are no dependencies of the product: `make train` installs them
(requirements/train.lock) and runs this; `make train ARGS=--evaluate` prints how good it is.

Writes `data/model.npz` (float16 weights, calibration folded in) and `data/model.json` (where they come from).
`--evaluate` prints out-of-fold numbers only: leave one source out, and five folds grouped by conversation template.
"""

import argparse
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedGroupKFold

from firstline.conversations.facts import FLAGS
from firstline.embedding.bundled import BundledEmbedder
from firstline.understanding.cues import cue_names, cues_in, cues_vector

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src/firstline/understanding/data"
SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA", ROOT.parent / "shared" / "data"))
INTENTS = ("ask_hours", "request_quote", "book_service", "billing_issue", "complaint", "other")
SENTIMENTS = ("negative", "neutral", "positive")
HEADS = (
    *sorted(FLAGS),
    "harmful",
)  # harmful: a request for something dangerous; runtime counts it as off_topic and injection
MAX_EMBEDDED = 700  # characters; as in reading.py
SEED_WEIGHT = 4.0
LOOSE_WEIGHT = 0.4
CAP = 400  # rows of one source and label
SAFETY = {
    "fraud_or_theft": "fraud",
    "medical_or_injury": "injury",
    "legal": "legal",
    "emergency": "emergency",
    "self_harm": "sensitive",
}
# Seeds are of one hand: their out-of-fold scores are more certain than strangers' messages will be.
LEAST_TEMPERATURE = {"intents": 1.0, "sentiments": 1.3, "flags": 0.85}
C = {"intents": 1.5, "sentiments": 2.0, "flags": 6.0}


@dataclass
class Row:
    text: str
    source: str
    group: str
    intent: str | None = None
    sentiment: str | None = None
    positive: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()  # neither taught as positive nor as negative
    weight: float = 1.0
    language: str = "en"
    extra: dict[str, str] = field(default_factory=dict)


def seeds() -> list[Row]:
    rows = []
    for path in sorted((DATA / "seeds").glob("*.txt")):
        labels: dict[str, str] = {}
        language = path.suffixes[0][1:]
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if line.startswith("["):
                labels = dict(part.split("=", 1) for part in line.strip("[]").split())
            elif line.strip():
                rows.append(
                    Row(
                        line.strip(),
                        "seeds",
                        f"seed-{path.name}-{n}",
                        labels.get("intent"),
                        labels.get("sentiment"),
                        frozenset(filter(None, labels.get("flags", "").split(","))),
                        frozenset(filter(None, labels.get("unsure", "").split(","))),
                        SEED_WEIGHT,
                        language,
                    )
                )
    return rows


def lines(name: str) -> list[dict]:
    path = SHARED / name
    return [json.loads(x) for x in path.read_text(encoding="utf-8").split("\n") if x] if path.exists() else []


def shared() -> list[Row]:
    """All rows of the shared public data; none where they are absent."""
    return [*shared_intents(), *shared_escalations(), *shared_safety(), *shared_injections()]


def shared_intents() -> Iterator[Row]:
    """Intents of other assistants; what a source cannot know about a flag is left unsure."""
    for r in lines("intents.jsonl"):
        unsure = {"asks_for_person", "complaint", "fraud", "resolved"}
        if r["label"] == "complaint":
            unsure.add("legal")
        if r["src"] in ("clinc150", "sgd", "hint3"):
            # assistants that answer anything, or scraps: no measure of what is off topic to a shop
            unsure.add("off_topic")
        weight = (1.0 if r["map"] == "strict" else LOOSE_WEIGHT) * (0.5 if r["origin"] == "templated" else 1.0)
        yield Row(r["text"], r["src"], r["group"], r["label"], None, frozenset(), frozenset(unsure), weight, r["lang"])


def shared_escalations() -> Iterator[Row]:
    """Who asks for a person, and who does not."""
    unsure = frozenset(HEADS) - {"asks_for_person", "emergency", "injury", "abuse"}
    for r in lines("escalation.jsonl"):
        flags = frozenset({"asks_for_person"}) if r["escalate"] else frozenset()
        weight = 2.0 if r["escalate"] else 1.0
        yield Row(r["text"], "esc-" + r["src"], r["text"], None, None, flags, unsure, weight, r["lang"])


def shared_safety() -> Iterator[Row]:
    """Messages with a safety keyword, dangerous or harmless."""
    for r in lines("safety_keywords.jsonl"):
        flag = SAFETY.get(r["reason"])
        if r["escalate"] and flag is None:
            continue
        unsure = frozenset(HEADS) - ({flag} if flag else {"fraud", "injury", "legal", "emergency"})
        flags = frozenset({flag} if flag else ())
        yield Row(r["text"], "saf-" + r["src"], r["text"], None, None, flags, unsure, 2.0, r["lang"])


def shared_injections() -> Iterator[Row]:
    """Attacks on the prompt, and honest messages that look like them."""
    for r in lines("injection.jsonl"):
        kind = r["kind"]
        if r["label"] == "attack":
            flag = "harmful" if kind == "harmful_request" else "injection"
            flags, unsure = frozenset({flag}), frozenset(HEADS) - {flag, "asks_for_person", "resolved"}
            source = r["src"].split("/")[0].split(":")[0]
        else:
            flags = frozenset({"off_topic"}) if kind == "off_topic" else frozenset()
            unsure = frozenset({"off_topic", "complaint", "fraud", "sensitive", "asks_for_person"}) - flags
            source = r["src"].split("/")[0].split("_")[0]
        yield Row(r["text"], f"inj-{source}", r["text"][:60], None, None, flags, unsure, 1.0, r["lang"])


def capped(rows: list[Row]) -> list[Row]:
    """At most CAP rows of one source and label, so that no source drowns the others; in a fixed pseudo-random order."""
    seen: Counter[tuple] = Counter()
    out = []
    for row in sorted(rows, key=lambda r: hashlib.sha256(r.text.encode()).digest()):
        key = (row.source, row.intent, row.positive)
        seen[key] += 1
        if row.source == "seeds" or seen[key] <= CAP:
            out.append(row)
    return out


def features(rows: list[Row], mean: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(n, 512 + cues) features and the mean vector. Vectors are cached under /tmp by text."""
    cache = Path("/tmp/firstline_train_vectors.npz")
    known: dict[str, np.ndarray] = {}
    if cache.exists():
        with np.load(cache) as z:
            known = dict(zip(z["keys"].tolist(), z["vectors"], strict=True))
    texts = [r.text[:MAX_EMBEDDED] for r in rows]
    keys = [hashlib.sha256(t.encode()).hexdigest()[:24] for t in texts]
    missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
    if missing:
        embedder = BundledEmbedder()
        items = sorted(missing.items(), key=lambda kt: len(kt[1]))
        for i in range(0, len(items), 64):
            batch = items[i : i + 64]
            for (k, _), v in zip(batch, embedder.embed([t for _, t in batch]), strict=True):
                known[k] = v
        np.savez(cache, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    x = np.stack([known[k] for k in keys])
    if mean is None:
        w = np.array([r.weight for r in rows])
        mean = (x * w[:, None]).sum(0) / w.sum()
    cues = np.stack([cues_vector(cues_in(r.text)) for r in rows])
    return np.hstack([x - mean, cues]), mean


def fit(kind: str, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> LogisticRegression:
    """Cue columns are halved in scale so that a lone keyword cannot outvote a vector."""
    scale = np.ones(x.shape[1])
    scale[512:] = CUE_SCALE
    classes = np.unique(y)
    totals = {c: w[y == c].sum() for c in classes}
    power = 0.5 if kind == "flags" else 0.6
    balance = {c: (w.sum() / len(classes) / totals[c]) ** power for c in classes}
    model = LogisticRegression(C=C[kind], max_iter=400)
    model.fit(x * scale, y, sample_weight=w * np.array([balance[c] for c in y]))
    model.coef_ = model.coef_ * scale
    return model


CUE_SCALE = 0.35


def intent_rows(rows: list[Row]) -> np.ndarray:
    return np.array([i for i, r in enumerate(rows) if r.intent])


def flag_rows(rows: list[Row], flag: str) -> tuple[np.ndarray, np.ndarray]:
    keep = [i for i, r in enumerate(rows) if flag in r.positive or flag not in r.unsure]
    return np.array(keep), np.array([flag in rows[i].positive for i in keep])


def temperature(logits: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """The temperature that makes out-of-fold probabilities calibrated (minimal weighted log loss)."""

    def loss(t: float) -> float:
        z = logits / t
        z = z - z.max(1, keepdims=True)
        return float(-(w * (z[np.arange(len(y)), y] - np.log(np.exp(z).sum(1)))).sum() / w.sum())

    return float(minimize_scalar(loss, bounds=(0.2, 5), method="bounded").x)


def out_of_fold(kind: str, x, y, w, groups, folds=5):
    """Decision values of every row from a model that has not seen its group."""
    out = None
    for train, test in StratifiedGroupKFold(folds, shuffle=True, random_state=7).split(x, y, groups):
        z = fit(kind, x[train], y[train], w[train]).decision_function(x[test])
        if out is None:
            out = np.zeros((len(y), *z.shape[1:]))
        out[test] = z
    return out


def train(rows: list[Row]) -> None:
    x, mean = features(rows)
    weights, bias, notes = [], [], {}
    w = np.array([r.weight for r in rows])
    for kind, names, attr in (("intents", INTENTS, "intent"), ("sentiments", SENTIMENTS, "sentiment")):
        keep = np.array([i for i, r in enumerate(rows) if getattr(r, attr)])
        y = np.array([names.index(getattr(rows[i], attr)) for i in keep])
        groups = np.array([rows[i].group for i in keep])
        oof = out_of_fold(kind, x[keep], y, w[keep], groups)
        t = max(temperature(oof, y, w[keep]), LEAST_TEMPERATURE[kind])
        model = fit(kind, x[keep], y, w[keep])
        weights.append(model.coef_ / t)
        bias.append(model.intercept_ / t)
        notes[kind] = {
            "temperature": round(t, 3),
            "out_of_fold_macro_f1": round(f1_score(y, oof.argmax(1), average="macro"), 3),
        }
    for flag in HEADS:
        keep, y = flag_rows(rows, flag)
        groups = np.array([rows[i].group for i in keep])
        z = out_of_fold("flags", x[keep], y, w[keep], groups)
        held_out = temperature(np.stack([-z / 2, z / 2], 1), y.astype(int), w[keep])
        t = max(held_out, LEAST_TEMPERATURE["flags"])
        model = fit("flags", x[keep], y, w[keep])
        weights.append(model.coef_ / t)
        bias.append(model.intercept_ / t)
        p, r, _, _ = precision_recall_fscore_support(y, z > 0, average="binary", zero_division=0)
        notes[flag] = {
            "temperature": round(t, 3),
            "precision": round(float(p), 3),
            "recall": round(float(r), 3),
            "positives": int(y.sum()),
        }
    np.savez_compressed(
        DATA / "model.npz",
        mean=mean.astype(np.float16),
        weights=np.vstack(weights).astype(np.float16),
        bias=np.concatenate(bias).astype(np.float32),
        cues=np.array(cue_names()),
        intents=np.array(INTENTS),
        sentiments=np.array(SENTIMENTS),
        flags=np.array(HEADS),
    )
    digest = hashlib.sha256((DATA / "model.npz").read_bytes()).hexdigest()
    provenance = {
        "embedder": BundledEmbedder.name,
        "made_by": "scripts/train_understanding.py",
        "sha256": digest,
        "rows": dict(Counter(r.source for r in rows).most_common()),
        "licences": "seeds: this project's; others: CC BY 3.0/4.0, CC BY-SA 4.0, ODbL-1.0, CDLA-Permissive-2.0, CDLA-Sharing-1.0, Apache-2.0, MIT, ODC-BY, CC0",
        "out_of_fold": notes,
    }
    (DATA / "model.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(notes, indent=1))


def evaluate(rows: list[Row]) -> None:
    """Leave one source of intents.jsonl out; then each flag's sources likewise."""
    x, _ = features(rows)
    w = np.array([r.weight for r in rows])
    keep = intent_rows(rows)
    y = np.array([INTENTS.index(rows[i].intent) for i in keep])
    source = np.array([rows[i].source for i in keep])
    predicted = np.full(len(keep), -1)
    for s in sorted(set(source)):
        test = source == s
        if s == "seeds":
            groups = np.array([rows[i].group for i in keep[test]])
            predicted[test] = out_of_fold("intents", x[keep[test]], y[test], w[keep[test]], groups).argmax(1)
            held = "cross-validated alone"
        else:
            predicted[test] = (
                fit("intents", x[keep[~test]], y[~test], w[keep[~test]]).decision_function(x[keep[test]]).argmax(1)
            )
            held = "source left out"
        labels = sorted(set(y[test]))
        print(
            f"{s:18} {held:22} n={test.sum():5} macro-F1 {f1_score(y[test], predicted[test], labels=labels, average='macro'):.3f} acc {(y[test] == predicted[test]).mean():.3f}"
        )
    print(classification_report(y, predicted, target_names=INTENTS, digits=3))
    groups = np.array([rows[i].group for i in keep])
    grouped = out_of_fold("intents", x[keep], y, w[keep], groups).argmax(1)
    print("grouped 5-fold macro-F1", round(f1_score(y, grouped, average="macro"), 3))
    print(classification_report(y, grouped, target_names=INTENTS, digits=3))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--evaluate", action="store_true")
    args = parser.parse_args()
    rows = capped([r for r in seeds() + shared() if re.search(r"\w", r.text)])
    evaluate(rows) if args.evaluate else train(rows)


if __name__ == "__main__":
    main()
