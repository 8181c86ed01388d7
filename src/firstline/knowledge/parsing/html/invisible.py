"""Text of a page that nobody sees goes before anything is read: white on white, too small, off the screen, see-through.

Whoever can write on a business's page can speak to its assistant there unseen. Only what an element says by itself (its
style attribute, the page's own style rules for its class or id) is judged; what may be seen after all, a panel, a slide, a
picture that fades in, white words on a picture, stays and is read by the governance filters like any text.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["without_invisible"]

DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+)")
SIMPLE = re.compile(r"[.#][\w-]+")
SIZE = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*(px|pt|em|rem|%|vw|vh)?")
RGB = re.compile(r"(rgb|hsl)a?\(\s*([\d.]+)%?[\s,]+([\d.]+)%?[\s,]+([\d.]+)%?(?:[\s,/]+([\d.]+)(%?))?\s*\)")
SMALL = frozenset(["span", "i", "em", "b", "strong", "small", "font", "u", "mark", "bdi"])
OFF = ("left", "right", "top", "bottom", "margin-left", "margin-top", "margin-right", "text-indent")
CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)|inset\(\s*(?:[5-9]\d|100)%"
)
MOVED = re.compile(r"translate(?:x|y|3d)?\(\s*-?(?:\d{4,}px|\d{3,}(?:vw|vh|em|rem))|scale\(\s*0(?:\.0+)?\s*[,)]")
SCREEN_READER = re.compile(r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader)", re.IGNORECASE)
PER_UNIT = {"px": 1.0, "pt": 1.33, "vw": 13.0, "vh": 8.0, "%": 0.16}
Colour = tuple[int, int, int]
Style = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an element inherits. `colour`, `ground`: None when a style sheet may have said otherwise."""

    tiny: bool = False
    clear: bool = False  # its letters are see-through
    colour: Colour | None = None
    ground: Colour | None = None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/invisible.toml").read_text("utf-8"))


def without_invisible(tree: Any) -> None:
    """Takes the text that nobody sees out of the tree, in place. The page's own marks of structure stay."""
    body = tree.find(".//body")
    body = tree if body is None else body
    sheets = _sheets(tree)
    styled = bool(sheets) or any("stylesheet" in (n.get("rel") or "").lower() for n in tree.iter("link"))
    styled = styled or next(tree.iter("style"), None) is not None
    ground = None if styled else _colour(_table()["page"])
    _walk(body, _Seen(ground=ground), sheets, styled)


def _walk(node: Any, seen: _Seen, sheets: dict[str, Style], styled: bool) -> None:
    style = _style(node, sheets)
    seen = _inherited(node, style, seen, styled)
    hidden = seen.tiny or seen.clear or _same(seen.colour, seen.ground)
    if hidden and node.text:
        node.text = " "
    for child in list(node):
        if isinstance(child.tag, str):
            if child.tag not in ("script", "style") and _gone(child, _style(child, sheets)):
                _drop(child)
                if hidden:
                    child.tail = " "
                continue
            if child.tag not in ("script", "style", "template"):
                _walk(child, seen, sheets, styled)
        if hidden and child.tail:
            child.tail = " "


def _drop(node: Any) -> None:
    """Empties an element; its place among its neighbours stays."""
    for child in list(node):
        node.remove(child)
    node.text = None


def _style(node: Any, sheets: dict[str, Style]) -> Style:
    """What the page itself says of an element: its rules by class and id, then its own attributes."""
    found: Style = {}
    if sheets:
        for name in (node.get("class") or "").split():
            found |= sheets.get("." + name, {})
        if node.get("id"):
            found |= sheets.get("#" + node.get("id"), {})
    if node.tag == "font" and node.get("color"):
        found["color"] = node.get("color").strip().lower()
    if node.get("bgcolor"):
        found["background-color"] = node.get("bgcolor").strip().lower()
    own = node.get("style")
    return found | _declared(own) if own else found


def _declared(text: str) -> Style:
    plain = _uncommented(text[:4000]).lower()
    return {m[1]: m[2].replace("!important", "").strip() for m in DECLARATION.finditer(plain)}


def _uncommented(text: str) -> str:
    head, *rest = text.split("/*")
    return head + "".join(part.partition("*/")[2] for part in rest)


def _sheets(tree: Any) -> dict[str, Style]:
    """The page's own style rules of one class or id each; those for some screens only (@media) hide nothing on others."""
    found: dict[str, Style] = {}
    for sheet in tree.iter("style"):
        depth = 0
        for part in _uncommented((sheet.text or "")[:200_000]).split("}"):
            opened = part.count("{")
            if depth == 0 and opened == 1:
                selectors, _, body = part.partition("{")
                said = _declared(body)
                said.pop("opacity", None)  # what fades in stands so in a sheet
                for selector in map(str.strip, selectors.split(",")):
                    if SIMPLE.fullmatch(selector):
                        found.setdefault(selector, {}).update(said)
            depth = max(0, depth + opened - 1)
    return found


def _inherited(node: Any, style: Style, seen: _Seen, styled: bool) -> _Seen:
    if styled and (node.get("class") or node.get("id")):  # a sheet elsewhere may size and colour it
        seen = replace(seen, tiny=False, colour=None, ground=None)
    if size := style.get("font-size"):
        seen = replace(seen, tiny=_px(size, font=True) <= _table()["smallest_px"])
    if said := style.get("color"):
        colour = _colour(said)
        seen = replace(seen, colour=colour, clear=_transparent(said))
    for name in ("background", "background-color"):
        if said := style.get(name):
            if "url(" in said or "gradient" in said or "image" in said:
                seen = replace(seen, ground=None)
            elif not _transparent(said):
                seen = replace(seen, ground=_colour(said))
    if "url(" in style.get("background-image", "") or "gradient" in style.get("background-image", ""):
        seen = replace(seen, ground=None)
    return seen


def _gone(node: Any, style: Style) -> bool:  # noqa: PLR0911 - rules in order
    """Whether nothing of an element is seen, whatever is done with the page."""
    never = style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse")
    if node.tag in SMALL and (node.get("hidden") is not None or (never and node.get("style") is not None)):
        return True
    if not style:
        return False
    if next(node.iter("h1", "main"), None) is not None:  # a page that shows itself when it has loaded
        return False
    if SCREEN_READER.search(node.get("class") or ""):  # said aloud to those who do not see
        return False
    if _zero(style.get("opacity")) and not _moves(node, style):
        return True
    placed = style.get("position") in ("absolute", "fixed", "relative")
    for name in OFF:
        if (placed or name.startswith(("margin", "text"))) and name in style and _far(style[name]):
            return not _moves(node, style)
    if CLIPPED.search(style.get("clip", "") + style.get("clip-path", "")) or MOVED.search(style.get("transform", "")):
        return "transition" not in style and not _moves(node, {})
    sides = [style.get("width"), style.get("height")]
    flat = all(side is not None and _px(side) <= 1 for side in sides)
    return flat and style.get("overflow") == "hidden"


def _moves(node: Any, style: Style) -> bool:
    table = _table()
    names = re.split(r"[\s_-]+", (node.get("class") or "").lower()) + (node.get("class") or "").lower().split()
    return (
        any(
            name.startswith(moving) or name.startswith("-webkit-" + moving)
            for name in style
            for moving in table["moving"]
        )
        or any(node.get(name) is not None for name in table["moving_attributes"])
        or any(name in table["moving_classes"] for name in names)
    )


def _zero(value: str | None) -> bool:
    return value is not None and re.fullmatch(r"0?\.?0*[0-4]?%?|0\.0\d*", value) is not None and value not in ("", "%")


def _far(value: str) -> bool:
    match = SIZE.match(value)
    return match is not None and float(match[1]) < 0 and abs(_px(value)) >= _table()["off_screen_px"]


def _px(value: str, *, font: bool = False) -> float:
    """A length in pixels; what is no length (calc, smaller, auto) counts as large."""
    match = SIZE.match(value)
    if match is None:
        return 100.0
    unit = match[2] or "px"
    if unit in ("em", "rem"):
        return float(match[1]) * float(_table()["em_px"])
    return float(match[1]) * (PER_UNIT[unit] if font or unit != "%" else 10.0)


def _colour(value: str) -> Colour | None:
    value = value.split(maxsplit=1)[0] if value and "(" not in value else value
    value = _table()["colours"].get(value, value)
    if re.fullmatch(r"#[0-9a-f]{3,4}", value):
        return (int(value[1] * 2, 16), int(value[2] * 2, 16), int(value[3] * 2, 16))
    if re.fullmatch(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?", value):
        return (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))
    if (match := RGB.search(value)) and match[1] == "rgb":
        return (int(float(match[2])), int(float(match[3])), int(float(match[4])))
    return None


def _transparent(value: str) -> bool:
    if value == "transparent":
        return True
    match = RGB.search(value)
    if match is not None and match[5] is not None:
        return float(match[5]) * (0.01 if match[6] else 1) < 0.05
    return re.fullmatch(r"#[0-9a-f]{3}0|#[0-9a-f]{6}0[0-9a-f]", value) is not None


def _same(one: Colour | None, other: Colour | None) -> bool:
    return (
        one is not None
        and other is not None
        and all(abs(a - b) <= _table()["alike"] for a, b in zip(one, other, strict=True))
    )
