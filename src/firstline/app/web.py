"""The web application: routes, static files, errors, the sweep for abandoned turns; one process, stateless."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hmac import compare_digest
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from firstline import __version__
from firstline.app.house import House, open_house
from firstline.chat.runner import drain, sweep_forever
from firstline.ground.db import AWAY
from firstline.ground.errors import NotFound
from firstline.ground.settings import Settings
from firstline.web.api import chat
from firstline.web.api.admin import router as admin_router
from firstline.web.api.problem import database_away, install_problems
from firstline.web.console.routes import console_router
from firstline.web.demo import demo_router
from firstline.web.rooms import Rooms
from firstline.web.widget.routes import router as widget_router

__all__ = ["build_app"]

ASSETS = Path(chat.__file__).parents[1] / "assets"
READY_SECONDS = 2.0  # a balancer's own patience is seldom longer
LOOPBACK = frozenset(("127.0.0.1", "::1", "testclient"))
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
GRACE_SECONDS = 3.0  # running turns may finish this long after a stop
DESCRIPTION = (
    "Firstline answers a business's customers, says only what it can stand behind, and hands over to a person."
)


def build_app(settings: Settings, url: str) -> FastAPI:
    """The application on the database at `url` (already migrated)."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        house = await open_house(settings, url)
        app.state.rooms = rooms_for(house)
        app.state.house = house
        sweep = asyncio.create_task(sweep_forever(house.desk))
        yield
        sweep.cancel()
        await drain(house.desk, GRACE_SECONDS)
        await house.close()

    app = FastAPI(
        title="Firstline", version=__version__, description=DESCRIPTION, lifespan=life,
        docs_url=None, openapi_url="/api/openapi.json", redoc_url=None,
    )  # fmt: skip
    install_problems(app)
    app.add_middleware(SelectiveGzip, minimum_size=600)
    app.include_router(chat.router)
    app.include_router(widget_router)
    app.include_router(admin_router)
    app.include_router(console_router)
    if settings.web.demo:
        app.include_router(demo_router)
    app.mount("/assets", CachedStatic(directory=ASSETS), name="assets")
    _operations(app, settings.web.metrics_token)
    return app


class SelectiveGzip(GZipMiddleware):
    """Compresses pages and files, never a live stream."""

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # starlette's ASGI signature
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith("/chat/") or path.endswith("/stream"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class CachedStatic(StaticFiles):
    """Files with an ETag and a short life: names carry no hash."""

    def file_response(self, *args, **kwargs) -> Response:  # type: ignore[no-untyped-def]  # starlette's
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def rooms_for(house: House) -> Rooms:
    """What the web floor is given."""
    return Rooms(
        settings=house.settings,
        door=house.door,
        live=house.live,
        profiles=house.profiles,
        embedding=house.embedding,
        chat=house.desk,
        knowledge=house.retriever,
        reader=house.reader,
        extras={
            "visitors": house.visitors,
            "rate": house.rate,
            "objects": house.objects,
            "workshop": house.workshop,
            "presence": house.presence,
            "gateway": house.gateway,
        },
    )


def _may_measure(request: Request, token: str) -> bool:
    """Numbers are for this machine itself and for who has the token; a proxy on this machine speaks for strangers."""
    given = request.headers.get("authorization", "")
    if token and compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    local = request.client is not None and request.client.host in LOOPBACK
    return local and not any(name in request.headers for name in FORWARDED)


def _operations(app: FastAPI, metrics_token: str) -> None:
    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/api/openapi.json",
            title="Firstline API",
            swagger_js_url="/assets/vendor/swagger-ui.js",
            swagger_css_url="/assets/vendor/swagger-ui.css",
            swagger_favicon_url="data:,",
        )

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.get("/readyz", include_in_schema=False)
    async def ready(request: Request) -> Response:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await request.app.state.house.pool.fetchval("SELECT 1")
        except (*AWAY, TimeoutError) as error:  # also a pool that stays full: no more requests here, please
            return database_away(request, error)
        return JSONResponse({"database": "ok", "ms": round((time.perf_counter() - started) * 1000, 1)})

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not _may_measure(request, metrics_token):
            raise NotFound("not_found", "There is no such page.")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/", include_in_schema=False)
    async def root(request: Request) -> Response:
        target = "/demo/acme-plumbing/" if request.app.state.house.settings.web.demo else "/console"
        return Response(status_code=307, headers={"Location": target})
