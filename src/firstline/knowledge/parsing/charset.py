"""In which characters a text was written: byte order marks, UTF-8, UTF-16 without a mark, then what Windows, Macs and DOS wrote.

charset-normalizer is asked last: on the short texts of a business it takes Spanish in Windows-1252 for Polish or Turkish.
"""

from firstline.knowledge.limits import unreadable

__all__ = ["decode"]

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
USUAL = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡ºªàèìòùçÀÈÌÒÙÇâêîôûäëïöÄÖßœŒ€£$©®™°²³½¼¾·•–—…‘’“”«»\u00a0´×±§")
SINGLE_BYTE = ("cp1252", "mac_roman", "cp850")  # in the order in which equal ones win
SURE = 0.9  # share of the characters beyond ASCII that English and Spanish texts use; below it others are tried
MOST_CONTROLS = 0.02  # share of control characters in a text


def decode(data: bytes) -> str:
    """The text of the bytes. Raises UnreadableDocument (unknown_type) when they are no text in any of them."""
    for mark, charset in MARKS:
        if data.startswith(mark):
            return data.decode(charset, errors="replace")
    head = data[:4096]
    if b"\x00" in head:
        return _wide(data, head)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and len(data) > 3:  # cut inside its last character
            return data[: error.start].decode("utf-8")
        text = _single(data)
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    if controls > MOST_CONTROLS * len(text) + 1:
        raise unreadable("unknown_type")
    return text


def _wide(data: bytes, head: bytes) -> str:
    """UTF-16 without a mark has its zeros on one side."""
    pairs = max(len(head) // 2, 1)
    low, high = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if high > 0.4 and low < 0.05:
        return data.decode("utf-16-le", errors="replace")
    if low > 0.4 and high < 0.05:
        return data.decode("utf-16-be", errors="replace")
    raise unreadable("unknown_type")


def _single(data: bytes) -> str:
    texts = [data.decode(charset, errors="replace") for charset in SINGLE_BYTE]
    scores = [_usual(text) for text in texts]
    best = max(scores)
    if best >= SURE:
        return texts[scores.index(best)]
    from charset_normalizer import from_bytes

    found = from_bytes(data[:65536]).best()
    if found is not None:
        return data.decode(found.encoding, errors="replace")
    return texts[scores.index(best)]


def _usual(text: str) -> float:
    beyond = [char for char in text[:65536] if ord(char) > 127]
    return sum(char in USUAL for char in beyond) / len(beyond) if beyond else 1.0
