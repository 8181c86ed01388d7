"""With a model configured, what follows from the profile is still computed, and the receipt says so."""

from dataclasses import replace

import pytest
from tests.answering.gate_world import ASKED, PASSAGES
from tests.answering.world import passage, question

from firstline.answering.extract import ExtractiveComposer
from firstline.answering.generate import LLMComposer
from firstline.conversations.facts import Entity, Reading, Receipt
from firstline.llm.errors import LLMUnavailable
from firstline.llm.fake import FakeLLM


class Untouched(FakeLLM):
    """A model that must not be asked."""

    def stream(self, *args, **kwargs):
        raise AssertionError("the model was called")


PLACE = Entity("location", "Verona", 0, 6, {"place": "Verona", "inside": True})


@pytest.mark.parametrize(
    ("asked", "language", "says"),
    [
        ("When are you open on Saturdays?", "en", "8 a.m. to 12 noon"),
        ("¿A qué hora abren los sábados?", "es", "8 a.m."),
        ("Hi! What's your address?", "en", "2140 Pipeworks Lane"),
        ("What is your phone number and are you open on Christmas?", "en", "closed for Christmas"),
        ("Is there an extra charge on weekends?", "en", "$150"),
        ("are you a bot?", "en", "AI assistant"),
    ],
)
async def test_a_computed_fact_is_never_left_to_the_model(asked, language, says):
    receipt = Receipt()
    composer = LLMComposer(Untouched("no"), ExtractiveComposer())
    text = "".join([s.text async for s in composer.compose(question(asked, language=language), receipt)])
    assert says in text
    assert receipt.composer == "extractive"
    assert receipt.confidence > 0.9


@pytest.mark.parametrize(
    "asked",
    [
        "How much is a water heater?",
        "Are you open on Saturday and do you fix saunas?",
        "do you come to Springfield?",
        "My basement smells odd, what can that be?",
    ],
)
def test_what_is_more_than_computed_is_left_to_the_model(asked):
    assert ExtractiveComposer().certain(question(asked)) is None


def test_a_known_place_is_computed_and_a_danger_is_not():
    composer = ExtractiveComposer()
    inside = Reading(language="en", entities=(PLACE,))
    assert "Verona" in composer.certain(question("Do you come to Verona?", reading=inside))[0].text
    danger = Reading(language="en", flags=frozenset({"emergency"}))
    assert composer.certain(question("are you open? water everywhere", reading=danger)) is None


async def test_the_entries_that_the_turn_recorded_stay_with_their_numbers():
    kept = [{"chunk_id": str(p.chunk_id), "section": "Prices", "text": "whole", "uri": "x"} for p in PASSAGES]
    receipt = Receipt(passages=kept)
    composer = LLMComposer(FakeLLM("A replacement runs $900.[1]"), ExtractiveComposer())
    assert [s async for s in composer.compose(ASKED, receipt)]
    assert [(p["section"], p["text"]) for p in receipt.passages] == [("Prices", "whole")] * len(PASSAGES)
    assert [p["number"] for p in receipt.passages] == list(range(1, len(PASSAGES) + 1))


async def test_a_receipt_made_by_the_composer_alone_has_every_field_the_console_reads():
    receipt = Receipt()
    asked = replace(question("what about vents?"), passages=(passage("Vents are cleaned."),))
    composer = LLMComposer(FakeLLM(LLMUnavailable("down")), ExtractiveComposer())
    assert [s async for s in composer.compose(asked, receipt)]
    assert {"number", "chunk_id", "document_id", "title", "section", "scores"} <= set(receipt.passages[0])
