"""Indexes are built in threads while questions are stemmed on the event loop: stemmers are not shared."""

from concurrent.futures import ThreadPoolExecutor

from firstline.knowledge import wording


def test_words_are_stemmed_alike_in_many_threads_at_once() -> None:
    words = [
        f"{a}{b}" for a in ("install", "repair", "replac", "leak") for b in ("ing", "ed", "ation", "s", "ment", "ness")
    ]
    expected = [wording._stemmer("en").stemWord(w) for w in words]

    def stem_all(_n: int) -> list[str]:
        return [wording._stemmer("en").stemWord(w) for _ in range(40) for w in words][-len(words) :]

    with ThreadPoolExecutor(6) as pool:
        assert all(found == expected for found in pool.map(stem_all, range(12)))
