from datetime import timedelta
from typing import Any

import pytest

from domain.access.people import Account, Member
from storage.audit import AuditFilter, AuditRepository
from storage.database import Database
from storage.people import PeopleRepository
from storage.sign_ins import FORGOTTEN_AFTER, Attempt, SignIn, SignInRepository
from tests.storage.stage import NOW, later

ACCOUNT = Account(issuer="https://login.example.com", subject="00u1")
ATTEMPT = Attempt(nonce="n", verifier="v", next_path="/console")
IDLE, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def member(organisation: str = "shop", **fields: Any) -> Member:
    known = {"organisation": organisation, "person_id": "p_mia", "name": "Mia", "roles": ("lead",), "account": ACCOUNT}
    return Member.model_validate(known | fields)


@pytest.fixture
def sign_ins(database: Database) -> SignInRepository:
    return SignInRepository(database)


@pytest.fixture
async def people(database: Database) -> PeopleRepository:
    people = PeopleRepository(database)
    await people.keep(member(), "anna", NOW)
    return people


async def signed_in(sign_ins: SignInRepository, token: str = "t", within: tuple[str, ...] | None = None) -> None:
    await sign_ins.create(token, member(), ACCOUNT, within, NOW, later(36_000))


async def test_an_attempt_counts_once_for_the_browser_that_began_it(sign_ins: SignInRepository) -> None:
    await sign_ins.begin("state", "browser", ATTEMPT, NOW, timedelta(minutes=10))
    assert await sign_ins.take("state", "another", NOW) is None
    assert await sign_ins.take("made up", "browser", NOW) is None
    assert await sign_ins.take("state", "browser", NOW) == ATTEMPT
    assert await sign_ins.take("state", "browser", NOW) is None


async def test_an_attempt_that_took_too_long_counts_no_more_and_is_forgotten(
    sign_ins: SignInRepository, database: Database
) -> None:
    await sign_ins.begin("state", "browser", ATTEMPT, NOW, timedelta(minutes=10))
    assert await sign_ins.take("state", "browser", later(1)) is None
    await sign_ins.begin("another", "browser", ATTEMPT, later(601), timedelta(minutes=10))
    assert await database.fetchval("SELECT count(*) FROM sign_in_attempts") == 1


async def test_a_token_leads_to_whoever_signed_in_and_is_not_kept(
    sign_ins: SignInRepository, people: PeopleRepository, database: Database
) -> None:
    await signed_in(sign_ins, "a token of theirs", ("shop",))
    assert await sign_ins.read("a token of theirs", later(60), IDLE) == SignIn(
        organisation="shop",
        person_id="p_mia",
        name="Mia",
        roles=("lead",),
        account=ACCOUNT,
        within=("shop",),
        used_at=NOW,
    )
    assert await sign_ins.read("another", later(60), IDLE) is None
    stored = await database.fetchrow("SELECT * FROM sign_ins")
    assert stored is not None
    assert "a token of theirs" not in str(dict(stored))


async def test_it_ends_when_left_alone_and_reading_is_no_use(
    sign_ins: SignInRepository, people: PeopleRepository
) -> None:
    await signed_in(sign_ins)
    assert await sign_ins.read("t", later(3599), IDLE) is not None
    assert await sign_ins.read("t", later(3600), IDLE) is None
    assert await sign_ins.use("t", later(3599), IDLE, every=MINUTE) is not None
    assert await sign_ins.read("t", later(7000), IDLE) is not None


async def test_use_is_written_at_most_once_in_a_while(sign_ins: SignInRepository, people: PeopleRepository) -> None:
    await signed_in(sign_ins)
    for seconds, used in ((59, 0), (60, 60), (119, 60), (120, 120)):
        await sign_ins.use("t", later(seconds), IDLE, every=MINUTE)
        found = await sign_ins.read("t", later(seconds), IDLE)
        assert found is not None
        assert found.used_at == later(used)


async def test_it_ends_in_any_case(sign_ins: SignInRepository, people: PeopleRepository) -> None:
    await sign_ins.create("t", member(), ACCOUNT, None, NOW, later(100))
    assert await sign_ins.read("t", later(99), IDLE) is not None
    assert await sign_ins.read("t", later(100), IDLE) is None
    after = NOW + FORGOTTEN_AFTER + timedelta(seconds=101)
    await sign_ins.create("u", member(), ACCOUNT, None, after, after + IDLE)
    assert await sign_ins.read("u", after, IDLE) is not None


async def test_signing_out_ends_it_and_is_recorded(
    sign_ins: SignInRepository, people: PeopleRepository, database: Database
) -> None:
    await signed_in(sign_ins)
    for _ in range(2):
        await sign_ins.revoke("t", later(1))
    assert await sign_ins.read("t", later(1), IDLE) is None
    events = await AuditRepository(database).of_organisation("shop", AuditFilter(actor="p_mia"), 10)
    assert [one.kind for one in events] == ["signed_out", "signed_in"]


@pytest.mark.parametrize(
    "changes",
    [{"active": False}, {"account": Account(issuer=ACCOUNT.issuer, subject="another")}, {"account": None}],
    ids=["access ended", "another account", "no account"],
)
async def test_what_an_administrator_ends_is_over_at_once(
    sign_ins: SignInRepository, people: PeopleRepository, changes: dict[str, Any]
) -> None:
    await signed_in(sign_ins)
    await people.keep(member(**changes), "anna", NOW)
    assert await sign_ins.read("t", later(1), IDLE) is None


async def test_an_ended_access_that_is_restored_brings_no_sign_in_back(
    sign_ins: SignInRepository, people: PeopleRepository
) -> None:
    await signed_in(sign_ins)
    await people.end("shop", "p_mia", "anna", NOW)
    await people.keep(member(), "anna", NOW)
    assert await sign_ins.read("t", later(1), IDLE) is None


async def test_roles_are_those_of_now(sign_ins: SignInRepository, people: PeopleRepository) -> None:
    await signed_in(sign_ins)
    await people.keep(member(roles=("viewer",)), "anna", NOW)
    found = await sign_ins.read("t", later(1), IDLE)
    assert found is not None
    assert found.roles == ("viewer",)


async def test_it_goes_on_in_another_organisation(sign_ins: SignInRepository, people: PeopleRepository) -> None:
    hotels = member("hotel", person_id="m1")
    await people.keep(hotels, "anna", NOW)
    await signed_in(sign_ins)
    await sign_ins.move("t", hotels, later(1))
    found = await sign_ins.read("t", later(1), IDLE)
    assert found is not None
    assert (found.organisation, found.person_id) == ("hotel", "m1")
