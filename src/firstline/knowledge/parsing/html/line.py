"""A line of a page as the walk finds it, before it is judged."""

from dataclasses import dataclass

from firstline.knowledge.parsing.html.rules import Facts, facts_of

__all__ = ["Line", "Region"]


class Region:
    """Where in a page a line stands: flags of an int (plain ones, enum's are slow). None set: in its body."""

    BODY = 0
    NAV = 1
    HEADER = 2
    FOOTER = 4
    ASIDE = 8
    FORM = 16
    CHROME = 32
    MAIN = 64  # inside what the page marks as its content
    BUTTON = 128
    OUTSIDE = NAV | HEADER | FOOTER | ASIDE | FORM | CHROME


@dataclass(slots=True)
class Line:
    """`kind`: h, p, li or table. `level`: of a heading, or a list's depth. `chars`, `linked`: letters and digits, of all and of links."""

    kind: str
    text: str
    level: int = 0
    chars: int = 0
    linked: int = 0
    links: int = 0
    region: int = Region.BODY
    after_break: bool = False  # follows a <br> in the same paragraph
    keep: bool = True

    @property
    def facts(self) -> Facts:
        """What in it is worth keeping anywhere."""
        return facts_of(self.text)

    @property
    def linky(self) -> bool:
        """Nothing but links."""
        return self.links > 0 and self.linked >= 0.8 * self.chars

    @property
    def outside(self) -> bool:
        """In a header, footer, menu, sidebar, form or notice."""
        return self.region & Region.OUTSIDE != 0
