"""Turns in one activity: drafted, decided and carried out by whoever drafts, under the workflow's mandate."""

from datetime import UTC, datetime, time
from itertools import pairwise

import pytest

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import ChangeMode, DecideApproval, Resolve, Snooze, TakeOver
from domain.conversation.turn import Evidence
from domain.delivery.channels import ChannelTraits
from domain.specification.calendar import QuietHours
from domain.specification.organisation import Mode, ServiceLevels
from domain.tools.actions import ProposedAction
from tests.workflows.conftest import ANNA, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

SUPERVISED = SURE.model_copy(update={"supervised": True})
VAGUE = SURE.model_copy(update={"ambiguous": True})
ALWAYS_QUIET = {"web_chat": QuietHours(begins=time(0), ends=time(23, 59, 59, 999999))}

SETS_ASIDE: dict[str, Resolve | Snooze] = {
    "resolve": Resolve(request_id="r1", by=ANNA),
    "snooze": Snooze(request_id="r1", by=ANNA, until=datetime(2100, 1, 1, tzinfo=UTC)),
}


def fakes(evidence: Evidence = SURE, **policy: object) -> FakeActivities:
    made = FakeActivities(Policy(default_ai_agent="general", **policy), evidence)
    made.carries_out = True
    return made


def decision(conversation: Conversation, action: str, reason: str = "") -> DecideApproval:
    approval_id = conversation.fakes.approvals[-1].approval.approval_id
    return DecideApproval.model_validate(
        {"request_id": f"{action}-1", "by": ANNA, "action": action, "approval_id": approval_id, "reason": reason}
    )


async def _drafting_held(conversation: Conversation, text: str = "my export fails") -> None:
    """A message comes, and its draft stands at the one gate there is."""
    (gate,) = conversation.fakes.gates.values()
    await conversation.says(text)
    await gate.reached.wait()


async def test_a_plain_turn_is_one_activity_and_10_events(converse: Converse) -> None:
    async with converse(fakes(service_levels=ServiceLevels(exchange_limit=50))) as conversation:
        lengths = []
        for number in range(1, 5):
            await conversation.says(f"question {number}")
            state = await conversation.answered(number)
            lengths.append((await conversation.handle.describe()).history_length)
        assert {after - before for before, after in pairwise(lengths)} == {10}
        assert conversation.fakes.log == ["open_conversation", *["generate_reply"] * 4]
        assert len(set(conversation.fakes.delivered)) == 4
        assert state.answering.counts.exchanges == 4
        assert conversation.fakes.generated[0].context_id == "cx_1"
        assert state.shown.last_answer.startswith("send reply, confidence")


async def test_a_vague_message_is_asked_about_at_once(converse: Converse) -> None:
    async with converse(fakes(VAGUE)) as conversation:
        await conversation.says("it does not work")
        state = await conversation.settled()
        assert conversation.fakes.deliveries[0].kind == "clarification"
        assert state.answering.counts.clarifications == 1
        assert "deliver_message" not in conversation.fakes.log


async def test_a_message_during_drafting_makes_one_answer_to_both(converse: Converse) -> None:
    made = fakes()
    gate = made.hold("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.says("it is the CSV export")
        state = await conversation.settled()
        gate.opened.set()
        assert len(made.delivered) == 1
        assert len(made.recorded) == 2
        assert state.answering.counts.exchanges == 1


async def test_what_was_overtaken_does_nothing_however_late_it_comes(converse: Converse) -> None:
    made = fakes()
    gate = made.hold("deliver_stored")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.says("it is the CSV export")
        await conversation.settled()
        gate.opened.set()
        while len(made.deliveries) < 2:
            await conversation.state()
        assert made.refused == 1
        assert len(made.delivered) == 1


async def test_a_reply_that_left_just_before_it_was_overtaken_counts(converse: Converse) -> None:
    made = fakes()
    gate = made.hold_result("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.says("it is the CSV export")
        state = await conversation.until(lambda s: s.answering.turn == 2 and not s.answering.unanswered)
        gate.opened.set()
        assert len(made.delivered) == 2
        assert state.answering.counts.exchanges == 2


@pytest.mark.parametrize("left", [False, True])
async def test_after_a_takeover_no_ai_message_leaves(converse: Converse, left: bool) -> None:
    made = fakes()
    gate = made.hold_result("generate_reply") if left else made.hold("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        before = list(made.delivered)
        gate.opened.set()
        await conversation.says("are you there?")
        await conversation.settled()
        assert len(before) == int(left)
        assert made.delivered == before
        assert str(state.owner) == "human_agent:anna"


async def test_a_mode_that_is_set_during_drafting_counts_for_the_draft(converse: Converse) -> None:
    made = fakes()
    gate = made.hold("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.until(lambda _: made.revision == 2)
        gate.opened.set()
        state = await conversation.until(lambda s: s.approval is not None)
        assert made.delivered == []
        assert made.log.count("generate_reply") == 1
        assert state.status is Status.AWAITING_APPROVAL


async def test_a_mode_that_is_set_after_the_reply_left_counts_for_the_next_one(converse: Converse) -> None:
    made = fakes()
    gate = made.hold_result("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.until(lambda _: made.revision == 2)
        gate.opened.set()
        state = await conversation.settled()
        assert len(made.delivered) == 1
        assert state.approval is None
        await conversation.says("and now?")
        await conversation.until(lambda s: s.approval is not None)


async def test_an_approval_that_a_change_of_mode_overtook_is_asked_for_anew(converse: Converse) -> None:
    made = fakes(SUPERVISED)
    gate = made.hold_result("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.until(lambda _: made.revision == 2)
        gate.opened.set()
        state = await conversation.until(lambda s: s.approval is not None)
        assert state.approval
        assert state.approval.revision == state.revision
        assert len(made.approvals) == 2


async def test_an_approval_is_asked_for_at_once_and_then_sent(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        state = await conversation.until(lambda s: s.approval is not None)
        assert conversation.fakes.log[-1] == "generate_reply"
        assert state.approval == conversation.fakes.approvals[0].approval
        assert conversation.fakes.approvals[0].after is not None
        await conversation.ask(decision(conversation, "approve"))
        state = await conversation.until(lambda s: s.approval is None)
        assert len(conversation.fakes.delivered) == 1
        assert state.status is Status.OPEN


async def test_a_rejected_draft_is_written_anew(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "reject", "name the 14 days"))
        state = await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
        assert conversation.fakes.generated[-1].mandate is None, "nothing new was said"
        assert state.approval


async def test_a_channel_that_must_be_pushed_keeps_its_delivery(converse: Converse) -> None:
    pushed = {"sms": ChannelTraits(stored=False)}
    async with converse(fakes(channels=pushed)) as conversation:
        await conversation.says("where is my invoice?", channel="sms")
        await conversation.settled()
        assert conversation.fakes.log[-1] == "deliver_message"
        assert len(conversation.fakes.delivered) == 1


async def test_an_approval_of_a_pushed_channel_is_asked_for_at_once_and_told_apart(converse: Converse) -> None:
    pushed = {"sms": ChannelTraits(stored=False)}
    async with converse(fakes(SUPERVISED, channels=pushed)) as conversation:
        await conversation.says("refund me", channel="sms")
        await conversation.until(lambda s: s.waiting.told_to_wait)
        assert conversation.fakes.log[-2:] == ["generate_reply", "deliver_message"]
        assert conversation.fakes.approvals[0].notice == ""
        assert conversation.fakes.deliveries[-1].kind == "notice"


async def test_at_night_the_draft_comes_back(converse: Converse) -> None:
    async with converse(fakes(quiet_hours=ALWAYS_QUIET)) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda s: s.answering.ai_agent is not None)
        assert conversation.fakes.delivered == []


async def test_a_validator_is_asked_first(converse: Converse) -> None:
    async with converse(fakes(validates=True)) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert conversation.fakes.generated[0].mandate is None
        assert "score_confidence" in conversation.fakes.log


async def test_tools_are_used_before_the_reply_leaves(converse: Converse) -> None:
    made = fakes()
    made.actions = (ProposedAction(server="shop", tool="refund", arguments={}, writes=True),)
    async with converse(made) as conversation:
        await conversation.says("refund me")
        await conversation.settled()
        assert made.log[-3:] == ["generate_reply", "call_tool", "deliver_message"]


async def test_who_asks_for_a_person_gets_one(converse: Converse) -> None:
    async with converse(fakes(SURE.model_copy(update={"asks_for_person": True}))) as conversation:
        await conversation.says("a human please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert conversation.fakes.delivered == []


async def test_a_store_that_is_ahead_is_believed(converse: Converse) -> None:
    made = fakes()
    made.revision = 7
    made.opened = made.opened.model_copy(update={"revision": 0})
    async with converse(made) as conversation:
        gate = made.hold("generate_reply")
        await _drafting_held(conversation)
        made.opened = made.opened.model_copy(update={"revision": 7})
        gate.opened.set()
        state = await conversation.settled()
        assert made.refused == 1
        assert len(made.delivered) == 1
        assert state.revision == 7


@pytest.mark.parametrize("ends", SETS_ASIDE)
async def test_what_sets_aside_ends_the_mandate(converse: Converse, ends: str) -> None:
    made = fakes()
    gate = made.hold("generate_reply")
    async with converse(made) as conversation:
        await _drafting_held(conversation)
        await conversation.ask(SETS_ASIDE[ends])
        await conversation.until(lambda s: s.status in {Status.RESOLVED, Status.SNOOZED})
        gate.opened.set()
        while not made.deliveries:
            await conversation.state()
        assert made.delivered == []
        assert made.refused == 1
