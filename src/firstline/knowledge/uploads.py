"""Files on their way in: kept as they came, read by a job, and read again when that failed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from firstline.ground.storage import Objects
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge import job_queries
from firstline.knowledge.opening import open_job

__all__ = ["keep_file", "retry_failed"]


async def keep_file(
    objects: Objects,
    business_id: UUID,
    name: str,
    data: bytes,
    *,
    title: str = "",
    tags: Sequence[str] = (),
    visibility: str = "public",
) -> dict[str, Any]:
    """Stores a file; -> its entry for an upload job's `input["files"]`. The object goes with its document."""
    key = f"kb/{business_id.hex}/{new_id().hex}"
    await objects.put(key, data)
    return {"key": key, "name": name, "title": title, "tags": list(tags), "visibility": visibility, "bytes": len(data)}


async def retry_failed(tx: Tx, job_id: UUID, *, created_by: UUID | None = None) -> UUID | None:
    """A new job for what an ended one could not read (files, or pages by address); None when there is nothing to try again."""
    job = await job_queries.get_job(tx, job_id)
    if job is None or job.status in {"pending", "running"}:
        return None
    failed = {error.get("uri") for error in job.errors}
    stopped = any(error.get("code") in {"cancelled", "gave_up"} for error in job.errors)
    files = [f for f in job.input.get("files", ()) if stopped or (f.get("uri") or f"upload:{f['name']}") in failed]
    urls = [url for url in job.input.get("urls", ()) if stopped or url in failed]
    if not files and not urls:
        return None
    wanted = {
        **job.input,
        **({"files": files} if "files" in job.input else {}),
        **({"urls": urls} if "urls" in job.input else {}),
    }
    config = {"max_tokens_per_chunk": job.config.max_tokens_per_chunk, "overlap_tokens": job.config.overlap_tokens,
              "include_private_docs": job.config.include_private_docs}  # fmt: skip
    return await open_job(tx, job.source, wanted, config, source_id=job.source_id, created_by=created_by)
