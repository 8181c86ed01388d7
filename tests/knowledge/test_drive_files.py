"""Drive's folder addresses, what is private at the source, and keys."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.sources.drive.files import FOLDER, folder_id, read_file, says_private
from firstline.knowledge.sources.drive.folders import Tree
from firstline.knowledge.sources.drive.tokens import Tokens
from firstline.knowledge.sources.drive.wording import Endpoints
from firstline.knowledge.sources.port import SourceFailed

ID = "1AbC_d-EfGhIjKlMnOpQrStUvWxYz"


@pytest.mark.parametrize(
    "uri",
    [
        ID,
        f" {ID} ",
        f"https://drive.google.com/drive/folders/{ID}",
        f"https://drive.google.com/drive/u/1/folders/{ID}?usp=sharing",
        f"https://drive.google.com/open?id={ID}&usp=drive_fs",
        f"https://drive.google.com/folderview?usp=x&id={ID}",
    ],
)
def test_a_folder_is_known_by_its_id_in_any_address_people_copy(uri):
    assert folder_id(uri) == ID


@given(st.text(max_size=40))
def test_any_other_text_is_refused_or_an_id_that_cannot_leave_its_place(text):
    with suppress(SourceFailed):
        assert folder_id(text).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "told",
    [
        {"mimeType": FOLDER, "name": "Private"},
        {"mimeType": FOLDER, "name": " INTERNO "},
        {"name": "Margins (internal).xlsx"},
        {"name": "[Confidencial] Sueldos"},
        {"name": "Notes", "description": "How we bid.\nInternal"},
        {"name": "Notes", "description": "for the team #private"},
        {"name": "Notes", "properties": {"visibility": "internal"}},
        {"name": "Notes", "appProperties": {"private": "true"}},
    ],
)
def test_what_its_owner_has_marked_is_private(told):
    assert says_private(told)


@pytest.mark.parametrize(
    "told",
    [
        {"mimeType": FOLDER, "name": "Private parties"},
        {"name": "Private parties menu.docx"},
        {"name": "Internal plumbing explained"},
        {"name": "Menu", "description": "Prices for private events and internal staircases"},
        {"name": "Notes", "properties": {"visibility": "public"}},
    ],
)
def test_a_word_in_passing_makes_nothing_private(told):
    assert not says_private(told)


def test_a_file_in_a_private_folder_is_private_and_its_revision_says_so():
    told = {"id": "x", "name": "a", "mimeType": "text/plain", "md5Checksum": "1"}
    assert read_file(told, private=True).private
    assert read_file(told).revision != read_file(told, private=True).revision
    assert read_file(told).revision == read_file({**told, "modifiedTime": "later", "version": "9"}).revision


def test_a_cursor_of_another_folder_or_choice_is_not_used():
    tree = Tree("r", "", "t1", False, {"r": False}, {"target": ["short"]})
    assert Tree.from_cursor(tree.as_cursor(), "r", private_too=False) == tree
    assert Tree.from_cursor(tree.as_cursor(), "other", private_too=False) is None
    assert Tree.from_cursor(tree.as_cursor(), "r", private_too=True) is None
    assert Tree.from_cursor("nonsense", "r", private_too=False) is None
    assert Tree.from_cursor(None, "r", private_too=False) is None


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (None, "no_secret"),
        ({"service_account": "{not json"}, "bad_secret"),
        ({"service_account": {"client_email": "a@b", "private_key": "-----BEGIN nonsense"}}, "bad_secret"),
        ({"client_id": "a", "client_secret": "b"}, "bad_secret"),
        ({"client_id": "a", "client_secret": "b", "refresh_token": ""}, "bad_secret"),
    ],
)
def test_a_secret_that_is_no_key_says_so_without_showing_it(secret, code):
    with pytest.raises(SourceFailed) as why:
        Tokens(secret, Endpoints.google())
    assert why.value.code == code
    assert "nonsense" not in str(why.value)
