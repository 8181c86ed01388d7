"""Where a customer lives: a name with a street and a number, in a job note, a list of visits or a mail.

A business's pages are full of streets: its own, its suppliers', its venues'. A street is somebody's home when a customer is
named beside it, a title stands before the name, or a list of customers or visits is what it stands in.
"""

import re
from collections.abc import Iterator

from firstline.knowledge.governance.model import Hit, pattern
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["homes"]

BEFORE = 120  # characters of a line that are read before a street
AROUND = 40  # and behind it
ABOVE = 400  # characters above a line in which the heading of its list is looked for
STOP = re.compile(r"[.!?;]\s")


def homes(text: str, business: Business, *, theirs: bool, words: set[str]) -> Iterator[Hit]:
    """Names with streets that are customers'. `theirs`: customers write in this source; `words`: model.triggers()."""
    if "street" not in words:
        return
    for match in pattern("homes", "street", case=True).finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        before = text[max(line, match.start() - BEFORE) : match.start()]
        if _own(match.group(), business):
            continue
        named = pattern("homes", "named", case=True).search(before)
        start = match.start() - len(before) + named.start() if named else match.start()
        whose = _whose(text, line, before, text[match.end() : match.end() + AROUND].partition("\n")[0], theirs)
        listed = named is not None and pattern("homes", "no_person").search(named["name"]) is None
        if whose == "customer" or (whose == "" and listed and _in_list(text, line)):
            yield Hit("personal_data", "home_address", start, match.end())
        elif (
            whose == ""
            and listed
            and pattern("homes", "job").search(text[match.end() : match.end() + 60].partition("\n")[0])
        ):
            yield Hit("personal_data", "home_address", start, match.end(), sure=False)


def _own(street: str, business: Business) -> bool:
    """Whether it is the business's own address: the same number, and a word of the street's name."""
    own = fold(" ".join(str(value) for value in business.address.values() if isinstance(value, str)))
    said = re.findall(r"\w+", fold(street))
    numbers = [word for word in said if word[0].isdigit()]
    names = [word for word in said if len(word) > 3 and word[0].isalpha()]
    have = set(re.findall(r"\w+", own))
    return bool(numbers) and numbers[0] in have and any(name in have for name in names)


def _whose(text: str, line: int, before: str, after: str, theirs: bool) -> str:
    """ "customer", "ours" or "" by what stands on its line."""
    stops = [
        m.end() for m in STOP.finditer(before) if not pattern("cut", "abbreviated").search(before[: m.start() + 1])
    ]
    near = before[stops[-1] :] if stops else before
    if pattern("homes", "ours").search(near):
        return "ours"
    if pattern("personal", "customer").search(near) or pattern("homes", "titled", case=True).search(near):
        return "customer"
    if pattern("homes", "titled", case=True).match(after.lstrip(" ,(–-")):
        return "customer"
    if text.startswith("|", line):
        start = max(text.rfind("\n\n", max(0, line - 4000), line) + 2, line - 4000, 0)
        if pattern("homes", "list").search(text[start : start + 300].partition("\n")[0]):
            return "customer"
    return "customer" if theirs else ""


def _in_list(text: str, line: int) -> bool:
    """Whether the nearest heading, or the line that introduces the list, says that it is of customers or visits."""
    above = text[max(0, line - ABOVE) : line].split("\n")
    heads = [head for head in above if head.startswith("#") or head.rstrip().endswith(":")]
    return bool(heads) and pattern("homes", "list").search(heads[-1]) is not None
