"""A chat server small enough to read: the wire of design/api.md in memory, so that the page is tested on its own.

What it answers depends on words in the message: "hold" waits in mid-answer for `go()`, "person" gets the offer of one,
"callback" is asked for contact details, anything else gets two sentences with a source.
"""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from firstline.web.widget import page

CARD: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "slug": "acme-plumbing",
    "name": "Acme Plumbing",
    "logo": None,
    "greeting": {"en": "Hi! How can we help with your plumbing?", "es": "¡Hola! ¿En qué podemos ayudarle?"},
    "disclosure": {
        "en": "I'm Acme Plumbing's AI assistant. You can ask for a person at any time.",
        "es": "Soy el asistente de IA de Acme Plumbing. Puede pedir hablar con una persona cuando quiera.",
    },
    "languages": ["en", "es"],
    "default_language": "en",
    "open_now": True,
    "next_opening": None,
    "open_text": {"en": "Open until 6:00 PM", "es": "Abierto hasta las 18:00"},
    "expected_reply": {
        "en": "A person usually replies within 10 minutes",
        "es": "Una persona suele responder en 10 minutos",
    },
    "theme": {"accent": "#0b6e4f", "side": "right", "offset": 20, "label": None, "teaser": None},
    "chips": {
        "en": ["Get a quote", "Opening hours", "Do you serve my area?", "It's an emergency"],
        "es": ["Pedir presupuesto", "Horario", "¿Atienden mi zona?", "Es una emergencia"],
    },
    "off_hours_mode": "chat",
}
ANSWER = [
    "A 50-gallon gas water heater usually costs $1,850–$2,400 installed in Madison. ",
    "This is an estimate 🙂; call (608) 555-0142 to book.",
]
HOSTILE = """<!doctype html><title>Host</title><link rel="stylesheet" href="/hostile.css">
<script async src="{origin}/widget.js" data-business="acme-plumbing"></script><h1>Joe's page</h1><a href="?two">next</a>"""
HOSTILE_POLICY = "default-src 'none'; script-src {origin}; frame-src {origin}; connect-src {origin}; style-src 'self'; require-trusted-types-for 'script'"


def now() -> str:
    return datetime.now(UTC).isoformat()


class FakeChat:
    """State of one visitor's conversation; tests push events and read what the page sent."""

    def __init__(self) -> None:
        self.card = json.loads(json.dumps(CARD))
        self.reset()

    def reset(self) -> None:
        self.conversation: dict[str, Any] | None = None
        self.events: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.sessions = 0
        self.posts = 0
        self.refuse: list[int] = []  # statuses of the next POST /chat/message calls
        self.card.update(json.loads(json.dumps(CARD)))
        self.changed = asyncio.Event()
        self.held = asyncio.Event()

    # -- called by tests, from another thread --------------------------------------------------------------------

    def push(self, type_: str, data: dict[str, Any]) -> None:
        self.loop.call_soon_threadsafe(self.commit, type_, data)

    def say(self, sender: str, text: str, **more: Any) -> None:
        self.loop.call_soon_threadsafe(self.store, sender, text, more)

    def go(self) -> None:
        self.loop.call_soon_threadsafe(self.held.set)

    def told_of(self, type_: str) -> list[dict[str, Any]]:
        return [event for event in self.told if event["type"] == type_]

    # -- the conversation ----------------------------------------------------------------------------------------

    def commit(self, type_: str, data: dict[str, Any]) -> None:
        self.events.append({"id": len(self.events) + 1, "type": type_, "data": data})
        self.changed.set()
        self.changed = asyncio.Event()

    def store(self, sender: str, text: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
        assert self.conversation
        message = {
            "id": str(uuid.uuid4()),
            "conversation_id": self.conversation["id"],
            "sender_type": sender,
            "sequence": len(self.messages) + 1,
            "text": text,
            "visible_to_customer": True,
            "created_at": now(),
            "attachments": [],
            "state": "complete",
            **(more or {}),
        }
        self.messages.append(message)
        self.commit("message", {"message": message})
        return message

    async def turn(self, text: str) -> None:
        assert self.conversation
        self.commit("status", {"state": "reading"})
        await asyncio.sleep(0)
        if "person" in text.lower():
            self.store("ai", "Would you like me to connect you to a person?", {"kind": "offer"})
            self.commit("escalation", {"type": "offered", "reason": "asked", "status": "active", "text": ""})
        elif "callback" in text.lower():
            self.store("ai", "Sure. How can we reach you?", {"kind": "contact_request"})
            self.commit("status", {"ask_contact": ["name", "phone"]})
        else:
            await self.answer(hold="hold" in text.lower())
        self.commit(
            "done", {"conversation_id": self.conversation["id"], "status": "active", "sequence": len(self.messages)}
        )

    async def answer(self, *, hold: bool) -> None:
        message_id, at = str(uuid.uuid4()), 0
        self.held.clear()
        for number, sentence in enumerate(ANSWER):
            if hold and number:
                await self.held.wait()
            if any(e["type"] == "stop" for e in self.told):
                self.store("ai", "".join(ANSWER[:number]), {"id": message_id, "state": "interrupted"})
                return
            self.commit("delta", {"message_id": message_id, "at": at, "text": sentence})
            at += len(sentence.encode("utf-16-le")) // 2
        sources = [
            {"title": "Water heaters", "uri": "https://acme.example/water-heaters"},
            {"title": "Price list 2026", "uri": None},
        ]
        self.store("ai", "".join(ANSWER), {"id": message_id, "kind": "answer", "sources": sources})


def frame(event: dict[str, Any]) -> bytes:
    return f"id: {event['id']}\nevent: {event['type']}\ndata: {json.dumps(event['data'])}\n\n".encode()


def build(fake: FakeChat) -> Starlette:
    async def business(_: Request) -> Response:
        return JSONResponse(fake.card, headers={"Access-Control-Allow-Origin": "*"})

    async def session(request: Request) -> Response:
        body = await request.json()
        fake.sessions += 1
        known = body.get("session_token") == "token-1"
        resumed = fake.conversation if known else None
        return JSONResponse(
            {"session_token": "token-1", "conversation": resumed, "messages": fake.messages if resumed else []}
        )

    async def message(request: Request) -> Response:
        fake.posts += 1
        if fake.refuse:
            return JSONResponse({"status": fake.refuse[0], "code": "busy"}, status_code=fake.refuse.pop(0))
        if request.headers.get("authorization") != "Bearer token-1":
            return JSONResponse({"code": "unauthorized"}, status_code=401)
        body = await request.json()
        fake.conversation = fake.conversation or {"id": str(uuid.uuid4()), "status": "active"}
        key = body["client_message_id"]
        old = next((m for m in fake.messages if m.get("client_message_id") == key), None)
        start = len(fake.events)
        stored = old or fake.store("customer", body["message"], {"client_message_id": key})
        fake.commit(
            "accepted",
            {
                "conversation_id": fake.conversation["id"],
                "message_id": stored["id"],
                "sequence": stored["sequence"],
                "client_message_id": key,
            },
        )
        if not old:
            fake.tasks.append(asyncio.create_task(fake.turn(body["message"])))
        return StreamingResponse(follow(fake, start, until_done=True), media_type="text/event-stream")

    async def stream(request: Request) -> Response:
        after = int(request.query_params.get("after") or 0)
        return StreamingResponse(follow(fake, after, until_done=False), media_type="text/event-stream")

    async def messages(request: Request) -> Response:
        return JSONResponse({"events": fake.events[int(request.query_params["after"]) :]})

    async def events(request: Request) -> Response:
        body = await request.json()
        fake.told.append(body)
        if body["type"] == "stop":
            fake.held.set()
        return JSONResponse({"ok": True})

    async def chat(request: Request) -> Response:
        lang = page.chosen_language(fake.card, request.headers.get("accept-language"), request.query_params.get("lang"))
        html = page.chat_page(fake.card, lang=lang, embed="embed" in request.query_params)
        return HTMLResponse(
            html, headers=page.page_headers([f"http://localhost:{request.url.port}"]) | {"Cache-Control": "no-store"}
        )

    async def loader(_: Request) -> Response:
        return Response(page.loader_source(), media_type="text/javascript")

    async def hostile(request: Request) -> Response:
        origin = f"http://127.0.0.1:{request.url.port}"
        return HTMLResponse(
            HOSTILE.format(origin=origin), headers={"Content-Security-Policy": HOSTILE_POLICY.format(origin=origin)}
        )

    async def hostile_css(_: Request) -> Response:
        return Response(
            "* {color: red !important; display: block !important; transform: rotate(3deg) !important}",
            media_type="text/css",
        )

    return Starlette(
        routes=[
            Route("/chat/business/{slug}", business),
            Route("/chat/session", session, methods=["POST"]),
            Route("/chat/message", message, methods=["POST"]),
            Route("/chat/stream", stream),
            Route("/chat/messages", messages),
            Route("/chat/events", events, methods=["POST"]),
            Route("/c/{slug}", chat),
            Route("/widget.js", loader),
            Route("/hostile", hostile),
            Route("/hostile.css", hostile_css),
            Mount("/assets", StaticFiles(directory=page.ASSETS)),
        ]
    )


async def follow(fake: FakeChat, after: int, *, until_done: bool) -> AsyncIterator[bytes]:
    yield b": hello\n\n"
    while True:
        changed = fake.changed
        while after < len(fake.events):
            event = fake.events[after]
            after += 1
            yield frame(event)
            if until_done and event["type"] == "done":
                return
        await changed.wait()


class Running:
    """The fake served from a thread on a free port."""

    def __init__(self) -> None:
        self.fake = FakeChat()
        config = uvicorn.Config(build(self.fake), port=0, log_level="error", timeout_graceful_shutdown=0)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)
        self.thread.start()
        while not self.server.started:
            threading.Event().wait(0.02)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def serve(self) -> None:
        self.fake.loop = asyncio.get_running_loop()
        self.fake.tasks = []
        await self.server.serve()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(5)
