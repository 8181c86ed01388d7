"""FAQ rows: `input` = {"rows": [{"question", "answer", "language"?, "tags"?}]} or {"files": [...]} with such a CSV."""

from collections.abc import AsyncIterator
from hashlib import sha256

from firstline.knowledge.model import Faq, Job, Parsed, UnreadableDocument
from firstline.knowledge.sources.port import Acquired, Materials
from firstline.knowledge.sources.upload import uploads
from firstline.knowledge.wording import fold

__all__ = ["faq_document", "faq_uri", "faqs"]


async def faqs(job: Job, materials: Materials) -> AsyncIterator[Acquired]:
    """A document a row, named by its question: the same question again replaces its answer."""
    for row in job.input.get("rows", []):
        faq = Faq(row["question"], row["answer"], row.get("language"), tuple(row.get("tags", ())))
        yield Acquired(faq_uri(faq), faq_document(faq), visibility=row.get("visibility", "public"))
    async for file in uploads(job, materials):
        if isinstance(file.parsed, Parsed) and file.parsed.faqs:
            for faq in file.parsed.faqs:
                yield Acquired(faq_uri(faq), faq_document(faq), visibility=file.visibility)
        elif isinstance(file.parsed, Parsed):
            sentence = "This file has no columns named question and answer."
            yield Acquired(file.uri, UnreadableDocument("not_faqs", sentence))
        else:
            yield file


def faq_document(faq: Faq) -> Parsed:
    """One row as a document of its own."""
    return Parsed(faq.question[:300], "", "faq", faqs=(faq,))


def faq_uri(faq: Faq) -> str:
    """The name of a row's document, made of its question and language."""
    key = f"{fold(' '.join(faq.question.split()))}|{faq.language or ''}"
    return f"faq:{sha256(key.encode()).hexdigest()[:32]}"
