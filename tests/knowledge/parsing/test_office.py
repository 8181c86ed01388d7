"""XLSX, PPTX, DOCX and ODT, made by the usual libraries, as a person sees them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.knowledge.parsing import made

from firstline.knowledge.parse import parse, sniff
from firstline.knowledge.parsing.number_formats import shown


def test_a_workbook_has_a_section_for_each_sheet_that_people_see():
    def fill(book):
        prices = book.active
        prices.title = "Prices"
        prices["A1"] = "Prices from May"
        prices.merge_cells("A1:C1")
        for row in (["Work", "Price", "Since"], ["Leak", 120, date(2026, 5, 4)], ["Drain", 89.5, date(2026, 5, 5)]):
            prices.append(row)
        for row in (3, 4):
            prices.cell(row, 2).number_format = '"$"#,##0.00'
            prices.cell(row, 3).number_format = "d mmmm yyyy"
        hidden = book.create_sheet("Margins")
        hidden.append(["Cost", 12])
        hidden.sheet_state = "hidden"
        hours = book.create_sheet("Hours")
        for row in (["Day", "From", "To"], ["Monday", time(8), time(17, 30)], ["Sunday", "closed", None]):
            hours.append(row)

    parsed = parse(made.xlsx(fill), "book.bin", "Prices")
    assert parsed.source_type == "xlsx"
    assert parsed.markdown == (
        "## Prices\n\n### Prices from May\n\n| Work | Price | Since |\n| --- | --- | --- |\n"
        "| Leak | $120.00 | 4 May 2026 |\n| Drain | $89.50 | 5 May 2026 |\n\n"
        "## Hours\n\n| Day | From | To |\n| --- | --- | --- |\n| Monday | 8:00:00 | 17:30:00 |\n| Sunday | closed |  |"
    )


def test_merged_cells_keep_their_value_in_every_row_and_hidden_rows_and_columns_go():
    def fill(book):
        sheet = book.active
        for row in (
            ["Area", "Work", "Cost", "Price"],
            ["North", "Leak", 5, 10],
            [None, "Drain", 6, 11],
            ["x", "y", 0, 0],
        ):
            sheet.append(row)
        sheet.merge_cells("A2:A3")
        sheet.column_dimensions["C"].hidden = True
        sheet.row_dimensions[4].hidden = True

    lines = parse(made.xlsx(fill), "a.xlsx").markdown.splitlines()
    assert lines[-2:] == ["| North | Leak | 10 |", "| North | Drain | 11 |"]
    assert "Cost" not in lines[2]


def test_formulas_show_the_value_that_was_saved_with_them():
    import zipfile
    from io import BytesIO

    data = made.xlsx(lambda book: [book.active.append(["Total", "=1+2"]), book.active.append(["Tax", 1])])
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"<f>1+2</f><v></v>", b"<f>1+2</f><v>3</v>")
            new.writestr(name, part.replace(b"<f>1+2</f><v />", b"<f>1+2</f><v>3</v>"))
    assert "| Total | 3 |" in parse(out.getvalue(), "a.xlsx").markdown


def test_a_workbook_of_questions_and_answers_is_a_list_of_faqs():
    parsed = parse(
        made.xlsx(lambda b: [b.active.append(r) for r in (["Pregunta", "Respuesta"], ["¿Abren?", "Sí."])]), "faq.xlsx"
    )
    assert [(f.question, f.answer) for f in parsed.faqs] == [("¿Abren?", "Sí.")]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "General", "1234.5"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-5, "0", "-5"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"free"', "free"),
        (0.075, "0.0%", "7.5%"),
        (45, "[$$-409]#,##0.00", "$45.00"),
        (45, "#,##0.00\\ [$€-40A]", "45.00 €"),
        (1200, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$1,200.00"),
        (90, '"from "$0" an hour"', "from $90 an hour"),
        (2500000, '0.0,,"M"', "2.5M"),
        (7, "000", "007"),
        (True, "General", "yes"),
        (float("nan"), "0.00", "nan"),
        (datetime(2026, 5, 4, tzinfo=UTC), "mm-dd-yy", "2026-05-04"),
        (datetime(2026, 5, 4, tzinfo=UTC), "dd/mm/yyyy", "04/05/2026"),
        (datetime(2026, 5, 4, tzinfo=UTC), '[$-C0A]d" de "mmmm" de "yyyy', "4 de mayo de 2026"),
        (datetime(2026, 5, 4, 15, 5, tzinfo=UTC), "m/d/yyyy h:mm AM/PM", "5/4/2026 3:05 PM"),
        (time(9, 5), "hh:mm", "09:05"),
        (timedelta(hours=26, minutes=3), "[h]:mm", "26:03"),
    ],
)
def test_numbers_and_dates_look_as_in_the_spreadsheet(value, code, text):
    assert shown(value, code) == text


def test_slides_are_sections_and_what_the_speaker_notes_stays_out():
    def fill(deck):
        from pptx.util import Inches

        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = "What we do"
        body = slide.placeholders[1].text_frame
        body.text = "Leaks"
        below = body.add_paragraph()
        below.text, below.level = "at night too", 1
        slide.notes_slide.notes_text_frame.text = "Secret margin 40 %"
        prices = deck.slides.add_slide(deck.slide_layouts[5])
        prices.shapes.title.text = "Prices"
        table = prices.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
        for at, text in enumerate(("Work", "Price", "Leak", "$120")):
            table.cell(at // 2, at % 2).text = text
        unseen = deck.slides.add_slide(deck.slide_layouts[5])
        unseen.shapes.title.text = "Old prices"
        unseen._element.set("show", "0")

    parsed = parse(made.pptx(fill), "slides")
    assert parsed.markdown == (
        "## What we do\n\n- Leaks\n  - at night too\n\n## Prices\n\n| Work | Price |\n| --- | --- |\n| Leak | $120 |"
    )
    assert (parsed.title, parsed.source_type) == ("What we do", "pptx")


def test_a_word_document_keeps_headings_lists_and_tables():
    def fill(document):
        document.add_heading("Warranty", 0)
        document.add_heading("Parts", 1)
        document.add_paragraph("Two years.")
        document.add_paragraph("Pumps", style="List Bullet")
        document.add_paragraph("Valves", style="List Bullet")
        table = document.add_table(2, 2)
        for at, text in enumerate(("Part", "Years", "Pump", "2")):
            table.cell(at // 2, at % 2).text = text
        document.add_paragraph().add_run("What we ask of you").bold = True
        document.add_paragraph("Keep the invoice.")

    parsed = parse(made.docx(fill), "warranty")
    for kept in ("# Warranty", "# Parts", "Two years.", "- Pumps\n- Valves", "| Pump | 2 |", "#### What we ask of you"):
        assert kept in parsed.markdown
    assert (parsed.title, parsed.source_type) == ("Warranty", "docx")


def test_an_open_document_keeps_headings_lists_and_tables():
    row = "<table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell><table:table-cell {}><text:p>{}</text:p></table:table-cell></table:table-row>"
    body = (
        '<text:p text:style-name="P1">Garantía</text:p><text:h text:outline-level="2">Piezas</text:h>'
        '<text:p>Dos<text:s text:c="2"/>años,<text:line-break/>sin <text:span>coste</text:span>.</text:p>'
        "<text:list><text:list-item><text:p>Bombas</text:p><text:list><text:list-item><text:p>pequeñas</text:p>"
        "</text:list-item></text:list></text:list-item><text:list-item><text:p>Válvulas</text:p></text:list-item></text:list>"
        "<table:table><table:table-header-rows>"
        + row.format("Pieza", "", "Años")
        + "</table:table-header-rows>"
        + row.format("Bomba", 'table:number-columns-repeated="99999999"', "2")
        + "</table:table><text:tracked-changes><text:p>borrado</text:p></text:tracked-changes>"
    )
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    parsed = parse(made.odt(body, style), "x.zip")
    assert parsed.markdown.startswith(
        "# Garantía\n\n## Piezas\n\nDos años, sin coste.\n\n- Bombas\n  - pequeñas\n- Válvulas\n\n| Pieza | Años |"
    )
    assert "| Bomba | 2 |" in parsed.markdown
    assert "borrado" not in parsed.markdown
    assert (parsed.title, parsed.source_type) == ("Garantía", "odt")


def test_the_kind_of_an_office_file_is_read_from_inside():
    assert sniff(made.xlsx(lambda b: None), "a.docx") == "xlsx"
    assert sniff(made.pptx(lambda d: None), "a.pdf") == "pptx"
    assert sniff(made.docx(lambda d: None), "a.txt") == "docx"
    assert sniff(made.odt(""), "a.docx") == "odt"
