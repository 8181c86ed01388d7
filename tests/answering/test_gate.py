from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.answering.gate_world import ACME, ASKED, ASKED_ES, PASSAGES
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.answering.gate import Gate, needs_disclaimer
from firstline.answering.prompt_text import canary_of
from firstline.conversations.facts import Said, Sentence
from firstline.tenancy.model import Guardrails

DATA = Path(__file__).parent / "data"
GATE = Gate()


def lines(name):
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


ADVERSARIAL = lines("adversarial_drafts.txt")
HONEST = lines("honest_drafts.txt")


def rules(text, question=ASKED, said="", **more):
    return {f.rule for f in GATE.check(Sentence(text, **more), question, said)}


def test_the_sets_are_as_large_as_they_must_be():
    assert len(set(ADVERSARIAL)) >= 150
    assert len(set(HONEST)) >= 100


@pytest.mark.parametrize("draft", ADVERSARIAL)
def test_a_draft_that_claims_what_stands_nowhere_is_stopped(draft):
    assert rules(draft)


@pytest.mark.parametrize("draft", HONEST)
def test_an_honest_draft_passes(draft):
    assert rules(draft) == set()
