"""What prices are a price of, named anew when the profile's services change: a page read long ago then meets a service of today."""

import asyncio

from firstline.ground.tenant import Door
from firstline.knowledge import finding_queries, price_queries
from firstline.knowledge.price_mentions import price_mentions
from firstline.tenancy.model import Business

__all__ = ["subjects_again"]

MOST_DOCUMENTS = 500  # some 3 ms each; beyond, a document's subjects change with its next reading
AT_ONCE = 20


async def subjects_again(door: Door, business: Business) -> int:
    """Reads the prices of the live public documents once more, by their stored text; -> how many documents changed.

    The profile's own documents are compared with them afterwards, when their job settles (findings.settle).
    """
    changed = 0
    async with door.transaction(business.id) as tx:
        documents = await price_queries.priced_documents(tx, MOST_DOCUMENTS)
    for at in range(0, len(documents), AT_ONCE):
        async with door.transaction(business.id) as tx:
            for row in await price_queries.priced_texts(tx, documents[at : at + AT_ONCE]):
                found = await asyncio.to_thread(price_mentions, row["raw_text"], business, row["language"])
                if {mention.subject for mention in found} != {frozenset(s) for s in row["subjects"]}:
                    await finding_queries.keep_mentions(tx, row["id"], found)
                    changed += 1
    return changed
