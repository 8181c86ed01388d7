"""The small world of the gate's tests: Acme Plumbing's profile, five passages, one customer."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from firstline.answering.port import Contact, Question
from firstline.conversations.facts import Passage, Reading, Said
from firstline.tenancy.model import Business, ChatConfig, EmergencyLine, Guardrails, Holiday, Interval, Service

NS = UUID("01900000-0000-7000-8000-000000000000")
DAY = (Interval("07:30", "12:00"), Interval("13:00", "17:30"))
ROUND = (Interval("00:00", "24:00"),)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ACME = Business(
    id=NS,
    name="Acme Plumbing",
    slug="acme",
    timezone="America/Chicago",
    industry="plumbing",
    phone="+16085550142",
    email="hello@acme-plumbing.example",
    website="https://www.acme-plumbing.example",
    address={
        "street": "2140 Pipeworks Lane",
        "city": "Madison",
        "region": "WI",
        "postal_code": "53704",
        "country": "US",
    },
    service_area_city="Madison",
    service_area_postcodes=("53703", "53704"),
    business_hours={**dict.fromkeys(WEEK[:5], DAY), "sat": (Interval("08:00", "12:00"),), "sun": ()},
    emergency_line=EmergencyLine(
        "+16085550199", dict.fromkeys(WEEK, ROUND), Decimal(150), {"en": "Burst pipes and flooding."}
    ),
    chat_config=ChatConfig(max_quote_value_without_handoff=Decimal(2000)),
    guardrails=Guardrails(max_quote_without_approval=Decimal(2000), allowed_discount_percent=Decimal(10)),
    holidays=(Holiday({"en": "Christmas Day", "es": "Navidad"}, None, "12-25"),),
    services=(
        Service(
            uuid5(NS, "wh"),
            "water_heater_install",
            {"en": "Water heater replacement", "es": "Cambio de calentador"},
            price_low=Decimal(900),
            price_high=Decimal(1500),
        ),
        Service(uuid5(NS, "dr"), "drain_cleaning", {"en": "Drain cleaning", "es": "Destape"}, price_low=Decimal(129)),
    ),
)


def passage(name: str, text: str, *, above: bool = True, answer: str | None = None) -> Passage:
    return Passage(
        uuid5(NS, name),
        uuid5(NS, "doc"),
        name,
        "",
        text,
        "https://www.acme-plumbing.example/prices",
        above_floor=above,
        answer=answer,
    )


PASSAGES = (
    passage(
        "Water heaters",
        "Standard 40-50 gallon replacement ranges from $900 to $1,500 depending on venting. Permits cost $75. Most jobs take 3 to 4 hours.",
    ),
    passage(
        "Warranty",
        "Our labor is guaranteed for 2 years. Parts carry the maker's warranty of six years. Ask for the form by March 15.",
    ),
    passage(
        "Visits",
        "The service call fee is $89 and is waived if you go ahead. Estimates for replacements are free. Seniors get 10% off labor; the spring special is 25% off softeners. Tankless systems start at $3,200.",
    ),
    passage("Prices", "Price list ($)\nToilet repair | 145 | 260\nFaucet | 120 | 240"),
    passage(
        "About",
        "Acme has served Madison since 1987 with 9 licensed plumbers. We are insured up to $1,000,000. Write to office@acme-plumbing.example or see www.acme-plumbing.example/about.",
    ),
    passage("Below", "A secret price of $777 that may not support anything.", above=False),
)

ASKED = Question(
    business=ACME,
    text="I have $50 and a 50-gallon heater. Could you do it for $300 next Tuesday at 3 pm? I'm on 77 Elm Street, my number is 608-555-0177, mail ann@home.example",
    reading=Reading("en", "request_quote", 0.9),
    now=datetime(2026, 3, 2, 16, 0, tzinfo=UTC),
    passages=PASSAGES,
    history=(
        Said("customer", "Hello, I saw a heater online for 400 dollars and 30% off"),
        Said("ai", "Hello! How can I help?"),
    ),
    contact=Contact("Ann", "ann@home.example", "+16085550177"),
)
ASKED_ES = replace(ASKED, reading=Reading("es", "request_quote", 0.9))
