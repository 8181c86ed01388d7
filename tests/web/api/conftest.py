"""Two businesses behind the admin API: Acme Plumbing with its people, and a stranger's."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from firstline.app.house import House, open_house
from firstline.app.web import rooms_for
from firstline.chat.receiving import Inbound, receive
from firstline.chat.runner import start
from firstline.customers.visitor import open_visit
from firstline.escalation.defaults import default_triggers
from firstline.ground.settings import read_settings
from firstline.tenancy.creating import create_business
from firstline.tenancy.keys import create_key
from firstline.tenancy.model import Business
from firstline.tenancy.people import add_person
from firstline.tenancy.signin import sign_in
from firstline.web.api import chat
from firstline.web.api.admin import router
from firstline.web.api.problem import install_problems
from firstline.web.widget.routes import router as widget_router

ACME = Path(__file__).parents[3] / "examples" / "acme-plumbing" / "business.json"
PASSWORD = "a leaking heater"


@dataclass
class World:
    """Everything a test needs."""

    house: House
    app: FastAPI
    acme: Business
    other: Business
    keys: dict[str, str]

    def client(self, key: str | None = "acme", **headers: str) -> httpx.AsyncClient:
        sent = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers={**sent, **headers})

    async def signed_in(self, email: str) -> httpx.AsyncClient:
        signed = await sign_in(self.house.door, email, PASSWORD)
        client = self.client(None, **{"X-CSRF-Token": signed.principal.csrf or ""})
        client.cookies.set("fl_session", signed.token)
        return client

    async def conversation(self, text: str, business: Business | None = None) -> UUID:
        """A customer's first message, answered."""
        business = business or self.acme
        async with self.house.door.transaction(business.id) as tx:
            visitor, _token = await open_visit(tx, {})
        received = await receive(self.house.desk, Inbound(business, visitor, text))
        if received.turn is not None:
            await start(self.house.desk, received.turn)
        return received.conversation.id


@pytest.fixture(scope="module")
async def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    settings = read_settings(
        {
            "FIRSTLINE_DATA": str(tmp_path_factory.mktemp("data")),
            "FIRSTLINE_POOL": "6",
            "FIRSTLINE_RATE_PER_MINUTE": "100000",
        }
    )
    house = await open_house(settings, database_url, with_models=False)
    door = house.door
    document: dict[str, Any] = json.loads(ACME.read_text("utf-8"))
    zone = "America/Chicago"
    acme = await create_business(
        door, name="Acme Plumbing", slug="acme-plumbing", timezone=zone, triggers=default_triggers(), document=document
    )
    other = await create_business(
        door,
        name="Other",
        slug="other",
        timezone="UTC",
        triggers=default_triggers(),
        document={"services": [{"name": {"en": "X"}}]},
    )
    for name, role in (("Sarah Miles", "owner"), ("Mike Torres", "manager"), ("Ana Ruiz", "agent")):
        first = name.split()[0].lower()
        await add_person(door, acme.id, email=f"{first}@acme.example", name=name, role=role, password=PASSWORD)
    await add_person(door, other.id, email="eve@other.example", name="Eve", role="owner", password=PASSWORD)
    keys = {}
    for name, business, scopes in (("acme", acme, ["*"]), ("other", other, ["*"]), ("kb only", acme, ["kb:read"])):
        async with door.transaction(business.id) as tx:
            keys[name] = await create_key(tx, name, scopes)
    async with door.transaction(acme.id) as tx:
        _visitor, keys["visitor"] = await open_visit(tx, {})
    app = FastAPI()
    install_problems(app)
    app.include_router(chat.router)
    app.include_router(widget_router)
    app.include_router(router)
    app.state.rooms = rooms_for(house)
    yield World(house, app, acme, other, keys)
    await house.close()
