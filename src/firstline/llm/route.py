"""Routes: which model at which provider, in the order they are tried.

`FIRSTLINE_LLM` is a comma-separated list, first the preferred one, each of

    openai:MODEL            anthropic:MODEL          google:MODEL          ollama:MODEL
    PROVIDER:MODEL@URL      the same provider's protocol at another base URL (with its `/v1`)
    URL#MODEL               any OpenAI-shaped server, e.g. http://127.0.0.1:8000/v1#qwen3

`openai`, `google`, `ollama` and bare URLs speak OpenAI's chat-completions format (Google and Ollama offer it too);
`anthropic` speaks its own. Model names may contain `:` and `/` (`ollama:qwen3:8b`), not `,` or `@http`.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["BadRoute", "Route", "parse_routes"]

_BASE_URLS = {
    "openai": "https://api.openai.com/v1",
    "google": "https://generativelanguage.googleapis.com/v1beta/openai",
    "ollama": "http://127.0.0.1:11434/v1",
    "anthropic": "https://api.anthropic.com",
}
_KEY_VARIABLES = {
    "openai": ("OPENAI_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "ollama": ("OLLAMA_API_KEY",),
    "url": ("FIRSTLINE_LLM_KEY",),  # never a provider's own key to a stranger
}
_NEEDS_KEY = frozenset({"openai", "google", "anthropic"})


class BadRoute(ValueError):
    """The setting cannot be read; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One model at one place. `provider` is openai, anthropic, google, ollama or url; `name` is what was configured."""

    provider: str
    model: str
    base_url: str
    name: str
    own_url: bool = False

    @property
    def key_variables(self) -> tuple[str, ...]:
        """The environment variables its key may stand in, first found wins. A URL of one's own has its own key first."""
        usual = _KEY_VARIABLES[self.provider]
        return ("FIRSTLINE_LLM_KEY", *usual) if self.own_url and self.provider != "url" else usual

    @property
    def needs_key(self) -> bool:
        """Whether a missing key is an error at start-up: yes at the providers' own addresses only."""
        return self.provider in _NEEDS_KEY and not self.own_url


def parse_routes(setting: str) -> tuple[Route, ...]:
    """The routes in `setting`, in order; () when it is empty. Raises BadRoute."""
    return tuple(_parse_one(part.strip()) for part in setting.split(",") if part.strip())


def _parse_one(text: str) -> Route:
    if re.match(r"https?://", text):
        url, hash_sign, model = text.partition("#")
        if not hash_sign or not model:
            raise BadRoute(f"{text!r}: a URL needs its model after '#', as in http://127.0.0.1:8000/v1#qwen3")
        return Route("url", model, _checked(url, text), text, own_url=True)
    provider, colon, rest = text.partition(":")
    if provider not in _BASE_URLS or not colon:
        raise BadRoute(f"{text!r}: use one of {', '.join(sorted(_BASE_URLS))} as in openai:MODEL, or URL#MODEL")
    model, at, url = rest.partition("@http")
    if not model:
        raise BadRoute(f"{text!r}: the model's name is missing")
    if at:
        return Route(provider, model, _checked(f"http{url}", text), text, own_url=True)
    return Route(provider, model, _BASE_URLS[provider], text)


def _checked(url: str, text: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadRoute(f"{text!r}: {url!r} is not an http(s) address")
    if parts.username or parts.password:
        raise BadRoute(f"{parts.hostname}: put the key in the environment, not into the address")
    return url.rstrip("/")
