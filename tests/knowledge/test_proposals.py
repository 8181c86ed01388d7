"""What a website says of the business: told once, only what is news, also when only one page has changed."""

from functools import partial

import orjson
import pytest

from firstline.knowledge import proposal_queries, source_queries
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.proposals import dismiss_proposal
from firstline.knowledge.refresh import add_source, refresh_document, refresh_source
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.sources.url import pages
from firstline.knowledge.structured.news import news_of
from firstline.tenancy.model import Business, Interval, Service

from .pipeline import Folder, a_business, a_workshop, live
from .test_crawl import LONG
from .website import Clock, html, serving

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def stated(hours="Mo-Fr 08:00-17:00", phone="+1 608 555 0123"):
    about = {"@context": "https://schema.org", "@type": "Plumber", "name": "Acme Plumbing", "telephone": phone}
    return f'<script type="application/ld+json">{orjson.dumps({**about, "openingHours": hours}).decode()}</script>'


def home(**said):
    return html("Acme Plumbing", LONG + '<a href="/prices">Prices</a><a href="/faq">FAQ</a>', head=stated(**said))


def prices(amount):
    return html("Prices", f"{LONG}<h2>Drain cleaning</h2><p>${amount} per job</p>")


def questions(*asked):
    rows = [
        {"@type": "Question", "name": q, "acceptedAnswer": {"@type": "Answer", "text": "Yes, we do."}} for q in asked
    ]
    page = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": rows}
    return html("FAQ", LONG, head=f'<script type="application/ld+json">{orjson.dumps(page).decode()}</script>')


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door)
    yield made
    made.pool.close()


@pytest.fixture
def site():
    with serving() as website:
        website.pages = {"/": home(), "/prices": prices(150), "/faq": questions("Do you work on Sundays?")}
        yield website


async def read(workshop, business, job_id, site):
    clock = Clock()
    sources = {**SOURCES, "url": partial(pages, clock=clock, sleep=clock.sleep)}
    job = await ingest(workshop, Materials(business, Folder(), site.fetch()), job_id, sources=sources)
    assert job.status == "completed", job.errors


async def first(workshop, business, site):
    async with workshop.door.transaction(business.id) as tx:
        config = {"mode": "crawl", "rate_per_second": 10}
        source_id = await add_source(tx, "url", site.url + "/", {"config": config})
        job_id = (await source_queries.source_row(tx, source_id))["last_job_id"]
    await read(workshop, business, job_id, site)
    return source_id


async def again(workshop, business, source_id, site, trigger="schedule"):
    async with workshop.door.transaction(business.id) as tx:
        job_id = await refresh_source(tx, source_id, trigger=trigger)
    await read(workshop, business, job_id, site)


async def waits(workshop, business):
    async with workshop.door.transaction(business.id) as tx:
        rows = await proposal_queries.proposals_page(tx, "pending", None, 10)
    assert len(rows) <= 1
    return rows[0] if rows else None


async def takes_over(workshop, business, site):
    """The profile as the website has it, by hand."""
    row = await waits(workshop, business)
    hours = row["proposal"]["profile"]["business_hours"]
    async with workshop.door.transaction(business.id) as tx:
        await tx.execute(
            """UPDATE businesses SET phone = '+16085550123', business_hours = $1, country = 'US', website = $2, name = 'ACME  Plumbing',
                 currency = 'USD'""",
            {**hours, "sat": [], "sun": []},
            row["proposal"]["profile"].get("website"),
        )
        await tx.execute(
            """INSERT INTO services (business_id, id, code, name, price_low, price_high, position)
               VALUES ($1, gen_random_uuid(), 'drain', '{"en": "Drain cleaning"}', 150, 150, 0)""",
            business.id,
        )
        await tx.execute(
            """INSERT INTO kb_faqs (business_id, id, question, answer)
               VALUES ($1, gen_random_uuid(), 'Do you work on sundays?', 'No.')""",
            business.id,
        )


async def test_the_first_reading_proposes_everything(workshop, acme, site):
    await first(workshop, acme, site)
    found = (await waits(workshop, acme))["proposal"]
    assert found["profile"]["phone"] == "+16085550123"
    assert [s["name"] for s in found["profile"]["services"]] == [{"en": "Drain cleaning"}]
    assert [faq["question"] for faq in found["faqs"]] == ["Do you work on Sundays?"]
    assert {"fields", "services", "faqs", "conflicts", "profile"} <= set(found)


async def test_what_the_profile_has_is_no_news_and_then_nothing_waits(workshop, acme, site):
    source_id = await first(workshop, acme, site)
    await takes_over(workshop, acme, site)
    site.pages["/"].validators = site.pages["/prices"].validators = site.pages["/faq"].validators = False
    await again(workshop, acme, source_id, site)
    row = await waits(workshop, acme)
    assert row is None, row["proposal"]["profile"]


async def test_changed_hours_on_the_website_are_told_and_nothing_else(workshop, acme, site):
    source_id = await first(workshop, acme, site)
    await takes_over(workshop, acme, site)
    await again(workshop, acme, source_id, site)
    site.pages["/"] = home(hours="Mo-Fr 09:00-18:00")
    await again(workshop, acme, source_id, site)
    found = (await waits(workshop, acme))["proposal"]
    assert set(found["profile"]) == {"business_hours"}
    assert found["profile"]["business_hours"]["mon"] == [{"open": "09:00", "close": "18:00"}]
    assert (found["faqs"], found["conflicts"]) == ([], [])
    site.pages["/"] = home()
    await again(workshop, acme, source_id, site)
    assert await waits(workshop, acme) is None


async def test_a_changed_page_takes_the_place_of_what_it_said_before_in_what_waits(workshop, acme, site):
    source_id = await first(workshop, acme, site)
    before = await waits(workshop, acme)
    await again(workshop, acme, source_id, site)
    assert (await waits(workshop, acme))["id"] == before["id"]
    site.pages["/prices"] = prices(175)
    await again(workshop, acme, source_id, site)
    found = (await waits(workshop, acme))["proposal"]
    assert found["profile"]["phone"] == "+16085550123"
    assert [s["price_low"] for s in found["profile"]["services"]] == ["175.00"]
    assert [faq["question"] for faq in found["faqs"]] == ["Do you work on Sundays?"]
    del site.pages["/prices"]
    await again(workshop, acme, source_id, site)
    assert "services" not in (await waits(workshop, acme))["proposal"]["profile"]


async def test_one_page_read_again_by_itself_belongs_to_its_sources_proposal(workshop, acme, site):
    await first(workshop, acme, site)
    site.pages["/prices"] = prices(190)
    document_id = (await live(workshop, acme))[site.url + "/prices"]["id"]
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await refresh_document(tx, document_id)
    await read(workshop, acme, job_id, site)
    found = (await waits(workshop, acme))["proposal"]
    assert [s["price_low"] for s in found["profile"]["services"]] == ["190.00"]
    assert found["profile"]["phone"] == "+16085550123"


async def test_what_the_owner_declined_is_not_asked_again_by_itself_but_when_a_person_asks(workshop, acme, site):
    source_id = await first(workshop, acme, site)
    async with workshop.door.transaction(acme.id) as tx:
        await dismiss_proposal(tx, (await proposal_queries.proposals_page(tx, "pending", None, 1))[0]["id"], None)
    for page in site.pages.values():
        page.validators = False
    await again(workshop, acme, source_id, site)
    assert await waits(workshop, acme) is None
    site.pages["/prices"] = prices(155)
    await again(workshop, acme, source_id, site)
    assert set((await waits(workshop, acme))["proposal"]["profile"]) == {"services"}
    for page in site.pages.values():
        page.validators = False
    await again(workshop, acme, source_id, site, trigger="person")
    assert "phone" in (await waits(workshop, acme))["proposal"]["profile"]


async def test_pages_that_disagree_are_told(workshop, acme, site):
    source_id = await first(workshop, acme, site)
    await takes_over(workshop, acme, site)
    site.pages["/prices"] = html("Prices", LONG, head=stated(phone="+1 608 555 0177"))
    for page in site.pages.values():
        page.validators = False
    await again(workshop, acme, source_id, site)
    (conflict,) = (await waits(workshop, acme))["proposal"]["conflicts"]
    assert {conflict["kept"]["value"], conflict["other"]["value"]} == {"+16085550123", "+16085550177"}


@pytest.mark.parametrize(
    ("found", "news"),
    [
        ({"phone": "+16085550123"}, False),
        ({"phone": "+16085550124"}, True),
        ({"website": "http://www.acme.example"}, False),
        ({"website": "https://acme.example/shop"}, True),
        ({"address": {"city": "MADISON", "lat": 43.1}}, False),
        ({"address": {"city": "Middleton"}}, True),
        ({"service_area_places": ["Middleton"]}, False),
        ({"service_area_places": ["Verona", "Middleton"]}, True),
        ({"business_hours": {d: [{"open": "08:00", "close": "17:00"}] for d in WORKDAYS}}, False),
        ({"business_hours": {"mon": [{"open": "08:00", "close": "17:00"}]}}, True),
        ({"services": [{"name": {"en": "leak  repair"}, "price_low": "165.00", "price_high": "480.00"}]}, False),
        ({"services": [{"name": {"es": "Reparación de fugas"}}]}, False),
        ({"services": [{"name": {"en": "Leak repair"}, "price_low": "175.00", "price_high": "480.00"}]}, True),
        ({"services": [{"name": {"en": "Sump pumps"}}]}, True),
    ],
)
def test_news_is_what_the_profile_does_not_say(found, news):
    leak = {"en": "Leak repair", "es": "Reparación de fugas"}
    business = Business(
        id=None,
        name="Acme",
        slug="acme",
        phone="+16085550123",
        website="https://acme.example/",
        address={"city": "Madison", "street": "1 Main St"},
        service_area_places=("Middleton",),
        business_hours={**dict.fromkeys(WORKDAYS, (Interval("08:00", "17:00"),)), "sun": ()},
        services=(Service(None, "leak", leak, price_low=165, price_high=480),),
    )
    assert bool(news_of(found, business)) is news
