"""What the gateway works with: events are kept before they are forwarded, and outages are told and not hidden."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.client import Client

from domain.delivery.inbound import InboundMessage, Sender
from domain.delivery.vendors import VendorState
from domain.errors import UnavailableError
from gateway.options import GatewayOptions
from gateway.services import Services
from gateway.store import Store
from gateway.tokens import BadTokenError, ChatToken
from storage.database import Database, connect
from tests.gateway.cable import cable_to
from tests.storage.stage import NOW


@pytest.fixture
def services(options: GatewayOptions, database: Database, temporal_client: Client) -> Services:
    """Of a gateway that does not forward."""
    return Services(options, temporal_client, Store(database), {})


@pytest.fixture
async def away(
    options: GatewayOptions, database: Database, temporal_client: Client, database_url: str
) -> AsyncIterator[Services]:
    """The same, with a PostgreSQL that was there and is no longer."""
    address = urlsplit(database_url)
    folder = Path(parse_qs(address.query)["host"][0])
    async with cable_to(lambda: asyncio.open_unix_connection(folder / ".s.PGSQL.5432")) as cable:
        cabled = await connect(f"postgresql://{address.username}@127.0.0.1:{cable.port}{address.path}")
        await cable.cut()
        yield Services(options, temporal_client, Store(cabled), {})
        await cabled.close()


def wrote(event_id: str, thread: str = "t-1") -> InboundMessage:
    sender = Sender(email="ada@velo.example", verified=True)
    return InboundMessage(channel="email", event_id=event_id, at=NOW, thread=thread, sender=sender, text="Hello")


def token(services: Services, **changes: object) -> ChatToken:
    fields = {"conversation_id": "cv_12345678", "organisation": "bikeshop"}
    return ChatToken.model_validate({**fields, "expires_at": services.now() + timedelta(hours=1), **changes})


def test_a_token_is_read_by_the_gateway_that_signed_it_until_it_ends(services: Services) -> None:
    signed = services.sign_token(token(services))
    assert services.read_token(signed, "cv_12345678").organisation == "bikeshop"
    for text, conversation in ((signed, "cv_other0000"), (f"{signed}x", "cv_12345678"), ("", "cv_12345678")):
        with pytest.raises(BadTokenError):
            services.read_token(text, conversation)
    ended = services.sign_token(token(services, expires_at=services.now()))
    with pytest.raises(BadTokenError, match="expired"):
        services.read_token(ended, "cv_12345678")


async def test_an_event_is_kept_once_and_waits_for_temporal(services: Services) -> None:
    first, again = await services.keep(wrote("e-1")), await services.keep(wrote("e-1"))
    assert (first.fresh, again.fresh) == (True, False)
    assert first.conversation_id == again.conversation_id
    waiting = await services.store.inbox.claim_waiting(services.options.organisation, services.now())
    assert [event.inbox_id for event in waiting] == [first.inbox_id]


async def test_vendors_are_measured_as_they_answer(services: Services) -> None:
    answers = VendorState(vendor="salesforce", since=NOW)
    silent = answers.opened(NOW, last_error="ReadTimeout", pause=timedelta(seconds=30))

    async def up(before: VendorState | None, after: VendorState) -> float | None:
        await services.store.vendors.replace(before, after)
        await services.measure()
        return services.metrics.registry.get_sample_value("holdfast_vendor_up", {"vendor": "salesforce"})

    assert [await up(None, answers), await up(answers, silent)] == [1, 0]


async def test_without_postgresql_it_says_so_and_measures_nothing(away: Services) -> None:
    assert not await away.postgresql_answers()
    await away.measure()
    assert away.metrics.registry.get_sample_value("holdfast_dependency_up", {"dependency": "postgresql"}) == 0


async def test_without_postgresql_an_event_is_refused_so_that_its_vendor_tries_again(away: Services) -> None:
    with pytest.raises(UnavailableError):
        await away.keep(wrote("e-1"))


async def test_what_waits_for_a_newer_version_is_counted_by_kind_and_forgotten_when_gone(services: Services) -> None:
    insert = """
        INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, event, received_at)
        VALUES ($1, 'email', $2, 'poke', 'cv_1', '{"kind": "poke"}', now())
    """
    for event_id in ("e-1", "e-2"):
        await services.store.database.fetchval(insert, services.options.organisation, event_id)
    await services.store.database.fetchval(insert, "another", "e-1")
    await services.measure()
    name, labels = "holdfast_events_of_unknown_kind", {"kind": "poke"}
    assert services.metrics.registry.get_sample_value(name, labels) == 2
    await services.store.database.fetchval("DELETE FROM inbox")
    await services.measure()
    assert services.metrics.registry.get_sample_value(name, labels) is None


async def test_postgresql_answers(services: Services) -> None:
    assert await services.postgresql_answers()
