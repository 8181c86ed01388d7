"""Damage to real files of every kind: they are read or refused, nothing else is raised."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.parsing import made

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parse import parse

HTML = b"<!doctype html><html><body><main><h1>Hours</h1><table><tr><td>Monday</td><td>8-5</td></tr></table></main></body></html>"
KINDS = ["pdf", "scan", "docx", "xlsx", "pptx", "odt", "eml", "html", "csv", "md", "png", "tiff"]


@cache
def real(kind: str) -> bytes:
    return {
        "pdf": lambda: made.long_pdf(1),
        "scan": lambda: made.scanned_pdf([""]),
        "docx": lambda: made.docx(lambda d: [d.add_heading("A", 1), d.add_table(2, 2), d.add_paragraph("b")]),
        "xlsx": lambda: made.xlsx(lambda b: [b.active.append(["Work", "Price"]), b.active.append(["Leak", 12.5])]),
        "pptx": lambda: made.pptx(_slide),
        "odt": lambda: made.odt(
            '<text:h text:outline-level="1">A</text:h><text:list><text:list-item><text:p>b</text:p></text:list-item></text:list>'
        ),
        "eml": lambda: made.eml("Hi", html="<p>Hi</p>", attachments=[("a.pdf", "application/pdf", made.plain_pdf())]),
        "html": lambda: HTML,
        "csv": lambda: b'question,answer\n"Open?","Yes, daily"\n',
        "md": lambda: "# Hours\n\n- Monday mañana".encode(),
        "png": lambda: made.picture([]),
        "tiff": lambda: made.picture([], "TIFF"),
    }[kind]()


def _slide(deck) -> None:
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "Title"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(kind, data):
    body = bytearray(real(kind))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body) - 1))
        how = data.draw(st.sampled_from(["byte", "cut", "double", "insert", "zero"]))
        size = data.draw(st.integers(1, 64))
        if how == "byte":
            body[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del body[at : at + size]
        elif how == "double":
            body[at:at] = body[at : at + size]
        elif how == "insert":
            body[at:at] = data.draw(st.binary(min_size=1, max_size=16))
        else:
            body[at : at + size] = bytes(min(size, len(body) - at))
        if not body:
            break
    try:
        parsed = parse(bytes(body), data.draw(st.sampled_from([f"a.{kind}", "a", "a.txt"])))
    except UnreadableDocument as why:
        assert why.sentence  # noqa: PT017
    else:
        assert isinstance(parsed.markdown, str)
