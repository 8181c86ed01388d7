"""What a website says of the business, taken over as far as the owner says yes: into the profile, and as questions and answers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound
from firstline.ground.live import Live
from firstline.ground.tenant import Tx
from firstline.knowledge import proposal_queries
from firstline.knowledge.model import Faq
from firstline.tenancy.editing import edit_business
from firstline.tenancy.model import Business, localized
from firstline.tenancy.principal import Principal

__all__ = ["accept_proposal", "dismiss_proposal"]


async def accept_proposal(
    tx: Tx,
    live: Live | None,
    actor: Principal,
    business: Business,
    proposal_id: UUID,
    *,
    fields: Sequence[str],
    services: Sequence[int] | None = None,
    faqs: Sequence[int] = (),
) -> list[Faq]:
    """Writes the named `fields` and the services at these places (None: all when "services" is named) into the profile.

    -> the questions and answers at the places `faqs`, which the caller publishes after this transaction. A service of the
    same name takes the new prices; others are added. Raises NotFound, Conflict, Invalid.
    """
    row = await proposal_queries.proposal(tx, proposal_id, lock=True)
    if row is None:
        raise NotFound("proposal_not_found", "There is no such proposal.")
    if row["state"] == "accepted":
        raise Conflict("proposal_decided", "This proposal was accepted already.")
    profile: Mapping[str, Any] = row["proposal"].get("profile") or {}
    _known("fields", fields, set(profile))
    rows = row["proposal"].get("faqs") or []
    _known("faqs", faqs, set(range(len(rows))))
    changes = {name: profile[name] for name in fields if name != "services"}
    if services is not None or "services" in fields:
        offered = profile.get("services") or []
        _known("services", services or (), set(range(len(offered))))
        taken = offered if services is None else [offered[at] for at in services]
        if taken:
            changes["services"] = _services(business, taken)
    if changes:
        await edit_business(tx, live, actor, changes)
    await proposal_queries.decide_proposal(tx, proposal_id, "accepted", actor.user_id)
    return [
        Faq(r["question"], r["answer"], r.get("language"), tuple(r.get("tags") or ()))
        for r in (rows[at] for at in faqs)
    ]


async def dismiss_proposal(tx: Tx, proposal_id: UUID, by: UUID | None, *, undo: bool = False) -> bool:
    """Not asked about again (or, with `undo`, asked again); False when there is none, or it was accepted."""
    row = await proposal_queries.proposal(tx, proposal_id, lock=True)
    if row is None or row["state"] == "accepted":
        return False
    await proposal_queries.decide_proposal(tx, proposal_id, "pending" if undo else "dismissed", by)
    return True


def _known(name: str, wanted: Sequence[Any], there: set[Any]) -> None:
    unknown = [value for value in wanted if value not in there]
    if unknown:
        sentence = f"{unknown[0]} is not in this proposal."
        raise Invalid("invalid_request", f"{name}: {sentence}", [FieldError(name, sentence)])


def _services(business: Business, taken: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The services there are, those of the same name with what the website says, and the new ones after them."""
    out: list[dict[str, Any]] = []
    waiting = {_name(service["name"]): dict(service) for service in taken}
    for held in business.services:
        if not held.offered:
            continue
        as_body: dict[str, Any] = {
            "code": held.code,
            "name": dict(held.name),
            "aliases": {lang: list(words) for lang, words in held.aliases.items()},
            "description": dict(held.description),
            "notes": dict(held.notes),
            "unit": held.unit,
            "bookable": held.bookable,
            "price_low": None if held.price_low is None else f"{held.price_low:.2f}",
            "price_high": None if held.price_high is None else f"{held.price_high:.2f}",
        }
        names = {_name({lang: name}) for lang, name in held.name.items()} | {held.code.replace("_", " ")}
        if new := next((waiting.pop(name) for name in names if name in waiting), None):
            as_body |= {key: new[key] for key in ("price_low", "price_high", "unit") if key in new}
        out.append(as_body)
    return [*out, *waiting.values()]


def _name(name: Mapping[str, str]) -> str:
    return " ".join(localized(dict(name), next(iter(name), "en")).casefold().split())
