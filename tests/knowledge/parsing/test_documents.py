"""The public documents that come with a reference conversion: their words are all there, in the same order."""

import json
import re
from collections import Counter
from difflib import SequenceMatcher

from firstline.knowledge.parse import parse

# Scans whose reference is itself OCR with errors, and pages (their test is the pages' own).
OTHERS = ("d_nemotron_multipage.pdf",)


def words(text: str) -> list[str]:
    """Words without markup and without the numbers and ticks that a program writes beside headings and boxes."""
    found = re.findall(r"\w+", re.sub(r"<!--.*?-->", "", text.casefold()))
    return [word for word in found if len(word) > 1]


def test_no_word_of_the_reference_is_lost(shared_data):
    folder = shared_data / "documents"
    seen = 0
    for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines():
        about = json.loads(line)
        name = about["file"].rsplit("/", 1)[-1]
        if not about["gold"] or name in OTHERS or about["type"] == "html":
            continue
        wanted = words((folder / about["gold"]).read_text("utf-8"))
        found = words(parse((folder / about["file"]).read_bytes(), name).markdown)
        both = sum((Counter(wanted) & Counter(found)).values())
        assert both >= 0.98 * len(wanted), name
        assert both >= 0.95 * len(found), name
        assert SequenceMatcher(None, wanted, found, autojunk=False).ratio() >= 0.97, name
        seen += 1
    assert seen >= 7


def test_a_page_that_was_scanned_upside_down_is_read(shared_data):
    data = (shared_data / "documents" / "files" / "d_ocr_test_rotated_180.pdf").read_bytes()
    assert "Markdown in an easy self contained" in parse(data, "a.pdf").markdown


def test_two_columns_of_a_paper_are_read_in_order(shared_data):
    text = parse((shared_data / "documents" / "files" / "u_multi-column.pdf").read_bytes(), "a.pdf").markdown
    order = [
        text.index(part)
        for part in ("# Abstract", "# 1 Introduction", "# 2 Background", "# 7 Related Work", "# 8 Conclusion")
    ]
    assert order == sorted(order)
