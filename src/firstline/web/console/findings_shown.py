"""What the assistant found in documents, as its rows show it: amounts with their currency, contradictions of one thing together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from firstline.knowledge.findings import words_of
from firstline.web.console.knowledge_proposals import money
from firstline.web.console.signed import Viewer
from firstline.web.console.speech import say

__all__ = ["finding_shown", "together"]


def finding_shown(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """With its `sentence` and, of a contradiction, `about`, `amounts` (least first) and `sides` {url, title, said}."""
    detail = row["detail"]
    priced = str(detail.get("type", "")).startswith("price")
    if priced:
        amounts = [str(detail.get(name) or "") for name in ("first", "second")]
        detail = detail | dict(zip(("first", "second"), (_band(one, viewer) for one in amounts), strict=True))
        detail = detail | {"amounts": sorted(filter(None, amounts), key=_least)}
    return {
        **row,
        "ids": [row["id"]],
        "sentence": words_of(detail, row["action"], viewer.lang),
        "about": str(detail.get("about") or "") if priced else "",
        "amounts": [(one, _band(one, viewer)) for one in detail.get("amounts", ())],
        "sides": _sides(row, viewer.lang) if row["kind"] == "contradiction" else [],
    }


def together(rows: Sequence[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Three documents with three prices are three pairs, but one thing to decide: they become one row, each side once."""
    first: dict[str, dict[str, Any]] = {}
    shown = []
    for row in rows:
        thing = row["about"].casefold()
        if not thing or thing not in first:
            if thing:
                first[thing] = row
            shown.append(row)
            continue
        held = first[thing]
        held["ids"].append(row["id"])
        held["sides"] += [side for side in row["sides"] if side not in held["sides"]]
        held["amounts"] = sorted({*held["amounts"], *row["amounts"]}, key=lambda one: _least(one[0]))
        prices = ", ".join(written for _, written in held["amounts"])
        held["sentence"] = say(lang, "knowledge.manyPrices", about=held["about"], prices=prices)
    return shown


def _sides(row: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    detail = row["detail"]
    own = say(lang, "knowledge.document")
    if detail.get("type") == "hours":  # the other side is the profile
        said = str(detail.get("second") or "") or say(lang, "settings.closed")
        theirs = {"url": "/console/settings", "title": say(lang, "knowledge.origin_profile"), "said": said}
        return [_side(row["document_id"], row["document_title"] or own, row["excerpt"]), theirs]
    one, two = [*(detail.get("sentences") or ()), "", ""][:2]
    other = row["other_document_id"] or row["document_id"], row["other_title"] or row["document_title"] or own
    return [_side(row["document_id"], row["document_title"] or own, one or row["excerpt"]), _side(*other, two)]


def _side(document_id: Any, title: str, said: str) -> dict[str, str]:
    return {"url": f"/console/knowledge/documents/{document_id}", "title": title, "said": said}


def _band(amount: str, viewer: Viewer) -> str:
    """ "$145", "$145–$199" of what knowledge.contradictions writes as "145" and "145 - 199"."""
    return "–".join(money(one, viewer) for one in amount.split(" - ")) if amount else ""


def _least(amount: str) -> Decimal:
    try:
        return Decimal(amount.split(" - ", maxsplit=1)[0])
    except InvalidOperation:
        return Decimal(0)
