"""Errors say what they mean: one class per fact, with its HTTP status and a stable code (RFC 9457 at the edge)."""

from typing import Any, ClassVar

__all__ = [
    "Conflict",
    "Expired",
    "FieldError",
    "FirstlineError",
    "Forbidden",
    "Invalid",
    "NotFound",
    "StartupError",
    "TooLarge",
    "TooManyRequests",
    "Unauthorized",
    "UnsupportedMedia",
]


class FieldError(dict[str, Any]):
    """One entry of a problem's `errors[]`: {"field", "message"}."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field=field, message=message)


class FirstlineError(Exception):
    """A fact that a caller can act on. `code` is stable snake_case; `detail` a sentence for a person."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, code: str, detail: str = "", errors: list[FieldError] | None = None, **extra: Any) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.extra = extra


class StartupError(FirstlineError):
    """The process cannot start: a setting is missing or wrong."""

    title = "Cannot start"


class Invalid(FirstlineError):
    """The request was understood and refused: a field is wrong."""

    status = 422
    title = "Invalid request"


class Unauthorized(FirstlineError):
    """No token, or one that is unknown or expired."""

    status = 401
    title = "Sign in first"


class Expired(Unauthorized):
    """A token whose time is over."""

    title = "Session expired"


class Forbidden(FirstlineError):
    """Known, but not allowed to do this."""

    status = 403
    title = "Not allowed"


class NotFound(FirstlineError):
    """Not there, or another tenant's: the answer is the same."""

    status = 404
    title = "Not found"


class Conflict(FirstlineError):
    """The state of the thing does not allow this now."""

    status = 409
    title = "Conflict"


class TooLarge(FirstlineError):
    """A body over its limit."""

    status = 413
    title = "Too large"


class UnsupportedMedia(FirstlineError):
    """A content type that this route does not read."""

    status = 415
    title = "Unsupported media type"


class TooManyRequests(FirstlineError):
    """Over the rate; `retry_after` seconds stand in `extra`."""

    status = 429
    title = "Too many requests"
