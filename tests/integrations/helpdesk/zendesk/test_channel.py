"""The Zendesk channel through zenpy against the stand-in, over TLS and a real socket, faults included."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.inbound import ColleagueReply, CustomerRating, InboundFile, InboundMessage
from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    RetryableError,
    UnavailableError,
)
from integrations.channels.base import (
    Batch,
    ForgedRequestError,
    MessageReader,
    OutboundMessage,
    TicketKeeper,
    UnreadableRequestError,
    WebhookSource,
)
from integrations.channels.registry import CHANNELS
from integrations.helpdesk.zendesk.channel import Event, Position, ZendeskChannel
from integrations.helpdesk.zendesk.tickets import MAX_FILE_BYTES
from integrations.registry import adapter_class
from sandbox.authority import Authority
from sandbox.frame import Fault, WebhookTrouble
from sandbox.serving import serving_tls
from sandbox.zendesk import OAUTH_TOKEN, SentFile, Written
from tests.integrations.helpdesk.zendesk.conftest import NOW, Desk, Product

pytestmark = pytest.mark.integrations

MIA, OTTO = "mia@example.org", "otto@example.com"


@pytest.fixture(scope="module")
def channel(served_desk: Desk) -> ZendeskChannel:
    return ZendeskChannel(served_desk.settings(), now=lambda: served_desk.time)


def written(body: str = "How do I add a seat?", **more: Any) -> Written:
    return Written.model_validate({"author": MIA, "body": body, "subject": "Seats", **more})


def message(ticket_id: int, **more: Any) -> OutboundMessage:
    values = {
        "idempotency_key": "cv_12345678-turn-1",
        "conversation_id": "cv_12345678",
        "author": Author.AI_AGENT,
        "kind": "reply",
        "text": "Under Settings, Plan.",
        "address": {"ticket_id": ticket_id},
    }
    return OutboundMessage.model_validate({**values, **more})


def file(name: str, content: bytes, media_type: str = "text/plain") -> SentFile:
    return SentFile(name=name, media_type=media_type, content=base64.b64encode(content).decode())


async def taken_in(channel: ZendeskChannel, product: Product) -> list[Any]:
    """Every event of the webhooks so far, in the order in which they came."""
    events: list[Any] = []
    for request in product.received:
        channel.verify(request)
        events += (await channel.read(request)).events
    return events


async def read_to_the_end(channel: ZendeskChannel, cursor: dict[str, Any] | None) -> tuple[list[Any], dict[str, Any]]:
    """What the export holds behind a cursor, and where it ends."""
    batches = await batches_to_the_end(channel, cursor)
    return [event for batch in batches for event in batch.events], batches[-1].cursor


async def batches_to_the_end(channel: ZendeskChannel, cursor: dict[str, Any] | None) -> list[Batch]:
    """The batches up to two empty ones that end at the same place."""
    batches: list[Batch] = []
    async with aclosing(reader(channel, cursor)) as reading:
        async for batch in reading:
            batches.append(batch)
            if len(batches) > 2 and not batch.events and batches[-2].cursor == batch.cursor:
                break
    return batches


async def reader(channel: ZendeskChannel, cursor: dict[str, Any] | None) -> AsyncGenerator[Batch, None]:
    async for batch in channel.read_from(cursor):
        assert isinstance(batch, Batch)
        yield batch


async def started(channel: ZendeskChannel) -> dict[str, Any]:
    """The cursor of a reader that begins now."""
    return (await batches_to_the_end(channel, None))[-1].cursor


def test_it_is_registered_and_implements_every_port(channel: ZendeskChannel) -> None:
    assert adapter_class(CHANNELS, "zendesk") is ZendeskChannel
    assert isinstance(channel, WebhookSource)
    assert isinstance(channel, MessageReader)
    assert isinstance(channel, TicketKeeper)


# In, by webhook.


async def test_a_new_ticket_is_a_message(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    mia = desk.person(MIA, phone="+49 30 123456", external_id="003XX")
    ticket_id = await desk.stand_in.write(written())
    comment_id = desk.account.comments[ticket_id][0]["id"]

    (event,) = await taken_in(channel, product)

    assert isinstance(event, InboundMessage)
    assert (event.channel, event.event_id, event.thread) == ("zendesk", f"comment-{comment_id}", str(ticket_id))
    assert event.text == "Seats\n\nHow do I add a seat?"
    assert event.address == {"ticket_id": ticket_id}
    assert event.at == NOW
    sender = event.sender
    assert (sender.email, sender.phone, sender.contact_id) == (MIA, "+4930123456", "003XX")
    assert (sender.external_id, sender.name, sender.verified) == (str(mia["id"]), "Mia", True)


async def test_a_comment_is_a_message_of_its_own(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.time += timedelta(minutes=2)
    comment_id = await desk.stand_in.add_comment(ticket_id, written("And remove one?"))

    request = product.received[-1]
    (event,) = (await channel.read(request)).events

    assert isinstance(event, InboundMessage)
    assert (event.event_id, event.text) == (f"comment-{comment_id}", "And remove one?")


async def test_the_notice_of_a_merge_is_no_colleagues_reply(
    channel: ZendeskChannel, desk: Desk, product: Product
) -> None:
    notice = 'Request #12 "Seats" was closed and merged into this request. Last comment in request #12:\n\nPlease!'
    desk.person(OTTO, role="agent")
    ticket_id = await desk.stand_in.write(written())
    await desk.stand_in.add_comment(ticket_id, written(notice, author=OTTO))
    await desk.stand_in.add_comment(ticket_id, written("You find it under Plan.", author=OTTO))
    await desk.stand_in.add_comment(ticket_id, written(notice))
    question, answer, repeated = {event.event_id: event for event in await taken_in(channel, product)}.values()
    assert isinstance(question, InboundMessage)
    assert isinstance(answer, ColleagueReply)
    assert answer.text == "You find it under Plan."
    assert isinstance(repeated, InboundMessage)  # whatever a customer writes is theirs


async def test_duplicates_and_reordered_webhooks_give_the_same_events(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    desk.stand_in.webhooks.trouble(WebhookTrouble(duplicate=2, reorder=True))
    ticket_id = await desk.stand_in.write(written())
    await desk.stand_in.add_comment(ticket_id, written("And remove one?"))

    events = await taken_in(channel, product)

    assert len(product.received) > 2
    assert {event.event_id for event in events} == {
        f"comment-{comment['id']}" for comment in desk.account.comments[ticket_id]
    }


async def test_a_forged_request_is_refused(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    await desk.stand_in.write(written())
    (request,) = product.received
    channel.verify(request)
    stamp = "x-zendesk-webhook-signature-timestamp"
    changes: dict[str, dict[str, Any]] = {
        "does not fit": {"body": request.body.replace(b"ticket", b"Ticket")},
        "no X-Zendesk": {"headers": {}},
        "five minutes": {"received_at": request.received_at + timedelta(minutes=6)},
    }
    for reason, change in changes.items():
        with pytest.raises(ForgedRequestError, match=reason):
            channel.verify(request.model_copy(update=change))
    with pytest.raises(ForgedRequestError, match="does not fit"):
        channel.verify(request.model_copy(update={"headers": {**request.headers, stamp: "2026-11-21T12:00:01Z"}}))


async def test_other_bodies_are_unreadable_and_other_events_hold_nothing(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    await desk.stand_in.write(written())
    (request,) = product.received
    with pytest.raises(UnreadableRequestError):
        await channel.read(request.model_copy(update={"body": b'{"ticket_id": 7}'}))
    for change in ({"type": "zen:event-type:ticket.status_changed"}, {"detail": {"id": "999999"}}):
        body = json.dumps({**json.loads(request.body), **change}).encode()
        assert (await channel.read(request.model_copy(update={"body": body}))).events == ()


# In, by the incremental export.


async def test_the_export_finds_what_a_lost_webhook_missed(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    cursor = await started(channel)
    ticket_id = await desk.stand_in.write(written())
    by_webhook = await taken_in(channel, product)
    desk.stand_in.webhooks.trouble(WebhookTrouble(lose=True))
    desk.time += timedelta(minutes=10)
    lost = await desk.stand_in.add_comment(ticket_id, written("And remove one?"))
    desk.time += timedelta(minutes=5)

    by_export, _ = await read_to_the_end(channel, cursor)

    assert [event.event_id for event in by_webhook] == [by_export[0].event_id]
    assert by_export[0] == by_webhook[0]
    assert [event.event_id for event in by_export[1:]] == [f"comment-{lost}"]


async def test_the_export_begins_now(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.time += timedelta(minutes=10)
    cursor = await started(channel)
    desk.time += timedelta(minutes=10)
    new = await desk.stand_in.add_comment(ticket_id, written("And remove one?"))
    desk.time += timedelta(minutes=2)

    events, cursor = await read_to_the_end(channel, cursor)

    assert [event.event_id for event in events] == [f"comment-{new}"]
    assert await read_to_the_end(channel, cursor) == ([], cursor)


async def test_reading_goes_on_from_any_batch_without_a_loss(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    desk.stand_in.export_page_size = 7
    tickets = []
    for number in range(9):
        desk.time += timedelta(seconds=number % 2)
        tickets.append(await desk.stand_in.write(written(f"Question {number}")))
    desk.time += timedelta(minutes=5)

    batches = await batches_to_the_end(channel, cursor)

    before: set[str] = set()
    for batch in batches:
        before |= {event.thread for event in batch.events if isinstance(event, Event)}
        after, _ = await read_to_the_end(channel, batch.cursor)
        assert before | {event.thread for event in after} == set(map(str, tickets))
    assert [len(batch.events) for batch in batches if batch.events] == [5, 2, 2]


async def test_a_ticket_that_moves_to_a_later_page_keeps_its_comments(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    early = await desk.stand_in.write(written("Early"))
    for number in range(3):
        desk.time += timedelta(hours=3)
        await desk.stand_in.write(written(f"Later {number}"))
    desk.stand_in.export_page_size = 2
    desk.time += timedelta(minutes=5)
    async with aclosing(reader(channel, cursor)) as reading:
        first = [await anext(reading), await anext(reading)]
        desk.account.touch(desk.account.tickets[early], desk.time)
        desk.time += timedelta(hours=3)
        rest, _ = await read_to_the_end(channel, first[-1].cursor)
    threads = [event.thread for event in (*first[0].events, *rest) if isinstance(event, Event)]
    assert threads.count(str(early)) >= 1

    desk.restart()
    cursor = await started(channel)
    late = await desk.stand_in.write(written("Comment first, change later"))
    desk.time += timedelta(hours=5)
    desk.account.touch(desk.account.tickets[late], desk.time)
    desk.time += timedelta(minutes=5)
    events, _ = await read_to_the_end(channel, cursor)
    assert [event.thread for event in events] == [str(late)]


async def test_a_comment_is_given_out_once_by_one_reader(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    ticket_id = await desk.stand_in.write(written())
    desk.time += timedelta(minutes=5)
    events: list[Any] = []
    async with aclosing(reader(channel, cursor)) as reading:
        for _ in range(6):
            events += (await anext(reading)).events
            desk.time += timedelta(minutes=2)
            desk.account.touch(desk.account.tickets[ticket_id], desk.time - timedelta(minutes=1))
    assert len(events) == 1


async def test_a_comment_that_cannot_be_understood_is_handed_over_whole(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    ticket_id = await desk.stand_in.write(written("Where is my invoice?"))
    comment = desk.account.comments[ticket_id][0]
    comment["created_at"] = "yesterday"
    desk.time += timedelta(minutes=5)

    batches = await batches_to_the_end(channel, cursor)

    (broken,) = {item.event_id: item for batch in batches for item in batch.unreadable}.values()
    assert broken.event_id == f"comment-{comment['id']}"
    assert b"Where is my invoice?" in broken.content
    assert "created_at" in broken.reason
    assert "invoice" not in broken.reason


async def test_tickets_that_are_deleted_or_broken_stop_nobody(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    cursor = await started(channel)
    deleted, gone, broken, fine = [await desk.stand_in.write(written()) for _ in range(4)]
    desk.account.tickets[deleted]["status"] = "deleted"
    desk.account.tickets[broken]["requester_id"] = None
    desk.time += timedelta(minutes=5)
    desk.stand_in.faults.add(Fault(kind="fail", path=f"tickets/{gone}/comments", status=404))

    batches = await batches_to_the_end(channel, cursor)

    assert [event.event_id for batch in batches for event in batch.events] == [
        f"comment-{desk.account.comments[fine][0]['id']}"
    ]
    assert {item.event_id for batch in batches for item in batch.unreadable} == {f"ticket-{broken}"}
    with pytest.raises(UnreadableRequestError, match="not as documented"):
        await channel.read(product.received[2])


async def test_ratings_are_read(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    ticket_id = await desk.stand_in.write(written())
    await channel.set_status({"ticket_id": ticket_id}, Status.RESOLVED)
    desk.account.rate(ticket_id, "bad", "Too slow.", desk.time)
    desk.time += timedelta(minutes=5)

    batches = await batches_to_the_end(channel, cursor)

    (rating,) = [event for batch in batches for event in batch.events if isinstance(event, CustomerRating)]
    assert (rating.thread, rating.score, rating.comment) == (str(ticket_id), "bad", "Too slow.")


async def test_position_is_all_that_a_cursor_holds(desk: Desk, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    assert Position.model_validate(json.loads(json.dumps(cursor))).model_dump() == cursor


# Who wrote.


async def test_a_colleague_who_answers_in_zendesk_is_seen(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    otto = desk.person(OTTO, role="agent")
    ticket_id = await desk.stand_in.write(written())
    await desk.stand_in.add_comment(ticket_id, written("I looked into it.", author=OTTO, public=False))
    comment_id = await desk.stand_in.add_comment(ticket_id, written("It is done.", author=OTTO))

    events = {event.event_id: event for event in await taken_in(channel, product)}

    assert len(events) == 2
    reply = events[f"comment-{comment_id}"]
    assert isinstance(reply, ColleagueReply)
    assert (reply.thread, reply.person_id, reply.text) == (str(ticket_id), f"zendesk-{otto['id']}", "It is done.")


async def test_a_colleague_with_a_question_of_their_own_is_a_customer(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    desk.person(OTTO, role="agent")
    await desk.stand_in.write(written(author=OTTO))
    (event,) = await taken_in(channel, product)
    assert isinstance(event, InboundMessage)


async def test_what_we_write_never_comes_back(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    cursor = await started(channel)
    ticket_id = await desk.stand_in.write(written())
    await channel.send(message(ticket_id))
    await channel.add_internal_note({"ticket_id": ticket_id}, "note-1", "A draft.")
    await desk.stand_in.announce(ticket_id, "ticket.comment_added")
    by_webhook = {event.event_id for event in await taken_in(channel, product)}
    desk.time += timedelta(minutes=5)
    by_export = {event.event_id for event in (await read_to_the_end(channel, cursor))[0]}
    assert by_webhook == by_export == {f"comment-{desk.account.comments[ticket_id][0]['id']}"}


async def test_automatic_replies_are_not_messages(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    await desk.stand_in.write(written("I am away until Monday.", flags=[4]))
    assert await taken_in(channel, product) == []


@pytest.mark.parametrize(
    ("more", "flags"), [({"verified": False}, []), ({"suspended": True}, []), ({}, [2]), ({}, [3])]
)
async def test_only_who_is_known_and_trusted_is_verified(
    desk: Desk, product: Product, channel: ZendeskChannel, more: dict[str, bool], flags: list[int]
) -> None:
    desk.person(MIA, **more)
    await desk.stand_in.write(written(flags=flags))
    (event,) = await taken_in(channel, product)
    assert not event.sender.verified


# Out.


async def test_a_reply_is_a_public_comment_and_the_ticket_waits(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    receipt = await channel.send(message(ticket_id))
    comment = desk.account.comments[ticket_id][-1]
    assert receipt.provider_message_id == str(comment["id"])
    assert (comment["body"], comment["public"], comment["author_id"]) == (
        "Under Settings, Plan.",
        True,
        desk.stand_in.us["id"],
    )
    assert desk.account.tickets[ticket_id]["status"] == "pending"


async def test_a_notice_leaves_the_status(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    await channel.send(message(ticket_id, kind="notice", author=Author.SYSTEM))
    assert desk.account.comments[ticket_id][-1]["public"]
    assert desk.account.tickets[ticket_id]["status"] == "new"


async def test_a_reply_may_leave_the_status_too(desk: Desk) -> None:
    channel = ZendeskChannel(desk.settings(reply_status="unchanged"))
    ticket_id = await desk.stand_in.write(written())
    await channel.send(message(ticket_id))
    assert desk.account.tickets[ticket_id]["status"] == "new"


async def test_what_was_sent_is_found_by_its_key(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.stand_in.page_size = 2
    assert await channel.find_sent(message(ticket_id)) is None
    sent = await channel.send(message(ticket_id))
    for _ in range(5):
        await desk.stand_in.add_comment(ticket_id, written("Thank you!"))
    assert await channel.find_sent(message(ticket_id)) == sent
    assert await channel.find_sent(message(ticket_id, idempotency_key="cv_12345678-turn-2")) is None


async def test_an_answer_that_is_lost_is_found_and_not_sent_twice(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.stand_in.faults.add(Fault(kind="cut", path=f"tickets/{ticket_id}.json", handled=True))
    with pytest.raises(UnavailableError):
        await channel.send(message(ticket_id))
    found = await channel.find_sent(message(ticket_id))
    assert found is not None
    assert found.provider_message_id == str(desk.account.comments[ticket_id][-1]["id"])
    assert len(desk.account.comments[ticket_id]) == 2


async def test_a_note_is_private_and_made_once(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    address = {"ticket_id": ticket_id}
    first = await channel.add_internal_note(address, "note-1", "Handed over: she asks for a refund.")
    second = await channel.add_internal_note(address, "note-1", "Handed over: she asks for a refund.")
    assert first == second
    (note,) = desk.account.comments[ticket_id][1:]
    assert (note["public"], note["body"]) == (False, "Handed over: she asks for a refund.")
    assert desk.account.tickets[ticket_id]["status"] == "new"


async def test_status_tags_and_field_follow_the_conversation(desk: Desk) -> None:
    field = desk.account.add_field("Holdfast")["id"]
    channel = ZendeskChannel(desk.settings(status_field=field), now=lambda: desk.time)
    ticket_id = await desk.stand_in.write(written())
    ticket = desk.account.tickets[ticket_id]
    ticket["tags"] = ["vip"]

    await channel.set_status({"ticket_id": ticket_id}, Status.WITH_HUMAN, ["billing"])
    assert ticket["status"] == "open"
    assert ticket["tags"] == ["billing", "holdfast_with_human", "vip"]
    assert ticket["custom_fields"] == [{"id": field, "value": "with_human"}]

    await channel.set_status({"ticket_id": ticket_id}, Status.RESOLVED)
    assert ticket["status"] == "solved"
    assert ticket["tags"] == ["billing", "vip"]


async def test_a_ticket_is_solved_by_who_is_assigned_to_it_else_by_us(desk: Desk, channel: ZendeskChannel) -> None:
    ours, anothers = [await desk.stand_in.write(written()) for _ in range(2)]
    desk.account.tickets[anothers]["assignee_id"] = 7
    for ticket_id in (ours, anothers):
        await channel.set_status({"ticket_id": ticket_id}, Status.WITH_HUMAN)
    assert desk.account.tickets[ours]["assignee_id"] is None
    for ticket_id in (ours, anothers):
        await channel.set_status({"ticket_id": ticket_id}, Status.RESOLVED)
    solved = [desk.account.tickets[ticket_id] for ticket_id in (ours, anothers)]
    assert [(ticket["status"], ticket["assignee_id"]) for ticket in solved] == [
        ("solved", desk.account.audits[ours][-1]["author_id"]),
        ("solved", 7),
    ]


async def test_a_reply_may_solve_the_ticket(desk: Desk) -> None:
    ticket_id = await desk.stand_in.write(written())
    await ZendeskChannel(desk.settings(reply_status="solved")).send(message(ticket_id))
    assert desk.account.tickets[ticket_id]["status"] == "solved"


async def test_a_field_that_the_account_requires_is_named(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    needed = {
        "description": "Reason: is required when solving a ticket",
        "ticket_field_id": 8,
        "ticket_field_type": "FieldTagger",
    }
    body = json.dumps({"error": "RecordInvalid", "details": {"base": [needed]}})
    desk.stand_in.faults.add(Fault(kind="fail", path=f"/tickets/{ticket_id}.json", status=422, body=body))
    with pytest.raises(InvalidInputError, match=r"ticket field 8 \(FieldTagger\)") as raised:
        await channel.set_status({"ticket_id": ticket_id}, Status.WITH_HUMAN)
    assert "Reason" not in str(raised.value)


async def test_a_status_without_a_mapping_changes_nothing(desk: Desk) -> None:
    channel = ZendeskChannel(desk.settings(ticket_statuses={}, status_tags={}))
    ticket_id = await desk.stand_in.write(written())
    await channel.set_status({"ticket_id": ticket_id}, Status.RESOLVED)
    assert desk.requests("PUT") == []


# Files.


async def test_files_come_in(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    sent = [file("grüße & mehr.png", b"\x89PNG", "image/png"), file("big.bin", b"0" * (MAX_FILE_BYTES + 1))]
    ticket_id = await desk.stand_in.write(written(files=[*sent, file("virus.exe", b"MZ"), file("else.txt", b"x")]))
    attachments = desk.account.comments[ticket_id][0]["attachments"]
    attachments[2]["malware_scan_result"] = "malware_found"
    attachments[3]["content_url"] = f"{product.address}/webhooks/zendesk"

    (event,) = await taken_in(channel, product)

    assert event.files == (InboundFile(name="grüße & mehr.png", media_type="image/png", content=b"\x89PNG"),)
    assert "[File that was not fetched: big.bin]" in event.text
    assert "[File that was not fetched: virus.exe, malware was found in it]" in event.text
    assert "[File that was not fetched: else.txt]" in event.text
    assert len(product.received) == 1


async def test_a_file_that_is_gone_is_named(desk: Desk, product: Product, channel: ZendeskChannel) -> None:
    await desk.stand_in.write(written(files=[file("a.txt", b"a")]))
    desk.account.files.clear()
    (event,) = await taken_in(channel, product)
    assert event.files == ()
    assert "a.txt" in event.text


@pytest.mark.parametrize("status", [400, 403, 410])
async def test_a_file_that_zendesk_refuses_keeps_no_message_back(
    desk: Desk, product: Product, channel: ZendeskChannel, status: int
) -> None:
    await desk.stand_in.write(written(files=[file("a.txt", b"a")]))
    desk.stand_in.faults.add(Fault(kind="fail", path="/attachments/", status=status))
    (event,) = await taken_in(channel, product)
    assert event.files == ()
    assert "[File that was not fetched: a.txt]" in event.text


async def test_files_go_out(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    sent = InboundFile(name="grüße & mehr.pdf", media_type="application/pdf", content=b"%PDF")
    await channel.send_with_files(message(ticket_id), [sent])
    (attachment,) = desk.account.comments[ticket_id][-1]["attachments"]
    assert (attachment["file_name"], attachment["content_type"]) == ("grüße & mehr.pdf", "application/pdf")
    assert desk.account.files[attachment["id"]][1] == b"%PDF"


async def test_a_text_that_is_too_long_travels_whole_as_a_file(
    desk: Desk, product: Product, channel: ZendeskChannel
) -> None:
    await desk.stand_in.write(written("word " * 5000))
    (event,) = await taken_in(channel, product)
    assert len(event.text) <= 20_000
    assert event.files[0].content.decode().count("word") == 5000


# Errors.


async def test_a_closed_ticket_cannot_be_answered(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.account.tickets[ticket_id]["status"] = "closed"
    with pytest.raises(ConflictError, match="closed"):
        await channel.send(message(ticket_id))


async def test_an_invalid_record_names_the_fields(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    with pytest.raises(InvalidInputError, match="comment") as raised:
        await channel.send(message(ticket_id, text=" "))
    assert "blank" not in str(raised.value)


async def test_a_ticket_that_is_gone(desk: Desk, channel: ZendeskChannel) -> None:
    with pytest.raises(NotFoundError):
        await channel.send(message(999_999))
    with pytest.raises(InvalidInputError, match="names no ticket"):
        await channel.send(message(1, address={"phone": "+4930123456"}))


async def test_a_rate_limit_says_how_long_to_wait(desk: Desk, channel: ZendeskChannel) -> None:
    ticket_id = await desk.stand_in.write(written())
    desk.stand_in.faults.add(Fault(kind="fail", path="/api/", status=429, headers={"Retry-After": "37"}))
    with pytest.raises(RateLimitedError) as raised:
        await channel.send(message(ticket_id))
    assert raised.value.retry_after == timedelta(seconds=37)
    assert len(desk.requests("PUT")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="fail", path="/api/", status=503),
        Fault(kind="fail", path="/api/", status=500, body="<html>Oh no</html>"),
        Fault(kind="fail", path="/api/", status=409),
        Fault(kind="cut", path="/api/"),
        Fault(kind="delay", path="/api/", seconds=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_an_outage_is_worth_another_try(desk: Desk, fault: Fault) -> None:
    channel = ZendeskChannel(desk.settings(timeout_seconds=0.2))
    desk.stand_in.faults.add(fault)
    with pytest.raises(RetryableError) as raised:
        await channel.find_sent(message(1))
    assert MIA not in str(raised.value)
    assert len(desk.requests("GET")) <= 1


async def test_nobody_at_the_address(desk: Desk) -> None:
    with pytest.raises(UnavailableError, match="reached"):
        await ZendeskChannel(desk.settings(base_url="https://127.0.0.1:9")).find_sent(message(1))


async def test_an_authority_that_nobody_trusts(desk: Desk) -> None:
    with pytest.raises(UnavailableError, match="reached"):
        await ZendeskChannel(desk.settings(ca_file=None)).find_sent(message(1))


@pytest.mark.parametrize("answer", [HTMLResponse("<p>Welcome</p>"), JSONResponse({"welcome": True})])
async def test_something_else_at_the_address(desk: Desk, tmp_path: Path, answer: Response) -> None:
    other, authority = FastAPI(), Authority(tmp_path)
    other.add_api_route("/{path:path}", lambda: answer)
    with serving_tls(other, authority) as address:
        channel = ZendeskChannel(desk.settings(base_url=address, ca_file=authority.ca_file))
        for question in (channel.find_sent(message(1)), channel.set_status({"ticket_id": 1}, Status.RESOLVED)):
            with pytest.raises(HoldfastError, match=r"HOLDFAST_ZENDESK_BASE_URL|HTTP 405"):
                await question


@pytest.mark.parametrize(("status", "body"), [(400, "<html></html>"), (422, "<html></html>"), (422, "[]")])
async def test_a_refusal_without_reasons(desk: Desk, channel: ZendeskChannel, status: int, body: str) -> None:
    desk.stand_in.faults.add(Fault(kind="fail", path="/api/", status=status, body=body))
    with pytest.raises(InvalidInputError, match=f"HTTP {status}"):
        await channel.find_sent(message(1))


async def test_many_at_once_do_not_disturb_each_other(desk: Desk, channel: ZendeskChannel) -> None:
    tickets = [await desk.stand_in.write(written()) for _ in range(12)]
    asked = [message(ticket_id, text=f"Answer for {ticket_id}") for ticket_id in tickets]
    receipts = await asyncio.gather(*map(channel.send, asked))
    for ticket_id, receipt in zip(tickets, receipts, strict=True):
        comment = desk.account.comments[ticket_id][-1]
        assert (comment["body"], str(comment["id"])) == (f"Answer for {ticket_id}", receipt.provider_message_id)


async def test_refused_credentials(desk: Desk) -> None:
    channel = ZendeskChannel(desk.settings(api_token="expired"))
    with pytest.raises(CredentialsError, match="HOLDFAST_ZENDESK_API_TOKEN") as raised:
        await channel.find_sent(message(1))
    assert "expired" not in str(raised.value)


async def test_an_oauth_token_opens_the_door_too(desk: Desk) -> None:
    channel = ZendeskChannel(desk.settings(email=None, api_token=None, oauth_token=OAUTH_TOKEN))
    ticket_id = await desk.stand_in.write(written())
    await channel.send(message(ticket_id))
    assert len(desk.account.comments[ticket_id]) == 2


@pytest.mark.parametrize(
    "more", [{"api_token": None}, {"oauth_token": "also"}, {"base_url": "http://acme.zendesk.com"}]
)
def test_settings_that_open_no_door(desk: Desk, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"oauth_token|base_url"):
        desk.settings(**more)


def test_without_zenpy_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['zenpy'] = None\n"
        "from integrations.helpdesk.zendesk.client import ZendeskApi\n"
        "from domain.errors import InvalidInputError\n"
        "try:\n    ZendeskApi(None)\n"
        "except InvalidInputError as error:\n    sys.stdout.write(str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install '.[zendesk]'" in done.stdout


# Check.


async def findings(desk: Desk, **more: Any) -> dict[str, tuple[bool, str]]:
    found = await ZendeskChannel(desk.settings(**more), now=lambda: desk.time).check()
    return {finding.name: (finding.ok, finding.detail) for finding in found}


async def test_check_finds_everything_in_order(desk: Desk, product: Product) -> None:
    field = desk.account.add_field("Holdfast")["id"]
    found = await findings(desk, public_url=product.address, status_field=field)
    assert list(found) == ["account", "incremental export", "webhook", "status field"]
    assert all(ok for ok, _ in found.values())
    assert desk.requests("PUT") == desk.requests("POST /api") == []


async def test_check_says_what_is_missing(desk: Desk, product: Product) -> None:
    (webhook,) = desk.account.webhooks.values()
    webhook |= {"status": "inactive", "subscriptions": ["zen:event-type:ticket.created"]}
    found = await findings(desk, public_url=product.address, webhook_secret="other", status_field=7)
    ok, detail = found["webhook"]
    assert not ok
    assert "activate it" in detail
    assert "Subscribe it to zen:event-type:ticket.comment_added." in detail
    assert "HOLDFAST_ZENDESK_WEBHOOK_SECRET" in detail
    assert "HOLDFAST_ZENDESK_STATUS_FIELD" in found["status field"][1]
    assert "No webhook calls https://support.example.com/webhooks/zendesk" in (await findings(desk))["webhook"][1]


async def test_check_names_a_field_of_the_wrong_kind(desk: Desk) -> None:
    field = desk.account.add_field("Holdfast", "checkbox")["id"]
    assert not (await findings(desk, status_field=field))["status field"][0]


async def test_check_of_an_agent_who_may_too_little_or_nothing(desk: Desk) -> None:
    desk.stand_in.us["role"] = "agent"
    assert "administrator" in (await findings(desk))["account"][1]
    assert "HOLDFAST_ZENDESK_EMAIL" in (await findings(desk, api_token="wrong"))["account"][1]


@pytest.mark.parametrize("path", ["incremental", "webhooks"])
async def test_check_reports_what_does_not_answer(desk: Desk, path: str) -> None:
    desk.stand_in.faults.add(Fault(kind="fail", path=path, status=403))
    found = await findings(desk)
    assert any("make it an administrator" in detail for ok, detail in found.values() if not ok)
