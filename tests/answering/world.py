"""A small business for tests: a repair shop in Madison with a lunch break, holidays, an emergency line and prices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from firstline.answering.port import Question
from firstline.conversations.facts import Passage, Reading, Said
from firstline.tenancy.model import Business, ChatConfig, EmergencyLine, Guardrails, Holiday, Interval, Service

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
HOME = UUID("01890000-0000-7000-8000-000000000001")
DAY = [("07:30", "12:00"), ("13:00", "17:30")]
WEEK = {"mon": DAY, "tue": DAY, "wed": DAY, "thu": DAY, "fri": DAY, "sat": [("08:00", "12:00")]}
THANKS = {"en": "Thanksgiving Day", "es": "Día de Acción de Gracias"}
HOLIDAYS = (
    Holiday(THANKS, date(2026, 11, 26), None),
    Holiday(
        {"en": "Day after Thanksgiving", "es": "Día después de Acción de Gracias"},
        date(2026, 11, 27),
        None,
        (Interval("08:00", "12:00"),),
    ),
    Holiday({"en": "Christmas Day", "es": "Navidad"}, None, "12-25"),
)


def week(raw: dict[str, Any]) -> dict[str, tuple[Interval, ...]]:
    return {day: tuple(Interval(*stretch) for stretch in stretches) for day, stretches in raw.items()}


def service(code: str, en: str, es: str, low: str | None = None, high: str | None = None, **more: Any) -> Service:
    prices = [Decimal(p) if p else None for p in (low, high)]
    return Service(
        uuid5(HOME, code),
        code,
        {"en": en, "es": es},
        more.pop("aliases", {}),
        price_low=prices[0],
        price_high=prices[1],
        **more,
    )


SERVICES = (
    service(
        "heater",
        "Water heater replacement",
        "Cambio de calentador de agua",
        "900",
        "1500",
        aliases={"en": ("water heater",), "es": ("calentador",)},
    ),
    service(
        "labor",
        "Hourly labor",
        "Mano de obra",
        "135",
        "135",
        unit="hour",
        aliases={"en": ("hourly rate",), "es": ("por hora",)},
    ),
    service(
        "sewer",
        "Sewer line replacement",
        "Cambio de drenaje",
        "4500",
        "12000",
        aliases={"en": ("sewer line",), "es": ("drenaje",)},
    ),
    service(
        "electric",
        "Electrical work",
        "Trabajo eléctrico",
        offered=False,
        aliases={"en": ("electrician", "outlet"), "es": ("electricista",)},
    ),
)


def business(
    *, hours: dict[str, Any] | None = None, holidays: tuple[Holiday, ...] = HOLIDAYS, emergency: bool = True,
    country: str = "US", timezone: str = "America/Chicago", contact_first: bool = False, services: tuple[Service, ...] = SERVICES,
) -> Business:  # fmt: skip
    always = {day: [("00:00", "24:00")] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    return Business(
        id=HOME, name="Acme Plumbing", slug="acme", timezone=timezone, country=country, phone="+16085550142", email="hello@acme.example",
        address={"street": "2140 Pipeworks Lane", "city": "Madison", "region": "WI", "postal_code": "53704"},
        service_area_city="Madison", service_area_radius_km=40, service_area_places=("Madison", "Verona"),
        business_hours=week(WEEK if hours is None else hours), holidays=holidays, services=services,
        emergency_line=EmergencyLine("+16085550199", week(always), Decimal(150)) if emergency else None,
        chat_config=ChatConfig(require_contact_before_quote=contact_first, max_quote_value_without_handoff=Decimal(2000)),
        guardrails=Guardrails(max_quote_without_approval=Decimal(2000)),
    )  # fmt: skip


def question(
    text: str, *, language: str = "en", on: Business | None = None, now: datetime = NOW, **more: Any
) -> Question:
    reading = more.pop("reading", None) or Reading(language=language)
    history = tuple(Said("customer", said) for said in more.pop("history", ()))
    return Question(on or business(), text, reading, now, history=history, **more)


def passage(
    text: str, *, asked: str | None = None, language: str = "en", dense: float = 0.5, above: bool = True
) -> Passage:
    chunk = uuid5(HOME, text)
    return Passage(
        chunk, HOME, "Page", "", text, language=language, above_floor=above, question=asked, answer=text if asked else None,
        scores={"dense": dense, "fused": 1.0, "support": 0.8, "keyword": 1.0},
    )  # fmt: skip
