"""A browser that signs in at a real provider, as people do."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from domain.access.people import Account, Member
from embedded.sign_in.local import CALLBACK
from embedded.sign_in.provider import Client, LocalProvider
from gateway.options import GatewayOptions
from integrations.sign_in.oidc import ProviderAccess
from storage.database import Database
from storage.people import PeopleRepository
from tests.gateway.conftest import ORGANISATION, Gateway, serve, serving
from tests.storage.stage import NOW

SECRET = SecretStr("a secret of the tests")
Provider = Callable[[str, Client, Callable[[], Any]], LocalProvider]


class Browser(httpx.AsyncClient):
    """Keeps cookies, and follows nothing by itself. `csrf` goes along once somebody is signed in."""

    csrf: str | None = None

    async def begin(self, next_path: str | None = None) -> httpx.Response:
        """To the provider; gives the page on which people choose who they are."""
        response = await self.get("/console/sign-in", params={"next": next_path} if next_path else {})
        assert response.status_code == 302, response.text
        return await self.get(response.headers["location"])

    async def choose(self, page: httpx.Response, subject: str) -> str:
        """Where the provider sends the browser back to."""
        assert f'value="{subject}"' in page.text, page.text
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden} | {"subject": subject}
        url = page.url.copy_with(path="/authorize", query=None)
        response = await self.post(url, data=form)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    async def come_back(self, subject: str, next_path: str | None = None) -> httpx.Response:
        """What the gateway says to the one who chose this person."""
        return await self.get(await self.choose(await self.begin(next_path), subject))

    async def sign_in(self, subject: str) -> "Browser":
        response = await self.come_back(subject)
        assert response.status_code == 303, response.text
        self.csrf = (await self.get("/v1/me")).json()["csrf_token"]
        return self

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """As the console does it, with the CSRF token."""
        return await self.request(method, path, headers={"X-CSRF-Token": self.csrf or ""}, **options)


@dataclass(frozen=True)
class SignInGateway:
    """A gateway and its provider."""

    gateway: Gateway
    provider: LocalProvider

    def browser(self) -> Browser:
        return Browser(base_url=self.gateway.url, timeout=30)

    async def signed_in(self, subject: str) -> Browser:
        return await self.browser().sign_in(subject)

    async def add(
        self, person_id: str, *roles: str, organisation: str = ORGANISATION, subject: str | None = None
    ) -> Member:
        """A person with an account at the provider; the subject is their id unless it is given."""
        member = Member(
            organisation=organisation,
            person_id=person_id,
            name=person_id.title(),
            roles=roles,
            account=Account(issuer=self.provider.issuer, subject=subject or person_id),
        )
        return await PeopleRepository(self.gateway.database).keep(member, "test", NOW)


@asynccontextmanager
async def sign_in_gateway(
    options: GatewayOptions, database: Database, temporal: Any, provider: Provider = LocalProvider
) -> AsyncIterator[SignInGateway]:
    """Both on free ports of their own."""

    async def people() -> Sequence[Member]:
        return await PeopleRepository(database).with_issuer(made.issuer)

    made = provider("", Client(client_id="holdfast", client_secret=SECRET, redirect_uris=()), people)
    async with serving(made.app()) as issuer:
        made.issuer = issuer
        access = ProviderAccess(issuer=issuer, client_id="holdfast", client_secret=SECRET)
        with_provider = options.model_copy(update={"sign_in": access})
        async with serve(with_provider, temporal) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            made.client = made.client.model_copy(update={"redirect_uris": (url + CALLBACK,)})
            yield SignInGateway(Gateway(url, with_provider, http, database, temporal), made)


def path_of(url: str) -> str:
    return urlsplit(url).path
