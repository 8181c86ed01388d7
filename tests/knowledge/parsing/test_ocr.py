"""Pictures are read in English and Spanish, whatever their format and whichever way they lie."""

from io import BytesIO

import pytest
from PIL import Image
from tests.knowledge.parsing import made

from firstline.knowledge.parse import parse

LINES = ["Drain cleaning costs $120", "Mañana abrimos a las ocho"]


def test_tesseract_is_here():
    from firstline.knowledge.parsing.ocr import installed

    assert {"eng", "spa"} <= set(installed()), "make ocr installs it"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF"])
def test_pictures_of_every_kind_are_read(kind):
    parsed = parse(made.picture(LINES, kind), "photo.dat")
    assert parsed.source_type == "image"
    assert parsed.title == "Photo"
    for line in LINES:
        assert line in parsed.markdown


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_picture_that_lies_on_its_side_is_read(degrees):
    out = BytesIO()
    made.printed([*LINES, "We also mend leaking pipes", "Ask us about the warranty"]).rotate(degrees, expand=True).save(
        out, "PNG"
    )
    assert LINES[0] in parse(out.getvalue(), "a.png").markdown


def test_a_camera_that_tells_how_it_was_held_is_believed():
    out, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    made.printed(LINES).rotate(90, expand=True).save(out, "JPEG", exif=exif, quality=95)
    assert LINES[0] in parse(out.getvalue(), "a.jpg").markdown


def test_all_pages_of_a_tiff_are_read():
    out = BytesIO()
    made.printed(["First page"]).save(out, "TIFF", save_all=True, append_images=[made.printed(["Second page"])])
    parsed = parse(out.getvalue(), "a.tif")
    assert "First page" in parsed.markdown
    assert "Second page" in parsed.markdown


def test_white_letters_on_a_see_through_picture_and_small_ones_are_read():
    out = BytesIO()
    small = made.printed(LINES).resize((480, 200))
    small.convert("RGBA").save(out, "PNG")
    assert "Drain cleaning" in parse(out.getvalue(), "a.png").markdown
