"""From ranked candidates to the passages that are handed on: each thing said once, whole sentences, with its scores."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from firstline.conversations.facts import Passage
from firstline.knowledge.neighbours import Twins, joined
from firstline.knowledge.search_queries import Text
from firstline.knowledge.sought import Ranked

__all__ = ["distinct", "passage_of", "told"]


def distinct(ranked: Sequence[Ranked], found: dict[UUID, Text], most: int) -> tuple[list[Ranked], set[UUID]]:
    """The first `most` that say something of their own, best first, and those that repeat one of them.

    Of two that say the same, the later dated stays.
    """
    chosen: list[Ranked] = []
    twins: set[UUID] = set()
    there = [one for one in ranked if one.id in found]  # not deleted since it was ranked
    same = Twins([found[one.id] for one in there]).same
    for one in there:
        place = next((at for at, held in enumerate(chosen) if same(held.id, one.id)), None)
        if place is None:
            if len(chosen) < most:
                chosen.append(one)
            continue
        held = chosen[place]
        newer = (found[one.id].effective_date or date.min) > (found[held.id].effective_date or date.min)
        twins.add(held.id if newer else one.id)
        if newer:
            chosen[place] = one
    return chosen, twins


def told(ranked: Sequence[Ranked], found: dict[UUID, Text], limit: int) -> list[Passage]:
    """The best `limit` of `ranked` with their texts, each once and joined with its neighbours where it breaks off."""
    chosen, _ = distinct(ranked, found, limit)
    beside = [found[one.id] for one in chosen]
    return [replace(passage_of(found[one.id], one), text=joined(found[one.id], beside)) for one in chosen]


def passage_of(text: Text, ranked: Ranked) -> Passage:
    """As the rest of the house reads it."""
    chunk = text.chunk
    return Passage(
        chunk_id=text.id,
        document_id=text.document_id,
        title=chunk.title,
        section=chunk.section,
        text=chunk.text,
        source_uri=text.source_uri,
        source_type=text.source_type,
        language=text.language,
        scores=ranked.scores,
        above_floor=ranked.above,
        question=chunk.question,
        answer=chunk.answer,
        tags=chunk.tags,
    )
