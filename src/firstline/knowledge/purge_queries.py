"""SQL of stored files that nothing holds any more. Takes a transaction of the tenant, which names the business."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["forget_files"]


async def forget_files(tx: Tx, jobs: Sequence[UUID], before: datetime) -> list[str]:
    """Takes the files out of those of `jobs` that ended before `before`; -> the keys that no document has, in the bin or out of it.

    A file that a later job was given too (a second try, a reading anew) is that job's to forget.
    """
    rows = await tx.fetch(
        """WITH ended AS (
             SELECT id, input FROM kb_ingestion_jobs WHERE business_id = $1 AND id = ANY($2::uuid[]) AND completed_at < $3 FOR UPDATE),
           emptied AS (UPDATE kb_ingestion_jobs j SET input = j.input - 'files' - 'documents'
             FROM ended WHERE j.business_id = $1 AND j.id = ended.id),
           given AS (SELECT DISTINCT jsonb_path_query(input, 'lax $.*[*].key') #>> '{}' AS key FROM ended)
           SELECT key FROM given WHERE key IS NOT NULL
             AND NOT EXISTS (SELECT FROM kb_source_documents d WHERE d.business_id = $1 AND d.object_key = given.key)
             AND NOT EXISTS (SELECT FROM kb_ingestion_jobs j WHERE j.business_id = $1 AND NOT coalesce(j.completed_at < $3, false)
               AND j.input @@ format('lax $.*[*].key == %s', to_json(given.key))::jsonpath)
           ORDER BY key""",
        tx.business_id,
        list(jobs),
        before,
    )
    return [row["key"] for row in rows]
