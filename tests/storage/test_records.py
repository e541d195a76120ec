"""Reading what was recorded of a conversation."""

import pytest

from domain.conversation.activity_models import RecordDecisionInput
from domain.conversation.ownership import Status
from domain.conversation.requests import human_reply_key
from domain.conversation.turn import Outcome, Usage
from storage.database import Database
from storage.records import RecordRepository
from tests.storage.stage import (
    ANNA,
    CONVERSATION,
    NAMES,
    NOW,
    Stage,
    decide,
    draft,
    generate,
    human_reply,
    later,
    message,
    ownership,
    record,
    reply,
    status_change,
)

OTHER = "conversation-2"


@pytest.fixture
def records(database: Database) -> RecordRepository:
    return RecordRepository(database)


class TestCarriedOut:
    async def test_a_change_of_owner(self, stage: Stage, records: RecordRepository) -> None:
        assert await records.carried_out_at(CONVERSATION, "take-1") is None
        await stage.conversations.change_ownership(ownership(ANNA, request_id="take-1"), later(3))
        assert await records.carried_out_at(CONVERSATION, "take-1") == later(3)

    async def test_a_change_of_status(self, stage: Stage, records: RecordRepository) -> None:
        await stage.conversations.change_status(
            status_change("resolved", Status.RESOLVED, request_id="end-1"), later(4)
        )
        assert await records.carried_out_at(CONVERSATION, "end-1") == later(4)

    async def test_a_request_belongs_to_its_conversation(self, stage: Stage, records: RecordRepository) -> None:
        await stage.conversations.change_ownership(ownership(ANNA, request_id="take-1"), NOW)
        assert await records.carried_out_at(OTHER, "take-1") is None
        assert await records.carried_out_at(CONVERSATION, "take-") is None
        assert await records.carried_out_at(CONVERSATION, "%") is None

    async def test_a_reply_only_once_it_left(self, stage: Stage, records: RecordRepository) -> None:
        from_anna = human_reply(human_reply_key(CONVERSATION, "r-1"))
        await stage.conversations.change_ownership(ownership(), NOW)
        await stage.deliveries.claim(from_anna, NOW)
        assert await records.carried_out_at(CONVERSATION, "r-1") is None
        await stage.deliveries.complete(from_anna.message_key, "vendor-1", later(9))
        assert await records.carried_out_at(CONVERSATION, "r-1") == later(9)


class TestTurns:
    async def test_nothing_of_a_conversation_that_is_not_there(self, records: RecordRepository) -> None:
        assert await records.turns(OTHER) == []
        assert await records.receipts(OTHER) == []
        assert await records.deliveries(OTHER) == []
        assert (await records.usage(OTHER)).calls == 0

    async def test_they_are_in_the_order_of_the_conversation(self, stage: Stage, records: RecordRepository) -> None:
        for revision in (1, 2, 3):
            await stage.drafted(f"draft-{revision}", revision)
        found = await records.turns(CONVERSATION)
        assert [(view.turn, view.draft_id) for view in found] == [(1, "draft-1"), (2, "draft-2"), (3, "draft-3")]
        assert all(view.record is None for view in found)

    async def test_a_decision_comes_with_its_draft(self, stage: Stage, records: RecordRepository) -> None:
        await stage.drafted()
        await stage.deliveries.deliver_stored(reply(record=record()), NOW)
        (view,) = await records.turns(CONVERSATION)
        assert view.record is not None
        assert view.record.decision.outcome is Outcome.SEND
        assert view.confidence == 0.9
        assert view.draft.text == "It is on its way."
        assert not view.suggestion


class TestUsage:
    async def test_drafts_count_whether_they_were_sent_or_not(self, stage: Stage, records: RecordRepository) -> None:
        spent = Usage(model="openai:gpt", input_tokens=100, output_tokens=10, calls=1)
        for revision in (1, 2):
            drafting = generate(f"draft-{revision}", message(f"m-{revision}"), revision=revision)
            await stage.turns.begin_draft(drafting, NOW)
            await stage.turns.save_draft(drafting, draft(f"draft-{revision}").model_copy(update={"usage": spent}))
        total = await records.usage(CONVERSATION)
        assert (total.calls, total.input_tokens, total.output_tokens) == (2, 200, 20)
        assert total.unpriced_calls == 2


class TestDeliveries:
    async def test_a_claim_is_seen_before_it_is_delivered(self, stage: Stage, records: RecordRepository) -> None:
        await stage.drafted()
        await stage.deliveries.claim(reply(channel="sms"), later(1))
        (claimed,) = await records.deliveries(CONVERSATION)
        assert (claimed.state, claimed.claimed_at, claimed.delivered_at) == ("claimed", later(1), None)
        assert await records.receipts(CONVERSATION) == []

    async def test_a_receipt_has_the_vendors_id(self, stage: Stage, records: RecordRepository) -> None:
        await stage.drafted()
        await stage.deliveries.deliver_stored(reply(), later(2))
        (receipt,) = await records.receipts(CONVERSATION)
        assert (receipt.message_key, receipt.channel) == ("draft-1", "web_chat")
        (view,) = await records.deliveries(CONVERSATION)
        assert (view.state, view.delivered_at, view.author) == ("delivered", later(2), "ai_agent")


class TestDecisions:
    async def test_the_refused_ones_are_kept_too_in_their_order(self, stage: Stage, records: RecordRepository) -> None:
        await stage.awaiting_approval()
        late = decide("reject", "decision-2", reason="Too short.")
        for decision, effect, refused, at in (
            (decide(), "send", None, later(1)),
            (late, "refused", "decided_already", later(2)),
        ):
            made = RecordDecisionInput(**NAMES, decision=decision, effect=effect, refused=refused)
            await stage.approvals.record_decision(made, at)
        found = await records.decisions("approval-1")
        assert [(view.decision_id, view.action, view.refused) for view in found] == [
            ("decision-1", "approve", None),
            ("decision-2", "reject", "decided_already"),
        ]
        assert {view.decided_by for view in found} == {"bo"}
        assert await records.decisions("approval-2") == []
