"""Ingestion jobs (spec §3.2): a POST writes the job and its wake-up in one transaction; the worker reads the documents."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound, UnsupportedMedia
from firstline.ground.storage import LocalObjects
from firstline.kit.ids import new_id
from firstline.knowledge import document_queries, queries
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.model import JobConfig
from firstline.knowledge.opening import cancel_job, open_job
from firstline.knowledge.refresh import refresh_source
from firstline.knowledge.uploads import retry_failed
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.schemas.base import Limit, Page, problems
from firstline.web.api.schemas.kb import CrmJobIn, DriveJobIn, FaqJobIn, JobIn, JobOut, ProfileJobIn, UrlJobIn
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["objects_of", "router"]

router = APIRouter(prefix="/kb/jobs", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
MOST_FILES = 50
_FORM_FIELDS = {"files", "file", "source", "title", "visibility", "tags", "include_private_docs"}
Asked = UrlJobIn | FaqJobIn | ProfileJobIn | CrmJobIn | DriveJobIn
_KINDS = ("UrlJobIn", "FaqJobIn", "ProfileJobIn", "CrmJobIn", "DriveJobIn")
_ADAPTER: TypeAdapter[Asked] = TypeAdapter(JobIn)
_ROWS = [{"question": "Do you work on Sundays?", "answer": "Only emergencies."}]
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in _KINDS]},
            "examples": {
                "page": {"value": {"source": "url", "url": "https://acme-plumbing.example/pricing"}},
                "site": {"value": {"source": "url", "url": "https://acme-plumbing.example", "mode": "crawl", "depth": 3}},
                "faq": {"value": {"source": "faq", "rows": _ROWS}},
                "profile": {"value": {"source": "profile"}},
            },
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": _FILES,
                    "source": {"type": "string", "enum": ["upload", "faq"], "default": "upload"},
                    "title": {"type": "string"},
                    "visibility": {"type": "string", "enum": ["public", "internal"], "default": "public"},
                    "tags": {"type": "string", "description": "Comma-separated"},
                },
            }
        },
    },
}  # fmt: skip


def objects_of(rooms: Rooms) -> Any:
    """Where files are kept: what `app` hung up as extras["objects"], else the data folder."""
    return rooms.extras.setdefault("objects", LocalObjects(rooms.settings.data / "objects"))


def _shown(job: Any) -> JobOut:
    return JobOut.model_validate(job)


@router.get("", responses=problems(), summary="Ingestion jobs")
async def list_jobs(
    request: Request,
    who: Reader,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 20,
) -> Page[JobOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await document_queries.jobs_page(tx, cursor, limit + 1)
    shown = [_shown({**dict(row), "config": JobConfig.read(row["config"])}) for row in rows[:limit]]
    return Page(items=shown, next_cursor=str(shown[-1].id) if len(rows) > limit else None)


@router.get("/{job_id}", responses=problems(404), summary="One job with its progress")
async def get_job(request: Request, who: Reader, job_id: UUID) -> JobOut:
    """`stats` grow while it runs; `errors` say for each document why it could not be read."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        job = await queries.get_job(tx, job_id)
    if job is None:
        raise NotFound("job_not_found", "There is no such job.")
    return _shown(job)


@router.post(
    "", status_code=202, responses=problems(409, 413, 415), summary="Ingest", openapi_extra={"requestBody": BODY}
)
async def post_job(request: Request, who: Writer) -> JobOut:
    """JSON for pages, FAQ rows and the profile; multipart for files, 50 at most (PDF, Office, HTML, pictures, mail, ...)."""
    rooms = rooms_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        try:
            async with request.form(max_files=MOST_FILES, max_fields=20) as form:
                source, wanted, config = await _from_form(rooms, who.business_id, form)
        except HTTPException as error:
            told = (
                f"At most {MOST_FILES} files at once." if "files" in str(error.detail) else "This form cannot be read."
            )
            raise Invalid("invalid_request", told, [FieldError("files", told)]) from None
        source_id = None
    elif kind == "application/json" or kind.endswith("+json"):
        asked = _read(await request.body())
        source, wanted, config = _from_json(asked, rooms.settings.web.own_site)
        source_id = asked.source_id if isinstance(asked, DriveJobIn) else None
    else:
        raise UnsupportedMedia("unsupported_media_type", "Send application/json or multipart/form-data.")
    async with rooms.door.transaction(who.business_id) as tx:
        if source_id is not None:
            opened = await refresh_source(tx, source_id, created_by=who.user_id)
            if opened is None:
                raise NotFound("source_not_found", "There is no such source.")
        else:
            opened = await open_job(tx, source, wanted, config, created_by=who.user_id)
        job = await queries.get_job(tx, opened)
    return _shown(job)


@router.delete("/{job_id}", status_code=202, responses=problems(404, 409), summary="Stop a job")
async def stop_job(request: Request, who: Writer, job_id: UUID) -> JobOut:
    """It ends at its next batch; what it has read stays."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        if not await cancel_job(tx, job_id, rooms.live) and await queries.get_job(tx, job_id) is not None:
            raise Conflict("job_ended", "This job has ended already.")
        job = await queries.get_job(tx, job_id)
    if job is None:
        raise NotFound("job_not_found", "There is no such job.")
    return _shown(job)


@router.post("/{job_id}/retry", status_code=202, responses=problems(404, 409), summary="Try again what failed")
async def retry_job(request: Request, who: Writer, job_id: UUID) -> JobOut:
    """A new job of the files and pages that could not be read."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if await queries.get_job(tx, job_id) is None:
            raise NotFound("job_not_found", "There is no such job.")
        again = await retry_failed(tx, job_id, created_by=who.user_id)
        if again is None:
            raise Conflict("nothing_to_retry", "There is nothing in this job to try again.")
        job = await queries.get_job(tx, again)
    return _shown(job)


def _read(body: bytes) -> Asked:
    try:
        return _ADAPTER.validate_json(body)
    except ValidationError as error:
        found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False, include_input=False)]
        if any(e["type"] == "json_invalid" for e in found):
            raise Invalid("invalid_json", "The body is not JSON.") from None
        raise RequestValidationError(found) from None


def _from_json(asked: Asked, own: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    config = asked.config.model_dump()
    if isinstance(asked, UrlJobIn):
        return "url", _pages(asked, own), config
    if isinstance(asked, CrmJobIn | DriveJobIn):
        return asked.source, {}, config
    if isinstance(asked, FaqJobIn):
        return "faq", {"rows": [row.model_dump(exclude_none=True) for row in asked.rows]}, config
    return "profile", {}, config


def _pages(asked: UrlJobIn, own: str) -> dict[str, Any]:
    urls = [*([asked.url] if asked.url else []), *asked.urls]
    if not urls:
        raise Invalid("invalid_request", "Name a url.", [FieldError("url", "is needed")])
    wanted = {**asked.model_dump(exclude={"source", "url", "urls", "config"}, exclude_none=True), "urls": urls}
    try:
        CrawlPlan.read(wanted, own=own)
    except BadPlan as why:
        raise Invalid(
            "invalid_request", f"{why.field}: {why.sentence}", [FieldError(why.field, why.sentence)]
        ) from None
    return wanted


async def _from_form(rooms: Rooms, business_id: UUID, form: FormData) -> tuple[str, dict[str, Any], dict[str, Any]]:
    unknown = [name for name in form if name not in _FORM_FIELDS]
    if unknown:
        raise Invalid("invalid_request", f"{unknown[0]}: unknown field", [FieldError(unknown[0], "unknown field")])
    source, visibility = str(form.get("source", "upload")), str(form.get("visibility", "public"))
    for field, value, among in (
        ("source", source, ("upload", "faq")),
        ("visibility", visibility, ("public", "internal")),
    ):
        if value not in among:
            raise Invalid("invalid_request", f"{field} is wrong", [FieldError(field, f"one of {', '.join(among)}")])
    uploads = [f for name in ("files", "file") for f in form.getlist(name)]
    if not uploads or not all(isinstance(f, UploadFile) and f.filename for f in uploads):
        raise Invalid("invalid_request", "Send at least one file.", [FieldError("files", "is needed")])
    if all(getattr(upload, "size", None) == 0 for upload in uploads):  # one of many: its job says so
        raise Invalid("empty_file", "This file is empty.", [FieldError("files", "is empty")])
    tags = [tag.strip()[:60] for tag in _clean(str(form.get("tags", ""))).split(",") if tag.strip()][:20]
    title = _clean(str(form.get("title", "")))[:300]
    files: list[dict[str, Any]] = []
    for upload in uploads:
        assert isinstance(upload, UploadFile)
        name = _another(_file_name(upload.filename or "file"), {file["name"] for file in files})
        key = f"kb/{business_id.hex}/{new_id().hex}"
        data = await upload.read()
        await objects_of(rooms).put(key, data)
        seen = visibility if "visibility" in form else await _visibility(rooms, business_id, name, visibility)
        files.append({"key": key, "name": name, "title": title, "tags": tags, "visibility": seen})
    private = str(form.get("include_private_docs", "false")).lower() in {"true", "1", "on"}
    return source, {"files": files}, {"include_private_docs": private}


async def _visibility(rooms: Rooms, business_id: UUID, name: str, usual: str) -> str:
    """A file that comes again without a word of who may see it stays for those who could see it."""
    async with rooms.door.transaction(business_id) as tx:
        held = await queries.held_document(tx, f"upload:{name}")
    return held.visibility if held is not None and held.deleted_by is None else usual


def _another(name: str, taken: set[str]) -> str:
    """Two files of one upload may have one name (of two folders): both are kept."""
    stem, dot, suffix = name.rpartition(".")
    number = 2
    found = name
    while found in taken:
        found = f"{stem} ({number}){dot}{suffix}" if stem else f"{name} ({number})"
        number += 1
    return found


def _clean(text: str) -> str:
    return re.sub(r"[\x00-\x1f\ud800-\udfff]", "", text)


def _file_name(name: str) -> str:
    """The last part of the path that a browser may send, without what cannot be stored."""
    last = _clean(name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return last[-200:] or "file"
