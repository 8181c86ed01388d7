"""A Google Drive folder read over real HTTP from a server made of Google's published API description."""

import io
from datetime import UTC, datetime

import docx
import openpyxl
import pptx
import pytest
from tests.knowledge.drive_api import DOC, FOLDER, SHEET, SHORTCUT, SLIDES, Answer, GoogleDrive

from firstline.kit.ids import new_id
from firstline.knowledge.model import Job, JobConfig, Parsed, UnreadableDocument
from firstline.knowledge.sources.drive import DriveSource
from firstline.knowledge.sources.port import Gone, Known, Materials, SourceFailed, SourceRow, Unchanged
from firstline.tenancy.model import Business

DOCX, XLSX, PPTX = (
    f"application/vnd.openxmlformats-officedocument.{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)


def a_doc(*paragraphs):
    made, out = docx.Document(), io.BytesIO()
    made.add_heading("Our services", 1)
    for text in paragraphs:
        made.add_paragraph(text)
    table = made.add_table(2, 2)
    for cell, text in zip(table._cells, ("Service", "Price", "Drain cleaning", "$180"), strict=True):
        cell.text = text
    made.save(out)
    return out.getvalue()


def a_sheet():
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in (("Service", "Price"), ("Gutter cleaning", "$240")):
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def a_talk():
    made, out = pptx.Presentation(), io.BytesIO()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Spring offer"
    slide.placeholders[1].text = "Aeration from $95 a lawn"
    made.save(out)
    return out.getvalue()


@pytest.fixture
def google():
    with GoogleDrive() as world:
        yield world
        assert world.refused == []  # nothing was asked for that Google's description does not have


@pytest.fixture
def filled(google):
    google.put("doc-1", "Services", DOC, exports={DOCX: a_doc("We repair leaks within a day.")})
    google.put("sub-1", "Price lists", FOLDER)
    google.put("txt-1", "hours.txt", "text/plain", data=b"We are open on Saturdays until noon.", parents=["sub-1"])
    google.put("sub-2", "Old", FOLDER, parents=["sub-1"])
    google.put("txt-2", "area.md", "text/markdown", data=b"# Area\n\nWe serve the whole valley.", parents=["sub-2"])
    return google


class Reader:
    """Runs the source as a job does: keeps the cursor and what is known from run to run."""

    def __init__(self, google, secret=None, **config):
        self.google, self.config, self.cursor, self.known, self.waits = google, config, None, {}, []
        self.secret = {"service_account": google.account} if secret is None else secret
        self.uri = "https://drive.google.com/drive/folders/root-folder-1?usp=sharing"

    async def read(self):
        async def pause(seconds):
            self.waits.append(seconds)

        row = SourceRow(new_id(), "drive", self.uri, {}, tags=("drive",), cursor=self.cursor, secret=self.secret)
        self.materials = Materials(Business(id=new_id(), name="Acme", slug="acme"), source=row, known=dict(self.known))
        job = Job(new_id(), new_id(), "drive", "running", JobConfig(**self.config), {}, {}, [], row.id, datetime.now(UTC), None)  # fmt: skip
        source = DriveSource(self.google.endpoints, pause, lambda: self.google.now)
        self.google.requests.clear()
        found = [acquired async for acquired in source(job, self.materials)]
        for acquired in found:
            if isinstance(acquired.parsed, Parsed):
                self.known[acquired.uri] = Known(new_id(), acquired.etag)
            elif isinstance(acquired.parsed, Gone):
                self.known.pop(acquired.uri, None)
        self.cursor = self.materials.report.cursor
        return {a.uri: a for a in found}

    async def texts(self):
        return {uri: said(a) for uri, a in (await self.read()).items()}

    @property
    def asked(self):
        return [name.removeprefix("drive.") for name, _ in self.google.requests]


def said(acquired):
    parsed = acquired.parsed
    return parsed.markdown if isinstance(parsed, Parsed) else getattr(parsed, "code", type(parsed).__name__)


async def test_a_folder_and_its_subfolders_are_read_page_by_page(filled):
    filled.page = 1
    reader = Reader(filled)
    found = await reader.texts()
    assert list(found) == ["drive:doc-1", "drive:txt-1", "drive:txt-2"]
    assert "open on Saturdays" in found["drive:txt-1"]
    assert reader.materials.report.complete
    assert reader.materials.report.found == 3
    assert reader.waits == []


async def test_a_google_doc_keeps_its_headings_and_tables_and_leads_back_to_drive(filled):
    acquired = (await Reader(filled).read())["drive:doc-1"]
    assert acquired.parsed.title == "Services"
    assert "# Our services" in acquired.parsed.markdown
    assert "| Drain cleaning | $180 |" in acquired.parsed.markdown
    assert acquired.parsed.metadata["url"] == "https://drive.google.com/file/d/doc-1/view"
    assert acquired.tags == ("drive",)
    assert not acquired.private


async def test_sheets_and_slides_are_read_too(google):
    google.put("sheet-1", "Prices", SHEET, exports={XLSX: a_sheet()})
    google.put("talk-1", "Offer", SLIDES, exports={PPTX: a_talk()})
    found = await Reader(google).texts()
    assert "Gutter cleaning" in found["drive:sheet-1"]
    assert "$240" in found["drive:sheet-1"]
    assert "Aeration from $95" in found["drive:talk-1"]


async def test_a_doc_too_large_to_export_is_taken_in_a_smaller_form(google):
    google.put("doc-9", "Big", DOC, exports={DOCX: b"x" * (10 * 2**20 + 1), "text/markdown": b"# Big\n\nStill read."})
    assert "Still read" in (await Reader(google).texts())["drive:doc-9"]
    google.put("doc-9", "Big", DOC, exports=dict.fromkeys((DOCX, "text/markdown", "text/plain"), b"x" * (10 * 2**20 + 1)))  # fmt: skip
    assert (await Reader(google).texts())["drive:doc-9"] == "drive_too_large"


async def test_a_refresh_asks_for_changes_only(filled):
    reader = Reader(filled)
    await reader.read()
    assert await reader.read() == {}
    assert reader.asked == ["files.get", "changes.list"]
    filled.put("txt-1", "hours.txt", "text/plain", data=b"Closed on Saturdays.", parents=["sub-1"])
    assert await reader.texts() == {"drive:txt-1": "Closed on Saturdays."}
    assert "files.list" not in reader.asked
    assert not reader.materials.report.complete  # a list of changes says nothing of what it leaves out


async def test_a_change_that_is_none_of_the_content_costs_no_download(filled):
    reader = Reader(filled)
    await reader.read()
    filled.change("txt-1", viewedByMeTime="2027-01-01T00:00:00.000Z")
    (acquired,) = (await reader.read()).values()
    assert isinstance(acquired.parsed, Unchanged)
    assert reader.asked == ["files.get", "changes.list"]


@pytest.mark.parametrize("how", ["deleted", "trashed", "moved out"])
async def test_what_leaves_the_folder_in_drive_is_gone_here(filled, how):
    reader = Reader(filled)
    await reader.read()
    if how == "deleted":
        filled.delete("txt-1")
    else:
        filled.change("txt-1", **({"trashed": True} if how == "trashed" else {"parents": ["elsewhere-1"]}))
    assert await reader.texts() == {"drive:txt-1": "Gone"}
    assert await reader.texts() == {}


async def test_a_file_elsewhere_in_the_drive_is_none_of_ours(filled):
    reader = Reader(filled)
    filled.put("other-1", "Diary", DOC, parents=["elsewhere-1"], exports={})
    await reader.read()
    filled.put("other-1", "Diary", DOC, parents=["elsewhere-1"], exports={})
    filled.delete("other-1")
    assert await reader.texts() == {}


async def test_a_new_or_removed_subfolder_has_the_whole_tree_listed_again_and_nothing_read_twice(filled):
    reader = Reader(filled)
    await reader.read()
    filled.put("sub-3", "New", FOLDER)
    filled.put("txt-3", "new.txt", "text/plain", data=b"Brand new.", parents=["sub-3"])
    found = await reader.texts()
    assert found.pop("drive:txt-3") == "Brand new."
    assert set(found.values()) == {"Unchanged"}
    assert reader.materials.report.complete
    filled.change("sub-1", trashed=True)
    assert set(await reader.texts()) == {"drive:doc-1", "drive:txt-3"}  # what a whole run did not see is gone
    assert reader.materials.report.complete


async def test_a_file_made_while_the_folder_is_read_is_told_by_the_next_run(filled):
    reader = Reader(filled)
    real = filled._files_list

    def listed(query):
        if "late-1" not in filled.files and "sub-2" in query["q"]:
            filled.put("late-1", "late.txt", "text/plain", data=b"Came late.")
        return real(query)

    filled._files_list = listed
    assert "drive:late-1" not in await reader.texts()
    assert await reader.texts() == {"drive:late-1": "Came late."}


async def test_private_documents_are_marked_and_a_moved_one_is_read_anew(google):
    google.put("sub-1", "Internal", FOLDER)
    google.put("txt-1", "margins.txt", "text/plain", data=b"Our margin is 40 percent.", parents=["sub-1"])
    google.put("txt-2", "menu.txt", "text/plain", data=b"Soup.", properties={"visibility": "internal"})
    google.put("txt-3", "open.txt", "text/plain", data=b"Bread.")
    reader = Reader(google)
    assert {uri for uri, a in (await reader.read()).items() if a.private} == {"drive:txt-1", "drive:txt-2"}
    google.change("txt-3", parents=["sub-1"])
    (moved,) = (await reader.read()).values()
    assert moved.private
    assert isinstance(moved.parsed, Parsed)


async def test_a_shortcut_follows_its_target_and_says_when_it_cannot(google):
    google.put("target-1", "Terms", "text/plain", data=b"Net 30.", parents=["elsewhere-1"])
    google.put("elsewhere-2", "Team", FOLDER, parents=[])
    details = {"targetId": "target-1", "targetMimeType": "text/plain"}
    google.put("short-1", "Terms", SHORTCUT, shortcutDetails=details)
    google.put("short-2", "Team", SHORTCUT, shortcutDetails={"targetId": "elsewhere-2", "targetMimeType": FOLDER})
    google.put("short-3", "Lost", SHORTCUT, shortcutDetails={"targetId": "nowhere", "targetMimeType": "text/plain"})
    reader = Reader(google)
    told = {"drive:short-1": "Net 30.", "drive:short-2": "folder_shortcut", "drive:short-3": "broken_shortcut"}
    assert await reader.texts() == told
    google.put("target-1", "Terms", "text/plain", data=b"Net 60.", parents=["elsewhere-1"])
    assert await reader.texts() == {"drive:short-1": "Net 60."}
    google.delete("target-1")
    assert await reader.texts() == {"drive:short-1": "Gone"}


async def test_what_holds_no_text_or_may_not_be_read_is_told_and_not_downloaded(google):
    google.put("film-1", "film.mp4", "video/mp4", data=b"0000")
    google.put("form-1", "Form", "application/vnd.google-apps.form")
    google.put("big-1", "big.pdf", "application/pdf", data=b"%PDF", size=str(2**40))
    google.put("no-1", "no.txt", "text/plain", data=b"x", capabilities={"canDownload": False})
    google.put("odd-1", "odd.bin", "application/octet-stream", data=b"\x00\x01\x02" * 50)
    reader = Reader(google)
    found = await reader.texts()
    assert found["drive:film-1"] == found["drive:form-1"] == "no_text"
    assert found["drive:big-1"] == "drive_too_large"
    assert found["drive:no-1"] == "no_download"
    assert found["drive:odd-1"] == "unknown_type"
    assert reader.asked.count("files.get") == 2  # the folder, and the one whose bytes had to be looked at


async def test_a_body_over_the_limit_is_cut_off_whatever_its_size_was_said_to_be(google, monkeypatch):
    from firstline.knowledge.sources.drive import reading

    monkeypatch.setattr(reading, "limits", lambda: {"bytes": 1000})
    google.put("liar-1", "liar.txt", "text/plain", data=b"x" * 5000, size="10")
    assert (await Reader(google).texts())["drive:liar-1"] == "drive_too_large"


async def test_a_shared_drive_is_read_by_its_own_list_and_feed(google):
    google.change("root-folder-1", driveId="shared-drive-1")
    google.put("txt-1", "a.txt", "text/plain", data=b"Shared words.", driveId="shared-drive-1")
    reader = Reader(google)
    assert await reader.texts() == {"drive:txt-1": "Shared words."}
    asked = dict(google.requests)
    assert asked["drive.files.list"]["corpora"] == "drive"
    assert asked["drive.changes.getStartPageToken"]["driveId"] == "shared-drive-1"


async def test_a_refresh_token_works_as_well(filled):
    assert "drive:doc-1" in await Reader(filled, secret=filled.refresh).texts()


async def test_a_token_that_ends_in_the_middle_is_renewed_once_and_nothing_is_lost(filled):
    reader = Reader(filled)
    real = filled._files_list

    def ends(query):
        if "sub-1" in query["q"] and filled.tokens_given == 1:
            filled.tokens.clear()
            raise Answer(401, "authError", "Invalid Credentials")
        return real(query)

    filled._files_list = ends
    assert len(await reader.read()) == 3
    assert filled.tokens_given == 2
    assert reader.waits == []


async def test_a_token_is_renewed_before_its_hour_is_over(filled):
    filled.lives = 61
    reader = Reader(filled)
    real = filled._files_list

    def later(query):
        filled.now += 30
        return real(query)

    filled._files_list = later
    await reader.read()
    assert filled.tokens_given > 1


@pytest.mark.parametrize(("status", "reason"), [(429, "rateLimitExceeded"), (403, "userRateLimitExceeded"), (503, "backendError")])  # fmt: skip
async def test_google_asking_for_patience_is_waited_for(filled, status, reason):
    filled.troubles += [("drive.files.list", Answer(status, reason, headers={"retry-after": "7"}))] * 2
    reader = Reader(filled)
    assert len(await reader.read()) == 3
    assert len(reader.waits) == 2
    assert all(7 <= seconds <= 33 for seconds in reader.waits)


async def test_patience_has_an_end(filled):
    filled.troubles += [("drive.files.list", Answer(429, "rateLimitExceeded"))] * 50
    reader = Reader(filled)
    with pytest.raises(SourceFailed) as why:
        await reader.read()
    assert why.value.code == "rate_limited"
    assert len(reader.waits) == 4
    assert sum(reader.waits) < 130


async def test_one_file_that_does_not_come_is_tried_again_by_the_next_run(filled):
    reader = Reader(filled)
    filled.troubles += [("drive.files.export", Answer(500, "backendError"))] * 5
    found = await reader.texts()
    assert found["drive:doc-1"] == "unreachable"
    assert "drive:txt-2" in found
    assert reader.cursor is None
    assert "leaks" in (await reader.texts())["drive:doc-1"]
    assert await reader.texts() == {}


async def test_google_away_for_good_ends_the_run_early(filled):
    for number in range(6):
        filled.put(f"more-{number}", f"a{number}.txt", "text/plain", data=b"x")
    reader = Reader(filled)
    real = filled._files_get

    def gets(query, file_id):
        if query.get("alt") == "media":
            raise Answer(503, "backendError")
        return real(query, file_id)

    filled._files_get = gets
    with pytest.raises(SourceFailed) as why:
        await reader.read()
    assert why.value.code == "unreachable"
    assert len(reader.waits) == 12  # three files, four waits each


@pytest.mark.parametrize("secret", ["account", "refresh"])
async def test_a_revoked_key_says_so(filled, secret):
    filled.revoked = True
    with pytest.raises(SourceFailed, match="revoked") as why:
        await Reader(filled, secret=getattr(filled, secret)).read()
    assert why.value.code == "revoked"


async def test_a_key_that_google_does_not_know_is_revoked_and_its_request_was_signed_by_it(filled):
    stranger = GoogleDrive()
    with pytest.raises(SourceFailed) as why:
        await Reader(filled, secret={"service_account": {**stranger.account}}).read()
    assert why.value.code == "revoked"
    assert filled.refused == ["Invalid JWT Signature."]
    filled.refused.clear()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(404, "notFound"), "folder_not_found"),
        (Answer(403, "accessNotConfigured"), "not_enabled"),
        (Answer(403, "insufficientFilePermissions"), "forbidden"),
        (Answer(401, "authError"), "revoked"),
    ],
)
async def test_a_folder_we_may_not_read_says_what_to_do(filled, answer, code):
    filled.troubles += [("drive.files.get", answer)] * 2
    with pytest.raises(SourceFailed) as why:
        await Reader(filled).read()
    assert why.value.code == code
    assert why.value.sentence.endswith((".", "!"))


async def test_a_folder_in_the_trash_or_a_file_is_no_folder(filled):
    reader = Reader(filled)
    reader.uri = "doc-1-is-no-folder"
    filled.put("doc-1-is-no-folder", "x", DOC, exports={})
    with pytest.raises(SourceFailed, match="single file"):
        await reader.read()
    filled.change("root-folder-1", trashed=True)
    with pytest.raises(SourceFailed, match="trash"):
        await Reader(filled).read()


async def test_a_cursor_that_google_no_longer_knows_starts_anew(filled):
    reader = Reader(filled)
    await reader.read()
    reader.cursor = reader.cursor.replace('"token":"c', '"token":"gone-')
    assert set((await reader.texts()).values()) == {"Unchanged"}
    assert reader.materials.report.complete


async def test_a_file_that_vanishes_between_list_and_download_is_gone(filled):
    reader = Reader(filled)
    real = filled._files_list

    def listed(query):
        out = real(query)
        if "sub-2" in query["q"]:
            filled.files.pop("txt-2")
        return out

    filled._files_list = listed
    assert (await reader.texts())["drive:txt-2"] == "Gone"


async def test_more_files_than_a_folder_may_have_are_told_and_nothing_is_taken_for_gone(filled, monkeypatch):
    from firstline.knowledge.sources.drive.wording import drive_data

    monkeypatch.setitem(drive_data()["limits"], "files", 2)
    reader = Reader(filled)
    found = await reader.read()
    assert isinstance(found["drive:root-folder-1"].parsed, UnreadableDocument)
    assert not reader.materials.report.complete
