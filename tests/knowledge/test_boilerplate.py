"""The thirty pages of benchmarks/boilerplate: facts kept, menus gone, no worse than trafilatura where there is gold."""

import pytest
from benchmarks.boilerplate import run


@pytest.mark.parametrize("half", ["d", "h"])
def test_every_hour_price_and_phone_of_the_pages_is_kept_and_no_menu_line(half: str) -> None:
    lost = {name: found for name, gold, data in run._pages(half) if (found := run.misses(name, gold, run._ours(data)))}
    assert lost == {}


def test_the_body_is_no_worse_than_trafilaturas() -> None:
    found = run.body_f1()
    if found is None:
        pytest.skip("../shared/data is absent")
    assert found[0] >= found[1]


def test_there_are_thirty_pages_half_of_them_held_out() -> None:
    assert [len(run._pages(half)) for half in "dh"] == [15, 15]
