"""A document's chunks, each with its language. CPU work, for a thread."""

from firstline.ground.log import logger
from firstline.knowledge.chunk import Count, chunks_of
from firstline.knowledge.model import Chunk, JobConfig, Parsed, UnreadableDocument
from firstline.knowledge.tongue import language_of

__all__ = ["prepared"]

log = logger("knowledge")


def prepared(
    parsed: Parsed, config: JobConfig, count: Count, languages: tuple[str, ...]
) -> tuple[list[tuple[Chunk, str]], str]:
    """Chunks with their languages, and the document's own. Raises UnreadableDocument."""
    try:
        told = str(parsed.metadata.get("language", ""))
        whole = parsed.markdown or "\n".join(f"{faq.question} {faq.answer}" for faq in parsed.faqs)
        language = told if told in languages else language_of(whole, languages, languages[0])
        chunks = chunks_of(parsed, config, count)
        return [
            (c, c.language or language_of(f"{c.question or ''} {c.text}", languages, language)) for c in chunks
        ], language
    except Exception as error:  # the edge that owns it: a text that breaks our own code costs only itself
        log.exception("chunking_failed", title=parsed.title)
        raise UnreadableDocument(
            "not_chunked",
            "This document could not be divided into passages. The people who run Firstline can see why in its log.",
        ) from error
