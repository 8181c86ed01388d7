"""Escalation rules in CEL: checked when they are saved, compiled once, run on every turn.

The library is `cel` (common-expression-language), a Rust interpreter; linear-time regular expressions, no I/O. What it
does not bound is bounded here: length, comprehensions (each multiplies the work), unknown names.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import cel

from firstline.escalation.context import VARIABLES, sample_contexts

__all__ = ["MAX_LENGTH", "ExpressionError", "RuleFailedError", "check_expression", "fires", "prepared"]

MAX_LENGTH = 1000  # characters; the longest rule of the documentation has 160
MAX_MACROS = 2  # comprehensions in one rule: over the lists of a turn (tens of items) two stay below a millisecond

FUNCTIONS = frozenset(
    [
        "size",
        "has",
        "all",
        "exists",
        "exists_one",
        "map",
        "filter",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "int",
        "uint",
        "double",
        "string",
        "bytes",
        "bool",
        "dyn",
        "type",
        "duration",
        "timestamp",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getHours",
        "getMinutes",
    ]
)
_MACRO = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(\s*([A-Za-z_]\w*)\s*,")
_STRING = re.compile(
    r"[rRbB]{0,2}(?P<q>'''|\"\"\"|'|\")(?:\\.|(?!(?P=q)).)*(?P=q)|//[^\n]*", re.DOTALL
)  # strings and comments are blanked before names are looked for
_PATH = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
_WORDS = frozenset({"true", "false", "null", "in", "int", "uint", "double", "string", "bytes", "bool", "list", "map"})
_PLACE = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)")
_HAS = re.compile(r"(?<![\w.])has\s*\(")


class _Program(Protocol):
    def execute(self, context: object) -> object: ...


class RuleFailedError(Exception):
    """A rule could not be evaluated on a turn; it counts as fired (every exit lands on a person)."""


@dataclass(frozen=True, slots=True)
class ExpressionError:
    """Why an expression is refused; `line` and `column` count from 1, `length` in characters."""

    message: str
    line: int = 1
    column: int = 1
    length: int = 1


@lru_cache(maxsize=1024)
def _compiled(text: str) -> _Program:
    return cast(_Program, cel.compile(text))


def prepared(context: dict[str, Any]) -> object:
    """The context turned into CEL's own values once, for all the rules of a turn (a tenth of the time for seven rules)."""
    return cel.Context(context)


def fires(text: str, context: object) -> bool:
    """Whether the rule holds for this turn; `context` as context.build_context made it, or `prepared`.

    Raises RuleFailedError when it does not compile, does not evaluate, or gives something else than true or false.
    """
    if len(text) > MAX_LENGTH:
        raise RuleFailedError("too long")
    try:
        value = _compiled(text).execute(context)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as why:
        raise RuleFailedError(str(why)[:200]) from why
    if not isinstance(value, bool):
        raise RuleFailedError(f"gives {type(value).__name__}, not true or false")
    return value


def check_expression(text: str) -> list[ExpressionError]:
    """What is wrong with a rule, with its place; an empty list when it may be saved.

    Looks at length, syntax, unknown names, `has()` (every name is always there), comprehensions, and runs the rule on
    an empty and a full turn: it must give true or false on both.
    """
    if not text.strip():
        return [ExpressionError("the expression is empty")]
    if len(text) > MAX_LENGTH:
        return [_at(text, MAX_LENGTH, 1, f"longer than {MAX_LENGTH} characters")]
    broken = _syntax(text)
    if broken:
        return broken
    return _names(text) or _dry_run(text)


def _syntax(text: str) -> list[ExpressionError]:
    try:
        _compiled(text)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as why:  # noqa: BLE001 - as in fires()
        places = [
            ExpressionError(m.group(3).strip(), int(m.group(1)), int(m.group(2))) for m in _PLACE.finditer(str(why))
        ]
        return places or [ExpressionError(str(why)[:200])]
    return []


def _names(text: str) -> list[ExpressionError]:
    bare = _STRING.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    errors = []
    bound = {m.group(1) for m in _MACRO.finditer(bare)}
    macros = list(_MACRO.finditer(bare))
    if len(macros) > MAX_MACROS:
        errors.append(_at(text, macros[MAX_MACROS].start(), 1, f"more than {MAX_MACROS} of all, exists, map, filter"))
    for match in _HAS.finditer(bare):
        errors.append(_at(text, match.start(), 3, "has() is not needed: every name is there; compare with '' or 0.0"))
    for match in _PATH.finditer(bare):
        names = [part.strip() for part in match.group().split(".")]
        called = bare[match.end() :].lstrip().startswith("(")
        error = _unknown(names, called=called, bound=bound)
        if error:
            errors.append(_at(text, match.start(), len(match.group()), error))
    return errors


def _unknown(names: list[str], *, called: bool, bound: set[str]) -> str | None:
    """What is unknown in one dotted path, or None. A call's last name is a function, the rest its receiver."""
    if called:
        function = names[-1]
        if function not in FUNCTIONS:
            return f"unknown function {function}"
        names = names[:-1]
    if not names or names[0] in bound or names[0] in _WORDS:
        return None
    path = ".".join(names)
    if path in VARIABLES or any(known.startswith(f"{path}.") for known in VARIABLES):
        return None
    return f"unknown name {path}"


def _dry_run(text: str) -> list[ExpressionError]:
    for context in sample_contexts():
        try:
            fires(text, context)
        except RuleFailedError as why:
            return [ExpressionError(str(why), length=len(text))]
    return []


def _at(text: str, offset: int, length: int, message: str) -> ExpressionError:
    before = text[:offset]
    line = before.count("\n") + 1
    return ExpressionError(message, line, offset - (before.rfind("\n") + 1) + 1, length)
