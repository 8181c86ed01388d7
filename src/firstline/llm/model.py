"""What goes to a language model and what comes back, whatever the provider."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

__all__ = ["LLM", "Call", "Limits", "Prompt", "PromptMessage", "Purpose", "Stream", "Usage"]

Purpose = Literal["answer", "rewrite", "judge", "understand", "summary", "suggestion", "test"]


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of the dialogue. A last message of role `assistant` is a prefix that the model goes on from."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system prompt and the dialogue, oldest first. `version` names the template it was made from."""

    system: str
    messages: tuple[PromptMessage, ...]
    version: str = ""
    max_tokens: int = 600
    temperature: float = 0.2
    json_only: bool = False

    def as_record(self) -> dict[str, Any]:
        """JSON-ready, for the message's `raw_llm_request` (spec §2.3)."""
        return {
            "version": self.version,
            "system": self.system,
            "messages": [{"role": m.role, "text": m.text} for m in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }


@dataclass(frozen=True, slots=True)
class Limits:
    """Nested time limits in seconds: connecting, up to the first token, between two tokens, the whole call (all routes)."""

    connect_s: float
    first_token_s: float
    between_tokens_s: float
    whole_s: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What one finished call took. `cost` is US dollars as a decimal string, None when the model's price is unknown."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: str | None = None
    ms: float = 0.0
    first_token_ms: float | None = None
    finish: str = "stop"


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt on one route, for accounting: `outcome` is ok, cancelled or the error's code."""

    route: str
    purpose: Purpose
    outcome: str
    usage: Usage


class Stream(Protocol):
    """A running answer: iterate it for its texts; `usage` is set once it has ended well. Close it when leaving early."""

    usage: Usage | None

    def __aiter__(self) -> AsyncIterator[str]:
        """The texts as they come, never empty."""
        ...

    async def aclose(self) -> None:
        """Ends the call; safe to call twice."""
        ...


class LLM(Protocol):
    """The port: the gateway, or the fake."""

    def stream(self, prompt: Prompt, purpose: Purpose = "answer", limits: Limits | None = None) -> Stream:
        """Starts when it is first iterated. Raises an LLMError while iterated."""
        ...

    async def ask(self, prompt: Prompt, purpose: Purpose, limits: Limits | None = None) -> tuple[str, Usage]:
        """The whole answer at once; may change route at any moment, for nothing has been shown yet."""
        ...
