"""Files that nobody can read, each with the codes that may be said of it. Used by every test of what takes files."""

import io
import struct
import zipfile
import zlib
from functools import cache

from tests.knowledge.parsing import made

__all__ = ["broken_files"]

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
WORD = "wordprocessingml.document"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><x>&j;</x>"
)


@cache
def broken_files() -> list[tuple[str, bytes, frozenset[str]]]:
    """(name, bytes, codes): parsing each must raise UnreadableDocument with one of the codes."""
    pdf, picture = made.plain_pdf(), made.picture(["Hello"])
    text = b"From: a@example.com\r\nMessage-ID: <1>\r\nMIME-Version: 1.0\r\n"
    files: list[tuple[str, bytes, str]] = [
        ("empty.txt", b"", "empty"),
        ("blank.pdf", b" \n\t ", "empty"),
        ("truncated.pdf", pdf[: len(pdf) // 3], "broken empty"),
        ("headless.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40, "broken empty"),
        ("loop.pdf", _loop(), "broken empty"),
        ("encrypted.pdf", _locked(), "encrypted"),
        ("blank-page.pdf", made.scanned_pdf([""]), "empty"),
        ("program.pdf", b"MZ\x90\x00" + b"\x00" * 200 + b"%PDF-1.4", "unknown_type"),
        ("random.docx", bytes((n * 7919 + n // 3) % 251 for n in range(5000)), "unknown_type"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_office"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_office"),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 400 + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
        ("bomb.docx", _zip({"word/document.xml": b"\x00" * (210 << 20)}, WORD, "word/document.xml"), "too_large"),
        ("lying-bomb.docx", _lying(), "broken too_large"),
        ("nested.docx", _zip({"word/inner.zip": _nested(6)}, WORD, "word/document.xml"), "broken"),
        ("nested.zip", _nested(6), "archive"),
        ("many.docx", _zip({f"word/{n}": b"" for n in range(6000)}, WORD, "word/document.xml"), "too_large"),
        ("laughs.docx", _zip({"word/document.xml": LAUGHS.encode()}, WORD, "word/document.xml"), "unsafe"),
        ("laughs-16.docx", _zip({"word/document.xml": LAUGHS.encode("utf-16")}, WORD, "word/document.xml"), "unsafe"),
        (
            "laughs.odt",
            _zip({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": LAUGHS.encode()}),
            "unsafe",
        ),
        ("no-document.docx", _zip({"word/styles.xml": b"<styles/>"}, WORD, "word/document.xml"), "broken"),
        ("deep.odt", made.odt("<text:section>" * 5000 + "</text:section>" * 5000), "broken"),
        ("cut.docx", made.docx(lambda d: d.add_paragraph("Text"))[:-400], "broken"),
        (
            "broken-sheet.xlsx",
            _without(made.xlsx(lambda b: b.active.append(["a"])), "xl/worksheets/sheet1.xml"),
            "broken",
        ),
        ("empty.xlsx", made.xlsx(lambda b: None), "empty"),
        ("far.xlsx", _far(), "too_long broken"),
        ("broken.pptx", _without(made.pptx(_slide), "ppt/slides/slide1.xml"), "broken"),
        ("slides.odp", _zip({"mimetype": b"application/vnd.oasis.opendocument.presentation"}), "old_office"),
        ("boundary.eml", text + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--y\r\n\r\n', "empty broken"),
        ("matryoshka.eml", _letters(12), "empty nested_too_deep"),
        ("pixels.png", _png(31623, 31623), "too_many_pixels"),
        ("cut.png", picture[:200], "broken"),
        ("tiny.png", b"\x89PNG\r\n\x1a\n", "broken"),
        ("cut.jpg", made.picture(["Hello"], "JPEG")[:80], "broken"),
        ("white.png", _white(), "no_text_in_picture picture_without_ocr"),
        ("nuls.csv", b"a,b\x00\x01\x02\n\x00\x00\x00,3\n" * 9, "unknown_type"),
        ("one.csv", b"only one line", "not_a_table"),
        ("binary.txt", b"\x01\x02\x03\x04" * 300, "unknown_type"),
        ("half.txt", "ñ".encode("utf-16")[:2], "empty"),
        ("archive.zip", _zip({"prices.txt": b"Drain $120"}), "archive"),
        ("movie.mp4", b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00" + b"\x00" * 300, "unknown_type"),
        ("letter.rtf", rb"{\rtf1\ansi Hello}", "unknown_type"),
        ("menu.html", b"<html><body><nav>x</nav></body></html>", "empty"),
        ("deep.html", b"<html><body>" + b"<div>" * 30000, "empty broken nested_too_deep"),
    ]
    return [(name, data, frozenset(codes.split())) for name, data, codes in files]


def _zip(parts: dict[str, bytes], kind: str = "", part: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind:
            archive.writestr("[Content_Types].xml", CONTENT_TYPES.format(part=part, kind=kind))
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _without(data: bytes, name: str) -> bytes:
    """The same archive with one part cut in the middle."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    parts[name] = parts[name][: len(parts[name]) // 2]
    return _zip(parts)


def _nested(depth: int) -> bytes:
    inner = _zip({"zeros": b"\x00" * (1 << 20)})
    for _ in range(depth):
        inner = _zip({f"{n}.zip": inner for n in range(4)})
    return inner


def _lying() -> bytes:
    """An archive whose directory says that 150 MB are ten bytes."""
    data = bytearray(_zip({"word/document.xml": b"\x00" * (150 << 20)}, WORD, "word/document.xml"))
    size = struct.pack("<I", 150 << 20)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


def _far() -> bytes:
    """A workbook whose rows reach to the last column there is."""

    def fill(book) -> None:
        for row in range(1, 40):
            book.active.cell(row, 16384, "x")

    return made.xlsx(fill)


def _slide(deck) -> None:
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "Title"


def _locked() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(72, 700, "Nobody reads this")
    canvas.save()
    return out.getvalue()


def _loop() -> bytes:
    """A PDF whose tree of pages is its own child."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]
    out, at = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        at.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    end = b"xref\n0 3\n0000000000 65535 f \n%strailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + end % (table, len(out))


def _letters(depth: int) -> bytes:
    message = made.eml("Innermost", subject="0")
    for number in range(depth):
        head = f"From: a@example.com\r\nMessage-ID: <{number}>\r\nSubject: {number}\r\nMIME-Version: 1.0\r\n"
        inner = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n'
        message = head.encode() + inner % (number, number) + message + b"\r\n--b%d--\r\n" % number
    return message


def _png(width: int, height: int) -> bytes:
    """A picture that says it is so large and holds almost nothing."""

    def piece(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", zlib.compress(b"\x00" * 99)) + piece(b"IEND", b"")
    )


def _white() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (300, 300), 255).save(out, "PNG")
    return out.getvalue()
