"""The notes of a price list read as sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.answering.computed.notes import spoken_notes


@pytest.mark.parametrize(
    ("notes", "language", "spoken"),
    [
        ("Depends on access: roof $90, wall $60.", "en", ["It depends on access: roof $90, wall $60."]),
        ("Credited toward the repair within a month.", "en", ["It's credited toward the repair within a month."]),
        ("Two to five days. Free written estimate.", "en", ["Good to know: two to five days; free written estimate."]),
        ("The frame itself is not included.", "en", ["The frame itself is not included."]),
        ("PVC pipe only.", "en", ["Good to know: PVC pipe only."]),
        ("Depende del acceso.", "es", ["Depende del acceso."]),
        ("Presupuesto escrito gratis.", "es", ["A tener en cuenta: presupuesto escrito gratis."]),
        ("", "en", []),
        ("#0", "en", ["Good to know: 0."]),
    ],
)
def test_a_note_gets_the_subject_or_lead_in_that_it_lacks(notes: str, language: str, spoken: list[str]) -> None:
    assert spoken_notes(notes, language) == spoken


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=80), st.sampled_from(["en", "es", "fr"]))
def test_no_digit_of_a_note_is_lost_or_made_up(notes: str, language: str) -> None:
    def digits(text: str) -> list[str]:
        return sorted(c for c in text if c in "0123456789")

    assert digits(" ".join(spoken_notes(notes, language))) == digits(notes)
