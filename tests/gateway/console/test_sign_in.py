"""The whole way in, with a real provider and a browser's cookies, over sockets."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from temporalio.client import Client as TemporalClient

from domain.access.people import ClaimNames
from embedded.sign_in.provider import Granted, LocalProvider
from gateway.options import GatewayOptions
from integrations.sign_in.oidc import ProviderAccess
from storage.database import Database
from storage.specs import SpecRepository
from tests.gateway.conftest import ORGANISATION, Gateway, serve
from tests.gateway.signing_in import SignInGateway, sign_in_gateway


@pytest.fixture
async def console(
    options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> AsyncIterator[SignInGateway]:
    async with sign_in_gateway(options, database, temporal_client) as console:
        await console.add("mia", "human_agent")
        yield console


async def test_somebody_signs_in_and_works_with_their_own_roles(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    me = (await browser.get("/v1/me")).json()
    assert me["person_id"] == "mia"
    assert me["name"] == "Mia"
    assert me["roles"] == ["viewer", "human_agent"]
    assert me["organisation"] == ORGANISATION
    assert me["organisations"] == [ORGANISATION]
    assert me["via"] == "console"
    assert (await browser.get("/v1/conversations")).status_code == 200
    assert (await browser.get("/v1/keys")).status_code == 403


async def test_the_way_back_leads_to_where_somebody_wanted_to_go(console: SignInGateway) -> None:
    response = await console.browser().come_back("mia", "/console/approvals?state=open")
    assert response.headers["location"] == "/console/approvals?state=open"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
async def test_it_never_leads_to_another_host(console: SignInGateway, elsewhere: str) -> None:
    response = await console.browser().come_back("mia", elsewhere)
    assert response.headers["location"] == "/console"


async def test_the_cookie_is_for_no_script_and_no_other_site(console: SignInGateway) -> None:
    response = await console.browser().come_back("mia")
    cookie = next(one for one in response.headers.get_list("set-cookie") if one.startswith("holdfast="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_behind_https_the_cookie_is_bound_to_the_host(
    options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> None:
    public = options.model_copy(update={"public_url": "https://support.example"})
    async with sign_in_gateway(public, database, temporal_client) as console:
        response = await console.browser().get("/console/sign-in")
        cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-holdfast-sign-in=")
    assert "Secure" in cookie
    assert "redirect_uri=https%3A%2F%2Fsupport.example%2Fconsole%2Fsign-in%2Fcallback" in response.headers["location"]


async def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_before(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    first = browser.cookies["holdfast"]
    await browser.sign_in("mia")
    assert browser.cookies["holdfast"] != first
    old = await httpx.AsyncClient(base_url=console.gateway.url, cookies={"holdfast": first}).get("/v1/me")
    assert old.status_code == 401


async def test_signing_out_ends_it(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    token = browser.cookies["holdfast"]
    assert (await browser.ask("POST", "/console/sign-out")).status_code == 204
    assert "holdfast" not in browser.cookies
    again = httpx.AsyncClient(base_url=console.gateway.url, cookies={"holdfast": token})
    assert (await again.get("/v1/me")).status_code == 401


async def test_a_state_counts_once_and_in_one_browser(console: SignInGateway) -> None:
    browser, other = console.browser(), console.browser()
    back = await browser.choose(await browser.begin(), "mia")
    assert (await other.get(back)).status_code == 400
    assert (await browser.get(back)).status_code == 303
    replayed = await browser.get(back)
    assert replayed.status_code == 400
    assert "used already" in replayed.text


async def test_a_sign_in_that_nobody_began_is_refused(console: SignInGateway) -> None:
    response = await console.browser().get("/console/sign-in/callback?state=made-up&code=made-up")
    assert response.status_code == 400


async def test_the_providers_own_refusal_is_told(console: SignInGateway) -> None:
    browser = console.browser()
    page = await browser.begin()
    state = page.url.params["state"]
    response = await browser.get("/console/sign-in/callback", params={"state": state, "error": "access_denied"})
    assert response.status_code == 403
    assert "access_denied" in response.text


async def test_what_is_no_code_of_the_providers_is_refused(console: SignInGateway) -> None:
    browser = console.browser()
    page = await browser.begin()
    params = {"state": page.url.params["state"], "code": "made-up"}
    response = await browser.get("/console/sign-in/callback", params=params)
    assert response.status_code == 400
    assert "holdfast" not in browser.cookies


async def test_a_stranger_is_told_whom_to_ask_and_with_which_account(console: SignInGateway) -> None:
    browser = console.browser()
    page = await browser.begin()
    back = await browser.choose(page, "mia")
    await console.gateway.database.fetchval("UPDATE people SET subject = 'somebody else'")
    response = await browser.get(back)
    assert response.status_code == 403
    assert "not known here" in response.text
    assert "mia" in response.text
    assert console.provider.issuer in response.text


async def test_whoever_has_left_is_told(console: SignInGateway) -> None:
    await console.add("tom", "admin")
    await console.gateway.database.fetchval("UPDATE people SET active = false WHERE person_id = 'tom'")
    response = await console.browser().come_back("tom")
    assert response.status_code == 403
    assert "access has ended" in response.text


async def test_whoever_has_no_role_is_told(console: SignInGateway) -> None:
    await console.add("tom", "tax_expert")
    response = await console.browser().come_back("tom")
    assert response.status_code == 403
    assert "no role" in response.text


async def test_a_sign_in_that_is_left_alone_ends(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    await console.gateway.database.fetchval("UPDATE sign_ins SET used_at = now() - interval '119 minutes'")
    assert (await browser.get("/v1/me")).status_code == 200
    await console.gateway.database.fetchval("UPDATE sign_ins SET used_at = now() - interval '121 minutes'")
    assert (await browser.get("/v1/me")).status_code == 401


async def test_a_sign_in_ends_in_any_case(console: SignInGateway) -> None:
    browser = await console.signed_in("mia")
    await console.gateway.database.fetchval("UPDATE sign_ins SET ends_at = now()")
    ended = await browser.get("/v1/me")
    assert ended.status_code == 401
    assert "Sign in again" in ended.json()["detail"]


async def test_too_many_are_slowed_down(
    options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> None:
    slow = options.model_copy(update={"sign_ins_per_minute": 1})
    async with sign_in_gateway(slow, database, temporal_client) as console:
        browser = console.browser()
        assert (await browser.get("/console/sign-in")).status_code == 302
        refused = await browser.get("/console/sign-in")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1


async def test_without_a_provider_a_page_says_what_to_set(gateway: Gateway) -> None:
    for path in ("/console/sign-in", "/console/sign-in/callback?state=x&code=y"):
        response = await gateway.http.get(path)
        assert response.status_code == 503
        assert "HOLDFAST_OIDC_ISSUER" in response.text


async def test_a_provider_that_does_not_answer_is_told(
    options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> None:
    away = ProviderAccess(issuer="http://127.0.0.1:1", client_id="holdfast")
    async with serve(options.model_copy(update={"sign_in": away}), temporal_client) as url:
        response = await httpx.AsyncClient(base_url=url).get("/console/sign-in")
    assert response.status_code == 503
    assert "does not answer" in response.text


Forge = Callable[[LocalProvider, dict[str, Any]], str]
STRANGE = ECKey.generate_key("P-256")


def _with(**claims: Any) -> Forge:
    """Signed by the provider, and not for us, or not now."""
    return lambda provider, said: LocalProvider.id_token(provider, said | claims)


def _without(name: str) -> Forge:
    return lambda provider, said: LocalProvider.id_token(provider, {k: v for k, v in said.items() if k != name})


def _by_a_stranger(provider: LocalProvider, said: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": provider.key.kid}, said, STRANGE)


def _by_an_unknown_key(_: LocalProvider, said: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "nobody's"}, said, STRANGE)


def _by_hand(header: dict[str, Any], said: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """What no library for tokens makes."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, said)]
    signed = b".".join(parts)
    return b".".join((signed, base64.urlsafe_b64encode(sign(signed)).rstrip(b"="))).decode()


def _with_the_public_key_as_a_secret(provider: LocalProvider, said: dict[str, Any]) -> str:
    secret, header = provider.key.as_pem(private=False), {"alg": "HS256", "kid": provider.key.kid}
    return _by_hand(header, said, lambda signed: hmac.new(secret, signed, hashlib.sha256).digest())


def _unsigned(provider: LocalProvider, said: dict[str, Any]) -> str:
    return _by_hand({"alg": "none", "kid": provider.key.kid}, said, lambda _: b"")


FORGED: dict[str, Forge] = {
    "a stranger's key": _by_a_stranger,
    "an unknown key": _by_an_unknown_key,
    "the public key as a secret": _with_the_public_key_as_a_secret,
    "no signature": _unsigned,
    "another audience": _with(aud="somebody else"),
    "other audiences": _with(aud=["holdfast", "somebody else"]),
    "another party": _with(azp="somebody else"),
    "another issuer": _with(iss="https://evil.example"),
    "expired": _with(exp=1_700_000_000),
    "not issued yet": _with(iat=4_000_000_000),
    "another nonce": _with(nonce="of another sign-in"),
    "another access token": _with(at_hash="of another one"),
    "no nonce": _without("nonce"),
    "no audience": _without("aud"),
    "no expiry": _without("exp"),
    "no subject": _without("sub"),
    "nothing that is a token": lambda provider, said: "nothing",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_an_id_token_that_is_not_good_signs_nobody_in(
    forge: Forge, options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> None:
    class Forger(LocalProvider):
        def id_token(self, claims: dict[str, Any]) -> str:
            return forge(self, claims)

    async with sign_in_gateway(options, database, temporal_client, Forger) as console:
        await console.add("mia", "admin")
        browser = console.browser()
        response = await browser.come_back("mia")
    assert response.status_code == 400, response.text
    assert "not valid" in response.text
    assert "holdfast" not in browser.cookies
    assert await database.fetchval("SELECT count(*) FROM sign_ins") == 0


class Telling(LocalProvider):
    """Says groups and organisations as well."""

    groups: tuple[str, ...] = ()
    organisations: tuple[str, ...] = (ORGANISATION, "no organisation of ours")

    def claims(self, granted: Granted, now: datetime) -> dict[str, Any]:
        access = {"roles": list(self.groups)}
        return super().claims(granted, now) | {"access": access, "https://example.com/orgs": list(self.organisations)}


@pytest.fixture
async def telling(
    options: GatewayOptions, database: Database, temporal_client: TemporalClient
) -> AsyncIterator[SignInGateway]:
    claims = ClaimNames(
        roles="access.roles",
        organisation="https://example.com/orgs",
        role_of={"support": "human_agent", "bosses": "lead"},
    )
    options = options.model_copy(update={"claims": claims})
    async with sign_in_gateway(options, database, temporal_client, Telling) as console:
        yield console


async def test_the_provider_may_give_roles_and_let_people_in(telling: SignInGateway, database: Database) -> None:
    provider = telling.provider
    assert isinstance(provider, Telling)
    await telling.add("mia", "viewer", organisation="elsewhere")
    provider.groups = ("support", "skittles")
    me = (await (await telling.signed_in("mia")).get("/v1/me")).json()
    assert me["roles"] == ["viewer", "human_agent"]
    assert me["organisation"] == ORGANISATION
    assert me["organisations"] == [ORGANISATION]
    assert me["person_id"].startswith("p_")

    provider.groups = ("bosses",)
    again = await telling.signed_in("mia")
    assert "lead" in (await again.get("/v1/me")).json()["roles"]

    provider.groups = ("skittles",)
    refused = await telling.browser().come_back("mia")
    assert refused.status_code == 403
    assert (await again.get("/v1/conversations")).status_code == 403
    kinds = [row["kind"] for row in await database.fetch("SELECT kind FROM audit_events ORDER BY event_id")]
    assert kinds.count("person_changed") == 2


async def test_an_organisation_that_nobody_serves_is_none(telling: SignInGateway, database: Database) -> None:
    provider = telling.provider
    assert isinstance(provider, Telling)
    await telling.add("mia", "viewer", organisation="elsewhere")
    provider.groups, provider.organisations = ("support",), ("nowhere",)
    refused = await telling.browser().come_back("mia")
    assert refused.status_code == 403
    assert await SpecRepository(database).organisations() == [ORGANISATION]


async def test_one_account_works_for_several_organisations(console: SignInGateway) -> None:
    await console.add("m1", "admin", organisation="second", subject="mia")
    await console.add("m2", "tax_expert", organisation="third", subject="mia")
    browser = await console.signed_in("mia")
    assert (await browser.get("/v1/me")).json()["organisations"] == [ORGANISATION, "second"]
    moved = await browser.ask("POST", "/v1/me/organisation", json={"organisation": "second"})
    assert moved.status_code == 200, moved.text
    assert (moved.json()["person_id"], moved.json()["organisation"]) == ("m1", "second")
    assert moved.json() == (await browser.get("/v1/me")).json()
    assert (await browser.get("/v1/keys")).status_code == 200
    for nowhere in ("third", "nowhere"):
        refused = await browser.ask("POST", "/v1/me/organisation", json={"organisation": nowhere})
        assert refused.status_code == 404
    assert await console.gateway.database.fetchval("SELECT count(*) FROM sign_ins WHERE revoked_at IS NULL") == 1
