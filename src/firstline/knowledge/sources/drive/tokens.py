"""Access tokens: by a service account's key (RFC 7523, a signed request) or by an OAuth refresh token (RFC 6749 §6)."""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from firstline.knowledge.sources.drive.wording import Endpoints, drive_data, failed

__all__ = ["Tokens"]

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Clock = Callable[[], float]  # seconds since 1970


class Tokens:
    """The bearer token of one key, kept until shortly before its end. Never shows the key or the token.

    `secret` is {"service_account": <the JSON file, as object or text>} or {"client_id", "client_secret",
    "refresh_token"}; a bare service account object is taken too. Raises SourceFailed bad_secret.
    """

    def __init__(self, secret: Mapping[str, Any] | None, endpoints: Endpoints, clock: Clock = time.time) -> None:
        if not secret:
            raise failed("no_secret")
        self._endpoints = endpoints
        self._clock = clock
        self._token = ""
        self._until = 0.0
        self._account = _account(secret)
        self._refresh = None if self._account else _refresh(secret)

    async def bearer(self, http: httpx.AsyncClient, *, renew: bool = False) -> str:
        """A token that is good now; `renew` when the last one was refused. Raises SourceFailed or httpx.HTTPError."""
        if renew or self._clock() >= self._until:
            self._token, lives = await self._ask(http)
            self._until = self._clock() + max(lives - drive_data()["limits"]["token_early_seconds"], 0)
        return self._token

    async def _ask(self, http: httpx.AsyncClient) -> tuple[str, float]:
        form = {"grant_type": "refresh_token", **self._refresh} if self._refresh else self._signed()
        answer = await http.post(self._endpoints.token, data=form)
        if answer.status_code in (400, 401, 403):  # invalid_grant, invalid_client, unauthorized_client: all final
            raise failed("revoked")
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPStatusError("token", request=answer.request, response=answer)
        try:
            told = orjson.loads(answer.content)
            return str(told["access_token"]), float(told.get("expires_in", 0))
        except (ValueError, KeyError, TypeError):
            raise failed("unexpected") from None

    def _signed(self) -> dict[str, str]:
        assert self._account is not None
        email, key, key_id = self._account
        now = int(self._clock())
        claims = {
            "iss": email,
            "scope": drive_data()["google"]["scope"],
            "aud": self._endpoints.audience,
            "iat": now,
            "exp": now + drive_data()["limits"]["token_seconds"],
        }
        head = {"alg": "RS256", "typ": "JWT", **({"kid": key_id} if key_id else {})}
        body = b".".join(_b64(orjson.dumps(part)) for part in (head, claims))
        signature = key.sign(body, PKCS1v15(), SHA256())
        return {"grant_type": JWT_GRANT, "assertion": (body + b"." + _b64(signature)).decode()}


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _account(secret: Mapping[str, Any]) -> tuple[str, RSAPrivateKey, str] | None:
    told = secret.get("service_account", secret if "private_key" in secret else None)
    if told is None:
        return None
    try:
        told = orjson.loads(told) if isinstance(told, str | bytes) else told
        key = load_pem_private_key(str(told["private_key"]).encode(), password=None)
        email = str(told["client_email"])
    except (ValueError, KeyError, TypeError):
        raise failed("bad_secret") from None
    if not isinstance(key, RSAPrivateKey):
        raise failed("bad_secret")
    return email, key, str(told.get("private_key_id", ""))


def _refresh(secret: Mapping[str, Any]) -> dict[str, str]:
    try:
        found = {name: str(secret[name]) for name in ("client_id", "client_secret", "refresh_token")}
    except KeyError:
        raise failed("bad_secret") from None
    if not all(found.values()):
        raise failed("bad_secret")
    return found
