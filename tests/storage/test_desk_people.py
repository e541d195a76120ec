from datetime import timedelta

import pytest

from domain.access.people import Member
from domain.desk.clicks import DeskPerson
from storage.api_keys import ApiKeyRepository
from storage.database import Database
from storage.desk_people import DeskPeopleRepository
from storage.people import PeopleRepository
from tests.storage.stage import NOW, ORGANISATION, later

DESK = "slack"


@pytest.fixture
def people(database: Database) -> DeskPeopleRepository:
    return DeskPeopleRepository(database)


async def test_a_user_is_a_person_with_the_roles_of_all_their_keys(
    people: DeskPeopleRepository, database: Database
) -> None:
    keys = ApiKeyRepository(database)
    await keys.create(ORGANISATION, "anna", ("approver",))
    await keys.create(ORGANISATION, "anna", ("human_agent", "approver"))
    await keys.create("another", "anna", ("admin",))
    await people.link(ORGANISATION, DESK, "U0ANNA", "anna", NOW)
    found = await people.person(ORGANISATION, DESK, "U0ANNA")
    assert found is not None
    assert (found.person_id, set(found.roles)) == ("anna", {"approver", "human_agent"})


async def test_whoever_may_sign_in_has_the_same_roles_at_the_desk_as_long_as_they_may(
    people: DeskPeopleRepository, database: Database
) -> None:
    may_enter = PeopleRepository(database)
    anna = Member(organisation=ORGANISATION, person_id="anna", name="Anna", roles=("approver",))
    await may_enter.keep(anna, "lea", NOW)
    await people.link(ORGANISATION, DESK, "U0ANNA", "anna", NOW)
    assert await people.person(ORGANISATION, DESK, "U0ANNA") == DeskPerson(person_id="anna", roles=("approver",))
    await may_enter.end(ORGANISATION, "anna", "lea", NOW)
    assert await people.person(ORGANISATION, DESK, "U0ANNA") == DeskPerson(person_id="anna")


async def test_roles_end_with_the_keys(people: DeskPeopleRepository, database: Database) -> None:
    await ApiKeyRepository(database).create(ORGANISATION, "anna", ("approver",))
    await people.link(ORGANISATION, DESK, "U0ANNA", "anna", NOW)
    await ApiKeyRepository(database).revoke(ORGANISATION, "anna")
    assert await people.person(ORGANISATION, DESK, "U0ANNA") == DeskPerson(person_id="anna")


@pytest.mark.parametrize(("organisation", "desk", "user"), [("another", DESK, "U1"), (ORGANISATION, "teams", "U1")])
async def test_a_link_holds_for_one_organisation_and_desk(
    people: DeskPeopleRepository, organisation: str, desk: str, user: str
) -> None:
    await people.link(ORGANISATION, DESK, user, "anna", NOW)
    assert await people.person(organisation, desk, user) is None
    assert await people.user(organisation, desk, "anna") is None


async def test_a_user_who_is_linked_again_is_somebody_else(people: DeskPeopleRepository) -> None:
    await people.link(ORGANISATION, DESK, "U1", "anna", NOW)
    await people.link(ORGANISATION, DESK, "U1", "bo", later(1))
    assert [(one.user_id, one.person_id) for one in await people.list(ORGANISATION, DESK)] == [("U1", "bo")]
    assert await people.user(ORGANISATION, DESK, "anna") is None


async def test_a_person_with_two_users_is_written_to_at_the_newer_one(people: DeskPeopleRepository) -> None:
    await people.link(ORGANISATION, DESK, "U2", "anna", NOW + timedelta(days=1))
    await people.link(ORGANISATION, DESK, "U1", "anna", NOW)
    assert await people.user(ORGANISATION, DESK, "anna") == "U2"


async def test_unlinking_says_whether_there_was_a_link(people: DeskPeopleRepository) -> None:
    await people.link(ORGANISATION, DESK, "U1", "anna", NOW)
    assert [await people.unlink(ORGANISATION, DESK, "U1") for _ in range(2)] == [True, False]
