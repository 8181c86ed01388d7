"""What a composer is given and what it gives back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from firstline.conversations.facts import Passage, Reading, Receipt, Said, Sentence, Verdict
from firstline.tenancy.model import Business

__all__ = ["Composer", "Contact", "CouldNotAnswer", "Question"]


class CouldNotAnswer(Exception):
    """No composer could finish this turn; the reason goes to the person who takes it. `code` is stable, snake_case."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of the customer, for asking only what is missing."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def reachable(self) -> bool:
        """Whether there is an address to answer to."""
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a composer or the gate may rest on.

    `text` joins the turn's bubbles with newlines; `history` is oldest first, without them; `passages` best first;
    `already` is what this turn has released before a crash (resume after it, never repeat it); `waiting` is true in
    `waiting_human` before anybody joined: then only computed facts are answered; `offered` says whether the last AI
    message offered a person, `asked_contact` whether it asked for a way to reach the customer.
    """

    business: Business
    text: str
    reading: Reading
    now: datetime
    passages: tuple[Passage, ...] = ()
    history: tuple[Said, ...] = ()
    verdict: Verdict = field(default_factory=Verdict)
    contact: Contact = Contact()
    already: str = ""
    waiting: bool = False
    offered: bool = False
    asked_contact: bool = False


class Composer(Protocol):
    """Writes an answer sentence by sentence; the gate stands behind it. Fills `receipt` as it goes.

    Raises CouldNotAnswer when it cannot go on; what it has yielded stays.
    """

    name: str

    def compose(self, question: Question, receipt: Receipt) -> AsyncIterator[Sentence]:
        """The sentences of the answer, in order."""
        ...
