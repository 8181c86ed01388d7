"""Every broken file fails with a code and a sentence in both languages, and nothing else happens."""

import pytest
from tests.knowledge.broken import broken_files

from firstline.knowledge.limits import sentence
from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parse import parse
from firstline.knowledge.parsing.pool import ParsingPool

FILES = broken_files()


@pytest.mark.parametrize(("name", "data", "codes"), FILES, ids=[name for name, _, _ in FILES])
def test_a_broken_file_says_what_is_wrong(name, data, codes):
    with pytest.raises(UnreadableDocument) as caught:
        parse(data, name)
    assert caught.value.code in codes
    assert caught.value.sentence == sentence(caught.value.code, "en")
    spanish = sentence(caught.value.code, "es")
    assert spanish != caught.value.sentence
    assert spanish.endswith(".")


async def test_all_of_them_fail_in_the_pool_and_a_good_one_is_read_after_each():
    pool = ParsingPool(1)
    try:
        for name, data, codes in FILES:
            with pytest.raises(UnreadableDocument) as caught:
                await pool.parse(data, name)
            assert caught.value.code in codes, name
            assert (await pool.parse(b"<html><body><h1>Hours</h1><p>We open at 8.</p></body></html>", "a.html")).title
    finally:
        await pool.close()
