"""A business from `examples/` in memory: its profile as the code sees it and its documents as an index."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from firstline.embedding.bundled import BundledEmbedder
from firstline.knowledge.chunk import chunks_of
from firstline.knowledge.index import TenantIndex
from firstline.knowledge.model import JobConfig, StoredChunk
from firstline.knowledge.parse import parse
from firstline.knowledge.tongue import language_of
from firstline.tenancy.model import Business, ChatConfig, EmergencyLine, Guardrails, Holiday, Interval, Service

EXAMPLES = Path(__file__).parents[2] / "examples"
DOCUMENTS = ("*.html", "*.pdf", "*.docx", "*.csv", "*.md", "*.txt")


def _week(raw: dict[str, Any]) -> dict[str, tuple[Interval, ...]]:
    return {day: tuple(Interval(i["open"], i["close"]) for i in stretches) for day, stretches in raw.items()}


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _service(raw: dict[str, Any], slug: str, offered: bool) -> Service:
    code = raw.get("code") or raw["name"]["en"].lower().replace(" ", "_")
    aliases = {language: tuple(names) for language, names in raw.get("aliases", {}).items()}
    return Service(
        uuid5(NAMESPACE_URL, f"{slug}/{code}"), code, raw["name"], aliases, raw.get("description", {}),
        _amount(raw.get("price_low")), _amount(raw.get("price_high")), raw.get("unit", "job"), raw.get("notes", {}),
        raw.get("bookable", True), offered,
    )  # fmt: skip


def load_business(slug: str) -> Business:
    """The profile of `examples/<slug>/business.json`."""
    data = json.loads((EXAMPLES / slug / "business.json").read_text("utf-8"))
    raw, rails = dict(data["business"]), dict(data.get("guardrails", {}))
    chat = dict(raw.pop("chat_config", {}))
    line = raw.pop("emergency_line", None)
    for name in ("max_quote_without_approval", "allowed_discount_percent"):
        if name in rails:
            rails[name] = Decimal(str(rails[name]))
    if "max_quote_value_without_handoff" in chat:
        chat["max_quote_value_without_handoff"] = Decimal(str(chat["max_quote_value_without_handoff"]))
    raw["business_hours"] = _week(raw["business_hours"])
    for name in ("service_area_places", "service_area_postcodes"):
        raw[name] = tuple(raw.get(name, ()))
    raw["chips"] = {language: tuple(chips) for language, chips in raw.get("chips", {}).items()}
    known = set(Business.__dataclass_fields__)
    business = Business(id=uuid5(NAMESPACE_URL, slug), **{k: v for k, v in raw.items() if k in known})
    services = [_service(s, slug, True) for s in data.get("services", [])] + [
        _service(s, slug, False) for s in data.get("not_offered", [])
    ]
    holidays = [
        Holiday(
            h["name"],
            date.fromisoformat(h["date"]) if h.get("date") else None,
            h.get("yearly"),
            tuple(Interval(i["open"], i["close"]) for i in h.get("hours", [])),
        )
        for h in data.get("holidays", [])
    ]
    emergency = line and EmergencyLine(
        line["phone"], _week(line["hours"]), _amount(line.get("surcharge")), line.get("description", {})
    )
    return replace(
        business, chat_config=ChatConfig(**chat), guardrails=Guardrails(**{k: tuple(v) if isinstance(v, list) else v for k, v in rails.items()}),
        emergency_line=emergency, services=tuple(services), holidays=tuple(holidays),
    )  # fmt: skip


def load_index(slug: str, embedder: BundledEmbedder) -> TenantIndex:
    """Every document of the example, parsed, chunked and embedded as ingestion does."""
    stored = []
    paths = sorted({p for pattern in DOCUMENTS for p in (EXAMPLES / slug).rglob(pattern)})
    for path in paths:
        parsed = parse(path.read_bytes(), path.name)
        document = uuid5(NAMESPACE_URL, str(path.relative_to(EXAMPLES)))
        own = language_of(parsed.markdown or " ".join(f.answer for f in parsed.faqs))
        for number, chunk in enumerate(chunks_of(parsed, JobConfig(), embedder.count_tokens)):
            language = chunk.language or language_of(chunk.text, fallback=own)
            vectors = embedder.embed([chunk.searchable, *chunk.parts])
            stored.append(
                StoredChunk(
                    uuid5(document, str(number)),
                    document,
                    chunk,
                    language,
                    "public",
                    path.name,
                    parsed.source_type,
                    vectors[0],
                    vectors[1:],
                )
            )
    return TenantIndex(stored)
