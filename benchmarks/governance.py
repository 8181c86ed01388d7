"""What the governance filters find and what they wrongly find: `python -m benchmarks.governance [--tuning] [--show]`.

Public rows (shared/data: injection.jsonl, pii.jsonl) are parted by a hash of their id: the rules were tuned looking at one
half, the other is reported. governance_data/ holds sentences of service businesses written for this (parted the same way)
and attacks as a poisoned page would hold them.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from os import environ
from pathlib import Path
from time import thread_time
from typing import Any
from uuid import UUID

from firstline.knowledge.contradictions import Held, contradictions
from firstline.knowledge.governance.filter import govern
from firstline.knowledge.governance.model import Governed
from firstline.knowledge.price_mentions import price_mentions
from firstline.tenancy.model import Business, Service

__all__ = ["rows"]

ROOT = Path(__file__).parents[1]
SHARED = Path(environ.get("FIRSTLINE_SHARED_DATA") or ROOT.parent / "shared" / "data")
OWN = Path(__file__).parent / "governance_data"
LEAK = Service(
    UUID(int=2),
    "leak_repair",
    {"en": "Leak repair", "es": "Reparación de fugas"},
    aliases={"en": ("fix a leak", "leaking pipe")},
)
ACME = Business(
    services=(LEAK,),
    id=UUID(int=1),
    name="Acme Plumbing",
    slug="acme",
    phone="+16085550142",
    website="https://acmeplumbing.example",
)
PAGE_WRITTEN_TO = {
    "injection_indirect",
    "injection_direct",
    "delimiter_injection",
    "system_prompt_leak",
    "obfuscation",
    "jailbreak",
}
TYPES = {
    "CREDIT_CARD": {"payment_card"},
    "IBAN_CODE": {"iban", "bank_account"},
    "US_SSN": {"national_id"},
    "US_DRIVER_LICENSE": {"national_id"},
    "PHONE_NUMBER": {"phone"},
    "EMAIL_ADDRESS": {"email", "private_email"},
}
Row = tuple[str, str, str]


def held_out(key: str) -> bool:
    """One half of all rows, always the same."""
    return sha256(key.encode()).digest()[0] % 2 == 1


def _read(text: str, source_type: str = "html") -> Governed:
    return govern(text, business=ACME, source_type=source_type, visibility="public", allowed=frozenset())


def _jsonl(file: Path) -> Iterator[dict[str, Any]]:
    if file.is_file():
        yield from (json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip())


def injection_rows(half: bool, show: bool) -> Iterator[Row]:
    """Found (redacted, or at least flagged) by kind of attack; false alarms by kind of harmless text."""
    seen: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row in _jsonl(SHARED / "injection.jsonl"):
        if held_out(row["id"]) is not half or (row["label"] == "attack" and row["kind"] not in PAGE_WRITTEN_TO):
            continue
        found = [f for f in _read(row["text"]).findings if f.kind == "injection"]
        seen[f"{row['label']}: {row['kind']}"].append((any(f.action == "redacted" for f in found), bool(found)))
        if show and (row["label"] == "attack") is not bool(found):
            print(f"  {row['kind']}: {row['text'][:200]!r} {[f.detail['type'] for f in found]}", file=sys.stderr)
    for kind, marks in sorted(seen.items()):
        taken, told = sum(m[0] for m in marks), sum(m[1] for m in marks)
        yield (
            f"injection, {kind}",
            f"redacted {taken}, flagged or redacted {told} of {len(marks)}",
            f"{told / len(marks):.3f}",
        )


def personal_rows(half: bool, show: bool) -> Iterator[Row]:
    """Recall by type and precision over all (a hit on no span of those types is wrong)."""
    found_of: dict[str, list[bool]] = defaultdict(list)
    wrong = right = 0
    for row in _jsonl(SHARED / "pii.jsonl"):
        if held_out(row["id"]) is not half:
            continue
        governed = _read(row["text"])
        types = {f.detail["type"] for f in governed.findings if f.kind != "injection"}
        gold = {name for span in row["spans"] for name in TYPES.get(span["type"], ())}
        for span in row["spans"]:
            if wanted := TYPES.get(span["type"]):
                found_of[span["type"]].append(bool(types & wanted))
                if show and not types & wanted:
                    print(f"  missed {span['type']}: {row['text'][:160]!r}", file=sys.stderr)
        bad = {t for t in types - gold if t != "birth_date"}
        if show and bad:
            print(f"  wrong {bad}: {row['text'][:160]!r}", file=sys.stderr)
        wrong, right = wrong + len(bad), right + len(types & gold)
    for kind, marks in sorted(found_of.items()):
        yield f"personal data, recall of {kind}", f"{sum(marks)} of {len(marks)}", f"{sum(marks) / len(marks):.3f}"
    if right + wrong:
        yield "personal data, precision", f"{right} right, {wrong} wrong", f"{right / (right + wrong):.3f}"


def own_rows(half: bool, show: bool) -> Iterator[Row]:
    """False alarms on sentences of businesses (plain ones, and ones that sound like orders); attacks as a page holds them."""
    for name, file in (("business sentences", "sentences.txt"), ("look-alikes of orders", "lookalikes.txt")):
        lines = [line for line in (OWN / file).read_text("utf-8").splitlines() if held_out(line) is half]
        redacted = flagged = 0
        for line in lines:
            findings = _read(line).findings
            redacted += any(f.action == "redacted" for f in findings)
            flagged += bool(findings)
            if show and findings:
                print(f"  false alarm: {line} {[(f.action, f.detail['type']) for f in findings]}", file=sys.stderr)
        per = 1000 / max(len(lines), 1)
        yield (
            f"false alarms per 1,000 {name}",
            f"{redacted} redacted, {flagged} flagged or redacted of {len(lines)}",
            f"{redacted * per:.0f} / {flagged * per:.0f}",
        )
    attacks = [text for row in _jsonl(OWN / "attacks.jsonl") for text in row.values() if held_out(text) is half]
    told = [bool([f for f in _read(text).findings if f.kind == "injection"]) for text in attacks]
    taken = [any(f.action == "redacted" for f in _read(text).findings) for text in attacks]
    if show:
        for text, sure, seen in zip(attacks, taken, told, strict=True):
            if not sure:
                print(f"  {'doubt' if seen else 'missed'}: {text!r}", file=sys.stderr)
    yield "attacks in pages (own)", f"redacted {sum(taken)}, told {sum(told)} of {len(attacks)}", ""


def price_rows(part: str, show: bool) -> Iterator[Row]:
    """Pairs of texts that do or do not contradict each other in a price; part "tuning" or "held_out"."""
    right = wrong = missed = 0
    for row in _jsonl(OWN / "price_pairs.jsonl"):
        if row["part"] != part:
            continue
        first, second = (
            [Held(m, UUID(int=n)) for m in price_mentions(row[side], ACME, "es" if " €" in row[side] else "en")]
            for n, side in enumerate(("first", "second"), 1)
        )
        found = bool(list(contradictions(second, first)))
        right, wrong, missed = (
            right + (found and row["clash"]),
            wrong + (found > row["clash"]),
            missed + (found < row["clash"]),
        )
        if show and found is not row["clash"]:
            print(f"  {'false' if found else 'missed'}: {row['first']!r} / {row['second']!r}", file=sys.stderr)
            for held in (*first, *second):
                print(
                    f"     {sorted(held.mention.subject)} {held.mention.unit} {held.mention.shape} {held.mention.low}",
                    file=sys.stderr,
                )
    counts = f"{right} right, {wrong} wrong, {missed} missed"
    yield (
        f"contradicting prices, {part}",
        counts,
        f"P {right / max(right + wrong, 1):.3f} R {right / max(right + missed, 1):.3f}",
    )


def speed_rows() -> Iterator[Row]:
    """CPU milliseconds a page of 3 kB, the best of five rounds: public passages, and a page where every sentence has a cue."""
    passages = [row["text"] for row in _jsonl(SHARED / "faq_retrieval" / "dstc11_reviews_faq" / "passages.jsonl")][:300]
    dense = (OWN / "sentences.txt").read_text("utf-8").splitlines()
    for name, texts in (("public passages", passages), ("a cue in every sentence", dense)):
        text = "\n\n".join(texts)
        pages = [text[at : at + 3000] for at in range(0, len(text) - 3000, 3000)]
        best = 1e9
        for _ in range(5):
            begun = thread_time()
            for page in pages:
                _read(page)
            best = min(best, (thread_time() - begun) / max(len(pages), 1))
        if pages:
            yield f"time of a page of 3 kB, {name}", f"{best * 1000:.2f} ms", "<= 2 ms"


def rows(*, tuning: bool = False, show: bool = False) -> list[Row]:
    """(what, counts, share) on the held-out half, or on the one that was looked at."""
    half = not tuning
    return [
        *injection_rows(half, show),
        *personal_rows(half, show),
        *own_rows(half, show),
        *price_rows("tuning" if tuning else "held_out", show),
        *speed_rows(),
    ]


if __name__ == "__main__":
    for what, counts, share in rows(tuning="--tuning" in sys.argv, show="--show" in sys.argv):
        print(f"{what:60} {counts:52} {share}")
