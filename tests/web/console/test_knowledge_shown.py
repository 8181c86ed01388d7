"""What Knowledge's pages write of jobs, sources and of what a website says: pure, no browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firstline.kit.ids import new_id
from firstline.knowledge.model import Job, JobConfig
from firstline.tenancy.model import Business, Interval, Service
from firstline.web.console.findings_shown import finding_shown, together
from firstline.web.console.knowledge_proposals import proposal_shown
from firstline.web.console.knowledge_shown import ago, jobs_shown, source_name
from firstline.web.console.signed import Viewer

ACME = Business(
    id=new_id(), name="Acme Plumbing", slug="acme", phone="+16085550142", service_area_places=("Madison", "Verona"),
    business_hours={day: (Interval("08:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")},
    services=(Service(id=new_id(), code="drain_cleaning", name={"en": "Drain cleaning"}, price_low=Decimal(149), price_high=Decimal(289)),),
)  # fmt: skip
SITE = "https://acme.example/"


def viewer(lang: str = "en", business: Business = ACME) -> Viewer:
    return cast("Viewer", SimpleNamespace(business=business, lang=lang))


def job(**values: Any) -> Job:
    at = datetime.now(UTC) - timedelta(minutes=5)
    usual: dict[str, Any] = {
        "source": "upload", "status": "completed", "config": JobConfig(), "input": {"files": [{"name": "a.pdf"}]}, "stats": {"chunks": 0},
        "errors": [], "source_id": None, "created_at": at, "completed_at": at,
    }  # fmt: skip
    return Job(id=new_id(), business_id=ACME.id, **{**usual, **values})


def proposal(**found: Any) -> dict[str, Any]:
    shown: dict[str, Any] = proposal_shown(
        {"id": new_id(), "url": SITE, "created_at": datetime.now(UTC), "proposal": found}, viewer()
    )
    return shown


BROKEN = {"uri": "upload:a.pdf", "code": "broken", "message": "This file is damaged and cannot be read."}


def test_a_job_that_runs_tells_how_far_it_is() -> None:
    progress = {"found": 40, "done": 10, "unchanged": 3, "removed": 0, "current": "upload:b.pdf"}
    (shown,) = jobs_shown([job(status="running", progress=progress, stats={"chunks": 1})], {}, {}, "en")
    assert shown.share == pytest.approx(0.25)
    assert shown.line == "10 of 40 · 3 unchanged · 1 passage"
    assert shown.current == "b.pdf"


def test_a_job_of_unknown_length_has_no_share_of_it() -> None:
    (shown,) = jobs_shown([job(status="running", progress={"found": None, "done": 4})], {}, {}, "en")
    assert shown.share is None
    assert shown.line == ""


def test_a_failure_is_told_in_the_readers_language_with_the_files_name() -> None:
    (shown,) = jobs_shown([job(errors=[BROKEN])], {}, {}, "es")
    assert shown.errors == [{"name": "a.pdf", "sentence": "Este archivo está dañado y no se puede leer."}]
    assert shown.retryable


def test_a_single_file_that_failed_is_not_counted_as_one_of_one() -> None:
    (shown,) = jobs_shown(
        [job(status="failed", errors=[BROKEN], progress={"found": 1, "done": 1}, stats={"errors": 1})], {}, {}, "en"
    )
    assert shown.line == ""


def test_what_went_well_failed_long_ago_or_stands_beside_its_source_is_not_told() -> None:
    source_id, old = new_id(), datetime.now(UTC) - timedelta(days=2)
    of_source = job(source="url", source_id=source_id, status="failed", errors=[BROKEN], input={})
    jobs = [job(), job(errors=[BROKEN], created_at=old), of_source]
    assert jobs_shown(jobs, {}, {source_id: of_source.id}, "en") == []


def test_a_source_is_called_by_its_title_else_by_its_address() -> None:
    assert source_name({"title": "", "kind": "url", "uri": "https://acme.example/en/"}, "en") == "acme.example/en"
    assert source_name({"title": "Ours", "kind": "url", "uri": SITE}, "en") == "Ours"
    assert source_name({"title": "", "kind": "crm", "uri": "crm"}, "es") == "Chats y casos cerrados"


def test_a_schedule_is_read_by_how_far_away_it_is() -> None:
    assert ago(datetime.now(UTC) + timedelta(days=7, minutes=1), "en") == "in 1 week"
    assert ago(datetime.now(UTC) - timedelta(hours=2), "es") == "hace 2 horas"
    assert ago(None, "en") == ""


def test_what_the_profile_says_already_is_not_proposed() -> None:
    hours = {day: [{"open": "08:00", "close": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}
    shown = proposal(
        profile={"name": "Acme Plumbing", "phone": "+16085550142", "business_hours": hours, "service_area_places": ["Verona"],
                 "services": [{"name": {"en": "Drain cleaning"}, "price_low": "149.00", "price_high": "289.00"}]},
    )  # fmt: skip
    assert shown["fields"] == []
    assert shown["services"] == []


def test_what_is_new_stands_with_where_it_was_read_and_what_it_replaces() -> None:
    fields = {"phone": {"value": "+16085550199", "source": f"{SITE}contact", "confidence": 0.95, "words": "Call us"}}
    services = [
        {"name": {"en": "Drain cleaning"}, "price_low": "99.00"},
        {"name": {"en": "Sauna"}, "price_high": "10.50"},
    ]
    shown = proposal(fields=fields, profile={"phone": "+16085550199", "services": services})
    (phone,) = shown["fields"]
    assert (phone["value"], phone["now"], phone["place"], phone["sure"]) == (
        "(608) 555-0199",
        "(608) 555-0142",
        "/contact",
        True,
    )
    drain, sauna = shown["services"]
    assert (drain["value"], drain["now"], drain["key"]) == ("from $99", "$149–$289", "0")
    assert (sauna["value"], sauna["now"]) == ("$10.50", "")


def test_days_of_the_same_hours_stand_together() -> None:
    week = {day: [{"open": "07:30", "close": "12:00"}, {"open": "13:00", "close": "18:00"}] for day in ("mon", "tue")}
    (hours,) = proposal(profile={"business_hours": week})["fields"]
    assert hours["value"] == "Mon–Tue 07:30–12:00, 13:00–18:00\nWed–Sun Closed"


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"profile": None, "fields": None, "conflicts": [{}], "services": None, "faqs": None},
        {"profile": {"services": [{}]}},
    ],
)
def test_a_proposal_that_says_nothing_shows_nothing_and_does_not_break(found: dict[str, Any]) -> None:
    shown = proposal(**found)
    assert shown["fields"] == []
    assert shown["conflicts"] == []


def test_nothing_known_yet_means_that_all_is_new() -> None:
    bare = replace(ACME, phone=None, business_hours={}, services=())
    row = {
        "id": new_id(),
        "url": SITE,
        "created_at": datetime.now(UTC),
        "proposal": {"profile": {"phone": "+16085550199"}},
    }
    (phone,) = proposal_shown(row, viewer(business=bare))["fields"]
    assert phone["now"] == ""


def contradiction(first: str, second: str, *titles: str, **more: Any) -> dict[str, Any]:
    detail = {"type": "price", "about": "camera inspection", "first": first, "second": second, "newer": "", "sentences": [f"It costs {first}.", f"It costs {second}."]}  # fmt: skip
    ids = {title: f"document-{title}" for title in titles}
    return {"id": new_id(), "kind": "contradiction", "action": "flagged", "excerpt": "It costs.", "detail": detail | more,
            "document_id": ids[titles[0]], "document_title": titles[0], "other_document_id": ids[titles[-1]], "other_title": titles[-1]}  # fmt: skip


def test_prices_that_contradict_each_other_have_their_currency() -> None:
    shown = finding_shown(contradiction("1500", "1700 - 1900.5", "a", "b"), viewer())
    assert shown["sentence"] == "Two prices for camera inspection: $1,500 and $1,700–$1,900.50"
    assert finding_shown(contradiction("1500", "2000", "a", "b"), viewer("es"))["sentence"].endswith("$1,500 y $2,000")


def test_three_prices_for_one_thing_are_one_row_with_each_side_once() -> None:
    pairs = [contradiction("310", "145", "a", "b"), contradiction("310", "199", "a", "c"), contradiction("145", "199", "b", "c")]  # fmt: skip
    (row,) = together([finding_shown(pair, viewer()) for pair in pairs], "en")
    assert row["sentence"] == "Prices for camera inspection: $145, $199, $310"
    assert [side["title"] for side in row["sides"]] == ["a", "b", "c"]
    assert row["ids"] == [pair["id"] for pair in pairs]


def test_hours_that_differ_from_the_profile_stand_beside_the_settings() -> None:
    row = contradiction("08:00-12:00", "", "a", type="hours", days=["sat"], sentences=[])
    theirs = finding_shown(row | {"other_document_id": None, "other_title": None}, viewer())["sides"][1]
    assert (theirs["url"], theirs["said"]) == ("/console/settings", "Closed")
