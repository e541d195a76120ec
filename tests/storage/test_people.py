from typing import Any

import pytest

from domain.access.people import Account, Member
from domain.errors import ConflictError
from storage.api_keys import ApiKeyRepository
from storage.audit import AuditFilter, AuditRepository
from storage.database import Database
from storage.people import PeopleRepository
from tests.storage.stage import NOW, later

ACCOUNT = Account(issuer="https://login.example.com", subject="00u1")


def member(person_id: str = "p_mia", **fields: Any) -> Member:
    known = {"organisation": "shop", "person_id": person_id, "name": "Mia", "roles": ("viewer",), "account": ACCOUNT}
    return Member.model_validate(known | fields)


@pytest.fixture
def people(database: Database) -> PeopleRepository:
    return PeopleRepository(database)


async def test_somebody_is_added_and_changed_and_it_is_recorded(people: PeopleRepository, database: Database) -> None:
    added = await people.keep(member(), "anna", NOW)
    assert added == member(created_at=NOW)
    changed = await people.keep(member(roles=("lead",), active=False), "anna", later(5))
    assert changed == member(roles=("lead",), active=False, created_at=NOW)
    assert await people.get("shop", "p_mia") == changed
    events = await AuditRepository(database).of_organisation("shop", AuditFilter(), 10)
    assert [(one.kind, one.actor, one.at) for one in events] == [
        ("person_changed", "anna", later(5)),
        ("person_added", "anna", NOW),
    ]
    assert events[0].data == {"person_id": "p_mia", "roles": ["lead"], "active": False}
    assert "Mia" not in str(events)


async def test_each_organisation_has_people_of_its_own(people: PeopleRepository) -> None:
    await people.keep(member(), "anna", NOW)
    await people.keep(member("p_tom", account=None), "anna", NOW)
    await people.keep(member("m1", organisation="hotel"), "anna", NOW)
    assert [one.person_id for one in await people.list("shop")] == ["p_mia", "p_tom"]
    assert await people.get("hotel", "p_mia") is None
    assert [one.person_id for one in await people.of_account(ACCOUNT)] == ["m1", "p_mia"]
    assert [one.person_id for one in await people.with_issuer(ACCOUNT.issuer)] == ["m1", "p_mia"]
    assert await people.of_account(Account(issuer="https://elsewhere", subject="00u1")) == []


async def test_two_of_one_organisation_have_no_account_in_common(people: PeopleRepository) -> None:
    await people.keep(member(), "anna", NOW)
    with pytest.raises(ConflictError, match="p_mia already"):
        await people.keep(member("p_tom"), "anna", NOW)


async def test_ending_somebodys_access_revokes_their_keys(people: PeopleRepository, database: Database) -> None:
    keys = ApiKeyRepository(database)
    mias, toms = await keys.create("shop", "p_mia", ["viewer"]), await keys.create("shop", "p_tom", ["viewer"])
    await people.keep(member(), "anna", NOW)
    assert await people.end("shop", "p_mia", "anna", NOW)
    found = await people.get("shop", "p_mia")
    assert found is not None
    assert not found.active
    assert await keys.find(mias) is None
    assert await keys.find(toms) is not None
    assert not await people.end("shop", "p_tom", "anna", NOW)
    assert not await people.end("hotel", "p_mia", "anna", NOW)
