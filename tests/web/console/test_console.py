"""The console in Chromium against the whole house: the stories of an owner and an agent."""

import re
from typing import Any

import pytest
from tests.web.console.conftest import PASSWORD, Site

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_a_wrong_password_is_said_and_the_address_kept(site: Site, chromium: Any) -> None:
    page = chromium.new_page(base_url=site.base)
    page.goto("/console/inbox")
    expect(page).to_have_url(re.compile(r"/console/sign-in\?next=/console/inbox"))
    page.fill("#email", "sarah@acme-plumbing.example")
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.locator("#email")).to_have_value("sarah@acme-plumbing.example")
    page.close()


def test_an_upset_customer_is_taken_over_answered_and_closed(site: Site, open_page: Any) -> None:
    page = open_page("/console/inbox")
    customer = site.customer()
    customer.write("I'm really upset, the tech left a mess and didn't fix the problem.")
    row = page.locator(".row", has_text="High").first
    expect(row).to_contain_text("Waiting")
    row.click()
    expect(page.locator(".pane-context")).to_contain_text("complain")
    expect(page.locator(".composer")).to_have_class(re.compile("noting"))
    page.locator(".composer textarea").fill("Mike was there on Friday.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".msg.note")).to_contain_text("Mike was there")
    page.get_by_role("button", name="Take over").click()
    page.locator(".composer.replying textarea").fill("I am sorry. I come by at eight.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.agent.complete:not(.note)")).to_contain_text("eight")
    customer.write("Thank you, Sarah.")
    expect(page.locator(".msg.customer").last).to_contain_text("Thank you, Sarah.")
    said = customer.read()
    assert any("eight" in text for text in said)
    assert not any("Mike was there" in text for text in said), "a note is never shown to the customer"
    page.get_by_role("button", name="Resolve").click()
    page.locator("dialog").get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def test_an_answer_tells_why_it_was_given(site: Site, open_page: Any) -> None:
    customer = site.customer()
    customer.write("Are you open on Saturdays?")
    page = open_page(f"/console/inbox/{customer.conversation}")
    page.get_by_role("button", name="Why did it say that?").first.click()
    expect(page.locator("dialog.drawer")).to_contain_text("It rests on")


def test_keys_do_not_fire_while_somebody_writes(site: Site, open_page: Any) -> None:
    customer = site.customer()
    customer.write("Do you come to Middleton?")
    page = open_page(f"/console/inbox/{customer.conversation}")
    page.locator(".composer textarea").press("Alt+t")
    page.locator(".composer textarea").type("?")
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)
    page.locator(".thread-who").click()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_contain_text("Next chat")


def test_the_keyboard_alone_takes_over_answers_notes_and_resolves(site: Site, open_page: Any) -> None:
    site.customer().write("I want to talk to a person")
    page = open_page("/console/inbox?view=waiting")
    expect(page.locator(".row").first).to_be_visible()
    page.keyboard.press("Alt+j")
    expect(page.locator(".msg.customer").first).to_be_visible()
    page.keyboard.press("Alt+t")
    expect(page.locator(".composer.replying textarea")).to_be_focused()
    page.keyboard.type("Good morning, this is Sarah.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.agent.complete:not(.note)")).to_contain_text("this is Sarah")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+p")
    expect(page.locator(".composer.noting")).to_be_visible()
    page.keyboard.type("Wants the valve replaced.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.note")).to_contain_text("valve")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+e")
    expect(page.locator("dialog")).to_be_visible()
    for _ in range(8):
        if page.evaluate("document.activeElement.matches('dialog .btn-primary')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("button", name="Resolve")).to_be_visible()


def test_a_session_that_ends_while_writing_says_so_and_keeps_the_words(site: Site, open_page: Any) -> None:
    customer = site.customer()
    customer.write("I want to talk to a person")
    page = open_page(f"/console/inbox/{customer.conversation}")
    page.locator(".composer textarea").fill("He was there on Friday.")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")  # or something in the background met the end first
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    page.fill("#email", "sarah@acme-plumbing.example")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator(".composer textarea")).to_have_value("He was there on Friday.")


def test_on_a_phone_the_thread_is_two_taps_away(site: Site, open_page: Any) -> None:
    site.customer().write("I want to talk to a person")
    page = open_page("/console/inbox", viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator(".row").first.tap()
    expect(page.locator(".pane-list")).to_be_hidden()
    page.get_by_role("button", name="Take over").tap()
    expect(page.locator(".composer.replying")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hours_are_edited_with_split_shifts_and_errors_stand_beside_their_field(open_page: Any) -> None:
    page = open_page("/console/settings")
    page.fill('[name="phone"]', "12")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".field", has=page.locator('[name="phone"]')).locator(".field-error")).to_be_visible()
    page.fill('[name="phone"]', "+16085550142")
    sunday = page.locator('[data-rows="business_hours.sun"]')
    sunday.get_by_role("button", name="Add hours").click()
    sunday.get_by_role("button", name="Add hours").click()
    sunday.locator('[name="business_hours.sun[0].close"]').fill("11:00")
    sunday.locator('[name="business_hours.sun[1].open"]').fill("13:00")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    page.reload()
    expect(page.locator('[name="business_hours.sun[1].open"]')).to_have_value("13:00")
    expect(page.locator('[name="business_hours.mon[1].close"]')).to_have_value("17:30")


def test_services_are_saved_as_they_were_when_nothing_changed(open_page: Any) -> None:
    page = open_page("/console/settings/services")
    before = page.locator('[data-rows="services"] > [data-row]').count()
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    page.reload()
    assert page.locator('[data-rows="services"] > [data-row]').count() == before > 5


def test_a_question_is_added_found_and_deleted(open_page: Any) -> None:
    page = open_page("/console/knowledge/faqs")
    page.get_by_role("button", name="Add a question").click()
    page.fill('[name="question"]', "Do you rent out <b>excavators</b>?")
    page.locator("#faq").get_by_role("button", name="Save").click()
    expect(page.locator("#faq .field-error")).to_be_visible()
    page.fill('[name="answer"]', "No, but our neighbours do.")
    page.locator("#faq").get_by_role("button", name="Save").click()
    row = page.locator(".faqs li", has_text="<b>excavators</b>")
    expect(row).to_be_visible()
    page.fill('[name="q"]', "nothing like that")
    expect(page.locator("#faqs")).to_contain_text("Nothing found")
    page.fill('[name="q"]', "excavators")
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_file_is_uploaded_and_its_job_shown(open_page: Any) -> None:
    page = open_page("/console/knowledge")
    note = {"name": "hours.txt", "mimeType": "text/plain", "buffer": b"We clean gutters every spring."}
    page.locator("#files").set_input_files(note)
    expect(page.locator("#jobs .job")).to_contain_text("Waiting")


def test_a_rule_is_switched_off_and_stays_off(open_page: Any) -> None:
    page = open_page("/console/settings/rules")
    rule = page.locator(".rules li").first
    rule.locator(".switch").click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    page.reload()
    expect(page.locator(".rules li").first.locator("input")).not_to_be_checked()


def test_an_agent_may_look_at_settings_but_not_change_them(open_page: Any) -> None:
    page = open_page("/console/settings", email="mike@acme-plumbing.example")
    expect(page.locator('[name="name"]')).to_be_disabled()
    expect(page.get_by_role("button", name="Save changes")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/console",
        "/console/knowledge",
        "/console/tickets",
        "/console/leads",
        "/console/contacts",
        "/console/settings/install",
    ],
)
def test_every_page_speaks_spanish_and_fits_a_phone(open_page: Any, path: str) -> None:
    page = open_page(path, locale="es-MX", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
