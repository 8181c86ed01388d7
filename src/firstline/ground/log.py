"""Structured logs (structlog), JSON in production, readable on a terminal; secrets never reach them."""

import logging
import sys
from typing import Any

import structlog

__all__ = ["configure_logging", "logger"]

SECRET_KEYS = ("token", "password", "secret", "authorization", "cookie", "api_key")


def _redact(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in event:
        if any(word in key.lower() for word in SECRET_KEYS):
            event[key] = "[redacted]"
    return event


def configure_logging(*, level: str = "INFO", as_json: bool | None = None) -> None:
    """Once per process. `as_json` None: JSON unless standard error is a terminal."""
    pretty = sys.stderr.isatty() if as_json is None else not as_json
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def logger(name: str) -> Any:
    """A logger that carries its floor's name."""
    return structlog.get_logger(floor=name)
