"""SQL of findings and of the prices they are found by. Takes a transaction of the tenant, which names the business."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.contradictions import Contradiction, Held
from firstline.knowledge.governance.model import Finding
from firstline.knowledge.price_mentions import Mention

__all__ = [
    "allowed_fingerprints",
    "decide_finding",
    "drop_contradictions",
    "finding",
    "findings_page",
    "keep_contradictions",
    "keep_findings",
    "keep_hours",
    "keep_mentions",
    "mentions",
    "mentions_of",
    "open_findings",
    "stating_hours",
]

MOST_MENTIONS = 20_000  # compared with one document; what is beyond is not
# Of live documents only, on both sides: a finding goes with its document into the bin, and comes back with it.
LIVE = """kb_findings f
  JOIN kb_source_documents d ON d.business_id = f.business_id AND d.id = f.document_id AND d.deleted_at IS NULL
  LEFT JOIN kb_source_documents o ON o.business_id = f.business_id AND o.id = f.other_document_id
  WHERE f.business_id = $1 AND (f.other_document_id IS NULL OR o.deleted_at IS NULL)"""
SHOWN = """f.id, f.business_id, f.document_id, d.title AS document_title, d.source_uri, d.source_id, f.other_document_id, o.title AS other_title,
  f.kind, f.action, f.severity, f.excerpt, f.detail, f.state, f.decided_by, f.decided_at, f.created_at"""


async def allowed_fingerprints(tx: Tx) -> frozenset[bytes]:
    """What the owner has said is fine, of the whole business: the same words in another document are fine too."""
    rows = await tx.fetch(
        "SELECT DISTINCT fingerprint FROM kb_findings WHERE business_id = $1 AND state = 'allowed'", tx.business_id
    )
    return frozenset(bytes(row["fingerprint"]) for row in rows)


async def keep_findings(tx: Tx, document_id: UUID, found: Sequence[Finding], *, stored: bool = False) -> None:
    """Replaces a document's own findings (not contradictions); a decision outlives the reading, by fingerprint.

    `stored`: the text read was our own cleared one; what was taken out of it stays listed.
    """
    await tx.execute(
        """DELETE FROM kb_findings WHERE business_id = $1 AND document_id = $2 AND kind <> 'contradiction'
           AND NOT fingerprint = ANY($3::bytea[]) AND NOT ($4 AND action = 'redacted')""",
        tx.business_id,
        document_id,
        [f.fingerprint for f in found],
        stored,
    )
    await _keep(tx, [(document_id, None, f) for f in found])


async def _keep(tx: Tx, rows: Sequence[tuple[UUID, UUID | None, Finding]]) -> None:
    await tx.executemany(
        """INSERT INTO kb_findings (business_id, id, document_id, other_document_id, kind, action, severity, fingerprint,
             excerpt, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (business_id, document_id, fingerprint) DO UPDATE SET action = excluded.action,
             other_document_id = excluded.other_document_id, severity = excluded.severity, excerpt = excluded.excerpt,
             detail = excluded.detail, updated_at = now()""",
        [
            (
                tx.business_id,
                new_id(),
                document_id,
                other,
                f.kind,
                f.action,
                f.severity,
                f.fingerprint,
                f.excerpt,
                f.detail,
            )
            for document_id, other, f in rows
        ],
    )


async def keep_contradictions(tx: Tx, document_id: UUID, found: Sequence[Contradiction]) -> None:
    """Replaces those that `document_id` is a side of; decided ones keep their decision while they are found."""
    made = [(c.first.document_id, c.second.document_id, c.finding(tx.business_id)) for c in found]
    await drop_contradictions(tx, document_id, [f.fingerprint for _, _, f in made])
    await _keep(tx, made)


async def drop_contradictions(tx: Tx, document_id: UUID, but: Sequence[bytes] = ()) -> None:
    """Takes out those that `document_id` is a side of, but for those with the profile (keep_hours)."""
    await tx.execute(
        """DELETE FROM kb_findings WHERE business_id = $1 AND kind = 'contradiction' AND other_document_id IS NOT NULL
           AND (document_id = $2 OR other_document_id = $2) AND NOT fingerprint = ANY($3::bytea[])""",
        tx.business_id,
        document_id,
        list(but),
    )


async def keep_hours(tx: Tx, document_id: UUID, found: Sequence[Finding]) -> None:
    """Replaces what a document's hours contradict in the profile."""
    await tx.execute(
        """DELETE FROM kb_findings WHERE business_id = $1 AND kind = 'contradiction' AND other_document_id IS NULL
           AND document_id = $2 AND NOT fingerprint = ANY($3::bytea[])""",
        tx.business_id,
        document_id,
        [f.fingerprint for f in found],
    )
    await _keep(tx, [(document_id, None, f) for f in found])


async def stating_hours(tx: Tx) -> list[Any]:
    """(id, stated) of the live public documents that state opening hours."""
    return await tx.fetch(
        """SELECT id, metadata->'stated_hours' AS stated FROM kb_source_documents
           WHERE business_id = $1 AND deleted_at IS NULL AND visibility = 'public' AND metadata ? 'stated_hours' ORDER BY id""",
        tx.business_id,
    )


async def keep_mentions(tx: Tx, document_id: UUID, found: Sequence[Mention]) -> None:
    """Replaces the prices of a document."""
    await tx.execute(
        "DELETE FROM kb_price_mentions WHERE business_id = $1 AND document_id = $2", tx.business_id, document_id
    )
    await tx.executemany(
        """INSERT INTO kb_price_mentions (business_id, document_id, n, subject, label, unit, shape, low, high, sentence, section)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        [
            (
                tx.business_id,
                document_id,
                n,
                sorted(m.subject),
                m.label,
                m.unit,
                m.shape,
                m.low,
                m.high,
                m.sentence,
                m.section,
            )
            for n, m in enumerate(found)
        ],
    )


async def mentions(tx: Tx, of: Sequence[Mention]) -> list[Held]:
    """Prices in live public documents of the business that name the very subject of one of `of` (contradictions.same_thing
    asks for no less), those of its own document among them, with their documents' titles and effective dates."""
    rows = await tx.fetch(
        """WITH p AS MATERIALIZED (
             SELECT p.* FROM (SELECT DISTINCT md5(said::jsonb::text) FROM unnest($2::text[]) AS n(said)) n(thing)
             CROSS JOIN LATERAL (SELECT * FROM kb_price_mentions WHERE business_id = $1 AND thing = n.thing OFFSET 0) p)
           SELECT p.*, d.title, d.effective_date FROM p CROSS JOIN LATERAL (SELECT title, effective_date FROM kb_source_documents
             WHERE business_id = $1 AND id = p.document_id AND deleted_at IS NULL AND visibility = 'public' OFFSET 0) d
           ORDER BY p.document_id, p.n LIMIT $3""",  # OFFSET 0: without statistics it reads the prices of every document
        tx.business_id,
        [orjson.dumps(subject).decode() for subject in {tuple(sorted(m.subject)) for m in of}],
        MOST_MENTIONS,
    )
    return [Held(_mention(row), row["document_id"], row["title"], row["effective_date"]) for row in rows]


async def mentions_of(tx: Tx, document_id: UUID) -> list[Mention]:
    """The prices of a document when it is live and public."""
    rows = await tx.fetch(
        """SELECT p.* FROM kb_price_mentions p
           JOIN kb_source_documents d ON d.business_id = p.business_id AND d.id = p.document_id
           WHERE p.business_id = $1 AND p.document_id = $2 AND d.deleted_at IS NULL AND d.visibility = 'public' ORDER BY p.n""",
        tx.business_id,
        document_id,
    )
    return [_mention(row) for row in rows]


def _mention(row: Any) -> Mention:
    named = ("label", "unit", "shape", "low", "high", "sentence", "section")
    return Mention(frozenset(row["subject"]), **{name: row[name] for name in named})


# ------------------------------------------------------------------ the owner's page


async def findings_page(
    tx: Tx,
    *,
    kind: str | None = None,
    state: str | None = "open",
    document_id: UUID | None = None,
    after: UUID | None = None,
    most: int = 50,
) -> list[Any]:
    """Newest first, below the id `after`; of one kind, state or document when given."""
    return await tx.fetch(
        f"""SELECT {SHOWN} FROM {LIVE} AND ($2::text IS NULL OR f.kind = $2) AND ($3::text IS NULL OR f.state = $3)
            AND ($4::uuid IS NULL OR f.document_id = $4 OR f.other_document_id = $4) AND ($5::uuid IS NULL OR f.id < $5)
            ORDER BY f.id DESC LIMIT $6""",
        tx.business_id,
        kind,
        state,
        document_id,
        after,
        most,
    )


async def finding(tx: Tx, finding_id: UUID) -> Any:
    """One of a live document, or None."""
    return await tx.fetchrow(f"SELECT {SHOWN} FROM {LIVE} AND f.id = $2", tx.business_id, finding_id)


async def decide_finding(tx: Tx, finding_id: UUID, state: str, who: UUID | None, *, again: str = "") -> None:
    """Writes the decision; `open` takes it back. `again` (detail.again): what has to be done before it takes effect."""
    await tx.execute(
        """UPDATE kb_findings SET state = $3, decided_by = CASE $3 WHEN 'open' THEN NULL ELSE $4::uuid END,
             decided_at = CASE $3 WHEN 'open' THEN NULL ELSE now() END, updated_at = now(),
             detail = detail - 'again' || CASE WHEN $5 = '' THEN '{}' ELSE jsonb_build_object('again', $5::text) END
           WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        finding_id,
        state,
        who,
        again,
    )


async def open_findings(tx: Tx) -> dict[str, int]:
    """How many of each kind wait for the owner."""
    rows = await tx.fetch(
        f"SELECT f.kind, count(*) AS n FROM {LIVE} AND f.state = 'open' GROUP BY f.kind", tx.business_id
    )
    return {row["kind"]: row["n"] for row in rows}
