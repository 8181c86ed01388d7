"""Every error as application/problem+json (RFC 9457): what a caller can act on, and nothing of our insides."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from firstline.ground.db import AWAY, is_away
from firstline.ground.errors import FieldError, FirstlineError, Invalid, UnsupportedMedia
from firstline.ground.log import logger
from firstline.web.api.max_body import MaxBody
from firstline.web.api.openapi import complete_openapi
from firstline.web.api.request_id import RequestIds, request_id_of

__all__ = ["database_away", "install_problems", "problem", "problem_of"]

log = logger("web")
MEDIA = "application/problem+json"
CODES = {400: "bad_request", 401: "unauthorized", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
         406: "not_acceptable", 413: "too_large", 415: "unsupported_media_type", 429: "too_many_requests"}  # fmt: skip
RETRY_SECONDS = "2"  # about what PostgreSQL needs to come up again after a crash
TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Unsupported media type",
}


def problem(
    status: int,
    code: str,
    *,
    title: str,
    detail: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    request_id: str | None = None,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """The response. `errors`: [{"field", "message"}]; `extra` members stand beside the standard ones."""
    body = {
        **extra,
        "type": f"urn:firstline:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail or title,
        "errors": list(errors),
        "request_id": request_id,
    }
    return Response(orjson.dumps(body, default=str), status, media_type=MEDIA, headers=dict(headers or {}))


def problem_of(error: FirstlineError, request_id: str | None = None) -> Response:
    """The response that says what `error` says."""
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="firstline"'
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(max(1, round(float(error.extra["retry_after"]))))
    return problem(
        error.status,
        error.code,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        request_id=request_id,
        headers=headers,
        **error.extra,
    )


async def _firstline(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstlineError)
    if error.status >= 500:
        log.error("failed", code=error.code, detail=error.detail, path=request.url.path)
    return problem_of(error, request_id_of(request.scope))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status, detail = error.status_code, str(error.detail)
    code = CODES.get(status, "http_error")
    if status == 400 and "parsing the body" in detail:
        status, code = 422, "unreadable_body"
    title = TITLES.get(status, detail)
    return problem(
        status, code, title=title, detail=detail, request_id=request_id_of(request.scope), headers=error.headers
    )


def _field(location: Sequence[Any]) -> str:
    """("body", "rows", 0, "question") as rows[0].question; what is not in the body keeps its place's name."""
    parts = list(location[1:] if location[:1] == ("body",) else location)
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "body"


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    request_id = request_id_of(request.scope)
    found = error.errors()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if any(tuple(e["loc"]) == ("body",) and e["type"] != "missing" for e in found) and not kind.endswith("json"):
        return problem_of(
            UnsupportedMedia("unsupported_media_type", "Send JSON with Content-Type: application/json."), request_id
        )
    if any(e["type"] == "json_invalid" for e in found):
        where = next(e["loc"][-1] for e in found if e["type"] == "json_invalid")
        return problem_of(Invalid("invalid_json", f"The body is not JSON (at character {where})."), request_id)
    errors = [FieldError(_field(e["loc"]), str(e["msg"]).removeprefix("Value error, ")) for e in found]
    detail = "; ".join(f"{e['field']}: {e['message']}" for e in errors[:3])
    return problem_of(Invalid("invalid_request", detail, errors), request_id)


async def _unstorable(request: Request, error: Exception) -> Response:  # noqa: ARG001 - a handler's shape
    """PostgreSQL or UTF-8 refused a value that passed the models: a NUL, a lone surrogate, a number out of range."""
    return problem_of(
        Invalid("unstorable_value", "A value in the request cannot be stored."), request_id_of(request.scope)
    )


def database_away(request: Request, error: BaseException) -> Response:
    """503: nothing was stored; the same request (with its client_message_id or Idempotency-Key) may be sent again."""
    log.warning("database_unavailable", path=request.url.path, error=repr(error)[:200])
    return problem(
        503,
        "database_unavailable",
        title="Not available right now",
        detail="The database cannot be reached. Try again in a moment.",
        request_id=request_id_of(request.scope),
        headers={"Retry-After": RETRY_SECONDS},
    )


async def _perhaps_away(request: Request, error: Exception) -> Response:
    return database_away(request, error) if is_away(error) else await _unknown(request, error)


async def _unknown(request: Request, error: Exception) -> Response:
    request_id = request_id_of(request.scope)
    log.error("unexpected", path=request.url.path, request_id=request_id, error=repr(error)[:500], exc_info=error)
    return problem(
        500,
        "internal_error",
        title="Something went wrong",
        detail="This is our fault. Tell us the request id if it happens again.",
        request_id=request_id,
        headers={"X-Request-ID": request_id or ""},
    )


def install_problems(app: FastAPI, *, json_bytes: int = 256 * 1024, multipart_bytes: int = 25 * 1024 * 1024) -> None:
    """Hangs the handlers, the request ids and the limits of bodies on `app`."""
    app.add_exception_handler(FirstlineError, _firstline)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(asyncpg.DataError, _unstorable)
    app.add_exception_handler(UnicodeEncodeError, _unstorable)
    for kind in AWAY:
        app.add_exception_handler(kind, _perhaps_away)
    app.add_exception_handler(Exception, _unknown)
    app.add_middleware(MaxBody, json_bytes=json_bytes, multipart_bytes=multipart_bytes, refuse=_too_large)
    app.add_middleware(RequestIds)
    complete_openapi(app)


def _too_large(limit: int, request_id: str | None) -> Response:
    return problem(
        413,
        "too_large",
        title="Too large",
        detail=f"At most {limit} bytes.",
        request_id=request_id,
        headers={"Connection": "close"},
    )
