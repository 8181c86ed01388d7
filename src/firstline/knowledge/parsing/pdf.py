"""PDF to Markdown, page by page: words and ruled tables by pdfplumber; pages without text are drawn and read by OCR."""

import re
from collections import Counter
from io import BytesIO
from typing import Any

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed, UnreadableDocument
from firstline.knowledge.parsing.ocr import Reader, installed
from firstline.knowledge.parsing.pdf_blocks import Block, blocks_of
from firstline.knowledge.parsing.pdf_join import markdown_of

__all__ = ["parse_pdf"]

UNNAMED = re.compile(r"\(cid:\d+\)")
UNMAPPED = 0.3  # share of characters whose font does not say which letters they are


def parse_pdf(data: bytes, title: str = "") -> Parsed:
    """The text of all pages. Raises UnreadableDocument: encrypted, broken, scanned, scanned_without_ocr, too_many_pages, empty."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    work = _Work(data)
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            if len(pdf.pages) > limits()["pages"]:
                raise unreadable("too_many_pages")
            pages = []
            for number, page in enumerate(pdf.pages):
                pages.append(work.page(page, number))
                page.close()  # gives its objects back: memory stays that of a page
            told = (pdf.metadata or {}).get("Title")
    except (UnreadableDocument, MemoryError, RecursionError):
        raise
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise unreadable("encrypted") from error
    except PdfminerException as error:
        locked = any(isinstance(arg, PDFPasswordIncorrect | PDFEncryptionError) for arg in error.args)
        raise unreadable("encrypted" if locked or b"/Encrypt" in data else "broken") from error
    except Exception as error:  # pdfminer raises whatever its parsers trip over in a damaged file
        raise unreadable("broken") from error
    finally:
        work.close()
    return work.parsed(pages, title, str(told or "").strip())


class _Work:
    """What the pages of one document share: the OCR's budget, the drawing library, the sizes of type."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._drawer: Any = None
        self._reader = Reader()
        self._sizes: Counter[float] = Counter()
        self._pictures = 0

    def page(self, page: Any, number: int) -> list[Block]:
        """The blocks of a page, turned upright if its text is not."""
        turn = _turn(page.chars)
        if turn:
            import pdfplumber

            with pdfplumber.open(BytesIO(self._turned(number, turn))) as turned:
                return self._blocks(turned.pages[0], number)
        return self._blocks(page, number)

    def _blocks(self, page: Any, number: int) -> list[Block]:
        chars = page.chars
        if len({(c["text"], round(c["x0"]), round(c["top"])) for c in chars}) < 0.8 * len(chars):
            page = page.dedupe_chars()  # bold made by printing twice
        words = page.extract_words(x_tolerance_ratio=0.15, extra_attrs=["size", "fontname"]) if chars else []
        upright = [word for word in words if word.get("upright", True)]
        if _legible(words):
            for word in upright:
                word["text"] = UNNAMED.sub("", word["text"].replace("(cid:127)", "•"))  # so some fonts call a bullet
                self._sizes[round(word["size"], 1)] += len(word["text"])
            aside = " ".join(word["text"] for word in words if not word.get("upright", True))
            return [
                *blocks_of(page, [word for word in upright if word["text"]]),
                *([Block(aside, 0.0, False, 0.5, 0.5)] if aside else []),
            ]
        if not (page.images or len(page.curves) > 20 or chars):
            return []
        self._pictures += 1
        text = self._reader.read(self._drawn(number)) if installed() else ""
        return [Block(part, 10.0, False, 0.5, 0.5) for part in text.split("\n\n") if part]

    def parsed(self, pages: list[list[Block]], title: str, told: str) -> Parsed:
        """The document, or why there is none."""
        body = self._sizes.most_common(1)[0][0] if self._sizes else 10.0
        text = markdown_of(pages, body)
        if not text.strip():
            why = ("scanned" if installed() else "scanned_without_ocr") if self._pictures else "empty"
            raise unreadable(why)
        heading = next((line.lstrip("# ") for line in text.split("\n") if line.startswith("#")), "")
        metadata: dict[str, Any] = {"pages": len(pages)}
        if self._pictures:
            metadata |= {"ocr": bool(self._reader.pages), "pages_without_text": self._pictures}
            metadata["pages_left_out"] = self._reader.left_out if installed() else self._pictures
        return Parsed(heading or told or title, text, "pdf", metadata=metadata)

    def close(self) -> None:
        """Gives the drawing library's memory back."""
        if self._drawer is not None:
            self._drawer.close()
            self._drawer = None

    def _document(self) -> Any:
        import pypdfium2

        if self._drawer is None:
            self._drawer = pypdfium2.PdfDocument(self._data)
        return self._drawer

    def _drawn(self, number: int) -> Any:
        page = self._document()[number]
        try:
            most = limits()["ocr"]["most_pixels_a_side"]
            scale = min(limits()["ocr"]["resolution"] / 72, most / max(*page.get_size(), 1))
            return page.render(scale=scale, grayscale=True).to_pil()
        finally:
            page.close()

    def _turned(self, number: int, degrees: int) -> bytes:
        import pypdfium2

        single = pypdfium2.PdfDocument.new()
        try:
            single.import_pages(self._document(), [number])
            page = single[0]
            page.set_rotation((page.get_rotation() + degrees) % 360)
            out = BytesIO()
            single.save(out)
            return out.getvalue()
        finally:
            single.close()


def _turn(chars: list[Any]) -> int:
    """By how many degrees clockwise most of the page's text must be turned to stand upright."""
    ways: Counter[int] = Counter()
    for char in chars:
        a, b = char["matrix"][:2]
        if abs(a) >= abs(b):
            ways[0 if a >= 0 else 180] += 1
        else:
            ways[90 if b > 0 else 270] += 1
    return ways.most_common(1)[0][0] if ways else 0


def _legible(words: list[Any]) -> bool:
    letters = sum(len(word["text"]) for word in words)
    unmapped = sum(5 * word["text"].count("(cid:") + word["text"].count("\ufffd") for word in words)
    return letters > 0 and unmapped < UNMAPPED * letters
