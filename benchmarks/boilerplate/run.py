"""What of a small business's web page is kept: hours, prices and phone numbers yes, menu lines no.

`pages/` are hand-written pages in the manner of thirty site builders, `gold.json` says what of each must and must not be in a
chunk. Pages `d*` were written before the code and looked at while it was written (dev), pages `h*` afterwards, without running
it (held out). Of the first run on the held-out pages the code had hours 27/28, prices 69/71, phones 18/18, other facts 47/48, menu
lines in chunks 6/129; what was wrong there has been mended since, so today's held-out numbers are no longer unseen.
Body F1 is of words (multiset), against trafilatura, on the HTML of `../shared/data/documents` that has a gold text.
"""

import json
import os
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from firstline.knowledge.chunk import chunks_of
from firstline.knowledge.model import JobConfig, Parsed, UnreadableDocument
from firstline.knowledge.parsing.html import parse_html

__all__ = ["Row", "main", "rows"]

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA", HERE.parents[2] / "shared" / "data"))
KINDS = ("hours", "prices", "phones", "facts")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is measured, on which half, the value with its base, and what trafilatura alone gives."""

    measure: str
    half: str
    value: str
    trafilatura: str


def _flat(text: str) -> str:
    """Case, dashes, spaces, Markdown and colons between a name and its value do not count."""
    text = re.sub(r"[–—−‐‑]", "-", text.casefold()).replace("’", "'")
    text = re.sub(r"[*_#|:\u200b]+|^\s*- ", " ", text, flags=re.MULTILINE)
    text = re.sub(r"\s*-\s*", "-", text)
    return " ".join(text.split())


def _kept(kind: str, fact: str, flat: str) -> bool:
    if kind == "phones":
        return re.sub(r"\D", "", fact) in re.sub(r"\D", "", flat)
    at = re.search(r"(?<![\w.,])" + re.escape(_flat(fact)) + (r"(?![.,]?\d)" if fact[-1].isdigit() else ""), flat)
    return at is not None


def _leaked(line: str, texts: list[str]) -> bool:
    """A short label counts when it is a line of its own; three words or more count anywhere."""
    flat = _flat(line)
    if len(flat.split()) >= 3 and any(flat in _flat(text) for text in texts):
        return True
    return any(_flat(part) == flat for text in texts for part in re.split(r"\n|\|", text))


def _texts(parsed: Parsed) -> list[str]:
    """The chunks' texts and section paths, and the document's lines (chunking joins lines)."""
    chunks = chunks_of(parsed, JobConfig(), lambda text: max(1, len(text) // 4))
    return [*(c.text for c in chunks), *(p for c in chunks for p in c.section.split(" > ")), parsed.markdown]


def _ours(data: bytes) -> Parsed:
    try:
        return parse_html(data)
    except UnreadableDocument:
        return Parsed("", "", "html")


def _theirs(data: bytes) -> Parsed:
    text = trafilatura.extract(data, output_format="markdown", include_tables=True, favor_recall=True) or ""
    return Parsed("", text, "html")


def misses(name: str, gold: dict[str, list[str]], parsed: Parsed) -> list[tuple[str, str]]:
    """(kind, fact) not kept and ("not", line) leaked."""
    texts = _texts(parsed)
    flat = _flat(" \n ".join([parsed.title, *texts[:-1]]))
    lost = [(kind, fact) for kind in KINDS for fact in gold.get(kind, []) if not _kept(kind, fact, flat)]
    return lost + [("not", line) for line in gold["not"] if _leaked(line, texts)]


def _pages(half: str) -> list[tuple[str, dict[str, list[str]], bytes]]:
    gold = json.loads((HERE / "gold.json").read_text("utf-8"))
    return [(n, g, (HERE / "pages" / f"{n}.html").read_bytes()) for n, g in sorted(gold.items()) if n.startswith(half)]


def _count(half: str) -> dict[str, tuple[int, int, int]]:
    """kind -> (kept or leaked by us, by trafilatura, base)."""
    base: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for name, gold, data in _pages(half):
        base.update({kind: len(gold.get(kind, [])) for kind in (*KINDS, "not")})
        ours.update(kind for kind, _ in misses(name, gold, _ours(data)))
        theirs.update(kind for kind, _ in misses(name, gold, _theirs(data)))
    out = {kind: (base[kind] - ours[kind], base[kind] - theirs[kind], base[kind]) for kind in KINDS}
    return out | {"not": (ours["not"], theirs["not"], base["not"])}


def word_f1(text: str, gold: str) -> float:
    """F1 of the words as a multiset, in [0, 1]."""
    have, want = (Counter(re.findall(r"\w+", t.casefold())) for t in (text, gold))
    both = sum((have & want).values())
    return 2 * both / (sum(have.values()) + sum(want.values())) if both else 0.0


def body_f1() -> tuple[float, float, int] | None:
    """Mean F1 (ours, trafilatura's, pages) on the shared HTML that has gold; None when it is absent."""
    pairs = []
    for gold in sorted((SHARED / "documents" / "gold").glob("*.html.md")):
        data = (SHARED / "documents" / "files" / gold.name.removesuffix(".md")).read_bytes()
        text = gold.read_text("utf-8")
        pairs.append((word_f1(_ours(data).markdown, text), word_f1(_theirs(data).markdown, text)))
    if not pairs:
        return None
    return statistics.mean(p[0] for p in pairs), statistics.mean(p[1] for p in pairs), len(pairs)


def speed() -> tuple[float, float]:
    """Median milliseconds (ours, trafilatura's) of a 60 kB page: the largest page with its body repeated in other words."""
    page = max((data for half in "dh" for _, _, data in _pages(half)), key=len).decode("utf-8")
    head, body = page.split("<body", 1)
    body, end = body.rsplit("</body>", 1)
    filler = "".join(
        f"<div class='c{n}'><h3>Part {n}</h3><p>Paragraph {n} of text about job {n * 7} with a <a href='/x{n}'>link</a> in it "
        f"and enough words to look like writing, number {n}.</p><ul><li>Item {n}a</li><li>Item {n}b</li></ul></div>"
        for n in range(max(0, 60_000 - len(page)) // 260)
    )
    data = f"{head}<body{body}{filler}</body>{end}".encode()

    def median(read: object) -> float:
        spent = []
        for _ in range(9):
            start = time.perf_counter()
            read(data)  # type: ignore[operator]
            spent.append((time.perf_counter() - start) * 1000)
        return statistics.median(spent)

    return median(_ours), median(_theirs)


def rows() -> list[Row]:
    """The table: facts kept by kind and menu lines in chunks for both halves, body F1, speed."""
    out = []
    names = {"hours": "hours kept", "prices": "prices kept", "phones": "phones kept", "facts": "other facts kept"}
    for half, label in (("d", "dev"), ("h", "held out")):
        for kind, (ours, theirs, base) in _count(half).items():
            if base:
                out.append(Row(names.get(kind, "menu lines in chunks"), label, f"{ours}/{base}", f"{theirs}/{base}"))
    if found := body_f1():
        out.append(Row(f"body F1 ({found[2]} pages)", "shared", f"{found[0]:.3f}", f"{found[1]:.3f}"))
    ours_ms, theirs_ms = speed()
    out.append(Row("60 kB page, ms (median)", "made up", f"{ours_ms:.1f}", f"{theirs_ms:.1f}"))
    return out


def main() -> None:
    """Prints the table, then what was missed."""
    print(f"{'measure':26}{'pages':12}{'firstline':>12}{'trafilatura':>14}")
    for row in rows():
        print(f"{row.measure:26}{row.half:12}{row.value:>12}{row.trafilatura:>14}")
    for half in "dh":
        for name, gold, data in _pages(half):
            for kind, what in misses(name, gold, _ours(data)):
                print(f"{'LEAKED' if kind == 'not' else 'LOST ' + kind}: {name}: {what}")
