"""Who gets in: people by password, sessions by token, programs by key."""

import pytest

from firstline.ground.errors import Expired, Forbidden, Invalid, Unauthorized
from firstline.ground.tenant import Door
from firstline.tenancy.creating import create_business
from firstline.tenancy.keys import authenticate_key, create_key, revoke_key
from firstline.tenancy.model import Business
from firstline.tenancy.people import add_person, colleagues
from firstline.tenancy.principal import AREAS, Principal
from firstline.tenancy.signin import sign_in, sign_out, who
from firstline.tenancy.tokens import read_token

PASSWORD = "a leaking heater"


@pytest.fixture(scope="module")
async def acme(door: Door) -> Business:
    business = await create_business(door, name="Acme", slug="acme", timezone="America/Chicago")
    await add_person(door, business.id, email="Sarah@Acme.example", name="Sarah", role="owner", password=PASSWORD)
    return business


async def test_the_right_password_opens_a_session(door: Door, acme: Business) -> None:
    signed = await sign_in(door, " sarah@acme.EXAMPLE ", PASSWORD)
    assert signed.token.startswith(f"fls_{acme.id.hex}_")
    person = await who(door, signed.token)
    assert person == signed.principal
    assert (person.business_id, person.name, person.role) == (acme.id, "Sarah", "owner")
    assert person.csrf
    await sign_out(door, signed.token)
    with pytest.raises(Unauthorized):
        await who(door, signed.token)


@pytest.mark.parametrize(
    ("email", "password"),
    [("sarah@acme.example", "wrong"), ("nobody@acme.example", PASSWORD), ("", ""), ("sarah@acme.example", ""), ("a\x00", "b"), ("x" * 10_000, "y" * 10_000)],
)  # fmt: skip
async def test_anything_else_is_the_same_refusal(door: Door, acme: Business, email: str, password: str) -> None:
    with pytest.raises(Unauthorized) as caught:
        await sign_in(door, email, password)
    assert caught.value.code == "wrong_sign_in"


async def test_a_session_ends_with_its_time(door: Door, acme: Business) -> None:
    signed = await sign_in(door, "sarah@acme.example", PASSWORD)
    token = read_token("fls", signed.token)
    assert token
    async with door.transaction(acme.id) as tx:
        await tx.execute("UPDATE sessions SET expires_at = now() WHERE id = $1", token.row_id)
    with pytest.raises(Expired):
        await who(door, signed.token)


async def test_a_token_of_one_business_opens_no_other(door: Door, acme: Business) -> None:
    other = await create_business(door, name="Other", slug="other-one", timezone="UTC")
    signed = await sign_in(door, "sarah@acme.example", PASSWORD)
    with pytest.raises(Unauthorized):
        await who(door, signed.token.replace(acme.id.hex, other.id.hex))
    async with door.transaction(acme.id) as tx:
        key = await create_key(tx)
    with pytest.raises(Unauthorized):
        await authenticate_key(door, key.replace(acme.id.hex, other.id.hex))
    with pytest.raises(Unauthorized):
        await authenticate_key(door, signed.token)


async def test_a_person_of_two_businesses_keeps_the_password_and_chooses(door: Door, acme: Business) -> None:
    second = await create_business(door, name="Zed", slug="zed", timezone="UTC")
    await add_person(door, second.id, email="sarah@acme.example", name="S", role="agent", password="stolen it is")
    with pytest.raises(Unauthorized):
        await sign_in(door, "sarah@acme.example", "stolen it is")
    assert (await sign_in(door, "sarah@acme.example", PASSWORD)).principal.business_id == acme.id
    chosen = await sign_in(door, "sarah@acme.example", PASSWORD, business="zed")
    assert (chosen.principal.business_id, chosen.principal.role) == (second.id, "agent")
    async with door.transaction(second.id) as tx:
        assert [p.name for p in await colleagues(tx)] == ["Sarah"]


async def test_a_suspended_business_lets_nobody_in(door: Door) -> None:
    shut = await create_business(door, name="Shut", slug="shut", timezone="UTC")
    await add_person(door, shut.id, email="x@shut.example", name="X", role="owner", password=PASSWORD)
    signed = await sign_in(door, "x@shut.example", PASSWORD)
    async with door.transaction(shut.id) as tx:
        key = await create_key(tx)
        await tx.execute("UPDATE businesses SET status = 'suspended' WHERE id = $1", shut.id)
    for attempt in (sign_in(door, "x@shut.example", PASSWORD), who(door, signed.token), authenticate_key(door, key)):
        with pytest.raises(Unauthorized):
            await attempt


async def test_a_key_works_until_it_is_revoked(door: Door, acme: Business) -> None:
    async with door.transaction(acme.id) as tx:
        key = await create_key(tx, "suite", ["kb:write"])
    principal = await authenticate_key(door, key)
    assert principal.business_id == acme.id
    assert principal.may("kb:read")
    assert not principal.may("business:read")
    assert await authenticate_key(door, key) is principal
    assert principal.key_id
    async with door.transaction(acme.id) as tx:
        await revoke_key(tx, principal.key_id)
    with pytest.raises(Unauthorized):
        await authenticate_key(door, key)


async def test_a_key_with_an_unknown_scope_is_refused(door: Door, acme: Business) -> None:
    async with door.transaction(acme.id) as tx:
        with pytest.raises(Invalid):
            await create_key(tx, scopes=["kb:steal"])


@pytest.mark.parametrize("wrong", [{"email": "no"}, {"role": "king"}, {"password": "short"}, {"name": " "}])
async def test_a_wrong_person_is_refused_by_field(door: Door, acme: Business, wrong: dict[str, str]) -> None:
    good = {"email": "m@acme.example", "name": "Mike", "role": "agent", "password": PASSWORD}
    with pytest.raises(Invalid) as caught:
        await add_person(door, acme.id, **{**good, **wrong})
    assert caught.value.errors[0]["field"] == next(iter(wrong))


def test_roles_hold_what_the_design_gives_them() -> None:
    def of(role: str) -> Principal:
        from uuid import UUID

        return Principal(UUID(int=0), "user", "", role)

    assert all(of("owner").may(f"{area}:write") for area in AREAS)
    assert of("manager").may("business:write")
    assert not of("manager").may("keys:write")
    assert of("agent").may("conversations:write")
    assert of("agent").may("kb:read")
    assert not of("agent").may("kb:write")
    assert not of("agent").may("business:write")
    assert not of("stranger").may("business:read")
    assert Forbidden.status == 403
