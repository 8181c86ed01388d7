"""Schema.org data of a page as plain nodes: JSON-LD, microdata and RDFa (Lite) in one form, bounded, never raising.

Our own small reading rather than extruct: that brings rdflib, pyrdfa3, mf2py and html-text for three formats of which we need
the schema.org vocabulary only. A node is {"@type": [names], property: [values]}, a value a text, a number or a node.
"""

import html
import re
from typing import Any

import orjson

__all__ = ["Node", "Value", "nodes_of"]

Node = dict[str, Any]
Value = Any
MOST_BYTES = 2_000_000  # of all JSON-LD of a page; a business's own is some 10 kB
MOST_NODES = 4000
DEEPEST = 24
PREFIX = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)


def nodes_of(tree: Any) -> list[Node]:
    """Every node of the page, outer before inner."""
    gathered = _Gathered()
    left = MOST_BYTES
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            left -= len(script.text)
            if left < 0:
                break
            gathered.add(_loads(script.text), 0)
    out = gathered.resolved()
    out += _marked(tree, "itemscope", "itemtype", "itemprop")
    out += _marked(tree, "typeof", "typeof", "property")
    return out[:MOST_NODES]


def _loads(text: str) -> Any:
    """JSON as pages write it: in comments or CDATA, with trailing commas, raw line ends, escaped entities."""
    text = (
        re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$", "", text.strip())
        .strip()
        .rstrip(";")
    )
    tidy = re.sub(r",\s*([\]}])", r"\1", re.sub(r"[\x00-\x1f]+", " ", text))
    for tried in (text, tidy, html.unescape(tidy), "[" + re.sub(r"\}\s*\{", "},{", text) + "]"):
        try:
            return orjson.loads(tried)
        except (orjson.JSONDecodeError, ValueError, RecursionError):
            continue
    return None


class _Gathered:
    """JSON-LD nodes, with @id references to be put in place."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.by_id: dict[str, Node] = {}

    def add(self, data: Any, depth: int) -> Any:
        """The node form of a JSON value; objects with a type are noted as nodes."""
        if depth > DEEPEST or len(self.nodes) >= MOST_NODES:
            return None
        if isinstance(data, list):
            return [self.add(item, depth + 1) for item in data[:1000]]
        if not isinstance(data, dict):
            return data if isinstance(data, str | int | float) and not isinstance(data, bool) else None
        if "@value" in data:
            return data["@value"] if isinstance(data["@value"], str | int | float) else None
        node: Node = {"@type": _types(data.get("@type"))}
        if node["@type"]:
            self.nodes.append(node)
        for key, value in list(data.items())[:300]:
            if key in ("@type", "@context") or not isinstance(key, str):
                continue
            if key == "@id":
                node["@id"] = value if isinstance(value, str) else ""
                continue
            found = self.add(value, depth + 1)
            listed = found if isinstance(found, list) else [found]
            flat = [v for item in listed for v in (item if isinstance(item, list) else [item]) if v is not None]
            if key not in ("@graph", "@reverse"):
                node.setdefault(PREFIX.sub("", key), []).extend(flat)
        if node.get("@id") and len(node) > 2:
            known = self.by_id.setdefault(node["@id"], node)
            if known is not node:
                for key, value in node.items():
                    known.setdefault(key, value)
        return node

    def resolved(self) -> list[Node]:
        """The nodes, references ({"@id": ...} alone) replaced by what they point at, one step."""
        for node in self.nodes:
            for key, values in node.items():
                if not key.startswith("@"):
                    node[key] = [self._target(value, node) for value in values]
        return self.nodes

    def _target(self, value: Value, around: Node) -> Value:
        if isinstance(value, dict) and len(value) == 2 and value.get("@id") and not value["@type"]:
            found = self.by_id.get(value["@id"], value)
            return value if found is around else found
        return value


def _types(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [PREFIX.sub("", item).strip() for item in listed[:10] if isinstance(item, str)]


def _marked(tree: Any, scope: str, kind: str, prop: str) -> list[Node]:
    """Microdata (itemscope) or RDFa Lite (typeof) as nodes."""
    out: list[Node] = []
    for node in tree.iter():
        if len(out) >= MOST_NODES:
            break
        if isinstance(node.tag, str) and node.get(scope) is not None and node.get(prop) is None:
            _item(node, scope, kind, prop, out, 0)
    return out


def _item(node: Any, scope: str, kind: str, prop: str, out: list[Node], depth: int) -> Node:
    item: Node = {"@type": _types((node.get(kind) or "").split())}
    out.append(item)
    if depth > DEEPEST or len(out) >= MOST_NODES:
        return item
    waiting = list(node)[::-1]
    while waiting:
        child = waiting.pop()
        if not isinstance(child.tag, str):
            continue
        inner = child.get(scope) is not None
        names = (child.get(prop) or "").split()
        if names:
            value = _item(child, scope, kind, prop, out, depth + 1) if inner else _value(child)
            for name in names[:5]:
                item.setdefault(PREFIX.sub("", name), []).append(value)
        if not inner:
            waiting.extend(list(child)[::-1])
    return item


def _value(node: Any) -> str:
    for name in ("content", "datetime"):
        if node.get(name):
            return str(node.get(name)).strip()
    if node.tag in ("a", "link", "area") and node.get("href"):
        href = str(node.get("href")).strip()
        return href.partition(":")[2] if href.startswith(("tel:", "mailto:")) else href
    if node.tag in ("img", "source", "iframe") and node.get("src"):
        return str(node.get("src")).strip()
    if node.tag in ("data", "meter") and node.get("value"):
        return str(node.get("value")).strip()
    return " ".join(" ".join(node.itertext()).split())[:5000]
