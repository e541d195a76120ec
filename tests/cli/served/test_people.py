import pytest

from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import ORGANISATION, Gateway

MIA = ("people", "add", "p_mia", "--name", "Mia", "--role", "admin", "--subject", "00u1")
ISSUER = ("--issuer", "https://login.example.com")


@pytest.fixture(autouse=True)
def the_same_database(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", gateway.options.database_url.get_secret_value())
    monkeypatch.setenv("HOLDFAST_ORGANISATION", f"specs/{ORGANISATION}")
    monkeypatch.delenv("HOLDFAST_OIDC_ISSUER", raising=False)


async def test_somebody_is_let_in_listed_and_put_out(holdfast: Holdfast) -> None:
    assert (await holdfast("people", "list")).output.startswith("Nobody may sign in yet.")
    assert (await holdfast(*MIA, *ISSUER)).output == "p_mia may sign in, as admin.\n"
    listed = (await holdfast("people", "list")).output
    assert all(word in listed for word in ("p_mia", "Mia", "admin", "yes"))
    assert (await holdfast("people", "remove", "p_mia")).output.startswith("p_mia may not sign in any more")
    assert "ended" in (await holdfast("people", "list")).output


async def test_the_provider_of_the_settings_is_meant(holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await holdfast(*MIA)
    assert (answer.exit_code, "HOLDFAST_OIDC_ISSUER" in answer.output) == (1, True)
    monkeypatch.setenv("HOLDFAST_OIDC_ISSUER", "https://login.example.com")
    assert (await holdfast(*MIA)).exit_code == 0


@pytest.mark.parametrize(("person", "roles"), [("mia muster", "viewer"), ("p_mia", "boss"), ("p_mia", "integration")])
async def test_whoever_could_not_come_in_is_not_added(holdfast: Holdfast, person: str, roles: str) -> None:
    answer = await holdfast("people", "add", person, "--role", roles, "--subject", "1", *ISSUER)
    assert answer.exit_code == 2


async def test_to_put_out_whoever_is_not_there_is_told(holdfast: Holdfast) -> None:
    answer = await holdfast("people", "remove", "p_mia")
    assert (answer.exit_code, "`holdfast people list`" in answer.output) == (1, True)
