"""The demo questions in ever new words: a repeated text would be answered from the embedder's memory."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

__all__ = ["wordings"]

FILE = Path(__file__).parents[1] / "answers" / "questions.jsonl"
OPENERS = {
    "en": ["{}", "hi, {}", "hello there, {}", "quick one, {}", "ok so {}", "one more thing, {}", "good day, {}", "sorry, {}"],
    "es": ["{}", "hola, {}", "buenas, {}", "disculpe, {}", "una cosa, {}", "oiga, {}", "buen día, {}", "perdón, {}"],
}  # fmt: skip
PEOPLE = {
    "en": ["", "for my mother", "for my neighbor", "for a friend", "for my tenant", "for my aunt", "for our shop", "for my son"],
    "es": ["", "para mi madre", "para mi vecino", "para un amigo", "para mi inquilino", "para mi tía", "para la tienda", "para mi hijo"],
}  # fmt: skip


def wordings() -> Iterator[str]:
    """Every question once in a first wording, then every one in a second, and so on; begins again after 3,200."""
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    while True:
        for round_, (who, opener) in enumerate(itertools.product(range(8), range(8))):
            for row in rows:
                question, language = row["question"], row["lang"]
                if not round_:
                    yield question
                    continue
                mark = question[-1] if question[-1] in "?.!" else ""
                told = f"{question.rstrip('?.!')} {PEOPLE[language][who]}".rstrip() + mark
                yield OPENERS[language][opener].format(told)
