"""A language model for tests and rehearsal: scripted texts, or errors where errors are scripted. No network, no waiting."""

from collections.abc import AsyncIterator, Sequence

from firstline.llm.errors import LLMError
from firstline.llm.model import Limits, Prompt, Purpose, Stream, Usage
from firstline.llm.stub_replies import in_tokens

__all__ = ["FakeLLM"]

Step = str | LLMError
Script = Sequence[Step]  # one reply: its texts, and at most one error, which ends it


class FakeLLM:
    """Each call takes the next reply; the last one is repeated. `prompts` and `purposes` keep what was asked.

    A reply is a str (cut into tokens), an LLMError (raised before the first token), or a list of both.
    """

    def __init__(self, *replies: Step | Script) -> None:
        self._replies: list[Script] = [[r] if isinstance(r, str | LLMError) else r for r in replies] or [["OK."]]
        self.prompts: list[Prompt] = []
        self.purposes: list[Purpose] = []

    def stream(self, prompt: Prompt, purpose: Purpose = "answer", limits: Limits | None = None) -> Stream:  # noqa: ARG002
        """The next reply, token by token."""
        self.prompts.append(prompt)
        self.purposes.append(purpose)
        script = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return _Scripted(script)

    async def ask(self, prompt: Prompt, purpose: Purpose, limits: Limits | None = None) -> tuple[str, Usage]:
        """The next reply, whole."""
        running = self.stream(prompt, purpose, limits)
        text = "".join([piece async for piece in running])
        return text, running.usage or Usage("fake")


class _Scripted:
    def __init__(self, script: Script) -> None:
        self.usage: Usage | None = None
        self.closed = False
        self._script = script
        self._texts: AsyncIterator[str] | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        self._texts = self._texts or self._play()
        return self._texts

    async def _play(self) -> AsyncIterator[str]:
        count = 0
        for step in self._script:
            if isinstance(step, LLMError):
                raise step
            for token in in_tokens(step):
                count += 1
                yield token
        self.usage = Usage("fake", input_tokens=10, output_tokens=count)

    async def aclose(self) -> None:
        self.closed = True
        if self._texts is not None:
            await self._texts.aclose()  # type: ignore[attr-defined]
