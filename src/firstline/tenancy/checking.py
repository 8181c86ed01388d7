"""Checks of the entities of a profile: rows ready for queries.py out of JSON, with every error named by its field."""

from collections.abc import Callable
from dataclasses import fields as dataclass_fields
from decimal import Decimal
from typing import Any

from firstline.kit.ids import new_id
from firstline.tenancy.fields import Fields
from firstline.tenancy.model import Guardrails

__all__ = [
    "ACTIONS",
    "CHANNELS",
    "CODES",
    "COLUMNS",
    "business_columns",
    "guardrails_row",
    "holiday_row",
    "service_rows",
    "trigger_row",
]

PROFILES = ("conservative", "balanced", "open")
CODES = (
    "high_quote_value", "complaint", "sensitive_topic", "low_confidence", "keyword", "billing_issue", "asks_for_person", "custom",
)  # fmt: skip
ACTIONS = ("offer_escalation", "auto_escalate", "notify_only")
CHANNELS = ("email", "sms", "in_app")
TOOLS = (
    "search_kb", "get_business_profile", "create_ticket", "create_lead", "request_handoff", "create_booking",
    "kb_search", "crm_lookup", "ticket_create",
)  # fmt: skip # the names of spec §5.3, and those of §5.1 as aliases
RuleCheck = Callable[[str], list[str]]


def _chat_config(f: Fields, value: Any, path: str) -> dict[str, Any]:
    readers: dict[str, Callable[[Any, str], Any]] = {
        "default_language": f.language,
        "require_contact_before_quote": f.flag,
        "max_quote_value_without_handoff": f.money,
        "guardrails_profile": lambda v, p: f.choice(v, p, PROFILES),
    }
    found = f.mapping(value, path, frozenset(readers))
    return {key: readers[key](item, f"{path}.{key}") for key, item in found.items() if key in readers}


def _emergency_line(f: Fields, value: Any, path: str) -> dict[str, Any] | None:
    if value is None:
        return None
    found = f.mapping(value, path, frozenset({"phone", "hours", "surcharge", "description"}))
    return {
        "phone": f.phone(found.get("phone"), f"{path}.phone"),
        "hours": f.week(found.get("hours", {}), f"{path}.hours"),
        "surcharge": None if found.get("surcharge") is None else f.money(found["surcharge"], f"{path}.surcharge"),
        "description": f.localized(found.get("description", {}), f"{path}.description"),
    }


def _address(f: Fields, value: Any, path: str) -> dict[str, Any]:
    texts = ("street", "street2", "city", "region", "postal_code", "country")
    found = f.mapping(value, path, frozenset({*texts, "lat", "lon"}))
    out: dict[str, Any] = {
        k: f.text(found[k], f"{path}.{k}", 200) for k in texts if k in found and found[k] is not None
    }
    for key, most in (("lat", 90), ("lon", 180)):
        number = found.get(key)
        if number is not None:
            if isinstance(number, bool) or not isinstance(number, int | float) or not -most <= number <= most:
                f.wrong(f"{path}.{key}", f"must be a number from -{most} to {most}")
            out[key] = number
    return out


def _integration(f: Fields, value: Any, path: str, kind: str) -> dict[str, Any]:
    found = f.mapping(value, path, frozenset({f"{kind}_type", f"{kind}_account_id"}))
    return {k: None if v is None else f.text(v, f"{path}.{k}", 200) for k, v in found.items()}


def _theme(f: Fields, value: Any, path: str) -> dict[str, Any]:
    found = f.mapping(value, path)
    if len(found) > 40:
        f.wrong(path, "at most 40 keys")
    for key, item in found.items():
        if isinstance(item, str):
            f.text(item, f"{path}.{key}", 2000)
        elif item is not None and not isinstance(item, bool | int | float):
            f.wrong(f"{path}.{key}", "must be a text, a number, true or false")
    return found


def _optional(reader: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    return lambda value, path: None if value is None or value == "" else reader(value, path)


def _readers(f: Fields) -> dict[str, Callable[[Any, str], Any]]:
    return {
        "name": lambda v, p: f.text(v, p, 200, least=1),
        "slug": f.slug,
        "timezone": f.zone,
        "industry": lambda v, p: f.text(v, p, 100),
        "country": f.country,
        "currency": f.currency,
        "phone": _optional(f.phone),
        "email": _optional(f.email),
        "website": _optional(f.web),
        "address": lambda v, p: _address(f, v, p),
        "service_area_city": lambda v, p: f.text(v, p, 200),
        "service_area_radius_km": lambda v, p: f.number(v, p, 20_000),
        "service_area_places": f.texts,
        "service_area_postcodes": lambda v, p: f.texts([str(i) if isinstance(i, int) else i for i in v] if isinstance(v, list) else v, p, 20),
        "business_hours": f.week,
        "emergency_line": lambda v, p: _emergency_line(f, v, p),
        "chat_config": lambda v, p: _chat_config(f, v, p),
        "greeting": lambda v, p: f.localized(v, p, 500),
        "chips": lambda v, p: f.localized_lists(v, p, 80),
        "expected_reply": lambda v, p: f.localized(v, p, 500),
        "theme": lambda v, p: _theme(f, v, p),
        "allowed_origins": lambda v, p: [o for i, x in enumerate(f.listing(v, p, 50)) if (o := f.origin(x, f"{p}[{i}]"))],
        "crm_integration": lambda v, p: _integration(f, v, p, "crm"),
        "helpdesk_integration": lambda v, p: _integration(f, v, p, "helpdesk"),
    }  # fmt: skip


COLUMNS = frozenset(_readers(Fields()))


def business_columns(f: Fields, value: Any, path: str = "business") -> dict[str, Any]:
    """The columns of `businesses` that `value` names, cleaned."""
    readers = _readers(f)
    found = f.mapping(value, path, COLUMNS)
    at = f"{path}." if path else ""
    return {key: readers[key](item, f"{at}{key}") for key, item in found.items() if key in readers}


def holiday_row(f: Fields, value: Any, path: str) -> tuple[Any, ...]:
    """(id, name, date, yearly, hours): exactly one of date and yearly."""
    found = f.mapping(value, path, frozenset({"name", "date", "yearly", "hours"}))
    day = None if found.get("date") is None else f.day(found["date"], f"{path}.date")
    yearly = None if found.get("yearly") is None else f.yearly(found["yearly"], f"{path}.yearly")
    if (found.get("date") is None) == (found.get("yearly") is None):
        f.wrong(path, "needs either date or yearly")
    name = f.localized(found.get("name", {}), f"{path}.name", 200)
    return (new_id(), name, day, yearly, f.stretches(found.get("hours", []), f"{path}.hours"))


_SERVICE = frozenset(
    ["code", "name", "aliases", "description", "price_low", "price_high", "unit", "notes", "bookable", "offered"]
)


def _code_of(name: dict[str, str], position: int) -> str:
    first = name.get("en") or next(iter(name.values()), "")
    code = "_".join("".join(c if c.isalnum() else " " for c in first.lower()).split())
    return code[:60] or f"service_{position + 1}"


def _service_row(f: Fields, value: Any, path: str, position: int, *, offered: bool) -> tuple[Any, ...]:
    found = f.mapping(value, path, _SERVICE)
    name = f.localized(found.get("name", {}), f"{path}.name", 200, needed=True)
    low, high = (
        None if found.get(k) is None else f.money(found[k], f"{path}.{k}") for k in ("price_low", "price_high")
    )
    if low is not None and high is not None and low > high:
        f.wrong(f"{path}.price_low", "must not be above price_high")
    code = f.text(found["code"], f"{path}.code", 80, least=1) if "code" in found else _code_of(name, position)
    return (
        new_id(),
        code,
        name,
        f.localized_lists(found.get("aliases", {}), f"{path}.aliases"),
        f.localized(found.get("description", {}), f"{path}.description"),
        low,
        high,
        f.text(found.get("unit", "job"), f"{path}.unit", 60),
        f.localized(found.get("notes", {}), f"{path}.notes"),
        f.flag(found.get("bookable", offered), f"{path}.bookable"),
        f.flag(found.get("offered", offered), f"{path}.offered"),
        position,
    )


def service_rows(f: Fields, services: Any, not_offered: Any, prefix: str = "") -> list[tuple[Any, ...]]:
    """Rows of both lists in order; a code twice is refused."""
    rows = [
        _service_row(f, item, f"{prefix}services[{i}]", i, offered=True)
        for i, item in enumerate(f.listing(services, f"{prefix}services"))
    ]
    paths = [f"{prefix}services[{i}].code" for i in range(len(rows))]
    for i, item in enumerate(f.listing(not_offered, f"{prefix}not_offered")):
        rows.append(_service_row(f, item, f"{prefix}not_offered[{i}]", len(rows), offered=False))
        paths.append(f"{prefix}not_offered[{i}].code")
    seen: set[str] = set()
    for row, path in zip(rows, paths, strict=True):
        if row[1] in seen:
            f.wrong(path, f"{row[1]} is there twice")
        seen.add(row[1])
    return rows


def guardrails_row(f: Fields, value: Any, path: str = "guardrails", base: Guardrails | None = None) -> dict[str, Any]:
    """The eight columns in the model's order; what `value` does not name is taken from `base` (default: the defaults)."""
    base = base or Guardrails()
    names = [field.name for field in dataclass_fields(Guardrails)]
    readers: dict[str, Callable[[Any, str], Any]] = {
        "allowed_topics": f.texts,
        "banned_topics": f.texts,
        "max_quote_without_approval": f.money,
        "allowed_discount_percent": lambda v, p: f.money(v, p, Decimal(100)),
        "require_disclaimer_on_estimates": f.flag,
        "handoff_on_keywords": f.texts,
        "languages_allowed": lambda v, p: [f.language(i, f"{p}[{n}]") for n, i in enumerate(f.listing(v, p, 20))],
        "enabled_tools": lambda v, p: [f.choice(i, f"{p}[{n}]", TOOLS) for n, i in enumerate(f.listing(v, p, 20))],
    }
    found = f.mapping(value, path, frozenset(names))
    at = f"{path}." if path else ""
    out: dict[str, Any] = {}
    for name in names:
        kept = getattr(base, name)
        out[name] = readers[name](found[name], f"{at}{name}") if name in found else kept
        out[name] = list(out[name]) if isinstance(out[name], tuple) else out[name]
    if "languages_allowed" in found and not out["languages_allowed"]:
        f.wrong(f"{at}languages_allowed", "at least one language")
    return out


def trigger_row(f: Fields, value: Any, path: str, check: RuleCheck | None = None) -> tuple[Any, ...]:
    """(id, code, description, condition, action, enabled); `check` says what is wrong with an expression."""
    found = f.mapping(value, path, frozenset({"code", "description", "condition", "action", "enabled"}))
    at = f"{path}." if path else ""
    condition = f.mapping(found.get("condition"), f"{at}condition", frozenset({"type", "expression"}))
    f.choice(condition.get("type", "rule"), f"{at}condition.type", ("rule",))
    expression = f.text(condition.get("expression"), f"{at}condition.expression", 1000, least=1)
    for message in check(expression) if check and expression else []:
        f.wrong(f"{at}condition.expression", message)
    action = f.mapping(found.get("action"), f"{at}action", frozenset({"type", "notify_channel"}))
    return (
        new_id(),
        f.choice(found.get("code"), f"{at}code", CODES),
        f.text(found.get("description", ""), f"{at}description", 500),
        {"type": "rule", "expression": expression},
        {
            "type": f.choice(action.get("type"), f"{at}action.type", ACTIONS),
            "notify_channel": f.choice(action.get("notify_channel", "in_app"), f"{at}action.notify_channel", CHANNELS),
        },
        f.flag(found.get("enabled", True), f"{at}enabled"),
    )
