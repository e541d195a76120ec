"""`holdfast desk`: who a colleague at a desk is with us."""

import pytest

from storage.desk_people import DeskPeopleRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import ORGANISATION, Gateway


@pytest.fixture(autouse=True)
def the_same_database(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", gateway.options.database_url.get_secret_value())
    monkeypatch.setenv("HOLDFAST_ORGANISATION", f"specs/{ORGANISATION}")


async def test_a_colleague_is_linked_listed_and_unlinked(gateway: Gateway, holdfast: Holdfast) -> None:
    assert (await holdfast("desk", "list")).output.startswith("Nobody is linked.")
    await holdfast("keys", "create", "p_anna", "--role", "approver")
    linked = await holdfast("desk", "link", "U02ABC", "p_anna")
    assert linked.output == "U02ABC is p_anna now, with the roles approver.\n"
    found = await DeskPeopleRepository(gateway.database).person(ORGANISATION, "slack", "U02ABC")
    assert found is not None
    assert (found.person_id, found.roles) == ("p_anna", ("approver",))
    listed = (await holdfast("desk", "list")).output
    assert "p_anna" in listed
    assert "U02ABC" in listed
    assert (await holdfast("desk", "unlink", "U02ABC")).output == "U02ABC is nobody here any more.\n"
    assert await DeskPeopleRepository(gateway.database).person(ORGANISATION, "slack", "U02ABC") is None


async def test_a_link_to_a_person_without_a_key_says_so(holdfast: Holdfast) -> None:
    assert "holdfast keys create" in (await holdfast("desk", "link", "U02ABC", "p_bo")).output


@pytest.mark.parametrize(
    "arguments",
    [("link", "anna", "p_anna"), ("link", "U02ABC", "anna@example.com"), ("link", "U02ABC", "p_anna", "--desk", "fax")],
)
async def test_what_names_nobody_is_refused(holdfast: Holdfast, arguments: tuple[str, ...]) -> None:
    assert (await holdfast("desk", *arguments)).exit_code == 2


async def test_to_unlink_who_is_not_linked_is_told(holdfast: Holdfast) -> None:
    answer = await holdfast("desk", "unlink", "U02ABC")
    assert (answer.exit_code, "`holdfast desk list`" in answer.output) == (1, True)
