"""PDF to Markdown by pdfplumber: larger type is a heading, ruled tables are tables, their words stand nowhere else."""

import re
from io import BytesIO
from typing import Any

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["parse_pdf"]

HEADING_SIZE = 1.15  # times the body's type
LONGEST_HEADING = 120


def parse_pdf(data: bytes, title: str = "") -> Parsed:
    """The text of all pages in reading order. Raises UnreadableDocument: encrypted, broken, scanned, too_many_pages."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            if len(pdf.pages) > limits()["pages"]:
                raise unreadable("too_many_pages")
            pages = [_page(page) for page in pdf.pages]
            told = str((pdf.metadata or {}).get("Title") or "").strip()
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise unreadable("encrypted") from error
    except PdfminerException as error:
        locked = any(isinstance(arg, PDFPasswordIncorrect | PDFEncryptionError) for arg in error.args)
        raise unreadable("encrypted" if locked or b"/Encrypt" in data else "broken") from error
    except (PDFException, ValueError, KeyError, TypeError, IndexError, AssertionError, RecursionError) as error:
        raise unreadable("broken") from error
    text = "\n\n".join(page for page in _without_running_lines(pages) if page)
    if not text.strip():
        raise unreadable("scanned" if pages else "empty")
    heading = re.search(r"^#+ (.+)$", text, re.MULTILINE)
    return Parsed(heading.group(1) if heading else told or title, text, "pdf", metadata={"pages": len(pages)})


def _page(page: Any) -> str:
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    boxes = [table.bbox for table in tables]
    words = page.extract_words(extra_attrs=["size"], use_text_flow=False, keep_blank_chars=False)
    loose = [w for w in words if not any(_inside(w, box) for box in boxes)]
    body = _body_size(loose)
    blocks: list[tuple[float, str]] = []
    for lines in _paragraphs(_lines(loose)):
        text = " ".join(_text(line) for line in lines)
        size = max(word["size"] for word in lines[0])
        level = "## " if size >= body * HEADING_SIZE and len(text) <= LONGEST_HEADING else ""
        bulleted = "\n".join(_bullet(_text(line)) for line in lines) if _listed(lines) else text
        blocks.append((lines[0][0]["top"], level + bulleted))
    for table in tables:
        if made := markdown_table(table.extract()):
            blocks.append((table.bbox[1], made))
    page.close()
    return "\n\n".join(text for _, text in sorted(blocks, key=lambda block: block[0]))


def _inside(word: Any, box: tuple[float, float, float, float]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _body_size(words: list[Any]) -> float:
    sizes: dict[float, int] = {}
    for word in words:
        size = round(word["size"], 1)
        sizes[size] = sizes.get(size, 0) + len(word["text"])
    return max(sizes, key=lambda size: sizes[size]) if sizes else 10.0


def _lines(words: list[Any]) -> list[list[Any]]:
    """Words on one baseline, left to right; a gap as wide as a column's gutter starts another line."""
    out: list[list[Any]] = []
    for word in sorted(words, key=lambda w: (round(w["bottom"] / 3), w["x0"])):
        last = out[-1][-1] if out else None
        if last and abs(last["bottom"] - word["bottom"]) < 3 and -1 < word["x0"] - last["x1"] < 4 * word["size"]:
            out[-1].append(word)
        else:
            out.append([word])
    return _by_column(out)


def _by_column(lines: list[list[Any]]) -> list[list[Any]]:
    """Two columns are read one after the other when most lines stop before the middle or start behind it."""
    if len(lines) < 12:
        return lines
    left, right = min(line[0]["x0"] for line in lines), max(line[-1]["x1"] for line in lines)
    middle = (left + right) / 2
    sides = [1 if line[0]["x0"] > middle - 5 else 0 if line[-1]["x1"] < middle + 5 else None for line in lines]
    if min(sides.count(0), sides.count(1)) < 0.35 * len(lines):
        return lines
    first = next((i for i, side in enumerate(sides) if side is not None), 0)
    last = len(sides) - next((i for i, side in enumerate(reversed(sides)) if side is not None), 0)
    part = list(zip(lines, sides, strict=True))[first:last]
    return [
        *lines[:first],
        *(line for line, side in part if side != 1),
        *(line for line, side in part if side == 1),
        *lines[last:],
    ]


def _paragraphs(lines: list[list[Any]]) -> list[list[list[Any]]]:
    out: list[list[list[Any]]] = []
    for line in lines:
        if out:
            above = out[-1][-1]
            gap = line[0]["top"] - above[0]["bottom"]
            same = abs(line[0]["size"] - above[0]["size"]) < 0.6
            if same and -2 < gap < 0.7 * line[0]["size"]:
                out[-1].append(line)
                continue
        out.append([line])
    return out


def _text(line: list[Any]) -> str:
    return " ".join(word["text"] for word in line)


def _bullet(text: str) -> str:
    return re.sub(r"^[•▪◦●‣–*·-]\s*", "- ", text)


def _listed(lines: list[list[Any]]) -> bool:
    return sum(bool(re.match(r"[•▪◦●‣–*·-](\s|$)", _text(line))) for line in lines) >= 1


def _without_running_lines(pages: list[str]) -> list[str]:
    """Heads, feet and page numbers that stand on most pages say nothing."""
    if len(pages) < 3:
        return pages
    seen: dict[str, int] = {}
    split = [page.split("\n\n") for page in pages]
    for blocks in split:
        for key in {re.sub(r"\d+", "0", b) for b in (*blocks[:2], *blocks[-2:]) if len(b) < 120}:
            seen[key] = seen.get(key, 0) + 1
    running = {key for key, count in seen.items() if count >= 0.6 * len(pages)}
    return ["\n\n".join(b for b in blocks if re.sub(r"\d+", "0", b) not in running) for blocks in split]
