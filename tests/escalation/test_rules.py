"""CEL rules: checked with their place when saved, safe when run."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.escalation.context import VARIABLES, sample_contexts
from firstline.escalation.rules import MAX_LENGTH, RuleFailedError, check_expression, fires

SPEC = "intent.name == 'request_quote' && extracted_quote_value > business.chat_config.max_quote_value_without_handoff"


def test_the_specs_own_expression_is_accepted_as_written() -> None:
    assert check_expression(SPEC) == []
    empty, full = sample_contexts()
    assert fires(SPEC, empty) is False
    full["business"]["chat_config"]["max_quote_value_without_handoff"] = 500.0
    assert fires(SPEC, full) is True


@pytest.mark.parametrize("path", sorted(VARIABLES))
def test_every_documented_name_can_be_used(path: str) -> None:
    right = {"string": "''", "double": "1.0", "int": "1", "bool": "true", "list(string)": "['a']"}[VARIABLES[path]]
    assert check_expression(f"{path} == {right}") == []


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("intent.nme == 'x'", 1, 1, "intent.nme"),
        ("true &&\n  bogus > 3", 2, 3, "bogus"),
        ("turn_count >", 1, 13, ""),
        ("frobnicate(turn_count) > 1", 1, 1, "frobnicate"),
        ("flags.exists(f, f == other)", 1, 22, "other"),
        ("business.chat_config.secret == 1", 1, 1, "business.chat_config.secret"),
        ("has(entities.budget)", 1, 1, "has()"),
        ("extracted_quote_value", 1, 1, "not true or false"),
        ("message + 1 == ''", 1, 1, ""),
        ("   ", 1, 1, "empty"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place(text: str, line: int, column: int, part: str) -> None:
    (error, *_rest) = check_expression(text)
    assert (error.line, error.column) == (line, column)
    assert part in error.message


@pytest.mark.parametrize(
    "text",
    [
        "'complaint' in flags || sentiment.label == 'negative' && sentiment.score > 0.9",
        "flags.exists(f, f == 'legal' || f == 'injury')",
        "message.matches('(?i)refund') // bogus words in a comment",
        "message == 'nope.nope(1)'",
        "size(keywords) > 0 && !open_now",
        "entities.budget > 1000.0 || double(turn_count) * 2.0 > 30.0",
        "business . name == 'x'",
        "risk in ['high', 'medium'] ? true : confidence < 0.4",
    ],
)
def test_what_an_owner_would_write_is_accepted(text: str) -> None:
    assert check_expression(text) == []


def test_too_long_and_too_nested_rules_are_refused() -> None:
    assert "longer" in check_expression("true" + " || true" * MAX_LENGTH)[0].message
    nested = "flags.all(a, flags.all(b, flags.all(c, true)))"
    assert "more than" in check_expression(nested)[0].message
    assert check_expression("(" * 400 + "true" + ")" * 400)


def test_a_rule_that_fails_at_run_time_raises_its_own_error() -> None:
    _, full = sample_contexts()
    for text in ("1 / 0 == 1", "nope", "turn_count", "(", "x" * (MAX_LENGTH + 1)):
        with pytest.raises(RuleFailedError):
            fires(text, full)


def test_a_rule_costs_microseconds_once_compiled() -> None:
    _, full = sample_contexts()
    fires(SPEC, full)
    began = time.perf_counter()
    for _ in range(100):
        fires(SPEC, full)
    assert time.perf_counter() - began < 1.0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="ab.()'\"&|!<>=+-*/[]{}? 01\n,", max_size=60))
def test_no_text_makes_the_check_raise(text: str) -> None:
    check_expression(text)


def test_every_name_stands_in_the_documentation_with_its_type() -> None:
    page = (Path(__file__).parents[2] / "docs" / "escalation.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w.]+)` \| ([\w()]+) \|", page, re.MULTILINE))
    assert rows == VARIABLES
