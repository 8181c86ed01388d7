"""Markdown as it is said: no targets, pictures, tags or scripts; everything else stays as it was written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.parse import parse
from firstline.knowledge.parsing.plain import said_markdown


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Filters cost $48. [order](javascript:alert(1)) ![x](http://evil/x.png)", "Filters cost $48. order "),
        ("[![badge](b.svg)](https://x.example) Open daily", " Open daily"),
        ("See [the *list*][p].\n\n[p]: https://x.example/list 'Prices'\n", "See the *list*.\n\n"),
        ("Mail <mailto:a@b.example> or <c@d.example>", "Mail a@b.example or c@d.example"),
        ("| a | b<br>c |\n|---|---|\n| <b>x</b> | [y](z) |", "| a | b c |\n|---|---|\n| x | y |"),
        ("A <script>go(1)</script>b <!-- tell\n\nnobody --> c", "A b c"),
        ("Two <img src=x onerror='a>b'> hours", "Two hours"),
        ("<p>First</p><p>Second</p>", "\n\nFirst\n\n\n\nSecond\n\n"),
    ],
)
def test_what_is_not_said_is_left_out(written, said):
    assert said_markdown(written) == said


@pytest.mark.parametrize(
    "text",
    [
        "Under < $50 and > $20, in <5 minutes.",
        "[Note]: closed on Mondays",
        "[Madison] area (2 miles)",
        "- item  \n  - nested\n1. one",
        "| Job   | Price |\n|---|---|\n| Oil   | $5 |",
    ],
)
def test_what_only_looks_like_a_link_or_a_tag_stays(text):
    assert said_markdown(text) == text


def test_a_script_that_is_never_closed_takes_only_its_paragraph_along():
    assert said_markdown("Before <script>never\nclosed\n\nAfter costs $5.").split() == [
        "Before",
        "After",
        "costs",
        "$5.",
    ]


def test_a_markdown_file_comes_without_its_targets():
    parsed = parse(b"# Hoods\n\nFitting costs $48. [click](javascript:alert(1))\n", "hoods.md")
    assert parsed.markdown == "# Hoods\n\nFitting costs $48. click"


@pytest.mark.parametrize("part", ["<script>", "<!--", "[a](", '<a "', "![", "[a][", "<a ", "<", "[a]: /\n", "[a]: .:"])
def test_what_never_ends_costs_no_more_than_its_length(part):
    began = time.process_time()
    said_markdown(part * 50_000)
    assert time.process_time() - began < 2


@given(st.text(alphabet="<>[]()!:/ab \n\"'|-"))
def test_any_text_can_be_read(text):
    assert isinstance(said_markdown(text), str)
