"""Tables in and out as CSV: columns by their names in English or Spanish, no cell that a spreadsheet would run as a formula.

A row is named as a spreadsheet numbers it: the line of column names is 1. Pure; shared by FAQ rows and canned replies.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.ground.errors import FieldError, Invalid
from firstline.knowledge.parsing.charset import decode
from firstline.knowledge.wording import fold

__all__ = [
    "BadCell",
    "Fault",
    "Line",
    "chosen",
    "language_in",
    "lines_of",
    "table_data",
    "tags_in",
    "text_in",
    "written",
]

FORMULA = re.compile(
    r"'*[=+\-@\t\r＝＋－＠]"
)  # what a spreadsheet takes for one; with apostrophes, what was made harmless
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell. `row` as a spreadsheet counts, `column` as the file calls it."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row by our names of the columns; a column that the file lacks is not in it."""

    row: int
    cells: Mapping[str, str]
    called: Mapping[str, str]  # our name -> the file's


class BadCell(ValueError):
    """The cell of `column` (our name) cannot be used; the message is for the owner."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@cache
def table_data() -> dict[str, Any]:
    """See data/tables.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/tables.toml").read_text("utf-8"))


def written(columns: Sequence[str], rows: Iterable[Sequence[str]], *, bom: bool = False) -> bytes:
    """UTF-8 CSV (RFC 4180). `bom` for Excel, which takes a file without one for the machine's old charset."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def lines_of(data: bytes, wanted: Sequence[str], needed: Sequence[str]) -> list[Line]:
    """The rows under the columns `wanted`. Raises Invalid when one of `needed` is not named, or it is no table."""
    told = table_data()
    try:
        text = decode(data)
        sep = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
        text = text[sep.end() :] if sep else text
        delimiter = sep[1] if sep else _delimiter(text, wanted)
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, ValueError, TypeError):
        raise _no_table(told["sentences"]["unreadable"]) from None
    except Exception as error:
        if hasattr(error, "sentence"):  # UnreadableDocument of decode()
            raise _no_table(told["sentences"]["unreadable"]) from None
        raise
    if len(records) > told["most_rows"] + 1:
        raise _no_table(told["sentences"]["too_many"].format(most=told["most_rows"]))
    found = _columns(records[0] if records else [], wanted)
    if not all(name in found for name in needed):
        raise _no_table(told["sentences"]["columns"].format(names=", ".join(needed)))
    called = {name: records[0][at].strip() for name, at in found.items()}
    out: list[Line] = []
    for number, record in enumerate(records[1:], 2):
        cells = {name: _meant(record[at].strip()) if at < len(record) else "" for name, at in found.items()}
        if any(cells.values()):
            out.append(Line(number, cells, called))
    return out


def _delimiter(text: str, wanted: Sequence[str]) -> str:
    """The one under which the first line names most of our columns."""

    def named(delimiter: str) -> int:
        first = next(csv.reader(io.StringIO(text[:8192], newline=""), delimiter=delimiter, skipinitialspace=True), [])
        return len(_columns(first, wanted))

    return max(DELIMITERS, key=named)


def _columns(names: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Our name -> its place. Exact names before the other words for them: "answers" is a column of its own among replies."""
    folded = [" ".join(fold(name).replace("_", " ").split()) for name in names]
    found = {name: folded.index(name) for name in wanted if name in folded}
    for name in wanted:
        for at, called in enumerate(folded):
            if name not in found and at not in found.values() and called in table_data()["columns"][name]:
                found[name] = at
    return found


def _no_table(sentence: str) -> Invalid:
    return Invalid("not_a_table", sentence, [FieldError("file", sentence)])


def _harmless(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def _meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


# ------------------------------------------------------------------ cells


def text_in(line: Line, column: str, most: int) -> str:
    """Raises BadCell when it is empty or too long."""
    cell = line.cells.get(column, "")
    if not cell:
        raise BadCell(column, table_data()["sentences"]["missing"])
    if len(cell) > most:
        raise BadCell(column, table_data()["sentences"]["too_long"].format(most=most))
    return cell


def language_in(line: Line, languages: Sequence[str]) -> str | None:
    """One of `languages`, by its code (en, en-US) or name; None when it is not told. Raises BadCell."""
    cell = fold(line.cells.get("language", ""))
    if not cell:
        return None
    words = table_data()["words"]
    for language in languages:
        if cell in words.get(language, ()) or re.split(r"[-_]", cell)[0] == language:
            return language
    raise BadCell("language", table_data()["sentences"]["language"].format(languages=", ".join(languages)))


def tags_in(line: Line) -> tuple[str, ...] | None:
    """None when the file has no such column. Raises BadCell."""
    if "tags" not in line.cells:
        return None
    told = table_data()
    tags = tuple(dict.fromkeys(t.strip() for t in re.split(r"[;,|]", line.cells["tags"]) if t.strip()))
    if len(tags) > told["most_tags"] or any(len(tag) > told["longest_tag"] for tag in tags):
        raise BadCell("tags", told["sentences"]["tags"])
    return tags


def chosen(line: Line, column: str, choices: Sequence[str], sentence: str) -> str | None:
    """Which of `choices` the cell means; None when it is empty or the file has no such column. Raises BadCell."""
    if column not in line.cells:
        return None
    cell = fold(line.cells[column])
    for choice in choices:
        if cell in table_data()["words"][choice]:
            return choice
    if not cell:
        return None
    raise BadCell(column, table_data()["sentences"][sentence])
