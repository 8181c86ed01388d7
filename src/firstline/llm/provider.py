"""What the gateway asks of a provider: a stream of texts, and counts that it fills on the way."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from firstline.llm.model import Limits, Prompt
from firstline.llm.route import Route

__all__ = ["Counts", "Provider", "retry_after"]


@dataclass(slots=True)
class Counts:
    """Tokens as the provider counted them (0: it did not say) and why the answer ended."""

    input_tokens: int = 0
    output_tokens: int = 0
    finish: str = "stop"


class Provider(Protocol):
    """One route's client. Time limits are the gateway's business, but for connecting."""

    route: Route

    def stream(self, prompt: Prompt, limits: Limits, counts: Counts) -> AsyncIterator[str]:
        """The texts as they come; raises LLMError."""
        ...


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; None when absent or a date (then the breaker's own rest is used)."""
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None
