import pytest

from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import ORGANISATION, Gateway


@pytest.fixture(autouse=True)
def the_same_database(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", gateway.options.database_url.get_secret_value())
    monkeypatch.setenv("HOLDFAST_ORGANISATION", f"specs/{ORGANISATION}")


async def test_a_key_opens_what_its_role_allows_until_it_is_revoked(gateway: Gateway, holdfast: Holdfast) -> None:
    made = await holdfast("keys", "create", "anna", "--role", "viewer", "--role", "finance")
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    assert (await gateway.http.get("/v1/approvals", headers=headers)).status_code == 200
    assert (await gateway.http.get("/v1/vendors", headers=headers)).status_code == 200
    assert "anna" in (listed := (await holdfast("keys", "list")).output)
    assert "viewer, finance" in listed
    assert made.stdout.strip() not in listed
    assert (await holdfast("keys", "revoke", "anna")).output == "anna has no key any more: 1 revoked.\n"
    assert (await gateway.http.get("/v1/approvals", headers=headers)).status_code == 401
    assert (await holdfast("keys", "list")).output.startswith("There is no key.")


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("anna", "aprover"),
        ("anna lindner", "viewer"),
        ("anna@example.com", "viewer"),
        ("", "viewer"),
        ("x" * 65, "viewer"),
    ],
)
async def test_a_key_that_nobody_could_use_is_not_made(holdfast: Holdfast, person: str, role: str) -> None:
    assert (await holdfast("keys", "create", person, "--role", role)).exit_code == 2


async def test_to_revoke_what_nobody_has_is_told(holdfast: Holdfast) -> None:
    answer = await holdfast("keys", "revoke", "anna")
    assert (answer.exit_code, "`holdfast keys list`" in answer.output) == (1, True)
