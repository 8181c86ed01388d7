"""PDFs as people read them: columns, tables, turned pages, headings, no running heads; pages without text by OCR."""

from io import BytesIO

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from tests.knowledge.parsing import made

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parse import parse

BODY, H1, H2 = made.STYLES["BodyText"], made.STYLES["Heading1"], made.STYLES["Heading2"]


def columns(count: int) -> bytes:
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=letter)
    width = 468 / count
    head = Frame(72, 660, 468, 60)
    frames = [Frame(72 + width * at, 72, width - 9, 580) for at in range(count)]
    document.addPageTemplates(PageTemplate(frames=[head, *frames]))
    story = [Paragraph("A title that stands across all of the columns", H1), Spacer(1, 60)]
    story += [
        Paragraph(f"Paragraph {n} begins. {made.WORDS * 2}Paragraph {n} ends.", BODY) for n in range(1, 5 * count + 1)
    ]
    document.build(story)
    return out.getvalue()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_columns_are_read_one_after_the_other(count):
    text = parse(columns(count), "a.pdf").markdown
    assert text.startswith("# A title that stands across all of the columns\n")
    order = [text.index(f"Paragraph {n} {part}.") for n in range(1, 5 * count + 1) for part in ("begins", "ends")]
    assert order == sorted(order)


def test_a_table_that_goes_on_over_pages_is_one_table():
    rows = [["Work", "Price"], *([f"Task {n}", f"${n}"] for n in range(1, 91))]
    for repeat in (0, 1):
        story = [
            Paragraph("Price list", H1),
            Table(rows, style=made.GRID, repeatRows=repeat),
            Paragraph("Call us.", BODY),
        ]
        foot = lambda canvas, number: canvas.drawString(280, 30, f"Page {number}")  # noqa: E731
        text = parse(made.pdf_of(story, foot=foot), "a.pdf").markdown
        assert text.count("| Work | Price |") == 1
        assert text.count("| --- | --- |") == 1
        assert [line for line in text.splitlines() if "Task" in line] == [f"| Task {n} | ${n} |" for n in range(1, 91)]
        assert "Page" not in text


def test_a_list_of_prices_without_lines_keeps_each_price_beside_its_work():
    rows = [["Leak repair", "$95", "1 hour"], ["Drain", "$120", "2 hours"], ["Water heater", "$1,400", "a day"]]
    text = parse(made.pdf_of([Paragraph("Prices", H1), Table(rows, colWidths=150)]), "a.pdf").markdown
    for row in rows:
        assert f"| {' | '.join(row)} |" in text


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("declared", [True, False])
def test_turned_pages_are_read_upright(degrees, declared):
    import pypdfium2

    plain = made.pdf_of(
        [Paragraph("Price list", H1), Table([["Work", "Price"], ["Leak", "$95"], ["Drain", "$120"]], style=made.GRID)]
    )
    if declared:  # the page says how it is to be turned, its text stands upright then
        document = pypdfium2.PdfDocument(plain)
        document[0].set_rotation(degrees)
    else:  # the text itself lies on its side
        document = pypdfium2.PdfDocument(plain)
        turn = pypdfium2.PdfMatrix().rotate(degrees).translate(*{90: (0, 792), 180: (612, 792), 270: (792, 0)}[degrees])
        for item in document[0].get_objects():
            item.transform(turn)
        document[0].gen_content()
        document[0].set_mediabox(0, 0, 800, 800)
    out = BytesIO()
    document.save(out)
    text = parse(out.getvalue(), "a.pdf").markdown
    assert "Price list" in text
    assert "| Drain | $120 |" in text


def test_headings_are_known_by_their_type_and_nest():
    story = [
        Paragraph("<font size=28>Our handbook</font>", made.STYLES["Title"]),
        Spacer(1, 20),
        Paragraph("Drains", H1),
        Paragraph(made.WORDS * 3, BODY),
        Paragraph("At night", H2),
        Paragraph(made.WORDS * 3, BODY),
        Paragraph("<b>What it costs</b>", BODY),
        Paragraph("It costs $120.", BODY),
        Paragraph("SPECIAL OFFER $99", made.STYLES["Title"]),
    ]
    parsed = parse(made.pdf_of(story), "a.pdf")
    lines = [line for line in parsed.markdown.splitlines() if line.startswith("#")]
    assert [line.lstrip("# ") for line in lines] == ["Our handbook", "Drains", "At night", "What it costs"]
    depths = [len(line) - len(line.lstrip("#")) for line in lines]
    assert depths == sorted(depths)
    assert parsed.title == "Our handbook"
    assert "\nSPECIAL OFFER $99" in parsed.markdown


def test_running_heads_and_page_numbers_go_but_how_to_reach_us_is_said_once():
    def foot(canvas, number):
        canvas.drawString(72, 760, "Acme Plumbing handbook")
        canvas.drawString(72, 40, "Call 608-555-0100")
        canvas.drawString(500, 40, f"{number} / 4")

    story = []
    for n in range(4):
        story += [Paragraph(f"Chapter {n} is here. {made.WORDS * 4}", BODY), PageBreak()]
    text = parse(made.pdf_of(story, foot=foot), "a.pdf").markdown
    assert "Acme Plumbing handbook" not in text
    assert text.count("608-555-0100") == 1
    assert all(f"Chapter {n} is here." in text for n in range(4))


def test_list_items_stay_apart_and_parted_words_are_whole():
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter)
    lines = {
        700: "We mend:",
        672: "• leaks of every",
        658: "kind",
        644: "• drains",
        616: "We also do emer-",
        602: "gencies.",
    }
    for height, line in lines.items():
        canvas.drawString(72, height, line)
    canvas.save()
    assert (
        parse(out.getvalue(), "a.pdf").markdown
        == "We mend:\n\n- leaks of every kind\n- drains\n\nWe also do emergencies."
    )


def test_only_the_pages_without_text_are_read_by_ocr():
    data = made.scanned_pdf(
        ["The first page has text.", ["Drain cleaning costs $120", "Abrimos los domingos"], "The last."]
    )
    parsed = parse(data, "a.pdf")
    assert parsed.metadata["pages_without_text"] == 1
    for kept in ("The first page has text.", "Drain cleaning costs $120", "Abrimos los domingos", "The last."):
        assert kept in parsed.markdown
    assert parsed.markdown.index("Drain") < parsed.markdown.index("The last")


def test_a_scan_without_tesseract_says_so(monkeypatch):
    from firstline.knowledge.parsing import ocr

    monkeypatch.setenv("PATH", "/nowhere")
    ocr.installed.cache_clear()
    try:
        for data, name, code in (
            (made.scanned_pdf([["Hello"]]), "a.pdf", "scanned_without_ocr"),
            (made.picture(["Hello"]), "a.png", "picture_without_ocr"),
        ):
            with pytest.raises(UnreadableDocument) as caught:
                parse(data, name)
            assert caught.value.code == code
        assert parse(made.scanned_pdf([["Hello"], "Some text."]), "a.pdf").metadata["pages_left_out"] == 1
    finally:
        ocr.installed.cache_clear()
