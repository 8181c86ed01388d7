"""Where the job is: towns and postcodes in a message, and whether they lie in the service area.

A value is {"place", "inside": True | False | None, "distance_km": float | None}. Places and postcodes that the profile names
are inside whatever their distance; other towns by their distance from the business; None when that is not known.
"""

import re
from collections.abc import Sequence

from firstline.conversations.facts import Entity, Said
from firstline.tenancy.model import Business
from firstline.understanding.gazetteer import Gazetteer, Town, gazetteer
from firstline.understanding.service_area import (
    distance_to,
    home_of,
    nearest_town,
    place_cue,
    place_key,
    place_value,
    postcodes,
    profile_places,
    us_states,
)
from firstline.understanding.tables import table
from firstline.understanding.words import Token, fold, tokens

__all__ = ["find_places"]

MAX_CHARS = 1000
MAX_WORDS = 4
MAX_FOUND = 4


def find_places(text: str, business: Business, history: Sequence[Said] = ()) -> list[Entity]:
    """The places named in `text`, in order, at most four."""
    text = text[:MAX_CHARS]
    folded = fold(text)
    found = profile_places(text, folded, business)
    found += postcodes(text, folded, business)
    found += _towns(text, folded, business, history, found)
    return sorted(found, key=lambda e: e.start)[:MAX_FOUND]


def _towns(text: str, folded: str, business: Business, history: Sequence[Said], taken: list[Entity]) -> list[Entity]:
    """Towns of the business's country after a cue, before a state, or given as the whole answer to "where are you?"."""
    words = tokens(folded)
    asked = next((s.text for s in reversed(history) if s.role != "customer"), "")
    is_answer = (
        len(words) <= MAX_WORDS + 1
        and bool(asked)
        and re.search("|".join(table("places")["asked_place"]), fold(asked)) is not None
    )
    towns: Gazetteer | None = None
    home: tuple[float, float] | None = None
    found: list[Entity] = []
    i = 0
    while i < len(words):
        cue = _cue_before(folded, words[i].start)
        may = text[words[i].start].isupper() or cue == "strong" or is_answer
        if not may or any(e.start <= words[i].start < e.end for e in taken):
            i += 1
            continue
        if towns is None:
            towns, home = gazetteer(business.country), home_of(business)
        for count in range(min(MAX_WORDS, len(words) - i), 0, -1):
            entity = _town(text, words[i : i + count], folded, cue, towns, home, business, is_answer)
            if entity is not None:
                found.append(entity)
                i += count
                break
        else:
            i += 1
    return found


def _cue_before(folded: str, start: int) -> str | None:
    before = folded[:start]
    if place_cue("not_place_before").search(before):
        return None
    return "strong" if place_cue("strong").search(before) else "weak" if place_cue("weak").search(before) else None


def _town(
    text: str,
    words: list[Token],
    folded: str,
    cue: str | None,
    towns: Gazetteer,
    home: tuple[float, float] | None,
    business: Business,
    is_answer: bool,
) -> Entity | None:
    start, end = words[0].start, words[-1].end
    key = place_key(folded[start:end])
    found = towns.named(key)
    if not found or re.search(r"[.!?\n;]", folded[start:end]):
        return None
    state, state_end = _state_after(text, folded, end) if business.country == "US" else ("", end)
    capital = all(text[w.start].isupper() for w in words if len(w.word) > 3)
    ordinary = key in table("places")["ordinary"]
    biggest = max(t.population for t in found)
    allowed = bool(state) or (capital and cue is not None) or (is_answer and not ordinary)
    allowed = allowed or (
        not ordinary and cue == "strong" and (biggest >= table("places")["lower_case_people"] or _is_near(found, home))
    )
    allowed = allowed or (
        capital
        and not ordinary
        and cue is None
        and end == len(folded.rstrip(" ?!."))
        and _is_near(found, home)
        and start > 0
    )
    if not allowed or len(key) < 3:
        return None
    town = nearest_town(found, state, home)
    if town is None:
        return None
    distance = distance_to(town, home)
    inside = None if distance is None else distance <= business.service_area_radius_km
    label = f"{town.name}, {town.region}" if business.country == "US" else town.name
    return Entity("location", text[start:state_end], start, state_end, place_value(label, inside, distance))


def _state_after(text: str, folded: str, end: int) -> tuple[str, int]:
    """The letters of the state written after a town ("Madison, WI", "Austin Texas"), and where it ends."""
    m = re.match(r",?\s+([A-Z]{2})(?!\w)", text[end:])
    if m and m[1] in us_states().values():
        return m[1], end + m.end()
    for count in (2, 1):
        m = re.match(rf",?\s+([a-z]+(?:\s[a-z]+){{{count - 1}}})(?!\w)", folded[end:])
        if m and m[1] in us_states():
            return us_states()[m[1]], end + m.end()
    m = re.match(r",\s+([a-z]{2})(?!\w)", folded[end:])
    if m and m[1].upper() in us_states().values():
        return m[1].upper(), end + m.end()
    return "", end


def _is_near(found: list[Town], home: tuple[float, float] | None) -> bool:
    return home is not None and any(
        (d := distance_to(t, home)) is not None and d <= table("places")["near_km"] for t in found
    )
