"""What the web floor is given by `app`: one object, hung on the application's state."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from firstline.embedding.pool import EmbeddingPool
from firstline.ground.live import Live
from firstline.ground.settings import Settings
from firstline.ground.tenant import Door
from firstline.tenancy.profile import Profiles

__all__ = ["Rooms", "rooms_of"]


@dataclass(slots=True)
class Rooms:
    """The process's own things, opened at start-up and closed at its end."""

    settings: Settings
    door: Door
    live: Live
    profiles: Profiles
    embedding: EmbeddingPool
    chat: Any = None  # chat.desk.Desk: takes turns
    knowledge: Any = None  # knowledge's retrieval with its caches
    reader: Any = None  # understanding.reading.Reader
    extras: dict[str, Any] = field(default_factory=dict)


def rooms_of(connection: HTTPConnection) -> Rooms:
    """The rooms of the application that serves this request (a FastAPI dependency)."""
    return connection.app.state.rooms  # type: ignore[no-any-return]
