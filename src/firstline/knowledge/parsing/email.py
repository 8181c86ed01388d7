"""EML (and saved .mht pages) to Markdown: subject, sender and date, what was written, attachments that can be read."""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from lxml import etree

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed, UnreadableDocument
from firstline.knowledge.parsing.charset import decode
from firstline.knowledge.parsing.html import to_markdown
from firstline.knowledge.parsing.quoted import bare_subject, own_words, passed_on

__all__ = ["parse_email"]

Attached = Callable[[bytes, str], Parsed]
HISTORY = (  # what mail programs wrap the quoted history in
    "//blockquote[@type='cite']|//*[contains(concat(' ',@class,' '),' gmail_quote ')]|//*[@id='divRplyFwdMsg']"
    "|//*[@id='divRplyFwdMsg']/following-sibling::*|//*[@id='appendonsend']/following-sibling::*"
    "|//*[contains(concat(' ',@class,' '),' yahoo_quoted ')]|//*[contains(concat(' ',@class,' '),' moz-cite-prefix ')]"
)
UNSEEN = "//script|//style|//head|//template"


def parse_email(data: bytes, title: str, attached: Attached) -> Parsed:
    """`attached` parses an attachment; one that cannot be read is named in `metadata`. Raises UnreadableDocument: empty, broken."""
    try:
        message: Any = email.message_from_bytes(data.lstrip(), _class=EmailMessage, policy=email.policy.default)
        subject = _header(message, "subject")
        body = _body(message, subject)
        files = list(_files(message))
        about = _about(message)
    except UnreadableDocument:
        raise
    except (
        Exception
    ) as error:  # the library's header parser raises IndexError, ValueError, AttributeError... on odd headers
        raise unreadable("broken") from error
    name = bare_subject(subject) or title
    parts = [f"# {name}", about, body] if body else []
    unread: list[str] = []
    for filename, content in files[: limits()["attachments"]]:
        try:
            found = attached(content, filename)
        except UnreadableDocument as why:
            unread.append(f"{filename}: {why.code}")
            continue
        text = found.markdown or "\n\n".join(f"**{faq.question}**\n{faq.answer}" for faq in found.faqs)
        parts.append(f"## {filename}\n\n{_deeper(text)}")
    if not parts:
        raise unreadable("empty")
    metadata = {"unread_attachments": unread} if unread else {}
    return Parsed(name, "\n\n".join(part for part in parts if part), "email", metadata=metadata)


def _header(message: Any, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # noqa: BLE001 - as above: a header nobody can read is no header
        return ""


def _about(message: Any) -> str:
    sender, address = parseaddr(_header(message, "from"))
    try:
        date = parsedate_to_datetime(_header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        date = ""
    return " · ".join(part for part in (sender or address, date) if part)


def _parts(message: Any) -> Iterator[Any]:
    """The parts of this message, none of a message attached to it."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.iter_parts():
            yield from _parts(part)
    else:
        yield message


def _body(message: Any, subject: str) -> str:
    plain = html = ""
    for part in _parts(message):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain = _text(part)
        elif kind == "text/html" and not html:
            html = _text(part)
    own = own_words(plain, subject) if plain.strip() else ""
    made, tables = _from_html(html, keep_history=passed_on(subject)) if html.strip() else ("", False)
    if not own or (tables and len(made.split()) >= 0.5 * len(own.split())):
        return own_words(made, subject) or own
    return own


def _text(part: MIMEPart) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = part.get_content_charset() or ""
    try:
        text = raw.decode(charset) if charset and charset.lower() not in ("us-ascii", "unknown-8bit") else decode(raw)
    except (LookupError, ValueError):
        text = decode(raw)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _from_html(html: str, *, keep_history: bool) -> tuple[str, bool]:
    """Markdown, and whether it has a table of facts (one with rows of several cells and no table within)."""
    try:
        tree = lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return "", False
    for node in tree.xpath(UNSEEN if keep_history else f"{UNSEEN}|{HISTORY}"):
        if node.getparent() is not None:
            node.drop_tree()
    facts = tree.xpath("boolean(//table[not(.//table)][count(.//tr[count(td|th)>1])>1])")
    return to_markdown(tree), bool(facts)


def _files(message: Any) -> Iterator[tuple[str, bytes]]:
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if inner and isinstance(inner, list):
                yield f"{_header(inner[0], 'subject') or 'message'}.eml", inner[0].as_bytes()
        elif name := part.get_filename():
            inline = part.get_content_disposition() == "inline" or part.get("content-id")
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content and not (inline and part.get_content_maintype() == "image"):
                yield " ".join(str(name).split())[:120], content  # an inline picture is a logo


def _deeper(markdown: str) -> str:
    """Headings of an attachment stand below its name."""
    return re.sub(r"^(#{1,4}) ", r"##\1 ", markdown, flags=re.MULTILINE)
