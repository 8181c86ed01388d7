"""Three small businesses of different trades, and one reader for the session."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from firstline.embedding.bundled import BundledEmbedder
from firstline.tenancy.model import Business, Guardrails, Holiday, Service
from firstline.understanding.reading import Reader

NOW = datetime(2026, 2, 18, 15, 0, tzinfo=UTC)  # a Wednesday, 9:00 in Madison


def service(n: int, code: str, en: str, es: str, aliases: tuple[str, ...] = (), *, offered: bool = True) -> Service:
    return Service(UUID(int=n), code, {"en": en, "es": es}, {"en": aliases}, offered=offered)


PLUMBER = Business(
    UUID(int=1),
    "Acme Plumbing",
    "acme",
    timezone="America/Chicago",
    address={"city": "Madison", "lat": 43.0731, "lon": -89.4012},
    service_area_city="Madison, WI",
    service_area_radius_km=40,
    service_area_places=("Middleton", "Oregon"),
    service_area_postcodes=("53703", "53704"),
    holidays=(
        Holiday({"en": "Thanksgiving Day", "es": "Día de Acción de Gracias"}, date(2026, 11, 26), None),
        Holiday({"en": "Founders' Picnic"}, None, "08-03"),
    ),
    services=(
        service(
            1,
            "water_heater_install",
            "Water heater installation",
            "Instalación de calentadores de agua",
            ("water heater replacement",),
        ),
        service(2, "water_heater_repair", "Water heater repair", "Reparación de calentadores de agua"),
        service(3, "drain_cleaning", "Drain cleaning", "Destape de desagües", ("clogged drain",)),
        service(4, "leak_repair", "Leak repair", "Reparación de fugas"),
        service(5, "hvac", "Air conditioning", "Aire acondicionado", ("AC", "furnace"), offered=False),
    ),
)
GARDENER = Business(
    UUID(int=2),
    "Jardines Sol",
    "sol",
    timezone="Europe/Madrid",
    country="ES",
    currency="EUR",
    service_area_city="Valencia",
    service_area_radius_km=30,
    guardrails=Guardrails(languages_allowed=("es", "en")),
    services=(
        service(6, "lawn", "Lawn mowing", "Corte de césped", ("grass cutting",)),
        service(7, "trees", "Tree pruning", "Poda de árboles"),
    ),
)


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(BundledEmbedder())


@pytest.fixture(scope="session")
def plumber() -> Business:
    return PLUMBER


@pytest.fixture(scope="session")
def gardener() -> Business:
    return GARDENER


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW
