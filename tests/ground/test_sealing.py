"""Sealing: opens with the key and in the place it was sealed for, nowhere else; the folder's key is made once."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.ground.errors import StartupError
from firstline.ground.sealing import KEY_FILE, CannotOpen, Sealer, sealer_from
from firstline.ground.settings import read_settings

PLAIN = {"refresh_token": "1//a-very-secret-token", "client_id": "42"}


def test_what_is_sealed_opens_and_does_not_show():
    sealer = Sealer("first key of this house")
    sealed = sealer.seal(PLAIN, "kb_sources:1")
    assert sealer.open(sealed, "kb_sources:1") == PLAIN
    assert b"very-secret" not in sealed
    assert sealed != sealer.seal(PLAIN, "kb_sources:1")


@pytest.mark.parametrize(
    ("key", "context"), [("another key, not ours", "kb_sources:1"), ("first key of this house", "kb_sources:2")]
)
def test_another_key_or_another_place_does_not_open(key, context):
    sealed = Sealer("first key of this house").seal(PLAIN, "kb_sources:1")
    with pytest.raises(CannotOpen):
        Sealer(key).open(sealed, context)


@given(st.binary(max_size=120))
def test_any_other_bytes_do_not_open(data):
    with pytest.raises(CannotOpen):
        Sealer("first key of this house").open(data, "x")


@given(st.data())
def test_a_changed_byte_does_not_open(data):
    sealer = Sealer("first key of this house")
    sealed = bytearray(sealer.seal(PLAIN, "x"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CannotOpen):
        sealer.open(bytes(sealed), "x")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens():
    old = Sealer("the old key of the house")
    both = Sealer("the new key of the house", "the old key of the house")
    sealed = old.seal(PLAIN, "x")
    assert both.open(sealed, "x") == PLAIN
    assert not both.is_current(sealed)
    again = both.seal(PLAIN, "x")
    assert both.is_current(again)
    with pytest.raises(CannotOpen):
        old.open(again, "x")


def test_neither_the_sealer_nor_its_errors_tell_a_secret():
    sealer = Sealer("first key of this house")
    assert "house" not in repr(sealer) + str(sealer)
    with pytest.raises(CannotOpen) as error:
        sealer.open(sealer.seal(PLAIN, "x"), "y")
    assert "very-secret" not in f"{error.value!r}{error.value}{error.value.detail}"
    assert "house" not in f"{error.value!r}"


def test_the_folder_s_key_is_made_once_even_by_many_at_the_same_time(tmp_path):
    settings = read_settings({"FIRSTLINE_DATA": str(tmp_path / "new")})
    with ThreadPoolExecutor(8) as pool:
        sealers = list(pool.map(lambda _: sealer_from(settings), range(16)))
    sealed = sealers[0].seal(PLAIN, "x")
    assert all(s.open(sealed, "x") == PLAIN for s in sealers)
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_set_later_still_opens_what_the_folder_s_key_sealed(tmp_path):
    before = sealer_from(read_settings({"FIRSTLINE_DATA": str(tmp_path)}))
    after = sealer_from(read_settings({"FIRSTLINE_DATA": str(tmp_path), "FIRSTLINE_SECRET": "a-secret-of-this-house"}))
    sealed = before.seal(PLAIN, "x")
    assert after.open(sealed, "x") == PLAIN
    assert not after.is_current(sealed)


def test_a_secret_makes_no_file_and_several_are_a_rotation(tmp_path):
    def settings(secret):
        return read_settings({"FIRSTLINE_DATA": str(tmp_path), "FIRSTLINE_SECRET": secret})

    old = sealer_from(settings("old-secret-of-this-house"))
    new = sealer_from(settings("new-secret-of-this-house, old-secret-of-this-house"))
    assert new.open(old.seal(PLAIN, "x"), "x") == PLAIN
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_can_be_guessed_is_refused_at_start(tmp_path):
    with pytest.raises(StartupError, match="FIRSTLINE_SECRET"):
        sealer_from(read_settings({"FIRSTLINE_DATA": str(tmp_path), "FIRSTLINE_SECRET": "plumber"}))
