"""Knowledge in the console, in Chromium against the running product with its worker: an owner feeds it, looks, decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from tests.stories.world import World, in_thread
from tests.web.axe.test_axe import violations
from tests.web.console.conftest import PASSWORD, Site, _people

from firstline.ground.db import create_pool
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.knowledge.draft_queries import insert_draft

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)  # a job waits for its worker

NOTES = "Notes for technicians\n\nThe wifi password: Hunter2-Blue-Sky is in the van. The alarm code is 4471 at the back door."
OLD, NEW = (
    "# Old list\n\nRenting our excavator costs $310 a day.\n",
    "# New list\n\nRenting our excavator costs $145 a day.\n",
)
PAGES = ("", "/documents", "/faqs", "/suggestions", "/findings", "/canned", "/try")


@pytest.fixture(scope="module")
def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Acme Plumbing, the web process and the worker."""
    in_thread(lambda: _people(database_url))
    made = World(database_url, tmp_path_factory.mktemp("knowledge"), "", PASSWORD)
    try:
        yield made.start("serve", "worker")
    finally:
        made.stop()


@pytest.fixture(scope="module")
def site(world: World) -> Site:
    """Instead of conftest's, which has no worker."""
    return Site(world.url)


def upload(page: Any, name: str, text: str | bytes, kind: str = "text/plain") -> None:
    """Through the page's own file field; returns when it was read."""
    page.goto("/console/knowledge")
    data = text if isinstance(text, bytes) else text.encode()
    page.locator("#files").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    expect(page.locator("#toasts")).to_contain_text(re.compile(re.escape(name) + ": (read|not everything)"))


def draft(world: World, question: str, answer: str) -> None:
    """What a closed chat has taught."""

    async def insert() -> None:
        conn = await asyncpg.connect(world.database)
        business_id = await conn.fetchval("SELECT id FROM businesses WHERE slug = 'acme-plumbing'")
        await conn.close()
        pool = await create_pool(world.database, least=1, most=1)
        values = {"question": question, "answer": answer, "language": "en", "origin": "chat", "origin_id": new_id(),
                  "made_by": "extraction", "nearest_question": "Do you come to Middleton?", "nearest_score": 0.31}  # fmt: skip
        async with Door(pool).transaction(business_id) as tx:
            assert await insert_draft(tx, values)
        await pool.close()

    in_thread(insert)


def test_a_pasted_address_becomes_documents_and_a_proposed_profile(world: World, open_page: Any) -> None:
    page = open_page("/console/knowledge")
    page.fill("#site-uri", f"{world.url}/demo/acme-plumbing/")
    page.keyboard.press("Enter")
    job = page.locator("#jobs .job", has_text="/demo/acme-plumbing")
    expect(job.get_by_role("progressbar")).to_be_visible()
    expect(job.get_by_role("button", name="Stop")).to_be_visible()
    source = page.locator(".source", has_text="/demo/acme-plumbing")
    expect(source).to_contain_text(re.compile(r"[5-9] documents"))
    expect(source).to_contain_text("new or changed")
    expect(job).to_have_count(0)
    expect(page.locator("#site-uri")).to_have_value("")
    expect(page.locator(".proposal")).to_contain_text("Your website says")
    source.get_by_role("link", name="documents").click()
    expect(page).to_have_url(re.compile("source_id="))
    page.get_by_role("link", name="Water heaters").click()
    expect(page.locator(".pieces")).to_contain_text("water heater")


def test_the_same_address_twice_is_said_beside_the_form(world: World, open_page: Any) -> None:
    page = open_page("/console/knowledge")
    page.fill("#site-uri", f"{world.url}/demo/acme-plumbing/")
    page.get_by_role("button", name="Read my website").click()
    expect(page.locator("#site-form .form-said")).to_contain_text("This is a source already")
    page.fill("#site-uri", "http://169.254.169.254/latest/")
    page.get_by_role("button", name="Read my website").click()
    expect(page.locator("#site-form .field-error")).to_contain_text("anybody can open")
    page.fill("#site-uri", "not an address")
    page.get_by_role("button", name="Read my website").click()
    expect(page.locator("#site-form .field-error")).to_be_visible()


def test_what_the_website_says_is_taken_over_as_far_as_ticked(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    card = page.locator(".proposal")
    card.get_by_role("button", name="Take over what is ticked").click()
    if card.locator(".form-said").inner_text():  # nothing was sure: what was guessed is opened for ticking
        expect(card.locator(".form-said")).to_contain_text("Tick at least one line")
        card.locator(".pick", has_text="Laundry or floor drain").first.click()
        card.get_by_role("button", name="Take over what is ticked").click()
    expect(card).to_have_count(0)
    page.goto("/console/settings/services")
    expect(page.locator("[data-rows=services]")).to_contain_text("Laundry or floor drain")


def test_a_source_is_paused_rescheduled_renamed_and_removed_with_a_way_back(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    source = page.locator(".source", has_text="/demo/acme-plumbing")
    source.get_by_role("button", name="Pause").click()
    expect(source).to_contain_text("Paused")
    source.get_by_role("button", name="Resume").click()
    expect(source).not_to_contain_text("Paused")
    source.get_by_role("combobox").select_option("604800")
    expect(source).to_contain_text(re.compile("next in (1 week|7 days)"))
    source.get_by_role("button", name="Edit").click()
    page.fill("#source-name", "Our own website")
    page.fill("#source-exclude", "blog")
    page.locator("#source").get_by_role("button", name="Save").click()
    expect(page.locator("#source .field-error")).to_be_visible()
    page.fill("#source-exclude", "/blog")
    page.locator("#source").get_by_role("button", name="Save").click()
    named = page.locator(".source", has_text="Our own website")
    expect(named).to_be_visible()
    named.get_by_role("button", name="Remove").click()
    expect(named).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(named).to_contain_text(re.compile(r"[5-9] documents"))


def test_a_broken_file_says_why_and_can_be_tried_again(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "prices.pdf", b"%PDF-1.7 this is no pdf", "application/pdf")
    card = page.locator("#jobs .job", has_text="prices.pdf")
    expect(card).to_contain_text("This file is damaged and cannot be read.")
    before = card.get_attribute("data-job")
    card.get_by_role("button", name="Try again").click()
    again = page.locator(f'#jobs .job:not([data-job="{before}"])', has_text="prices.pdf")
    expect(again).to_contain_text("This file is damaged and cannot be read.")
    expect(page.locator(f'.job[data-job="{before}"]')).to_have_count(0)
    again.get_by_role("button", name="Hide").click()
    page.reload()
    expect(page.locator("#sources")).to_be_visible()
    expect(again).to_have_count(0)


def test_a_document_goes_into_the_bin_and_comes_back(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "gutters.txt", "We clean gutters every spring.")
    page.goto("/console/knowledge/documents?q=gutters")
    row = page.locator("#documents tr", has_text="gutters.txt")
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.locator("#filter-deleted").select_option("true")
    expect(page).to_have_url(re.compile("deleted=true"))
    page.get_by_role("button", name="Restore").click()
    expect(row).to_have_count(0)
    page.locator("#filter-deleted").select_option("")
    expect(row).to_be_visible()


def test_an_internal_document_is_not_found_by_customers_from_the_next_question_on(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "excavators.txt", "Excavator rental is possible with a licence of class seven.")
    page.goto("/console/knowledge/documents?q=excavators")
    page.locator(".doc-name").click()
    page.select_option("#f-visibility", "internal")
    page.fill("#f-tags", "rental, machines")
    page.locator(".labels").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("next question")
    page.goto("/console/knowledge/documents?visibility=internal&tag=machines")
    expect(page.locator("#documents tbody tr")).to_have_count(1)
    page.goto("/console/knowledge/try")
    page.fill("[name=q]", "Which licence does excavator rental need?")
    page.keyboard.press("Enter")
    expect(page.locator("#tried .panel").last).to_be_visible()
    expect(page.locator("#tried")).not_to_contain_text("class seven")


def test_scores_and_what_was_cut_can_be_read(open_page: Any) -> None:
    page = open_page("/console/knowledge/try")
    page.fill("[name=q]", "How much is a water heater?")
    page.keyboard.press("Enter")
    expect(page.locator(".passages .scores").first).to_contain_text("Meaning")
    expect(page.locator(".cut-list summary")).to_contain_text("not used")
    page.locator(".cut-list").evaluate("list => (list.open = true)")
    expect(page.locator(".cut-list .hint").first).to_be_visible()


def test_a_finding_is_noted_taken_back_and_allowed(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "notes.txt", NOTES)
    expect(page.locator(".tabs .tab-count").first).to_be_visible()
    page.goto("/console/knowledge/findings")
    finding = page.locator(".finding", has_text="wifi password")
    expect(finding).not_to_contain_text("Hunter2")
    finding.get_by_role("button", name="Leave it out").click()
    expect(finding).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    finding.get_by_role("button", name="Use it anyway").click()
    expect(finding).to_have_count(0)
    page.goto("/console/knowledge/findings?state=allowed")
    expect(finding).to_contain_text("In use")


def test_two_prices_for_one_thing_stand_side_by_side(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "old.md", OLD)
    upload(page, "new.md", NEW)
    page.goto("/console/knowledge/findings?kind=contradiction")
    finding = page.locator(".finding", has_text="excavator").first
    expect(finding.locator(".side-of", has_text="$310")).to_be_visible()
    expect(finding.locator(".side-of", has_text="$145")).to_be_visible()
    expect(finding.get_by_role("link")).to_have_count(2)
    expect(finding).to_contain_text("$310 and $145")


def test_three_prices_for_one_thing_are_one_row_decided_once(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    upload(page, "third.md", "# Third list\n\nRenting our excavator costs $199 a day.\n")
    page.goto("/console/knowledge/findings?kind=contradiction")
    finding = page.locator(".finding", has_text="excavator")
    expect(finding).to_have_count(1)
    expect(finding).to_contain_text("$145, $199, $310")
    expect(finding.locator(".side-of")).to_have_count(3)
    finding.get_by_role("button", name="Noted").click()
    expect(finding).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(finding.locator(".side-of")).to_have_count(3)


def test_a_deleted_question_comes_back_as_it_was(open_page: Any) -> None:
    page = open_page("/console/knowledge/faqs")
    page.get_by_role("button", name="Add a question").first.click()
    page.locator("#faq").get_by_role("button", name="Save").click()
    expect(page.locator("#faq .field-error").first).to_have_text("Please fill this in.")
    page.fill("#f-question", "Do you thaw frozen pipes?")
    page.fill("#f-answer", "Yes, the same day.")
    page.locator("#faq").get_by_role("button", name="Save").click()
    row = page.locator(".faqs li", has_text="frozen pipes")
    delete = row.get_by_role("button", name="Delete")
    before = delete.get_attribute("data-act")
    delete.click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(delete).to_have_attribute("data-act", str(before))


def test_a_suggestion_is_accepted_in_the_owners_words_and_found(world: World, open_page: Any) -> None:
    draft(world, "Do you repair skylights?", "Yes, on garages only.")
    page = open_page("/console/knowledge/suggestions")
    card = page.locator(".suggestion", has_text="From a chat")
    expect(card).to_contain_text("Do you come to Middleton?")
    card.get_by_role("button", name="Dismiss").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    card.get_by_label("Answer").fill("")
    card.get_by_role("button", name="Accept").click()
    expect(card.locator(".form-said")).to_contain_text("needed")
    card.get_by_label("Answer").fill("Yes, skylights of garages and sheds.")
    card.get_by_role("button", name="Accept").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Show it").click()
    expect(page.locator(".faqs li")).to_contain_text("garages and sheds")


def test_a_table_is_looked_at_before_it_is_imported(open_page: Any) -> None:
    page = open_page("/console/knowledge/faqs")
    page.get_by_role("button", name="Import").click()
    table = "question,answer,language\nDo you work on Sundays?,Only emergencies.,en\n,nothing,en\nHow tall are you?,Tall.,xx\n"
    page.locator("#import-csv").set_input_files({"name": "faqs.csv", "mimeType": "text/csv", "buffer": table.encode()})
    expect(page.locator(".plan-new dd")).to_have_text("1")
    expect(page.locator(".plan-bad dd")).to_have_text("2")
    expect(page.locator(".plan-faults tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator(".faqs")).to_contain_text("Only emergencies.")
    with page.expect_download() as got:
        page.get_by_role("link", name="Export").click()
    assert "Do you work on Sundays?" in got.value.path().read_text("utf-8-sig")


def test_the_keyboard_alone_adds_a_reply_deletes_it_and_takes_that_back(open_page: Any) -> None:
    page = open_page("/console/knowledge/canned")
    page.locator("[data-new-canned]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator('[name="shortcut"]')).to_be_focused()
    page.keyboard.type("/Parking")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Where can I park?")
    page.keyboard.press("Tab")
    page.keyboard.type("Behind the house.")
    for _ in range(8):
        if page.evaluate("document.activeElement.matches('#reply .btn-primary')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    row = page.locator("#canned li", has_text="Behind the house.")
    expect(row).to_contain_text("/parking")
    row.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(row).to_be_visible()


def test_a_key_that_google_did_not_make_is_refused_before_it_is_sent(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    page.get_by_role("button", name="Google Drive folder").click()
    page.fill("#drive-uri", "https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOp")
    page.fill("#drive-key", "{}")
    page.get_by_role("button", name="Connect the folder").click()
    expect(page.locator("#drive .field-error")).to_contain_text("not the JSON file")
    expect(page.locator("#drive-key")).to_have_value("{}")


def test_an_agent_may_look_but_not_change(open_page: Any) -> None:
    page = open_page("/console/knowledge", email="mike@acme-plumbing.example")
    expect(page.locator(".source").first).to_be_visible()
    for path in PAGES[:-1]:
        page.goto(f"/console/knowledge{path}")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("main [data-act], main form[data-send] button")).to_have_count(0)


def test_an_old_link_to_a_search_leads_to_the_documents(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    page.goto("/console/knowledge?q=gutters")
    expect(page).to_have_url(re.compile(r"/console/knowledge/documents\?q=gutters"))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_passes_axe_with_something_on_it(world: World, open_page: Any, path: str) -> None:
    if path == "/suggestions":
        draft(world, "Do you sell spare parts over the counter?", "Yes, on weekdays until noon.")
    page = open_page(f"/console/knowledge{path}")
    if path == "/try":
        page.fill("[name=q]", "How much is a water heater?")
        page.keyboard.press("Enter")
        expect(page.locator(".passages").first).to_be_visible()
    assert violations(page) == []
    for opener in page.locator("main [data-dialog]").all():
        opener.click()
        assert violations(page) == []
        page.keyboard.press("Escape")
    if path == "/documents":
        page.locator(".doc-name").first.click()
        expect(page.locator(".pieces")).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_spanish_and_fits_a_phone(open_page: Any, path: str) -> None:
    page = open_page(f"/console/knowledge{path}", locale="es-MX", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
