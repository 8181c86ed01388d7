"""Schemathesis against our own OpenAPI: whatever is sent, no route answers with a 5xx (bounded)."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.api.conftest import World

EXAMPLES = int(os.environ.get("FIRSTLINE_FUZZ_EXAMPLES", "6"))


def _operations(world: World) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(world.app.openapi())
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.endswith("/stream"):
            yield operation


async def test_no_route_answers_with_a_5xx(world: World) -> None:
    failures: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        for operation in _operations(world):
            cases: list[Any] = []
            for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
                strategy = operation.as_strategy(generation_mode=mode)
                pool.submit(_collect, strategy, cases).result()
            who = "visitor" if operation.path.startswith("/chat") else "acme"
            async with world.client(who) as client:
                for case in cases:
                    sent = case.as_transport_kwargs(base_url="http://test")
                    sent.pop("cookies", None)
                    headers = {k: v for k, v in dict(sent.pop("headers", {})).items() if k.lower() != "authorization"}
                    response = await client.request(**_plain(sent), headers=_ascii(headers))
                    if response.status_code >= 500:
                        failures.append(f"{sent} -> {response.status_code} {response.text[:300]}")
    assert failures == []


def _plain(sent: dict[str, Any]) -> dict[str, Any]:
    known = {"method", "url", "params", "json", "content", "data", "files"}
    kept = {k: v for k, v in sent.items() if k in known and v is not None}
    if isinstance(kept.get("data"), bytes | str):
        kept["content"] = kept.pop("data")
    if "files" in kept:
        pairs = kept["files"].items() if isinstance(kept["files"], dict) else kept["files"]
        kept["files"] = [(str(name), ("f", repr(value).encode("utf-8", "replace"))) for name, value in pairs]
    return kept


def _ascii(headers: dict[str, Any]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if isinstance(v, str) and v.isascii() and v.isprintable()}


def _collect(strategy: st.SearchStrategy[Any], cases: list[Any]) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(case: Any) -> None:
        cases.append(case)

    try:
        draw()
    except Exception as why:  # noqa: BLE001 - an operation without parameters has no wrong case
        if "Unsatisfiable" not in type(why).__name__:
            pytest.fail(repr(why))
