"""Automatic sending is stopped: nothing leaves by itself, and what would have left waits for a person."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, SendHumanReply
from domain.conversation.turn import Evidence, Outcome, Reason
from domain.delivery.channels import ChannelTraits
from domain.tools.actions import ProposedAction
from tests.workflows.conftest import ANNA, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

PUSHED: dict[str, Any] = {"channels": {"web_chat": ChannelTraits(stored=False)}}
SUPERVISED = SURE.model_copy(update={"supervised": True})
VAGUE = SURE.model_copy(update={"ambiguous": True})
ALONE = SURE.model_copy(update={"action": "within_limit"})
REFUND = ProposedAction(server="shop", tool="refund", arguments={"order_id": "A-1001"})


def stopped(evidence: Evidence = SURE, *, carries_out: bool = False, **policy: Any) -> FakeActivities:
    made = FakeActivities(Policy(default_ai_agent="general", **policy), evidence)
    made.is_stopped, made.carries_out = True, carries_out
    return made


async def approve(conversation: Conversation) -> None:
    approval_id = conversation.fakes.approvals[-1].approval.approval_id
    await conversation.ask(DecideApproval(request_id="yes", by=ANNA, approval_id=approval_id, action="approve"))


def left(fakes: FakeActivities) -> list[str | None]:
    """What reached the customer, as it was claimed last."""
    tried = {one.message_key: one.text for one in fakes.deliveries}
    return [tried[key] for key in fakes.delivered]


@pytest.mark.parametrize("carries_out", [False, True], ids=["by the workflow", "at once"])
@pytest.mark.parametrize("channel", [{}, PUSHED], ids=["stored", "pushed"])
async def test_a_reply_waits_for_a_person_and_leaves_once_approved(
    converse: Converse, carries_out: bool, channel: dict[str, Any]
) -> None:
    fakes = stopped(carries_out=carries_out, **channel)
    async with converse(fakes) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.asked(1)
        assert (state.status, left(fakes)) == (Status.AWAITING_APPROVAL, [])
        (asked,) = fakes.approvals
        assert asked.record
        assert asked.record.decision.reason is Reason.SENDING_STOPPED
        assert asked.record.decision.outcome is Outcome.ASK_APPROVAL
        assert (asked.approval.reason, asked.approval.leaves_at) == ("sending_stopped", None)
        await approve(conversation)
        await conversation.until(lambda s: s.approval is None and s.status is Status.OPEN)
        assert left(fakes) == ["reply to where is my invoice?"]


@pytest.mark.parametrize("carries_out", [False, True], ids=["by the workflow", "at once"])
async def test_after_it_is_resumed_new_turns_are_automatic(converse: Converse, carries_out: bool) -> None:
    fakes = stopped(carries_out=carries_out)
    async with converse(fakes) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.asked(1)
        fakes.is_stopped = False
        await conversation.says("hello?")
        state = await conversation.answered(2)
    assert (state.status, state.approval) == (Status.OPEN, None)
    assert len(fakes.delivered) == 1


@pytest.mark.parametrize("carries_out", [False, True], ids=["by the workflow", "at once"])
async def test_a_question_back_waits_in_its_own_words(converse: Converse, carries_out: bool) -> None:
    fakes = stopped(VAGUE, carries_out=carries_out)
    async with converse(fakes) as conversation:
        await conversation.says("it does not work")
        await conversation.asked(1)
        question = fakes.policy.wording.clarify
        assert fakes.approvals[0].approval.text == question
        await approve(conversation)
        await conversation.until(lambda s: s.approval is None)
    assert left(fakes) == [question]


async def test_a_tool_is_not_used_until_a_person_agrees(converse: Converse) -> None:
    fakes = stopped(ALONE)
    fakes.actions = (REFUND,)
    async with converse(fakes) as conversation:
        await conversation.says("refund me")
        await conversation.asked(1)
        assert fakes.done == {}
        assert fakes.approvals[0].approval.actions == (REFUND,)
        await approve(conversation)
        await conversation.until(lambda s: s.approval is None and not s.mailbox.requests and bool(fakes.delivered))
        assert (len(fakes.done), len(fakes.delivered)) == (1, 1)


async def test_nobodys_silence_sends_a_draft(converse: Converse) -> None:
    fakes = stopped(SUPERVISED, veto_minutes={"general": 15})
    async with converse(fakes) as conversation:
        await conversation.says("refund me")
        waits = await conversation.asked(1)
        assert waits.approval
        assert waits.approval.leaves_at
        await conversation.pass_time(timedelta(minutes=16))
        state = await conversation.until(lambda s: s.approval is not None and s.approval.leaves_at is None)
        (told,) = fakes.decisions
        assert (told.effect, told.decision.by.id) == ("refused", "veto-window")
        assert "stopped" in (told.refused or "")
        assert (state.status, left(fakes)) == (Status.AWAITING_APPROVAL, [])
        await approve(conversation)
        await conversation.until(lambda s: s.approval is None)
    assert len(fakes.delivered) == 1


async def test_what_a_person_writes_leaves(converse: Converse) -> None:
    fakes = stopped()
    async with converse(fakes) as conversation:
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="Here it is."))
        await conversation.until(lambda s: bool(fakes.delivered))
    assert left(fakes) == ["Here it is."]


async def test_who_cannot_be_asked_for_a_code_gets_a_person(converse: Converse) -> None:
    fakes = stopped(SURE.model_copy(update={"identity": "to_verify"}))
    async with converse(fakes) as conversation:
        await conversation.says("which plan am I on?")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    assert state.lifecycle.escalation_reason == "sending_stopped"


async def test_a_person_gets_the_conversation_and_the_customer_hears_nothing(converse: Converse) -> None:
    fakes = stopped(SURE.model_copy(update={"asks_for_person": True}), **PUSHED)
    async with converse(fakes) as conversation:
        await conversation.says("a person, please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN and "deliver_message" in fakes.log)
    assert left(fakes) == []
