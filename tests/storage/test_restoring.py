"""The record after a restore: what it knows, what it is given, and what it never does again."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Owner, Position, Status
from domain.conversation.requests import StartConversation
from domain.conversation.restoring import TURNS_SKIPPED, StoredFacts
from domain.delivery.inbound import InboundMessage, Sender
from domain.errors import NotFoundError
from domain.specification.organisation import Mode
from domain.tools.actions import ProposedAction
from domain.tools.calls import CallToolInput
from storage.inbox import InboxRepository
from storage.inbox_events import WAITING, WaitingMessage
from storage.restoring import GivenToPerson, RestoreRepository
from storage.tool_calls import ToolCallRepository
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    human_reply,
    later,
    message,
    ownership,
    reply,
    status_change,
)

QUEUE = Position(owner=Owner(kind="human_agent"), status=Status.WITH_HUMAN, revision=5)


@pytest.fixture
def restore(stage: Stage) -> RestoreRepository:
    return RestoreRepository(stage.database)


async def facts(restore: RestoreRepository) -> StoredFacts:
    found = await restore.facts(CONVERSATION)
    assert found
    return found


def given(conversation_id: str = CONVERSATION, **changes: Any) -> GivenToPerson:
    start = StartConversation(organisation=ORGANISATION, conversation_id=conversation_id, customer_id="cu_lost")
    fields: dict[str, Any] = {
        "restore_id": "restore-1", "start": start, "after": QUEUE, "turn": 1007, "messages": (message("m-lost"),),
        "reason": "restored", "note": "Look first.",
    }  # fmt: skip
    return GivenToPerson.model_validate(fields | changes)


def tool_call() -> CallToolInput:
    action = ProposedAction(server="shop", tool="refund", arguments={})
    return CallToolInput(
        **NAMES, spec_hash="a" * 64, ai_agent="service", call_key="draft-1-tool-1", action=action, draft_id="draft-1",
        expected_revision=1,
    )  # fmt: skip


async def test_what_the_record_knows(stage: Stage, restore: RestoreRepository) -> None:
    assert await restore.facts("unknown") is None
    await stage.awaiting_approval()
    await stage.deliveries.claim(reply("draft-1", draft_id=None, text="Done."), NOW)
    await stage.deliveries.end_lease("draft-1")
    await stage.conversations.change_status(status_change("mode_changed", Status.OPEN, request_id="mode-1"), NOW)
    await stage.conversations.change_ownership(ownership(request_id="take-1"), later(60))
    known = await facts(restore)
    assert (known.unanswered, set(known.message_ids), known.claimed) == (1, {"message-1"}, ("draft-1",))
    assert known.requests == {"mode-1", "take-1"}
    assert (known.mode_was_set, known.latest.channel, known.approval_id) == (True, "web_chat", None)


async def test_it_knows_decisions_replies_and_the_open_approval(stage: Stage, restore: RestoreRepository) -> None:
    await stage.awaiting_approval()
    assert (await facts(restore)).approval_id == "approval-1"
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.deliver_stored(human_reply(), NOW)
    assert (await facts(restore)).delivered == {"human-1"}
    await ToolCallRepository(stage.database).claim(tool_call(), NOW)  # refused: a person owns it
    assert (await facts(restore)).claimed == ()


async def test_open_conversations_are_those_that_are_not_resolved(stage: Stage, restore: RestoreRepository) -> None:
    assert await restore.open_conversations(ORGANISATION) == [CONVERSATION]
    assert await restore.open_conversations("another") == []
    await stage.drafted()
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED, revision=1), NOW)
    assert await restore.open_conversations(ORGANISATION) == []


async def test_a_person_gets_what_was_lost_and_nothing_under_way_leaves(
    stage: Stage, restore: RestoreRepository
) -> None:
    await stage.awaiting_approval()
    await stage.deliveries.claim(
        reply("draft-1", draft_id=None, text="Done.", kind="notice", author="system", author_id="platform"), NOW
    )
    await restore.give_to_person(given(), NOW)

    row = await stage.conversation()
    assert Position(owner=row.owner, status=row.status, revision=row.revision) == QUEUE
    assert (row.turn, row.escalation_reason) == (1007, "restored")
    assert (await stage.said())[-1] == (2, "customer", "Where is my parcel?")
    assert await stage.approval_state() == "stale"
    assert [note.text for note in await stage.conversations.notes(CONVERSATION)] == ["Look first."]
    assert {"restored", "escalated"} <= set(await stage.events())
    assert (await facts(restore)).claimed == ()
    again = reply("draft-1", kind="notice", author="system", author_id="platform", expected_revision=None)
    assert (await stage.deliveries.claim(again, later(60))).status == "refused"


async def test_a_use_of_a_tool_that_was_begun_is_in_doubt(stage: Stage, restore: RestoreRepository) -> None:
    await stage.drafted()
    calls = ToolCallRepository(stage.database)
    await calls.claim(tool_call(), NOW)
    assert (await facts(restore)).claimed == ("draft-1-tool-1",)
    await restore.give_to_person(given(), NOW)
    state = await stage.database.fetchval("SELECT state FROM tool_calls")
    assert state == "in_doubt"


async def test_a_conversation_without_a_record_is_made_again(stage: Stage, restore: RestoreRepository) -> None:
    """Its customer is lost with the record, too."""
    await restore.give_to_person(given("cv_lost_record"), NOW)
    row = await stage.conversations.get("cv_lost_record")
    assert row
    assert (row.owner.kind, row.status, row.customer_id, row.revision) == ("human_agent", Status.WITH_HUMAN, None, 5)
    assert await stage.conversations.unanswered("cv_lost_record") == ["Where is my parcel?"]


async def test_without_a_specification_nothing_can_be_made_again(stage: Stage, restore: RestoreRepository) -> None:
    await stage.database.fetchval("UPDATE spec_versions SET active = false")
    with pytest.raises(NotFoundError, match="Publish it first"):
        await restore.give_to_person(given("cv_lost_record"), NOW)


async def test_turns_of_the_lost_time_are_skipped(stage: Stage, restore: RestoreRepository) -> None:
    await stage.drafted()
    await restore.begin("restore-1", ORGANISATION, NOW)
    assert (await stage.conversation()).turn == 1 + TURNS_SKIPPED


@pytest.mark.parametrize(("seconds", "status"), [(-3600, "claimed"), (3600, "in_doubt")])
async def test_a_draft_from_before_a_restore_is_looked_for_before_it_is_sent(
    stage: Stage, restore: RestoreRepository, seconds: int, status: str
) -> None:
    await stage.drafted()
    drafted_at = await stage.database.fetchval("SELECT created_at FROM turns")
    await restore.begin("restore-1", ORGANISATION, drafted_at + timedelta(seconds=seconds))
    assert (await stage.deliveries.claim(reply(), NOW)).status == status
    if status == "in_doubt":  # the channel does not have it, so it may leave now
        assert await stage.deliveries.claim_again(reply(), NOW)


def wrote(event_id: str) -> InboundMessage:
    sender = Sender(email="ada@velo.example", verified=True)
    return InboundMessage(channel="email", event_id=event_id, at=NOW, thread="t-1", sender=sender, text="Hello")


@pytest.mark.parametrize(("seconds", "in_doubt"), [(-1, False), (1, True)])
async def test_what_a_vendor_had_before_a_restore_is_in_doubt(
    stage: Stage, restore: RestoreRepository, seconds: int, in_doubt: bool
) -> None:
    await restore.begin("restore-1", ORGANISATION, later(seconds))
    await restore.begin("restore-2", "another", later(3600))
    inbox = InboxRepository(stage.database)
    await inbox.keep(ORGANISATION, wrote("e-1"), later(60))
    [waiting] = await inbox.claim_waiting(ORGANISATION, later(60))
    event = WAITING.validate_python(waiting.event)
    assert isinstance(event, WaitingMessage)
    assert event.in_doubt is in_doubt


async def test_what_temporal_was_given_and_nobody_recorded_goes_to_it_again(
    stage: Stage, restore: RestoreRepository
) -> None:
    inbox = InboxRepository(stage.database)
    lost, recorded, waiting = [
        await inbox.keep(ORGANISATION, wrote(event_id), NOW) for event_id in ("a", "b" * 199, "c")
    ]
    for kept in (lost, recorded):
        await inbox.forwarded(kept.inbox_id)
    assert recorded.conversation_id
    start = StartConversation(organisation=ORGANISATION, conversation_id=recorded.conversation_id)
    spec_hash = (await stage.conversation()).spec_hash
    await stage.conversations.open(start, spec_hash, AI, Mode.DELEGATION, NOW)
    hashed = await stage.database.fetchval(
        "SELECT 'email:' || encode(sha256(convert_to($1, 'UTF8')), 'hex')", "b" * 199
    )
    await stage.conversations.record_messages(start.conversation_id, 1, [message(hashed)])

    assert await restore.forward_again(ORGANISATION, NOW) == 1
    found = await inbox.claim_waiting(ORGANISATION, later(60))
    assert [(one.inbox_id, one.event.get("in_doubt")) for one in found] == [
        (lost.inbox_id, True),
        (waiting.inbox_id, None),
    ]
    assert await restore.forward_again(ORGANISATION, NOW) == 0


async def test_the_content_of_what_was_forwarded_is_forgotten_after_a_while(
    stage: Stage, restore: RestoreRepository
) -> None:
    inbox = InboxRepository(stage.database)
    kept = await inbox.keep(ORGANISATION, wrote("a"), NOW)
    await inbox.forwarded(kept.inbox_id)
    at = await stage.database.fetchval("SELECT forwarded_at FROM inbox")
    await inbox.forget_forwarded(ORGANISATION, at)
    assert await stage.database.fetchval("SELECT forwarded ->> 'text' FROM inbox") == "Hello"
    await inbox.forget_forwarded(ORGANISATION, at + timedelta(seconds=1))
    assert await stage.database.fetchval("SELECT forwarded FROM inbox") is None
    assert await restore.forward_again(ORGANISATION, NOW) == 0


async def test_whoever_decides_next_is_told(stage: Stage, restore: RestoreRepository) -> None:
    await restore.note(CONVERSATION, "restore-1", "Look first.", NOW)
    assert [note.text for note in await stage.conversations.notes(CONVERSATION)] == ["Look first."]
