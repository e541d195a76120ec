"""The provider's side as it should not be. How it should be, and forged tokens, are in tests/gateway/console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import CredentialsError, HoldfastError, InvalidInputError, UnavailableError
from embedded.sign_in.provider import Client, LocalProvider
from integrations.sign_in.oidc import OpenIdProvider, ProviderAccess, Secrets, is_loopback
from tests.gateway.conftest import serving

NOW = datetime.now(UTC)
BACK = "http://127.0.0.1:8080/console/sign-in/callback"
SECRETS = Secrets(state="s", nonce="n", verifier="v" * 43)
CLIENT = Client(client_id="holdfast", client_secret=SecretStr("secret"), redirect_uris=(BACK,))


class Provider:
    """Says what it is told; `{}` in a text is its own address."""

    def __init__(self) -> None:
        self.url = ""
        self.metadata: dict[str, Any] = {
            "issuer": "{}",
            "authorization_endpoint": "{}/authorize",
            "token_endpoint": "{}/token",
            "jwks_uri": "{}/jwks",
        }
        self.token: Response = JSONResponse({"error": "invalid_grant"}, 400)
        self.asked: list[Request] = []
        self.forms: list[dict[str, Any]] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/token", self.exchange, methods=["POST"]),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        self.asked.append(request)
        said = {name: one.format(self.url) if isinstance(one, str) else one for name, one in self.metadata.items()}
        return JSONResponse(said)

    async def exchange(self, request: Request) -> Response:
        self.asked.append(request)
        self.forms.append(dict(await request.form()))
        return self.token


@asynccontextmanager
async def provided(provider: Provider, secret: str | None = "secret") -> AsyncIterator[OpenIdProvider]:
    async with serving(provider.app()) as url:
        provider.url = url
        access = ProviderAccess(issuer=url, client_id="holdfast", client_secret=SecretStr(secret) if secret else None)
        yield OpenIdProvider(access)


async def test_the_browser_is_sent_with_all_that_must_come_back() -> None:
    provider = Provider()
    async with provided(provider) as reached:
        for _ in range(2):
            address = await reached.address(SECRETS, BACK, NOW)
    assert address.startswith(f"{provider.url}/authorize?")
    asked = {"state=s", "nonce=n", "client_id=holdfast", "code_challenge_method=S256", "response_type=code"}
    assert asked <= set(address.partition("?")[2].split("&"))
    assert SECRETS.verifier not in address
    assert len(provider.asked) == 1


async def test_what_is_known_of_a_provider_is_read_again_after_a_while() -> None:
    provider = Provider()
    async with provided(provider) as reached:
        await reached.address(SECRETS, BACK, NOW)
        await reached.address(SECRETS, BACK, NOW + timedelta(hours=1))
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"issuer": "https://elsewhere.example"}, "calls itself 'https://elsewhere.example'"),
        ({"token_endpoint": "http://login.example.com/token"}, "without https"),
        ({"authorization_endpoint": "ftp://127.0.0.1/authorize"}, "without https"),
        ({"jwks_uri": None}, "no sign-in provider"),
    ],
)
async def test_a_provider_that_is_not_sound_is_not_used(changes: dict[str, Any], told: str) -> None:
    provider = Provider()
    provider.metadata |= changes
    async with provided(provider) as reached:
        with pytest.raises(CredentialsError, match=told):
            await reached.address(SECRETS, BACK, NOW)


@pytest.mark.parametrize(
    ("token", "error", "told"),
    [
        (JSONResponse({"error": "invalid_grant"}, 400), InvalidInputError, "any more"),
        (JSONResponse({"error": "invalid_client"}, 401), CredentialsError, "OIDC_CLIENT_SECRET"),
        (JSONResponse({"error": "unauthorized_client"}, 400), CredentialsError, "OIDC_CLIENT_ID"),
        (JSONResponse({"access_token": "a", "token_type": "Bearer"}), CredentialsError, "openid"),
        (JSONResponse({}, 503), UnavailableError, "does not answer"),
        (PlainTextResponse("busy", 429), UnavailableError, "does not answer"),
        (PlainTextResponse("fine"), UnavailableError, "does not answer"),
        (JSONResponse(["token"]), UnavailableError, "does not answer"),
    ],
)
async def test_what_comes_for_a_code_is_looked_at(token: Response, error: type[HoldfastError], told: str) -> None:
    provider = Provider()
    provider.token = token
    async with provided(provider) as reached:
        with pytest.raises(error, match=told):
            await reached.claims("code", SECRETS, BACK, NOW)


@pytest.mark.parametrize(
    ("methods", "secret", "in_header", "in_form"),
    [
        (None, "secret", True, False),
        (["client_secret_post"], "secret", False, True),
        (["client_secret_basic", "client_secret_post"], "secret", True, False),
        (["client_secret_basic"], None, False, False),
    ],
)
async def test_the_secret_is_shown_as_the_provider_wants_it(
    methods: list[str] | None, secret: str | None, in_header: bool, in_form: bool
) -> None:
    provider = Provider()
    if methods:
        provider.metadata["token_endpoint_auth_methods_supported"] = methods
    async with provided(provider, secret) as reached:
        with pytest.raises(InvalidInputError):
            await reached.claims("code", SECRETS, BACK, NOW)
    assert ("authorization" in provider.asked[-1].headers) is in_header
    form = provider.forms[-1]
    assert ("client_secret" in form) is in_form
    assert (form["code"], form["code_verifier"], form["redirect_uri"]) == ("code", SECRETS.verifier, BACK)


async def test_a_provider_that_is_away_is_told() -> None:
    reached = OpenIdProvider(ProviderAccess(issuer="http://127.0.0.1:1", client_id="holdfast"))
    with pytest.raises(UnavailableError, match="does not answer"):
        await reached.address(SECRETS, BACK, NOW)


async def test_what_is_no_provider_is_told() -> None:
    async with serving(Starlette(routes=[Route("/.well-known/openid-configuration", _hello)])) as url:
        reached = OpenIdProvider(ProviderAccess(issuer=url, client_id="holdfast"))
        with pytest.raises(CredentialsError, match="no sign-in provider"):
            await reached.address(SECRETS, BACK, NOW)


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def test_keys_that_changed_are_read_again_and_not_all_the_time() -> None:
    """With tokens as the local sign-in makes them."""

    class Straight(LocalProvider):
        async def token(self, request: Request) -> Response:
            claims = {"iss": self.issuer, "aud": "holdfast", "sub": "mia", "nonce": "n"}
            times = {"iat": int(NOW.timestamp()), "exp": int((NOW + timedelta(minutes=5)).timestamp())}
            return JSONResponse({"access_token": "a", "id_token": self.id_token(claims | times)})

    async def nobody() -> list[Any]:
        return []

    provider = Straight("", CLIENT, nobody)
    async with serving(provider.app()) as url:
        provider.issuer = url
        reached = OpenIdProvider(ProviderAccess(issuer=url, client_id="holdfast", client_secret=SecretStr("secret")))
        assert (await reached.claims("code", SECRETS, BACK, NOW))["sub"] == "mia"
        provider.key = ECKey.generate_key("P-256", auto_kid=True)
        with pytest.raises(InvalidInputError):
            await reached.claims("code", SECRETS, BACK, NOW + timedelta(seconds=1))
        assert (await reached.claims("code", SECRETS, BACK, NOW + timedelta(seconds=11)))["sub"] == "mia"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8081", True),
        ("http://[::1]:8081/x", True),
        ("http://localhost", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("https://login.example.com", False),
        ("nonsense", False),
    ],
)
def test_this_machine_is_known(url: str, here: bool) -> None:
    assert is_loopback(url) is here
