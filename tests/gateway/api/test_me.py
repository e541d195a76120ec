import pytest

from tests.gateway.conftest import ORGANISATION, Gateway


async def test_a_key_tells_whose_it_is(gateway: Gateway) -> None:
    me = await gateway.http.get("/v1/me", headers=await gateway.key("approver", person="lea"))
    assert me.json() == {
        "person_id": "lea",
        "name": "lea",
        "roles": ["viewer", "human_agent", "approver"],
        "organisation": ORGANISATION,
        "organisations": [ORGANISATION],
        "away_until": None,
        "csrf_token": None,
        "via": "api",
    }
    assert me.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("client", "via"), [("cli", "cli"), ("console", "api"), ("", "api")])
async def test_our_command_line_says_what_it_is(gateway: Gateway, client: str, via: str) -> None:
    headers = await gateway.key("viewer") | {"X-Holdfast-Client": client}
    assert (await gateway.http.get("/v1/me", headers=headers)).json()["via"] == via


async def test_a_key_stays_in_its_organisation(gateway: Gateway) -> None:
    body = {"organisation": "elsewhere"}
    answer = await gateway.http.post("/v1/me/organisation", json=body, headers=await gateway.key("admin"))
    assert answer.status_code == 403
