"""Settings, read from the environment once into frozen classes, one per concern.

Every name here stands in the README's table (a test compares them).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firstline.ground.errors import StartupError

__all__ = [
    "ENVIRONMENT",
    "ChatSettings",
    "DatabaseSettings",
    "KnowledgeSettings",
    "Settings",
    "WebSettings",
    "read_settings",
]

ENVIRONMENT: dict[str, tuple[str, str]] = {
    "DATABASE_URL": ("", "PostgreSQL to use (postgresql://…); empty: the embedded server"),
    "FIRSTLINE_MIGRATION_URL": ("", "the tables' owner, when it differs from DATABASE_URL's user"),
    "FIRSTLINE_DATA": ("data", "folder of the embedded database and of uploaded files"),
    "FIRSTLINE_HOST": ("127.0.0.1", "address the web process listens on"),
    "FIRSTLINE_PORT": ("8080", "port the web process listens on"),
    "FIRSTLINE_PUBLIC_URL": ("", "address customers see; empty: http://HOST:PORT"),
    "FIRSTLINE_SECURE_COOKIES": ("auto", "on | off | auto (on when the public address is https)"),
    "FIRSTLINE_POOL": ("12", "database connections a process"),
    "FIRSTLINE_LOG": ("INFO", "log level"),
    "FIRSTLINE_LLM": ("", "models to answer with, in order of failover; empty: the extractive composer"),
    "FIRSTLINE_LLM_JUDGE": ("", "models of the judge (conservative profile); empty: those of FIRSTLINE_LLM"),
    "FIRSTLINE_LLM_KEY": (
        "",
        "key for a custom URL in FIRSTLINE_LLM; providers' own: OPENAI_API_KEY, ANTHROPIC_API_KEY, …",
    ),
    "FIRSTLINE_TURN_SECONDS": ("60", "the longest a turn may take before a person is called"),
    "FIRSTLINE_LEASE_SECONDS": ("6", "how long a turn belongs to a process that stopped reporting"),
    "FIRSTLINE_REOPEN_HOURS": ("72", "a closed conversation is reopened by a message within this time"),
    "FIRSTLINE_RATE_PER_MINUTE": ("60", "chat messages a visitor address may send in a minute"),
    "FIRSTLINE_SECRET": ("", "key that seals stored credentials; empty: made once and kept in FIRSTLINE_DATA"),
    "FIRSTLINE_EMBEDDER": (
        "bundled",
        "vectors of the knowledge base: bundled | e5 (extra); a change re-embeds beside use",
    ),
    "FIRSTLINE_KB_CACHE_MB": ("64", "memory of a web process for the indexes of the businesses asked most"),
    "FIRSTLINE_KB_PURGE_DAYS": ("30", "days until a deleted document is gone for good, with its vectors and its file"),
    "FIRSTLINE_PARSERS": ("1", "processes of a worker that read documents"),
    "FIRSTLINE_METRICS_TOKEN": ("", "bearer token for /metrics from elsewhere; empty: this machine only"),
    "FIRSTLINE_EXAMPLES": ("examples", "folder of the example businesses that the demo serves"),
    "FIRSTLINE_POSTGRES_USER": ("nobody", "who runs the embedded server when Firstline is started by root"),
    "FIRSTLINE_DEMO": ("", "set by `firstline demo`: serves the example websites at /demo"),
}


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the rows are."""

    url: str
    migration_url: str
    pool: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the web process listens and how it is seen."""

    host: str
    port: int
    public_url: str
    secure_cookies: bool
    demo: bool
    metrics_token: str = ""

    @property
    def own_site(self) -> str:
        """Where the demo serves the example websites: the only address of this machine that knowledge may be read from."""
        return f"{self.public_url}/demo/" if self.demo else ""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Times and limits of a conversation, in seconds unless named otherwise."""

    turn_seconds: float
    lease_seconds: float
    reopen_hours: float
    rate_per_minute: int


@dataclass(frozen=True, slots=True)
class KnowledgeSettings:
    """Model, memory and clean-up of the knowledge base."""

    embedder: str
    cache_bytes: int
    purge_days: float
    parsers: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them."""

    data: Path
    log: str
    llm: str
    database: DatabaseSettings
    web: WebSettings
    chat: ChatSettings
    knowledge: KnowledgeSettings
    environment: Mapping[str, str]


def read_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Reads and checks the environment. Raises StartupError naming the variable that is wrong."""
    env = dict(os.environ if environment is None else environment)
    env.update({k: str(v) for k, v in overrides.items() if v is not None})

    def value(name: str) -> str:
        return env.get(name, "").strip() or ENVIRONMENT[name][0]

    def number(name: str, least: float) -> float:
        try:
            found = float(value(name))
        except ValueError:
            raise StartupError("setting", f"{name} must be a number, not {value(name)!r}") from None
        if found < least:
            raise StartupError("setting", f"{name} must be at least {least:g}")
        return found

    host, port = value("FIRSTLINE_HOST"), int(number("FIRSTLINE_PORT", 0))
    public = value("FIRSTLINE_PUBLIC_URL").rstrip("/") or f"http://{'localhost' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
    secure = {"on": True, "off": False}.get(value("FIRSTLINE_SECURE_COOKIES"), public.startswith("https://"))
    return Settings(
        data=Path(value("FIRSTLINE_DATA")).expanduser().absolute(),
        log=value("FIRSTLINE_LOG").upper(),
        llm=value("FIRSTLINE_LLM"),
        database=DatabaseSettings(
            value("DATABASE_URL"),
            value("FIRSTLINE_MIGRATION_URL") or value("DATABASE_URL"),
            int(number("FIRSTLINE_POOL", 2)),
        ),
        web=WebSettings(host, port, public, secure, bool(value("FIRSTLINE_DEMO")), value("FIRSTLINE_METRICS_TOKEN")),
        chat=ChatSettings(
            number("FIRSTLINE_TURN_SECONDS", 1),
            number("FIRSTLINE_LEASE_SECONDS", 1),
            number("FIRSTLINE_REOPEN_HOURS", 0),
            int(number("FIRSTLINE_RATE_PER_MINUTE", 1)),
        ),
        knowledge=KnowledgeSettings(
            value("FIRSTLINE_EMBEDDER"),
            int(number("FIRSTLINE_KB_CACHE_MB", 0) * 2**20),
            number("FIRSTLINE_KB_PURGE_DAYS", 0),
            int(number("FIRSTLINE_PARSERS", 1)),
        ),
        environment=env,
    )
