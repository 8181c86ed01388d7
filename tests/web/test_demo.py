"""The example websites: their own files and nothing else, whatever the address says."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from firstline.web.api.problem import install_problems
from firstline.web.demo import demo_router


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    site = tmp_path / "acme-plumbing" / "website"
    site.mkdir(parents=True)
    (site / "index.html").write_text("<p>Hi</p><!-- firstline -->")
    (tmp_path / "acme-plumbing" / "business.json").write_text("{}")
    monkeypatch.setenv("FIRSTLINE_EXAMPLES", str(tmp_path))
    app = FastAPI()
    install_problems(app)
    app.include_router(demo_router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_the_page_carries_the_widget(client: httpx.AsyncClient) -> None:
    answer = await client.get("/demo/acme-plumbing/")
    assert answer.status_code == 200
    assert 'data-business="acme-plumbing"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/demo/acme-plumbing/%00",
        "/demo/%00/x",
        "/demo/acme-plumbing/" + "x" * 5000,
        "/demo/" + "x" * 5000 + "/x",
        "/demo/acme-plumbing/index.html/x",
        "/demo/acme-plumbing/..%2fbusiness.json",
        "/demo/..%2facme-plumbing/index.html",
        "/demo/%2e%2e/x",
    ],
)
async def test_what_no_file_can_be_named_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
