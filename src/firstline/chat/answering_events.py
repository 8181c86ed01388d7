"""What a visitor does besides writing: rates, asks for a person, leaves an address, closes."""

from typing import Any
from uuid import UUID

from firstline.answering.port import Contact
from firstline.chat import queries
from firstline.chat.desk import Desk
from firstline.chat.runner import stop_writing
from firstline.conversations import queries as conversations
from firstline.conversations.closing import reopen
from firstline.conversations.facts import Hit, Reading, Verdict
from firstline.conversations.model import Conversation
from firstline.conversations.posting import locked, post_notice
from firstline.customers.consent import agree
from firstline.customers.contact import known, learn
from firstline.escalation.texts import contact_line, handover_text, notice
from firstline.ground.errors import FieldError, Invalid
from firstline.ground.events import Fact, record
from firstline.ground.tenant import Tx
from firstline.handoff.queue import Call, call_person
from firstline.handoff.takeover import end_conversation
from firstline.kit.ids import new_id, parse_id
from firstline.tenancy.contact_fields import email_of, phone_of
from firstline.tenancy.model import Business

__all__ = ["visitor_event"]


async def visitor_event(desk: Desk, business: Business, conversation_id: UUID, kind: str, data: dict[str, Any]) -> str:
    """Does what the event says and returns the conversation's status. Raises Invalid naming the field."""
    if kind == "typing":
        desk.live.whisper(
            business.id,
            conversation_id,
            {"type": "typing", "data": {"sender_type": "customer", "active": data.get("active", True)}},
        )
    elif kind == "stop":
        await stop_writing(desk, business.id, conversation_id)
    elif kind == "close":
        await end_conversation(
            desk.door, desk.live, business.id, conversation_id, now=desk.clock(), outcome="unresolved", summary=None, by="customer",
            stop_turns=queries.stop_turns, line=lambda c: notice(business, "closed", language=c.language or business.language),
        )  # fmt: skip
    async with desk.door.transaction(business.id) as tx:
        conversation = await locked(tx, conversation_id)
        if kind == "feedback":
            await _feedback(tx, desk, conversation, data)
        elif kind == "csat":
            await _csat(tx, desk, conversation, data)
        elif kind == "request_human" or (kind == "escalation_offer_answer" and _yes(data)):
            await _request(tx, desk, business, conversation, "asks_for_person" if kind == "request_human" else None)
        elif kind == "escalation_offer_answer":
            await _decline(tx, desk, conversation)
        elif kind == "contact":
            await _contact(tx, desk, business, conversation, data)
        return conversation.status


def _yes(data: dict[str, Any]) -> bool:
    answer = data.get("answer")
    if answer not in ("yes", "no", True, False):
        raise Invalid("bad_answer", "The answer is yes or no.", [FieldError("data.answer", "yes or no")])
    return answer in ("yes", True)


async def _feedback(tx: Tx, desk: Desk, conversation: Conversation, data: dict[str, Any]) -> None:
    message_id, helpful = (
        parse_id(data.get("message_id")),
        {"up": True, "down": False}.get(str(data.get("value") or data.get("rating"))),
    )
    message = await conversations.message(tx, message_id) if message_id else None
    if message is None or message.conversation_id != conversation.id:
        raise Invalid(
            "bad_feedback", "Name a message of this conversation.", [FieldError("data.message_id", "unknown message")]
        )
    if helpful is None:
        raise Invalid("bad_feedback", "Feedback is up or down.", [FieldError("data.value", "up or down")])
    reason = str(data["reason"])[:1000] if data.get("reason") else None
    await conversations.put_feedback(tx, new_id(), message.id, helpful, reason)
    await record(
        tx,
        desk.live,
        conversation.id,
        [Fact("feedback", {"message_id": str(message.id), "helpful": helpful, "reason": reason}, visible=False)],
    )


async def _csat(tx: Tx, desk: Desk, conversation: Conversation, data: dict[str, Any]) -> None:
    score = data.get("score")
    if not isinstance(score, int) or isinstance(score, bool) or not 1 <= score <= 5:
        raise Invalid("bad_csat", "The score is a whole number from 1 to 5.", [FieldError("data.score", "1 to 5")])
    comment = str(data["comment"])[:2000] if data.get("comment") else None
    await conversations.change(tx, conversation.id, {"csat_score": score, "csat_comment": comment})
    await record(tx, desk.live, conversation.id, [Fact("csat", {"score": score, "comment": comment}, visible=False)])


async def _request(tx: Tx, desk: Desk, business: Business, conversation: Conversation, reason: str | None) -> None:
    if conversation.status == "closed":
        await reopen(tx, desk.live, conversation)
    if conversation.human_agent_id is not None or conversation.status != "active":
        return
    code = reason or str(conversation.escalation_state.get("reason") or "customer_accepted_offer")
    facts = await call_person(tx, conversation, Call("requested", code), desk.clock())
    reading = Reading(language=conversation.language or business.language)
    verdict = Verdict(answers=False).because(Hit(reason or "offer_accepted", "auto_escalate", code))
    customer = await known(tx, conversation.customer_id)
    contact = Contact(customer.name, customer.email, customer.phone) if customer else Contact()
    online = desk.online(business.id)
    text = handover_text(business, reading, verdict, now=desk.clock(), contact=contact, someone_online=online)
    await conversations.change(tx, conversation.id, {"asked_contact": not contact.reachable})
    ask = [] if contact.reachable else [Fact("status", {"ask_contact": True})]
    await queries.stop_turns(tx, conversation.id, "person_requested")
    await post_notice(tx, desk.live, conversation, text, [*facts, *ask])


async def _decline(tx: Tx, desk: Desk, conversation: Conversation) -> None:
    if not conversation.offer_open:
        return
    code = conversation.escalation_state.get("reason")
    state = {**conversation.escalation_state, "type": "none"}
    await conversations.change(tx, conversation.id, {"offer_open": False, "escalation_state": state})
    facts = [
        Fact("status", {"offer": False}),
        Fact("offer.declined", {"code": code, "sequence": conversation.message_seq}, visible=False),
    ]
    await record(tx, desk.live, conversation.id, facts)


async def _contact(tx: Tx, desk: Desk, business: Business, conversation: Conversation, data: dict[str, Any]) -> None:
    name = str(data.get("name") or "").strip()[:200] or None
    email, phone = (
        email_of(data.get("email"), "data.email"),
        phone_of(data.get("phone"), business.country, "data.phone"),
    )
    if not (email or phone or name):
        raise Invalid("contact_empty", "Give a phone number or an email address.", [FieldError("data", "empty")])
    customer_id = await learn(tx, conversation.customer_id, name=name, email=email, phone=phone)
    if customer_id is not None and data.get("consent"):
        await agree(tx, customer_id, "contact", str(data.get("consent_text") or "")[:500])
    await conversations.change(tx, conversation.id, {"customer_id": customer_id, "asked_contact": False})
    language = conversation.language or business.language
    text = contact_line(business, Reading(language=language), Contact(name, email, phone))
    facts = [
        Fact("status", {"ask_contact": False}),
        Fact("contact.learned", {"learned": True}, visible=False),
    ]
    await post_notice(tx, desk.live, conversation, text, facts)
