"""The table of moves (spec §6.2, design/data.md). The database's trigger refuses the same ones; a test compares them."""

from firstline.ground.errors import Conflict

__all__ = ["CHANNELS", "ESCALATIONS", "MOVES", "OUTCOMES", "STATUSES", "check_move"]

STATUSES = ("active", "waiting_human", "closed")
ESCALATIONS = ("none", "offered", "requested", "forced")
OUTCOMES = ("resolved_by_ai", "resolved_by_human", "unresolved")
CHANNELS = ("web", "sms", "whatsapp", "email", "api")

MOVES: frozenset[tuple[str, str]] = frozenset(
    {
        ("active", "waiting_human"),  # escalation offered and taken, requested, or forced
        ("waiting_human", "active"),  # a person joins, or the queue gives it back
        ("active", "closed"),
        ("waiting_human", "closed"),
        ("closed", "active"),  # the customer writes again within the reopening window
    }
)

if {s for move in MOVES for s in move} != set(STATUSES):
    raise AssertionError("the table of moves names a status that does not exist")


def check_move(before: str, after: str) -> None:
    """Raises Conflict("bad_move") when a conversation cannot go from `before` to `after`; staying is allowed."""
    if before != after and (before, after) not in MOVES:
        raise Conflict("bad_move", f"A conversation that is {before} cannot become {after}.")
