"""An account of Zendesk over TLS, for the tests of everything that speaks to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from integrations.channels.base import WebhookRequest
from integrations.helpdesk.zendesk.client import ZendeskSettings
from integrations.helpdesk.zendesk.tickets import COMMENT_EVENTS
from sandbox.authority import Authority
from sandbox.serving import serving, serving_tls
from sandbox.zendesk import API_TOKEN, EMAIL, WEBHOOK_SECRET, ZendeskStandIn
from sandbox.zendesk_account import Account

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


class Desk:
    """The stand-in, at a time of its own, and how it is reached."""

    def __init__(self, ca_file: Path) -> None:
        self.time = NOW
        self.stand_in = ZendeskStandIn(now=lambda: self.time)
        self.ca_file = ca_file

    @property
    def account(self) -> Account:
        return self.stand_in.account

    def settings(self, **more: Any) -> ZendeskSettings:
        values = {
            "base_url": self.stand_in.address,
            "email": EMAIL,
            "api_token": API_TOKEN,
            "webhook_secret": WEBHOOK_SECRET,
            "public_url": "https://support.example.com",
            "poll_seconds": 0.01,
            "ca_file": self.ca_file,
        }
        return ZendeskSettings.model_validate({**values, **more})

    def restart(self) -> None:
        self.stand_in.restart()
        self.stand_in.page_size, self.stand_in.export_page_size = 100, 1000
        self.time = NOW

    def person(self, email: str, **more: Any) -> dict[str, Any]:
        """Somebody whom Zendesk knows."""
        return self.account.add_user(email.partition("@")[0].title(), email, **more)

    def requests(self, start: str) -> list[str]:
        """What the stand-in was asked whose method and path begin so."""
        return [entry.what for entry in self.stand_in.journal.entries if entry.what.startswith(start)]


class Product:
    """Takes webhooks in as the gateway does: keeps them whole and answers `status`."""

    def __init__(self) -> None:
        self.address = ""
        self.status = 200
        self.received: list[WebhookRequest] = []

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/zendesk")
        async def receive(request: Request) -> Response:
            self.received.append(
                WebhookRequest(
                    method=request.method,
                    url=str(request.url),
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=await request.body(),
                    received_at=NOW,
                )
            )
            return Response(status_code=self.status)

        return app


@pytest.fixture(scope="module")
def served_product() -> Iterator[Product]:
    product = Product()
    with serving(product.app()) as address:
        product.address = address
        yield product


@pytest.fixture
def product(served_product: Product, desk: Desk) -> Product:
    """The product, where the desk's webhook leads."""
    served_product.received.clear()
    served_product.status = 200
    desk.account.add_webhook(f"{served_product.address}/webhooks/zendesk", WEBHOOK_SECRET, sorted(COMMENT_EVENTS))
    return served_product


@pytest.fixture(scope="module")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    desk = Desk(authority.ca_file)
    with serving_tls(desk.stand_in.app(), authority) as address:
        desk.stand_in.address = address
        yield desk


@pytest.fixture
def desk(served_desk: Desk) -> Desk:
    served_desk.restart()
    return served_desk
