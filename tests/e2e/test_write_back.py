"""Salesforce and Zendesk are told about conversations, through their own clients against the stand-ins."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.requests import Resolve, StartConversation
from domain.delivery.channels import WEB_CHAT
from domain.delivery.inbound import InboundMessage, Sender
from domain.specification.organisation import ChannelSpec
from gateway.forwarding import Forwarder
from integrations.channels.base import Channel
from integrations.channels.web_chat import WebChatChannel
from integrations.crm.base import Crm
from integrations.crm.directory import DirectoryCrm
from integrations.helpdesk.zendesk.channel import ZendeskChannel
from sandbox.zendesk import Written
from sandbox.zendesk_account import Record
from storage.customers import CustomerRepository
from storage.inbox import InboxRepository
from tests.e2e.bikeshop import CHANGES, PERSON, REFUND, publish
from tests.e2e.house import ANNA, House, Talk, scripted
from tests.integrations.helpdesk.zendesk.conftest import Desk, desk, served_desk
from tests.organisation import SPECIFICATION
from tests.salesforce_organisation import EMAIL, Vendor, bikes, served, vendor
from workers.composition import Integrations, compose
from workers.worker import Limits, build_workers

__all__ = ["bikes", "desk", "served", "served_desk", "vendor"]

pytestmark = pytest.mark.integrations

ORGANISATION = SPECIFICATION.organisation
NOTES = ("escalated", "resolved")


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends a wait that is in vain."""
    while True:
        if holds():
            return
        await asyncio.sleep(0.05)


@asynccontextmanager
async def workers(house: House, crms: dict[str, Crm], channels: dict[str, Channel]) -> AsyncIterator[None]:
    """The workers of production, with vendors."""
    database = house.store.database
    near = Integrations(
        {WEB_CHAT: WebChatChannel(), **channels}, {"directory": DirectoryCrm(CustomerRepository(database)), **crms}
    )
    async with AsyncExitStack() as stack:
        for worker in build_workers(house.client, compose(database, scripted(), near), Limits()):
            await stack.enter_async_context(worker)
        yield


async def begun(house: House, email: str) -> Talk:
    """A conversation of a customer who has signed in and asks for a person."""
    customer_id = await CustomerRepository(house.store.database).create(ORGANISATION, email=email, verified=True)
    talk = house.talk()
    start = StartConversation(organisation=ORGANISATION, conversation_id=talk.id, customer_id=customer_id)
    said = CustomerMessage(message_id=uuid4().hex, text=PERSON, received_at=datetime.now(UTC))
    await house.way_in.receive(start, said)
    return talk


async def test_salesforce_keeps_a_note_of_what_was_escalated_and_resolved(house: House, bikes: Vendor) -> None:
    await publish(house.store.database, crm="salesforce", crm_notes=NOTES)
    async with workers(house, {"salesforce": bikes.crm()}, {}):
        talk = await begun(house, EMAIL)
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        await talk.ask(Resolve(request_id="r1", by=ANNA))
        await until(lambda: len(bikes.stand_in.records("Task")) == 2)
    escalated, resolved = sorted(bikes.stand_in.records("Task"), key=lambda task: str(task["Subject"]))
    assert escalated["Subject"] == "Conversation escalated: asked for person"
    assert f"Customer: {PERSON}" in escalated["Description"]
    assert escalated["WhoId"] == bikes.stand_in.records("Contact")[0]["Id"]
    assert resolved["Subject"] == "Conversation resolved: anna"


async def test_a_note_about_nobody_is_recorded_as_not_written(house: House, bikes: Vendor) -> None:
    await publish(house.store.database, crm="salesforce", crm_notes=NOTES)
    async with workers(house, {"salesforce": bikes.crm()}, {}):
        talk = await begun(house, "nobody@bikes.example")
        seen = await talk.until(lambda seen: "crm_not_told" in seen.kinds)
    (event,) = [event for event in seen.events if event.kind == "crm_not_told"]
    assert event.data["error"] == "NotFoundError: No note was written: Salesforce has no such contact."
    assert seen.row.status is Status.WITH_HUMAN


async def brought_in(house: House, ticket_id: int, text: str) -> Talk:
    """A customer's comment on a ticket, as the gateway takes it in."""
    event = InboundMessage(
        channel="zendesk",
        event_id=f"comment-{uuid4().hex}",
        at=datetime.now(UTC),
        thread=str(ticket_id),
        sender=Sender(external_id="ada", verified=True),
        address={"ticket_id": ticket_id},
        text=text,
    )
    kept = await InboxRepository(house.store.database).keep(ORGANISATION, event, datetime.now(UTC))
    assert kept.conversation_id
    return Talk(house, kept.conversation_id)


@asynccontextmanager
async def helping(house: House, desk: Desk) -> AsyncIterator[None]:
    await publish(house.store.database, channels={**CHANGES["channels"], "zendesk": ChannelSpec()})
    forwarder = Forwarder(ORGANISATION, InboxRepository(house.store.database), house.way_in)
    forwarding = asyncio.create_task(forwarder.run())
    async with workers(house, {}, {"zendesk": ZendeskChannel(desk.settings())}):
        yield
    forwarding.cancel()
    with suppress(asyncio.CancelledError):
        await forwarding


def notes_on(desk: Desk, ticket: Record) -> list[str]:
    return [comment["body"] for comment in desk.account.comments[ticket["id"]] if not comment["public"]]


async def test_a_ticket_shows_the_draft_that_waits_the_handoff_and_the_status(house: House, desk: Desk) -> None:
    desk.person("ada@example.com")
    async with helping(house, desk):
        ticket = desk.account.tickets[await desk.stand_in.write(Written(author="ada@example.com", body=REFUND))]
        talk = await brought_in(house, ticket["id"], REFUND)
        approval = await talk.asked()
        await until(lambda: len(notes_on(desk, ticket)) == 1)
        (draft,) = notes_on(desk, ticket)
        assert draft.startswith("An AI agent drafted a reply that waits for approval")
        assert approval.draft_text in draft

        await brought_in(house, ticket["id"], PERSON)
        await until(lambda: len(notes_on(desk, ticket)) == 2)
        assert notes_on(desk, ticket)[1].startswith("Handed over to a person: asked for person.")
        await until(lambda: "holdfast_with_human" in ticket["tags"])
        assert ticket["status"] == "open"

        await talk.ask(Resolve(request_id="r1", by=ANNA))
        await until(lambda: (ticket["status"], ticket["tags"]) == ("solved", []))
