"""What a visitor does on the chat page, and what a test may know of it."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

__all__ = ["answers", "ask", "conversation_of", "tell"]

Chat = Page | FrameLocator


def tell(chat: Chat, text: str) -> None:
    """Writes and sends; the bubble stands, whatever comes after."""
    sent = chat.locator(".msg.customer")
    before = sent.count()
    chat.locator(".composer textarea").fill(text)
    chat.locator(".composer textarea").press("Enter")
    expect(sent).to_have_count(before + 1)


def answers(chat: Chat) -> Locator:
    """The assistant's finished answers."""
    return chat.locator(".msg.ai.complete .bubble")


def ask(chat: Chat, text: str) -> Locator:
    """Tells, and waits for one more finished answer; gives it."""
    before = answers(chat).count()
    tell(chat, text)
    expect(answers(chat)).to_have_count(before + 1, timeout=20_000)
    return answers(chat).nth(before)


def conversation_of(page: Page) -> str:
    """The conversation's id as its own server gives it to the token that the page keeps."""
    return str(
        page.evaluate(
            """async () => {
              const slug = JSON.parse(document.getElementById("firstline").textContent).card.slug;
              const { token } = JSON.parse(localStorage[`firstline:${slug}`]);
              const headers = { "Content-Type": "application/json" };
              const body = JSON.stringify({ business: slug, session_token: token });
              return (await (await fetch("/chat/session", { method: "POST", headers, body })).json()).conversation.id;
            }"""
        )
    )
