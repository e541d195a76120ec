"""What waits in the inbox: every kind that the store writes is one that a gateway can forward."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import StartConversation
from domain.delivery.inbound import ColleagueReply, DeliveryReport, InboundFile, InboundMessage, Sender
from domain.specification.organisation import Mode
from storage.inbox import InboxRepository
from storage.inbox_events import (
    KNOWN_KINDS,
    WAITING,
    AnyWaiting,
    MergedAway,
    PassedOnMessage,
    WaitingColleagueReply,
    WaitingFailureReport,
    WaitingMessage,
    WaitingOpeningReply,
)
from storage.threads import ThreadRepository
from tests.organisation import VERSION
from tests.storage.stage import AI, CONVERSATION, NOW, ORGANISATION, Stage, later, reply

ADA = Sender(email="ada@velo.example", verified=True)


@pytest.fixture
def inbox(stage: Stage) -> InboxRepository:
    return InboxRepository(stage.database)


def wrote(event_id: str = "e-1", **changes: Any) -> InboundMessage:
    fields: dict[str, Any] = {"channel": "email", "event_id": event_id, "at": NOW, "thread": "t-1", "text": "Hi"}
    return InboundMessage.model_validate({**fields, "sender": ADA, **changes})


async def waiting(inbox: InboxRepository) -> list[AnyWaiting]:
    return [WAITING.validate_python(one.event) for one in await inbox.claim_waiting(ORGANISATION, later(3600))]


async def test_a_message_with_its_files(inbox: InboxRepository) -> None:
    await inbox.keep(
        ORGANISATION, wrote(files=(InboundFile(name="a.txt", media_type="text/plain", content=b"a"),)), NOW
    )
    (message,) = await waiting(inbox)
    assert isinstance(message, WaitingMessage)
    assert (message.event_id, message.text, message.attachments[0].name) == ("e-1", "Hi", "a.txt")


async def test_a_colleagues_reply(inbox: InboxRepository) -> None:
    await inbox.keep(ORGANISATION, wrote(), NOW)
    answered = ColleagueReply(channel="email", event_id="p-1", at=NOW, thread="t-1", person_id="anna", text="Done")
    await inbox.keep(ORGANISATION, answered, NOW)
    _, found = await waiting(inbox)
    assert found == WaitingColleagueReply(kind="colleague_reply", event_id="p-1", person_id="anna", text="Done")


async def test_a_colleagues_reply_with_which_a_conversation_opens(inbox: InboxRepository) -> None:
    early = ColleagueReply(
        channel="email", event_id="p-1", at=later(-5), thread="t-1", person_id="anna", text="How are you?"
    )
    await inbox.keep(ORGANISATION, early, NOW)
    await inbox.keep(ORGANISATION, wrote(), NOW)
    found, _ = await waiting(inbox)
    assert found == WaitingOpeningReply(kind="opening_reply", event_id="p-1", person_id="anna", text="How are you?")


@pytest.mark.parametrize("early", [True, False], ids=["before the sending is recorded", "after it"])
async def test_a_failed_delivery(inbox: InboxRepository, stage: Stage, early: bool) -> None:
    failed = DeliveryReport(
        channel="sms", event_id="r-1", at=NOW, provider_message_id="SM1", status="failed", code="30003"
    )
    await stage.drafted()
    if early:
        await inbox.keep(ORGANISATION, failed, NOW)
    await stage.deliveries.deliver_stored(reply(channel="sms", sent_as="SM1"), NOW)
    await inbox.keep(ORGANISATION, failed, NOW)
    expected = WaitingFailureReport(kind="delivery_report", message_key="draft-1", code="30003")
    assert await waiting(inbox) == [expected]


async def test_a_merge_and_what_it_passes_on(inbox: InboxRepository, stage: Stage) -> None:
    by_sms = wrote("s-1", channel="sms", thread="+49301", sender=Sender(phone="+49301"))
    kept = await inbox.keep(ORGANISATION, by_sms, NOW)
    source = kept.conversation_id or ""
    await inbox.forwarded(kept.inbox_id)
    start = StartConversation(
        organisation=ORGANISATION, conversation_id=source, channel="sms", customer_id=kept.customer_id
    )
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    message = CustomerMessage(message_id="sms:s-1", text="Hi", channel="sms", received_at=NOW)
    await stage.conversations.record_messages(source, 1, [message])
    await ThreadRepository(stage.database).merge(source, CONVERSATION, "m-1", Person(id="bo", roles=("lead",)), NOW)
    passed, merged = await waiting(inbox)
    assert passed == PassedOnMessage(kind="merged_message", message_id="sms:s-1", text="Hi")
    assert merged == MergedAway(kind="merged", request_id="m-1-resolves", by="bo")


def test_every_kind_is_known_by_its_name() -> None:
    assert sorted(KNOWN_KINDS) == [
        "colleague_reply",
        "delivery_report",
        "merged",
        "merged_message",
        "message",
        "opening_reply",
    ]


@pytest.mark.parametrize("event", [{}, {"kind": "poke"}, {"kind": "message", "text": "Hi"}])
def test_what_lacks_its_kind_or_a_field_is_refused(event: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        WAITING.validate_python(event)
