"""The one door to language models: routes in order, time limits, breakers, accounting.

Failover happens only before the first token has been given out; after that an error is the caller's to finish from
(the extractive composer does). Every attempt is reported to `record`, good or bad.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from time import monotonic

import httpx

from firstline.llm.breaker import Breaker
from firstline.llm.errors import LLMError, LLMMalformed, LLMTimeout, LLMUnavailable
from firstline.llm.limits import breaker_figures, limits_for
from firstline.llm.model import Call, Limits, Prompt, Purpose, Stream, Usage
from firstline.llm.openai_shaped import OpenAIShaped
from firstline.llm.pricing import cost_of
from firstline.llm.provider import Counts, Provider
from firstline.llm.route import Route
from firstline.llm.sdk import ThroughSDK
from firstline.llm.settings import LLMSettings

__all__ = ["Gateway"]

_TOKENS_A_CHARACTER = 0.25  # used only when a server does not count: OpenAI's rule of thumb for English


class Gateway:
    """Made once a process by `app`; `aclose` ends its connections. `record` must not raise and not block."""

    def __init__(self, providers: Sequence[Provider], record: Callable[[Call], None] | None = None) -> None:
        self._ways = [(provider, Breaker(**breaker_figures())) for provider in providers]  # type: ignore[arg-type]
        self._record = record or (lambda _call: None)
        self._client: httpx.AsyncClient | None = None

    @classmethod
    def from_settings(
        cls, settings: LLMSettings, record: Callable[[Call], None] | None = None, routes: Sequence[Route] | None = None
    ) -> "Gateway":
        """The gateway of `settings.routes` (or of the given routes, e.g. the judge's)."""
        pool = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        client = httpx.AsyncClient(limits=pool, follow_redirects=False)
        providers: list[Provider] = []
        for route in settings.routes if routes is None else routes:
            key = settings.keys.get(route.name, "")
            own = route.provider == "anthropic"
            providers.append(ThroughSDK(route, key) if own else OpenAIShaped(route, key, client))
        gateway = cls(providers, record)
        gateway._client = client
        return gateway

    def stream(self, prompt: Prompt, purpose: Purpose = "answer", limits: Limits | None = None) -> Stream:
        """A running answer; nothing is sent before it is first iterated."""
        return _Running(self._ways, self._record, prompt, purpose=purpose, limits=limits or limits_for(purpose))

    async def ask(self, prompt: Prompt, purpose: Purpose, limits: Limits | None = None) -> tuple[str, Usage]:
        """The whole answer. A route that fails in the middle is replaced too, for nothing has been shown."""
        within = limits or limits_for(purpose)
        deadline = monotonic() + within.whole_s
        last: LLMError = LLMUnavailable("no route may be tried now")
        for way in self._ways:
            running = _Running([way], self._record, prompt, purpose=purpose, limits=within, deadline=deadline)
            try:
                texts = [text async for text in running]
            except LLMError as error:
                last = error
                continue
            assert running.usage is not None
            return "".join(texts), running.usage
        raise last

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()


class _Running:
    """One answer under way. Sees to limits and failover; reports each attempt once."""

    def __init__(
        self,
        ways: Sequence[tuple[Provider, Breaker]],
        record: Callable[[Call], None],
        prompt: Prompt,
        *,
        purpose: Purpose,
        limits: Limits,
        deadline: float | None = None,
    ) -> None:
        self.usage: Usage | None = None
        self._ways = ways
        self._record = record
        self._prompt = prompt
        self._purpose = purpose
        self._limits = limits
        self._deadline = deadline
        self._texts: AsyncIterator[str] | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        self._texts = self._texts or self._over_routes()
        return self._texts

    async def aclose(self) -> None:
        if self._texts is not None:
            await self._texts.aclose()  # type: ignore[attr-defined]

    async def _over_routes(self) -> AsyncIterator[str]:
        deadline = self._deadline or monotonic() + self._limits.whole_s
        last: LLMError = LLMUnavailable("no route may be tried now: every one is resting, or none is configured")
        for provider, breaker in self._ways:
            if not breaker.may_try():
                continue
            attempt = _Attempt(provider, breaker, self._limits, deadline)
            try:
                async with aclosing(attempt.texts(self._prompt)) as texts:
                    async for text in texts:
                        yield text
            except LLMError as error:
                if attempt.said:
                    raise
                last = error
            else:
                self.usage = attempt.usage()
                return
            finally:
                self._record(Call(provider.route.name, self._purpose, attempt.outcome, attempt.usage()))
        raise last


class _Attempt:
    """One call on one route: its limits, its counts, what it tells the breaker."""

    def __init__(self, provider: Provider, breaker: Breaker, limits: Limits, deadline: float) -> None:
        self.said = 0
        self.outcome = "cancelled"
        self._provider = provider
        self._breaker = breaker
        self._limits = limits
        self._deadline = deadline
        self._counts = Counts()
        self._began = monotonic()
        self._first: float | None = None

    async def texts(self, prompt: Prompt) -> AsyncGenerator[str]:
        """The provider's texts under the limits; the breaker is told how it went."""
        source = self._provider.stream(prompt, self._limits, self._counts)
        try:
            while (text := await self._next(source)) is not None:
                self._first = self._first or monotonic()
                self.said += len(text)
                yield text
            self.outcome = "ok"
            self._breaker.succeeded()
        except LLMError as error:
            self.outcome = error.code
            if isinstance(error, LLMUnavailable | LLMTimeout | LLMMalformed):
                self._breaker.failed(error.retry_after_s)
            else:
                self._breaker.abandoned()
            raise
        finally:
            if self.outcome == "cancelled":
                self._breaker.abandoned()
            with suppress(LLMError):
                await source.aclose()  # type: ignore[attr-defined]

    async def _next(self, source: AsyncIterator[str]) -> str | None:
        wait = self._limits.between_tokens_s if self._first else self._limits.first_token_s
        left = min(wait, self._deadline - monotonic())
        try:
            async with asyncio.timeout(left):
                return await anext(source, None)
        except TimeoutError as error:
            which = "between two tokens" if self._first else "before the first token"
            raise LLMTimeout(f"{left:.1f} s {which}", route=self._provider.route.name) from error

    def usage(self) -> Usage:
        """What the attempt took so far; counts are estimated when the server gave none."""
        counts = self._counts
        tokens = counts.output_tokens or round(self.said * _TOKENS_A_CHARACTER)
        route = self._provider.route
        return Usage(
            model=route.name,
            input_tokens=counts.input_tokens,
            output_tokens=tokens,
            cost=cost_of(route, counts.input_tokens, tokens) if tokens else None,
            ms=(monotonic() - self._began) * 1000,
            first_token_ms=(self._first - self._began) * 1000 if self._first else None,
            finish=counts.finish,
        )
