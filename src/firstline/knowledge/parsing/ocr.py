"""Text of pictures by tesseract, a program of its own beside us: with a time limit, in English and Spanish, one thread."""

import os
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from firstline.knowledge.limits import limits

__all__ = ["Reader", "installed", "read_picture"]

LANGUAGES = ("spa", "eng")  # the first leads: English first reads "Manana", Spanish first lost nothing of English
SURE = 70.0  # average confidence of a page that stands upright: 85 to 96 on clear print, below 50 upside down
FAINT = 24  # of 255: between the darkest and the lightest point of a picture with nothing on it
DOUBTFUL = 30.0  # words below it are specks and lines


@cache
def installed() -> tuple[str, ...]:
    """The languages it can read here, () without it; "osd" among them means that it can turn a page upright."""
    program = shutil.which("tesseract")
    if not program:
        return ()
    try:
        told = subprocess.run(  # noqa: S603 - our own arguments
            [program, "--list-langs"], capture_output=True, timeout=20, check=True
        ).stdout.decode()
    except (OSError, subprocess.SubprocessError):
        return ()
    names = set(told.split())
    return tuple(name for name in (*LANGUAGES, "osd") if name in names) if names & set(LANGUAGES) else ()


@dataclass(slots=True)
class Reader:
    """OCR within one document's budget of pages and seconds (limits.toml, [ocr]); what is beyond it is left out."""

    pages: int = 0
    until: float = 0.0
    left_out: int = 0

    def read(self, picture: Any) -> str:
        """The text of a PIL image, '' when there is none or the budget is spent."""
        budget = limits()["ocr"]
        self.until = self.until or time.monotonic() + budget["seconds"]
        left = self.until - time.monotonic()
        if self.pages >= budget["pages"] or left < 1:
            self.left_out += 1
            return ""
        self.pages += 1
        return read_picture(picture, min(left, budget["page_seconds"]))


def read_picture(picture: Any, seconds: float) -> str:
    """Paragraphs of text in a PIL image, '' when it shows none, takes longer than `seconds`, or tesseract is missing.

    A picture whose letters tesseract is not sure of is turned, and the way in which it is surest is kept.
    """
    program = shutil.which("tesseract")
    if not installed() or not program:
        return ""
    grey, dpi = _prepared(picture)
    darkest, lightest = grey.getextrema()
    if lightest - darkest < FAINT:
        return ""
    until = time.monotonic() + seconds
    best = ("", 0.0)
    for degrees in (0, 180, 90, 270):
        found = _read(program, grey.rotate(degrees, expand=True) if degrees else grey, dpi, until)
        best = max(best, found, key=lambda at: at[1])
        if best[1] >= SURE or time.monotonic() > until - 1:
            break
    return best[0] if best[1] >= DOUBTFUL else ""


def _read(program: str, grey: Any, dpi: int, until: float) -> tuple[str, float]:
    """The text with how sure tesseract is of its words on average (0 to 100)."""
    buffer = BytesIO()
    grey.save(buffer, "PNG", compress_level=1)
    spoken = "+".join(name for name in installed() if name != "osd")
    layout = "1" if "osd" in installed() else "3"  # 1: automatic with orientation, 3: without
    seconds = max(1.0, until - time.monotonic())
    process = subprocess.Popen(  # noqa: S603 - our own arguments; in our process group: it ends with us
        [program, "stdin", "stdout", "-l", spoken, "--psm", layout, "--dpi", str(dpi), "tsv"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    _bounded(process.pid, seconds)
    try:
        out, _ = process.communicate(buffer.getvalue(), timeout=seconds)
    except (subprocess.TimeoutExpired, OSError):
        out = b""
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return _text(out.decode("utf-8", errors="replace")) if process.returncode == 0 else ("", 0.0)


def _text(table: str) -> tuple[str, float]:
    """Tesseract's table of words: level, page, block, paragraph, line, word, left, top, width, height, confidence, text."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    weight = total = 0.0
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        sure, word = float(cells[10]), cells[11].strip()
        letters = sum(char.isalnum() for char in word)
        weight += letters
        total += letters * sure
        if sure >= DOUBTFUL:
            lines.setdefault((cells[2], cells[3], cells[4]), []).append(word)
    paragraphs: dict[tuple[str, str], list[str]] = {}
    for (block, paragraph, _), words in lines.items():
        if any(char.isalnum() for char in "".join(words)):  # else specks and rules
            paragraphs.setdefault((block, paragraph), []).append(" ".join(words))
    return "\n\n".join("\n".join(part) for part in paragraphs.values()), total / weight if weight else 0.0


def _prepared(picture: Any) -> tuple[Any, int]:
    """Grey on white, of a size at which letters are 20 to 40 pixels high, and its dots per inch as far as we can guess."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        picture = Image.new("RGB", layers.size, "white")
        picture.paste(layers, mask=layers.getchannel("A"))
    grey = picture.convert("L")
    longest = max(grey.size)
    most, least = limits()["ocr"]["most_pixels_a_side"], limits()["ocr"]["least_pixels_a_side"]
    factor = most / longest if longest > most else min(3.0, least / longest) if longest < least else 1.0
    if factor != 1.0:
        grey = grey.resize(
            (max(1, round(grey.width * factor)), max(1, round(grey.height * factor))), Image.Resampling.LANCZOS
        )
    return grey, max(70, min(400, round(max(grey.size) / 11)))  # a letter page is 11 inches long


def _bounded(pid: int, seconds: float) -> None:
    """Should this process be killed at once, its orphan still ends by itself (Linux)."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(pid, resource.RLIMIT_CPU, (int(seconds) + 2, int(seconds) + 2))
        except (OSError, ValueError):
            return
