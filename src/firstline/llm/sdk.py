"""Providers with a protocol of their own (Anthropic) through pydantic-ai, imported only when such a route is first used.

Import takes about a second and 120 MB of packages: never at start-up (design/measured.md, "Gateway").
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from firstline.llm.errors import LLMError, LLMMalformed, LLMRefused, LLMUnavailable
from firstline.llm.model import Limits, Prompt
from firstline.llm.provider import Counts, retry_after
from firstline.llm.route import Route

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model

__all__ = ["ThroughSDK"]


class ThroughSDK:
    """One route through pydantic-ai's model classes; `model` is given by tests (FunctionModel)."""

    def __init__(self, route: Route, key: str, model: "Model | None" = None) -> None:
        self.route = route
        self._key = key
        self._model = model

    async def stream(self, prompt: Prompt, limits: Limits, counts: Counts) -> AsyncIterator[str]:  # noqa: ARG002
        """The texts as they come. SDK retries are off: the gateway's failover is quicker than theirs."""
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError
        from pydantic_ai.settings import ModelSettings

        self._model = self._model or self._make()
        settings = ModelSettings(max_tokens=prompt.max_tokens, temperature=prompt.temperature)
        said = False
        try:
            async with model_request_stream(self._model, _messages(prompt), model_settings=settings) as response:
                async for event in response:
                    if text := _text_of(event):
                        said = True
                        yield text
                usage = response.usage
                found = usage() if callable(usage) else usage
                counts.input_tokens, counts.output_tokens = found.input_tokens, found.output_tokens
        except LLMError:
            raise
        except ModelHTTPError as error:
            raise self._http_error(error.status_code, str(error.body), error.__cause__) from error
        except UserError as error:
            raise LLMRefused(str(error), route=self.route.name) from error
        except AgentRunError as error:
            raise LLMMalformed(str(error), route=self.route.name) from error
        except OSError as error:
            raise LLMUnavailable(str(error), route=self.route.name) from error
        if not said:
            raise LLMMalformed("an empty answer", route=self.route.name)

    def _http_error(self, status: int, detail: str, cause: BaseException | None) -> LLMError:
        if status in (400, 422):
            return LLMRefused(f"status {status}: {detail[:300]}", route=self.route.name)
        response = getattr(cause, "response", None)
        wait = retry_after(response.headers) if response is not None else None
        return LLMUnavailable(f"status {status}: {detail[:300]}", route=self.route.name, retry_after_s=wait)

    def _make(self) -> "Model":
        from anthropic import AsyncAnthropic
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        client = AsyncAnthropic(api_key=self._key or "none", base_url=self.route.base_url, max_retries=0)
        return AnthropicModel(self.route.model, provider=AnthropicProvider(anthropic_client=client))


def _messages(prompt: Prompt) -> "list[ModelMessage]":
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    out: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(content=prompt.system)])]
    for message in prompt.messages:
        if message.role == "user":
            out.append(ModelRequest(parts=[UserPromptPart(content=message.text)]))
        else:
            out.append(ModelResponse(parts=[TextPart(content=message.text)]))
    return out


def _text_of(event: object) -> str:
    from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""
