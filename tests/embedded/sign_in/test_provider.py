"""What the local sign-in refuses. That it lets people in is in tests/gateway/console."""

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from domain.access.people import Account, Member
from embedded.sign_in.provider import Client, LocalProvider
from tests.gateway.conftest import serving

BACK = "http://127.0.0.1:8080/console/sign-in/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": "holdfast",
    "redirect_uri": BACK,
    "state": '"><script>',
    "nonce": "n",
    "code_challenge": CHALLENGE,
}
OURS = httpx.BasicAuth("holdfast", "secret")


async def people() -> Sequence[Member]:
    def member(person_id: str, organisation: str, active: bool = True) -> Member:
        account = Account(issuer="http://here", subject=person_id)
        return Member(
            organisation=organisation,
            person_id=person_id,
            name="<Mia>",
            roles=("lead",),
            account=account,
            active=active,
        )

    return [member("mia", "shop"), member("mia", "hotel", active=False)]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = Client(client_id="holdfast", client_secret=SecretStr("secret"), redirect_uris=(BACK,))
    provider = LocalProvider("http://here", client, people)
    async with serving(provider.app()) as url, httpx.AsyncClient(base_url=url) as http:
        yield http


async def code(http: httpx.AsyncClient) -> str:
    response = await http.post("/authorize", data=ASKED | {"subject": "mia"})
    assert response.status_code == 303
    return httpx.URL(response.headers["location"]).params["code"]


async def exchange(http: httpx.AsyncClient, code: str, auth: httpx.Auth = OURS, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": BACK, "code": code}
    return await http.post("/token", data=form | changes, auth=auth)


async def test_one_button_stands_for_each_account(http: httpx.AsyncClient) -> None:
    page = (await http.get("/authorize", params=ASKED)).text
    assert page.count("<button") == 1
    assert "&lt;Mia&gt;" in page
    assert "lead at shop; lead at hotel (access ended)" in page
    assert "<script>" not in page


@pytest.mark.parametrize("changes", [{"client_id": "another"}, {"redirect_uri": "https://evil.example/callback"}])
async def test_it_sends_nobody_elsewhere(http: httpx.AsyncClient, changes: dict[str, str]) -> None:
    assert (await http.get("/authorize", params=ASKED | changes)).status_code == 400
    assert (await http.post("/authorize", data=ASKED | {"subject": "mia"} | changes)).status_code == 400


async def test_nobody_signs_in_who_is_not_there(http: httpx.AsyncClient) -> None:
    assert (await http.post("/authorize", data=ASKED | {"subject": "tom"})).status_code == 400
    assert (await http.post("/authorize", data=ASKED)).status_code == 400


async def test_a_code_counts_once(http: httpx.AsyncClient) -> None:
    made = await code(http)
    assert (await exchange(http, made)).status_code == 200
    again = await exchange(http, made)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "another"}, {"redirect_uri": "http://elsewhere"}, {"grant_type": "password"}]
)
async def test_a_code_is_for_whoever_asked_for_it(http: httpx.AsyncClient, changes: dict[str, str]) -> None:
    answer = await exchange(http, await code(http), OURS, **changes)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "auth", [httpx.Auth(), httpx.BasicAuth("holdfast", "guessed"), httpx.BasicAuth("another", "secret")]
)
async def test_only_our_gateway_gets_a_token(http: httpx.AsyncClient, auth: httpx.Auth) -> None:
    answer = await exchange(http, await code(http), auth)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


async def test_what_is_no_header_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/token", headers={"Authorization": "Basic /"})
    assert answer.status_code == 401


async def test_its_keys_are_public_ones(http: httpx.AsyncClient) -> None:
    keys: list[dict[str, Any]] = (await http.get("/jwks")).json()["keys"]
    assert len(keys) == 1
    assert "d" not in keys[0]


async def test_another_name_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get("/authorize", params=ASKED, headers={"Host": "evil.example"})
    assert answer.status_code == 400
