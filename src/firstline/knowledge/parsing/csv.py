"""CSV: rows of questions and answers when it has such columns, else a table."""

import csv
import io
import re
from collections import Counter

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Faq, Parsed
from firstline.knowledge.parsing.charset import decode
from firstline.knowledge.parsing.tables import markdown_table
from firstline.knowledge.wording import fold

__all__ = ["faqs_of", "parse_csv"]

QUESTION = frozenset(("question", "questions", "q", "pregunta", "preguntas", "faq"))
ANSWER = frozenset(("answer", "answers", "a", "respuesta", "respuestas", "reply"))
TAGS = frozenset(("tags", "tag", "etiquetas", "category", "categoria", "topic", "tema"))
LANGUAGE = frozenset(("language", "lang", "idioma", "lengua"))
DELIMITERS = ",;\t|"


def parse_csv(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: not_a_table, too_long, broken, unknown_type."""
    text = decode(data)
    delimiter = _delimiter(text)
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's own first line
        delimiter, text = told.group(1), text[told.end() :]
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in reader if any(c.strip() for c in row)]
    except (csv.Error, TypeError, ValueError) as error:
        raise unreadable("broken") from error
    if len(rows) < 2:
        raise unreadable("not_a_table")
    if len(rows) > limits()["rows"]:
        raise unreadable("too_long")
    faqs = faqs_of(rows)
    if faqs is None:
        return Parsed(title, markdown_table(rows, headed=True), "csv")
    if not faqs:
        raise unreadable("not_a_table")
    return Parsed(title, "", "csv", faqs=tuple(faqs))


def faqs_of(rows: list[list[str]]) -> list[Faq] | None:
    """The questions and answers of a table whose first row names such columns; None when it does not."""
    names = [fold(name) for name in rows[0]]
    asked, answered = _column(names, QUESTION), _column(names, ANSWER)
    if asked is None or answered is None:
        return None
    spoken, tagged = _column(names, LANGUAGE), _column(names, TAGS)
    out = []
    for row in rows[1:]:
        if len(row) <= max(asked, answered) or not row[asked] or not row[answered]:
            continue
        language = row[spoken][:2].lower() if spoken is not None and len(row) > spoken and row[spoken] else None
        tags = re.split(r"[,;|]\s*", row[tagged]) if tagged is not None and len(row) > tagged else []
        out.append(Faq(row[asked], row[answered], language, tuple(t.strip() for t in tags if t.strip())))
    return out


def _delimiter(text: str) -> str:
    """The one that most of the first lines hold equally often (the library's own guess may take seconds on odd files)."""
    lines = [re.sub(r'"[^"]*"', "", line[:2000]) for line in text[:16384].splitlines()[:20] if line.strip()]
    best, found = 0.0, ","
    for delimiter in DELIMITERS:
        counts = Counter(n for line in lines if (n := line.count(delimiter)))
        if counts:
            columns, alike = counts.most_common(1)[0]
            if (score := alike * min(columns, 20) ** 0.25) > best:
                best, found = score, delimiter
    return found


def _column(names: list[str], wanted: frozenset[str]) -> int | None:
    return next((i for i, name in enumerate(names) if name in wanted), None)
