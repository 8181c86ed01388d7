"""shared/reduce.js and shared/stream.js as pure modules, run in a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

RUN = """async (events) => {
  const { reduce, start } = await import("/assets/shared/reduce.js");
  return events.reduce((state, event) => reduce(state, event), start());
}"""


def event(number: int | None, type_: str, **data: Any) -> dict[str, Any]:
    return {"id": number, "type": type_, "data": data} if number else {"type": type_, "data": data}


def message(number: int, sequence: int, text: str, sender: str = "ai", **more: Any) -> dict[str, Any]:
    return event(
        number,
        "message",
        message={"id": f"m{sequence}", "sequence": sequence, "sender_type": sender, "text": text, **more},
    )


TURN = [
    event(None, "send", client_message_id="c1", text="Hi", created_at="2026-03-02T10:00:00Z"),
    event(1, "accepted", conversation_id="k", message_id="m1", sequence=1, client_message_id="c1"),
    event(2, "status", state="reading"),
    event(3, "delta", message_id="m2", at=0, text="It's fine 🙂🙂 "),
    event(4, "delta", message_id="m2", at=15, text="really."),
    message(5, 2, "It's fine 🙂🙂 really.", state="complete"),
    event(6, "escalation", type="offered", reason="r", status="active", text=""),
    event(7, "done", conversation_id="k", status="active", sequence=2),
]


@pytest.fixture
def reduced(open_chat: Callable[..., Page]) -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
    page = open_chat()
    return lambda events: page.evaluate(RUN, events)


def test_a_turn_replayed_changes_nothing(reduced: Any) -> None:
    once, twice, late = reduced(TURN), reduced(TURN + TURN[1:]), reduced(TURN + TURN[3:5])
    assert once == twice == late
    assert [m["text"] for m in once["messages"]] == ["Hi", "It's fine 🙂🙂 really."]
    assert once["offer"] is True
    assert once["work"] is None


def test_offsets_count_utf16_units_as_javascript_does_and_overlaps_are_cut(reduced: Any) -> None:
    overlap = event(None, "delta", message_id="m2", at=10, text="🙂🙂 really.")
    state = reduced([*TURN[:4], overlap])
    assert state["messages"][1]["text"] == "It's fine 🙂🙂 really."


def test_a_gap_waits_for_the_whole_message(reduced: Any) -> None:
    state = reduced([*TURN[:4], event(9, "delta", message_id="m2", at=40, text="lost")])
    assert state["messages"][1]["text"] == "It's fine 🙂🙂 "


def test_the_echo_of_an_own_message_is_the_same_bubble_and_keeps_its_place(reduced: Any) -> None:
    echo = message(8, 1, "Hi", "customer", client_message_id="c1")
    state = reduced([*TURN, echo])
    assert [m["id"] for m in state["messages"]] == ["m1", "m2"]


def test_a_bubble_sent_while_an_answer_is_written_stays_below_it(reduced: Any) -> None:
    later = [
        event(None, "send", client_message_id="c2", text="And?", created_at="2026-03-02T10:00:05Z"),
        event(5, "accepted", conversation_id="k", message_id="m3", sequence=3, client_message_id="c2"),
        message(6, 2, "It's fine 🙂🙂 really."),
    ]
    assert [m["text"] for m in reduced(TURN[:5] + later)["messages"]] == ["Hi", "It's fine 🙂🙂 really.", "And?"]


def test_an_older_status_does_not_undo_a_newer_one(reduced: Any) -> None:
    taken = event(9, "status", status="active", agent={"name": "Sarah"})
    state = reduced([*TURN, taken, event(8, "status", status="waiting_human", agent=None)])
    assert state["agent"] == {"name": "Sarah"}
    assert state["conversation"]["status"] == "active"


def test_a_message_failed_here_but_known_to_the_server_is_not_failed(reduced: Any) -> None:
    state = reduced([*TURN[:2], event(None, "fail", client_message_id="c1")])
    assert state["messages"][0]["state"] == "complete"


def test_private_notes_are_not_shown_to_the_customer(reduced: Any) -> None:
    note = message(9, 3, "he sounds upset", "agent", visible_to_customer=False)
    assert len(reduced([*TURN, note])["messages"]) == 2


def test_another_conversation_starts_an_empty_page(reduced: Any) -> None:
    again = [
        event(None, "send", client_message_id="c9", text="New", created_at="2026-03-03T10:00:00Z"),
        event(1, "accepted", conversation_id="other", message_id="n1", sequence=1, client_message_id="c9"),
    ]
    state = reduced(TURN + again)
    assert [m["text"] for m in state["messages"]] == ["New"]
    assert state["conversation"] == {"id": "other", "status": "active"}


def test_events_are_read_across_chunks_and_pings_are_no_events(open_chat: Callable[..., Page]) -> None:
    found = open_chat().evaluate("""async () => {
      const { events } = await import("/assets/shared/stream.js");
      const text = ': ping\\n\\nid: 7\\nevent: delta\\ndata: {"text":"ñ🙂"}\\n\\ndata: {"a":1}\\n\\n';
      const bytes = new TextEncoder().encode(text), out = [];
      const body = new ReadableStream({ start(c) { for (const b of bytes) c.enqueue(new Uint8Array([b])); c.close(); } });
      for await (const e of events(new Response(body))) out.push(e);
      return out;
    }""")
    assert found[0] == {"type": "ping"}
    assert found[1] == {"type": "delta", "id": 7, "data": {"text": "ñ🙂"}}
    assert found[2]["type"] == "message"
