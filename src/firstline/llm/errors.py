"""Why a language model gave no (whole) answer. `code` is stable; `retry_after_s` is set when the provider said it."""

__all__ = ["LLMError", "LLMMalformed", "LLMRefused", "LLMTimeout", "LLMUnavailable"]


class LLMError(Exception):
    """Base of all. The turn goes on without the model, whichever it is."""

    code = "llm_error"

    def __init__(self, detail: str = "", *, route: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(f"{self.code}{f' at {route}' if route else ''}: {detail}")
        self.detail = detail
        self.route = route
        self.retry_after_s = retry_after_s


class LLMUnavailable(LLMError):
    """Not reachable, overloaded, rate-limited, out of credit, key refused, broken in mid-stream, or every route resting."""

    code = "llm_unavailable"


class LLMTimeout(LLMError):
    """One of the nested time limits ran out."""

    code = "llm_timeout"


class LLMRefused(LLMError):
    """The provider's own filter stopped the answer, or the request was called invalid."""

    code = "llm_refused"


class LLMMalformed(LLMError):
    """The answer was not in the provider's own format, empty, or not the JSON that was asked for."""

    code = "llm_malformed"
