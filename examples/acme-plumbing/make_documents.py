"""Write price-brochure.pdf and warranty.docx, the documents Acme Plumbing hands to its customers.

    python3 -m venv /tmp/documents && /tmp/documents/bin/pip install reportlab python-docx
    /tmp/documents/bin/python examples/acme-plumbing/make_documents.py

Prices come from business.json, so the brochure cannot drift from the profile. The output is the same
bytes for the same input and the same library versions. Neither library is needed to run Firstline.
"""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Pt, RGBColor
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).resolve().parent
NAVY, COPPER, PALE = colors.HexColor("#12344d"), colors.HexColor("#b4602a"), colors.HexColor("#f3f6f8")
WRITTEN = datetime(2026, 10, 1, tzinfo=UTC)

GROUPS: list[tuple[str, list[str]]] = [
    ("Visits and labor", ["service_call", "hourly_labor"]),
    ("Water heaters / Calentadores de agua", ["water_heater_install", "water_heater_repair", "tankless_install"]),
    ("Drains and sewer / Drenajes", ["drain_cleaning", "main_line_cleaning", "hydro_jetting", "camera_inspection"]),
    ("Leaks and pipes / Fugas y tuberías", ["leak_repair", "burst_pipe_repair"]),
    (
        "Fixtures / Muebles de baño y cocina",
        ["toilet_repair", "toilet_install", "faucet_install", "garbage_disposal", "sump_pump"],
    ),
    ("Large projects (free written estimate)", ["sewer_line_replacement", "whole_house_repipe"]),
]

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.2, leading=14, textColor=colors.HexColor("#1d2730"))
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.2, leading=10.4)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9.2, leading=11.4)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold", textColor=colors.white)
PRICE = ParagraphStyle("price", parent=CELL, fontName="Helvetica-Bold", alignment=TA_RIGHT)
PRICE_HEAD = ParagraphStyle("price-head", parent=HEAD, alignment=TA_RIGHT)
H1 = ParagraphStyle("h1", parent=BODY, fontName="Helvetica-Bold", fontSize=19, leading=23, textColor=NAVY)
H2 = ParagraphStyle(
    "h2",
    parent=BODY,
    fontName="Helvetica-Bold",
    fontSize=12.5,
    leading=17,
    textColor=COPPER,
    spaceBefore=11,
    spaceAfter=3,
)


def money(amount: str) -> str:
    return f"${float(amount):,.0f}"


def price(service: dict[str, Any]) -> str:
    low, high = money(service["price_low"]), money(service["price_high"])
    return low if low == high else f"{low} - {high}"


def table(rows: list[list[Any]], widths: list[float], bands: tuple[int, ...] = ()) -> Table:
    made = Table(rows, colWidths=widths, repeatRows=1)
    made.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), NAVY),
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#b9c4cc")),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 3.8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4.6),
                *(("BACKGROUND", (0, n), (-1, n), PALE) for n in bands),
                *(("SPAN", (0, n), (-1, n)) for n in bands),
            ]
        )
    )
    return made


def price_table(services: dict[str, dict[str, Any]]) -> Table:
    rows: list[list[Any]] = [
        [
            Paragraph("Service", HEAD),
            Paragraph("Price range", PRICE_HEAD),
            Paragraph("Per", HEAD),
            Paragraph("Good to know", HEAD),
        ]
    ]
    bands = []
    for title, codes in GROUPS:
        bands.append(len(rows))
        rows.append([Paragraph(f"<b>{title}</b>", CELL), "", "", ""])
        for code in codes:
            one = services[code]
            rows.append(
                [
                    Paragraph(one["name"]["en"], CELL),
                    Paragraph(price(one), PRICE),
                    Paragraph(one["unit"], CELL),
                    Paragraph(one["notes"]["en"], CELL),
                ]
            )
    return table(rows, [2.2 * inch, 1.2 * inch, 0.5 * inch, 3.33 * inch], tuple(bands))


def frame(canvas: Canvas, doc: SimpleDocTemplate) -> None:
    width, height = letter
    canvas.saveState()
    canvas.setFillColor(NAVY)
    canvas.rect(0, height - 0.42 * inch, width, 0.42 * inch, stroke=0, fill=1)
    canvas.setFillColor(COPPER)
    canvas.rect(0, height - 0.47 * inch, width, 0.05 * inch, stroke=0, fill=1)
    canvas.setFillColor(colors.white)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(0.55 * inch, height - 0.28 * inch, "ACME PLUMBING")
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(width - 0.55 * inch, height - 0.28 * inch, "Madison, Wisconsin  |  (608) 555-0142")
    canvas.setFillColor(colors.HexColor("#5b6770"))
    canvas.setFont("Helvetica", 7.6)
    canvas.drawString(
        0.55 * inch,
        0.36 * inch,
        "2140 Pipeworks Lane, Madison, WI 53704  |  hello@acme-plumbing.example  |  License MP-555014",
    )
    canvas.drawRightString(width - 0.55 * inch, 0.36 * inch, f"Price list from October 2026  |  page {doc.page} of 2")
    canvas.restoreState()


def brochure(services: dict[str, dict[str, Any]], to: Path) -> None:
    detail = [[Paragraph("Water heater detail", HEAD), Paragraph("Price range", PRICE_HEAD), Paragraph("Notes", HEAD)]]
    for name, cost, note in (
        (
            "40-50 gallon gas, atmospheric vent",
            "$900 - $1,150",
            "Vents through the chimney or roof. Most Madison basements.",
        ),
        ("40-50 gallon gas, power vent", "$1,200 - $1,500", "Has a fan and a plastic pipe through the wall."),
    ):
        detail.append([Paragraph(name, CELL), Paragraph(cost, PRICE), Paragraph(note, CELL)])
    drains = [
        [Paragraph("Drain cleaning detail", HEAD), Paragraph("Price range", PRICE_HEAD), Paragraph("En español", HEAD)]
    ]
    for name, cost, note in (
        ("Kitchen sink", "$149 - $219", "Fregadero de cocina"),
        ("Bathroom sink, tub or shower", "$149 - $199", "Lavabo, tina o regadera"),
        ("Toilet", "$149 - $229", "Inodoro"),
        ("Laundry or floor drain", "$169 - $289", "Lavandería o drenaje de piso"),
    ):
        drains.append([Paragraph(name, CELL), Paragraph(cost, PRICE), Paragraph(note, CELL)])
    widths = [2.6 * inch, 1.3 * inch, 3.33 * inch]
    story = [
        Paragraph("Our prices", H1),
        Paragraph(
            "Most plumbers will not print their prices. We do. The ranges below are estimates for ordinary homes in our "
            "service area, parts included unless noted. You get a written price before any work starts.",
            BODY,
        ),
        Spacer(1, 5),
        price_table(services),
        PageBreak(),
        Paragraph("What the price depends on", H1),
        Spacer(1, 4),
        table(detail, widths),
        Spacer(1, 8),
        table(drains, widths),
        Paragraph("Nights, Sundays and holidays", H2),
        Paragraph(
            "Our emergency line (608) 555-0199 is answered day and night. Outside business hours a <b>$150 emergency "
            "surcharge</b> is added to the normal price of the job. Business hours: Monday to Friday 7:30 a.m. to 12:00 noon "
            "and 1:00 p.m. to 5:30 p.m., Saturday 8:00 a.m. to 12:00 noon, Sunday closed.",
            BODY,
        ),
        Paragraph("Paying", H2),
        Paragraph(
            "Cash, check, debit and credit cards (no card fee), Apple Pay and Google Pay. Financing from $1,000 through Badger "
            "Home Credit: 0 % for 12 months, or up to 60 months at 9.99 % APR, subject to approval. Jobs above $2,500 need a "
            "30 % deposit. Seniors (65 and over), veterans and active military: 5 % off labor, up to $100 a job.",
            BODY,
        ),
        Paragraph("Cancelling", H2),
        Paragraph("Free up to 24 hours before your arrival window; after that a $45 late cancellation fee.", BODY),
        Paragraph("Warranty in short", H2),
        Paragraph(
            "Installations 2 years labor. Repairs 1 year labor. Drain cleaning 30 days. Sewer line replacement and whole-house "
            "repipe 10 years. Water heater tanks 6 years from the manufacturer. Ask for our warranty sheet.",
            BODY,
        ),
        Paragraph("En español", H2),
        Paragraph(
            "Los precios son estimados; antes de empezar recibe un precio por escrito. La visita con diagnóstico cuesta $89 y se "
            "descuenta si aprueba la reparación dentro de 30 días. Emergencias fuera de horario: recargo de $150. "
            "Atendemos en español: pregunte por Mike o Luz al (608) 555-0142.",
            BODY,
        ),
        Spacer(1, 10),
        Paragraph(
            "Estimates are not binding offers. Prices do not include opening or closing walls, electrical work, asbestos or lead "
            "removal, or repairs to parts of the house we find damaged.",
            SMALL,
        ),
    ]
    SimpleDocTemplate(
        str(to),
        pagesize=letter,
        leftMargin=0.55 * inch,
        rightMargin=0.55 * inch,
        topMargin=0.66 * inch,
        bottomMargin=0.6 * inch,
        title="Acme Plumbing price brochure",
        author="Acme Plumbing",
        invariant=1,
    ).build(story, onFirstPage=frame, onLaterPages=frame)


def warranty(to: Path) -> None:
    doc = Document()
    doc.styles["Normal"].font.name = "Calibri"
    doc.styles["Normal"].font.size = Pt(11)
    for level in ("Title", "Heading 1", "Heading 2"):
        doc.styles[level].font.color.rgb = RGBColor(0x12, 0x34, 0x4D)
    doc.core_properties.title, doc.core_properties.author = "Acme Plumbing warranty", "Acme Plumbing"
    doc.core_properties.created = doc.core_properties.modified = WRITTEN
    doc.add_heading("Acme Plumbing warranty", 0)
    doc.add_paragraph(
        "This sheet says what we put right at no charge, for how long, and how to ask for it. It applies to work done "
        "by Acme Plumbing, 2140 Pipeworks Lane, Madison, WI 53704, from October 1, 2026."
    )
    doc.add_heading("How long we cover our work", 1)
    grid = doc.add_table(rows=1, cols=3)
    grid.style = "Light Grid Accent 1"
    for cell, text in zip(grid.rows[0].cells, ("Work", "Our labor", "Parts"), strict=True):
        cell.text = text
    for row in (
        ("Water heater replacement (tank)", "2 years", "6 years on the tank, from the manufacturer"),
        ("Tankless water heater installation", "2 years", "12 years on the heat exchanger, from the manufacturer"),
        ("Faucet, toilet, disposal and sump pump installation", "2 years", "Manufacturer's warranty"),
        ("Repairs of leaks, pipes, toilets and water heaters", "1 year", "Manufacturer's warranty"),
        ("Drain and main sewer line cleaning", "30 days on the same drain", "Does not apply"),
        ("Hydro jetting", "90 days on the same line", "Does not apply"),
        ("Sewer line replacement", "10 years", "10 years"),
        ("Whole-house repipe", "10 years", "10 years"),
        ("Fixtures supplied by the customer", "90 days", "None from us"),
    ):
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    doc.add_heading("What is not covered", 1)
    for text in (
        "Damage by freezing, flooding, fire, lightning or an earthquake.",
        "Drains blocked again by wipes, grease, toys or roots when we advised a repair of the line.",
        "Water heaters that were not flushed at least once a year, when sediment caused the failure.",
        "Work changed or repaired by somebody else.",
        "Ordinary wear, such as washers, flappers and pump floats after one year.",
    ):
        doc.add_paragraph(text, style="List Bullet")
    doc.add_heading("How to make a claim", 1)
    for text in (
        "Call (608) 555-0142 or write to hello@acme-plumbing.example and give the invoice number or your address.",
        "We come within two business days. There is no service call fee for a warranty visit.",
        "We repair or replace what is covered. If it is not covered we give you a written price first.",
    ):
        doc.add_paragraph(text, style="List Number")
    doc.add_paragraph("A warranty visit outside business hours carries no surcharge when the fault is covered.")
    doc.add_heading("Moving or selling the house", 1)
    doc.add_paragraph(
        "The 10-year warranty on sewer lines and repipes passes once to the next owner, if we are told within 60 days of "
        "the sale. Other warranties stay with the first customer."
    )
    doc.add_heading("Resumen en español", 1)
    doc.add_paragraph(
        "Mano de obra: 2 años en instalaciones, 1 año en reparaciones, 30 días en limpieza de drenajes y 10 años en cambio "
        "de línea de drenaje o de toda la tubería. El tanque del calentador tiene 6 años de garantía del fabricante. Para "
        "usar la garantía llame al (608) 555-0142; la visita de garantía no tiene costo."
    )
    made = BytesIO()
    doc.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):  # the library stamps the time of day on each part
            entry = zipfile.ZipInfo(name, date_time=WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))


def main() -> None:
    profile = json.loads((HERE / "business.json").read_text(encoding="utf-8"))
    brochure({one["code"]: one for one in profile["services"]}, HERE / "price-brochure.pdf")
    warranty(HERE / "warranty.docx")


if __name__ == "__main__":
    main()
