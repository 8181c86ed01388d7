"""CSV: rows of questions and answers when it has such columns, else one line a row with its column names."""

import csv
import io
import re

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Faq, Parsed
from firstline.knowledge.parsing.plain import decode
from firstline.knowledge.wording import fold

__all__ = ["parse_csv"]

QUESTION = frozenset(("question", "questions", "q", "pregunta", "preguntas", "faq"))
ANSWER = frozenset(("answer", "answers", "a", "respuesta", "respuestas", "reply"))
TAGS = frozenset(("tags", "tag", "etiquetas", "category", "categoria", "topic", "tema"))
LANGUAGE = frozenset(("language", "lang", "idioma", "lengua"))


def parse_csv(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: not_a_table."""
    text = decode(data)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
        dialect.doublequote = True
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), dialect)
            if any(c.strip() for c in row)
        ]
    except csv.Error as error:
        raise unreadable("broken") from error
    if len(rows) < 2:
        raise unreadable("not_a_table")
    if len(rows) > limits()["rows"]:
        raise unreadable("too_long")
    names = [fold(name) for name in rows[0]]
    asked, answered = _column(names, QUESTION), _column(names, ANSWER)
    if asked is not None and answered is not None:
        faqs = _faqs(rows[1:], asked, answered, _column(names, LANGUAGE), _column(names, TAGS))
        if not faqs:
            raise unreadable("not_a_table")
        return Parsed(title, "", "csv", faqs=tuple(faqs))
    lines = ["- " + "; ".join(f"{n}: {c}" for n, c in zip(rows[0], row, strict=False) if c) for row in rows[1:]]
    return Parsed(title, "\n".join(lines), "csv")


def _column(names: list[str], wanted: frozenset[str]) -> int | None:
    return next((i for i, name in enumerate(names) if name in wanted), None)


def _faqs(rows: list[list[str]], asked: int, answered: int, spoken: int | None, tagged: int | None) -> list[Faq]:
    out = []
    for row in rows:
        if len(row) <= max(asked, answered) or not row[asked] or not row[answered]:
            continue
        language = row[spoken][:2].lower() if spoken is not None and len(row) > spoken and row[spoken] else None
        tags = re.split(r"[,;|]\s*", row[tagged]) if tagged is not None and len(row) > tagged else []
        out.append(Faq(row[asked], row[answered], language, tuple(t.strip() for t in tags if t.strip())))
    return out
