"""Pictures (PNG, JPEG, WebP, TIFF, GIF) to the text that they show."""

import warnings
from io import BytesIO

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.ocr import Reader, installed

__all__ = ["parse_image"]

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "MPO")


def parse_image(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: broken, too_many_pixels, picture_without_ocr, no_text_in_picture."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    reader, texts, frames = Reader(), [], 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is judged here, and damaged metadata does not matter
            Image.MAX_IMAGE_PIXELS = None
            with Image.open(BytesIO(data), formats=FORMATS) as picture:
                _small_enough(picture.size)
                if not installed():
                    picture.load()  # a damaged one is told so first
                    raise unreadable("picture_without_ocr")
                for frame in ImageSequence.Iterator(picture):
                    _small_enough(frame.size)
                    frames += 1
                    if frames > limits()["ocr"]["pages"]:
                        break
                    texts.append(reader.read(ImageOps.exif_transpose(frame)))
                    if picture.format not in ("TIFF",):
                        break  # an animation's first picture says it
    except UnidentifiedImageError as error:
        raise unreadable("broken") from error
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError) as error:
        raise unreadable("broken") from error  # Pillow's readers of the single formats raise all of these on damage
    text = "\n\n".join(text for text in texts if text)
    if not text:
        raise unreadable("no_text_in_picture")
    return Parsed(title, text, "image", metadata={"ocr": True, "pages": frames} if frames > 1 else {"ocr": True})


def _small_enough(size: tuple[int, int]) -> None:
    if size[0] * size[1] > limits()["pixels"]:
        raise unreadable("too_many_pixels")
