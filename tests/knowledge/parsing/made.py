"""Real files made by the libraries that people's programs use: what the tests of the parsers read."""

from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

__all__ = ["docx", "eml", "long_pdf", "odt", "pdf_of", "picture", "plain_pdf", "pptx", "printed", "xlsx"]

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
STYLES = getSampleStyleSheet()
WORDS = "We clean drains and mend pipes in every house of the town, also on weekends and at night, with a warranty. "


def pdf_of(story, *, foot=None) -> bytes:
    """A PDF of reportlab's flowables; `foot(canvas, number)` draws on every page."""
    out = BytesIO()

    def draw(canvas, document):
        if foot:
            foot(canvas, document.page)

    SimpleDocTemplate(out, pagesize=letter, title="Made").build(story, onFirstPage=draw, onLaterPages=draw)
    return out.getvalue()


def plain_pdf(text="Drain cleaning costs $120 a visit.", heading="Price list") -> bytes:
    return pdf_of([Paragraph(heading, STYLES["Title"]), Paragraph(text, STYLES["BodyText"])])


def long_pdf(pages: int) -> bytes:
    """Prose, headings and a ruled table on every page, a foot with its number."""
    story = []
    for number in range(1, pages + 1):
        story += [Paragraph(f"Service number {number}", STYLES["Heading1"])]
        story += [Paragraph(WORDS * 6, STYLES["BodyText"]) for _ in range(4)]
        rows = [["Work", "Price", "Hours"], *([f"Task {number}-{row}", f"${row}5", str(row)] for row in range(1, 9))]
        story += [Spacer(1, 12), Table(rows, style=GRID), PageBreak()]
    return pdf_of(story, foot=lambda canvas, number: canvas.drawString(280, 30, f"Page {number} of {pages}"))


def xlsx(fill) -> bytes:
    """A workbook filled by `fill(workbook)`."""
    from openpyxl import Workbook

    book, out = Workbook(), BytesIO()
    fill(book)
    book.save(out)
    return out.getvalue()


def pptx(fill) -> bytes:
    """A presentation filled by `fill(presentation)`."""
    from pptx import Presentation

    deck, out = Presentation(), BytesIO()
    fill(deck)
    deck.save(out)
    return out.getvalue()


def docx(fill) -> bytes:
    """A document filled by `fill(document)`."""
    from docx import Document

    document, out = Document(), BytesIO()
    fill(document)
    document.save(out)
    return out.getvalue()


def odt(body: str, styles: str = "") -> bytes:
    """A text document with `body` as the XML of its text."""
    names = "office text table style draw"
    spaces = {"draw": "drawing"}
    declared = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{spaces.get(n, n)}:1.0"' for n in names.split()
    )
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content {declared} office:version="1.3">
<office:automatic-styles>{styles}</office:automatic-styles>
<office:body><office:text>{body}</office:text></office:body></office:document-content>"""
        archive.writestr("content.xml", content, ZIP_DEFLATED)
    return out.getvalue()


def eml(text: str, *, html: str = "", subject="Prices", attachments=(), **headers) -> bytes:
    message = EmailMessage()
    message["From"] = headers.get("sender", "Ana Ruiz <ana@example.com>")
    message["To"] = "office@example.com"
    message["Subject"] = subject
    message["Date"] = headers.get("date", "Tue, 03 Nov 2026 10:00:00 +0100")
    message["Message-ID"] = "<1@example.com>"
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html") if text else message.set_content(html, subtype="html")
    for name, kind, data in attachments:
        message.add_attachment(data, maintype=kind.split("/")[0], subtype=kind.split("/")[1], filename=name)
    return bytes(message)


def printed(lines, *, size=(1200, 500)) -> Image.Image:
    """A picture of lines of text."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        pen.text((60, 50 + 80 * at), line, font=ImageFont.truetype(FONT, 40), fill="black")
    return picture


def picture(lines, kind="PNG") -> bytes:
    out = BytesIO()
    printed(lines).save(out, kind)
    return out.getvalue()


def scanned_pdf(pages) -> bytes:
    """Pages that are pictures (a list of lines) or text (a str)."""
    from reportlab.lib.utils import ImageReader

    out = BytesIO()
    canvas = Canvas(out, pagesize=letter)
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(72, 700, page)
        else:
            canvas.drawImage(ImageReader(printed(page)), 36, 400, 540, 225)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word_of(body: bytes) -> bytes:
    """A DOCX with `body` as the XML of its text."""
    out = BytesIO()
    head = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName='
            '"/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml'
            '.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", head + body + b"</w:body></w:document>")
    return out.getvalue()
