from pathlib import Path

import pytest

from domain.access.people import Account, Member
from domain.access.roles import FOR_PEOPLE, refusal_of_roles, with_contained
from embedded.application import ROOT
from embedded.sign_in.people import ensure_people, local_people
from publishing.specification import load_specification
from storage.database import connect
from storage.people import PeopleRepository
from tests.storage.stage import NOW, later

ISSUER = "http://127.0.0.1:8081"


@pytest.fixture(scope="module")
def members() -> list[Member]:
    specification = load_specification(ROOT / "specs" / "techflow").version.specification
    return local_people(specification.organisation, specification.people, ISSUER)


def test_there_is_somebody_of_each_role(members: list[Member]) -> None:
    assert {role for one in members for role in with_contained(one.roles)} >= set(FOR_PEOPLE)
    assert all(one.may_enter and refusal_of_roles(one.roles, FOR_PEOPLE) is None for one in members)
    roles = {one.person_id: one.roles for one in members}
    assert roles["operator"] == ("admin",)
    assert roles["mia"] == ("human_agent", "support")
    assert roles["lea"] == ("approver",)


async def test_they_are_added_once_and_keep_what_was_changed(database_url: str, members: list[Member]) -> None:
    database = await connect(database_url)
    try:
        people = PeopleRepository(database)
        await ensure_people(database, members, NOW)
        mia = await people.get("techflow", "mia")
        assert mia is not None
        await people.keep(mia.model_copy(update={"roles": ("lead",), "active": False}), "operator", NOW)
        await ensure_people(database, members, later(1))
        await ensure_people(database, local_people("techflow", (), "http://127.0.0.1:9999"), later(1))
        changed = await people.get("techflow", "mia")
        assert changed is not None
        assert (changed.roles, changed.active) == (("lead",), False)
        operator = await people.get("techflow", "operator")
        assert operator is not None
        assert operator.account == Account(issuer="http://127.0.0.1:9999", subject="operator")
        assert len(await people.list("techflow")) == len(members)
    finally:
        await database.close()


def test_invented_people_take_nobodys_id(tmp_path: Path) -> None:
    specification = load_specification(ROOT / "specs" / "techflow").version.specification
    auditor = specification.people[0].model_copy(update={"id": "auditor"})
    assert [one.person_id for one in local_people("techflow", [auditor], ISSUER)].count("auditor") == 1
