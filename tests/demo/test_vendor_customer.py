"""How a customer by vendors' channels makes the vendors tell of a message."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs

import pytest
from fastapi import FastAPI, Request, Response

from cast.devices import devices_of
from cast.vendors import Vendors, serving_vendors
from demo.actions import ScenarioError, Webhooks, say
from demo.vendor_customer import VendorChannelCustomer
from sandbox.process.salesforce import Customers
from sandbox.serving import serving
from storage.database import Database, connect
from tests.cast.test_devices import ANNA

BODIES: list[str] = []


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    """Their webhooks are taken by somebody who keeps the texts of SMS."""
    app = FastAPI()

    @app.post("/webhooks/{channel}")
    async def take(request: Request) -> Response:
        BODIES.extend(parse_qs((await request.body()).decode()).get("Body", []))
        return Response("<Response/>", media_type="text/xml")

    folder = tmp_path_factory.mktemp("sandbox")
    with serving(app) as address, serving_vendors(folder, address, Customers()) as served:
        yield served


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


@pytest.fixture
def customer(vendors: Vendors, database: Database) -> VendorChannelCustomer:
    BODIES.clear()
    return VendorChannelCustomer(database, "shop", devices_of(vendors, ANNA, subject="Hello", is_direct=True), "sms")


@pytest.mark.parametrize(
    ("webhooks", "told"),
    [
        ("sound", ["one", "two"]),
        ("doubled", ["one"] * 3 + ["two"] * 3),
        ("reordered", ["two", "two", "one"]),
        ("lost", []),
    ],
)
async def test_a_vendor_tells_as_the_action_wants(
    customer: VendorChannelCustomer, webhooks: Webhooks, told: list[str]
) -> None:
    await customer.say(say("one", "two", webhooks=webhooks))
    assert told == BODIES
    await customer.say(say("three"))
    assert [*told, "three"] == BODIES


async def test_what_is_said_is_noted_without_the_ids_of_the_vendor(customer: VendorChannelCustomer) -> None:
    sent = await customer.say(say("four"))
    assert customer.sent == list(sent)
    assert [(one.message_id, one.text) for one in sent] == [(None, "four")]


async def test_another_device_may_be_used(customer: VendorChannelCustomer) -> None:
    await customer.say(say("By mail.", by="email"))
    assert BODIES == []
    await customer.say(say("And again."))
    assert BODIES == []


async def test_who_speaks_when_nobody_listens_leaves_the_scenario(customer: VendorChannelCustomer) -> None:
    """The number answers with no words at all, so the call is over before anything is said."""
    with pytest.raises(ScenarioError, match="Nobody listens"):
        await customer.say(say("Hello?", by="phone"))
