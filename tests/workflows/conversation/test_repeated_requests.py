"""A request comes again after the workflow has forgotten its id: the store remembers it, and nothing changes."""

from datetime import UTC, datetime

import pytest

from domain.conversation.activity_models import StatusChanged
from domain.conversation.groups import MAX_REMEMBERED_IDS, Answering, Waiting
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.ownership import Owner, Position, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import (
    AnyRequest,
    ChangeMode,
    DecideApproval,
    HandBack,
    Reopen,
    Resolve,
    SendHumanReply,
    Snooze,
    TakeOver,
)
from domain.conversation.state import ConversationState
from domain.conversation.turn import Evidence
from domain.specification.organisation import Mode
from tests.workflows.conftest import ANNA, Converse
from tests.workflows.fakes import SURE, FakeActivities
from tests.workflows.write_back_fakes import WritingFakes

TAKE_OVER = TakeOver(request_id="t1", by=ANNA)
REPLY = SendHumanReply(request_id="r1", by=ANNA, text="Here it is.")
SUPERVISED = SURE.model_copy(update={"supervised": True})


def fakes(evidence: Evidence = SURE) -> FakeActivities:
    """Every change of owner in these tests was carried out long ago."""
    activities = FakeActivities(Policy(default_ai_agent="general"), evidence)
    activities.carried_out = {"t1": 0, "r1-takeover": 0, "h1": 0}
    return activities


async def test_a_takeover_that_comes_again_leaves_the_owner_and_loses_no_message(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        opening = activities.hold("open_conversation")
        await conversation.says("where is my invoice?", "m1")
        await conversation.ask(TAKE_OVER)
        await conversation.until(lambda s: bool(s.mailbox.inbox and s.mailbox.requests))
        opening.opened.set()
        state = await conversation.until(lambda s: s.answering.counts.exchanges == 1)
    assert (state.owner, state.status, state.revision) == (activities.owner, Status.OPEN, activities.revision)
    assert list(activities.recorded) == ["m1"]


async def test_a_takeover_that_comes_again_leaves_an_open_approval(converse: Converse) -> None:
    activities = fakes(SUPERVISED)
    async with converse(activities) as conversation:
        await conversation.says("refund me")
        before = await conversation.asked(1)
        await conversation.ask(TAKE_OVER)
        await conversation.until(lambda s: "change_ownership" in activities.log and not s.mailbox.requests)
        await conversation.ask(HandBack(request_id="h1", by=ANNA, instruction="again"))
        await conversation.until(lambda s: activities.log.count("change_ownership") == 2 and not s.mailbox.requests)
        after = await conversation.state()
    assert (after.lifecycle, after.answering) == (before.lifecycle, before.answering)
    assert len(activities.approvals) == 1


async def test_a_hand_back_that_comes_again_leaves_the_person_who_owns_the_conversation(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        await conversation.ask(TAKE_OVER.model_copy(update={"request_id": "t2"}))
        before = await conversation.until(lambda s: s.owner.id == "anna" and not s.mailbox.requests)
        await conversation.ask(HandBack(request_id="h1", by=ANNA))
        await conversation.until(lambda s: activities.log.count("change_ownership") == 2 and not s.mailbox.requests)
        await conversation.says("hello?", "m1")
        after = await conversation.until(lambda _: list(activities.recorded) == ["m1"])
    assert (before.owner, after.owner) == (Owner(kind="human_agent", id="anna"),) * 2
    assert activities.delivered == []


@pytest.mark.parametrize("request_again", [TAKE_OVER, REPLY], ids=["takeover", "reply"])
@pytest.mark.parametrize("during", ["generate_reply", "deliver_message"])
async def test_what_comes_again_in_mid_turn_stops_nothing_for_good(
    converse: Converse, request_again: AnyRequest, during: str
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = activities.hold(during)
        await conversation.says("where is my invoice?", "m1")
        await gate.reached.wait()
        await conversation.ask(request_again)
        await conversation.until(lambda s: "change_ownership" in activities.log and not s.mailbox.requests)
        gate.opened.set()
        state = await conversation.until(lambda s: s.answering.counts.exchanges == 1)
    assert state.owned_by_ai
    assert activities.log.count("change_ownership") == 1
    assert {one.author for one in activities.deliveries} == {"ai_agent"}
    assert len(activities.delivered) == 1


async def test_a_takeover_is_remembered_by_the_store_when_the_ring_of_ids_has_forgotten_it(converse: Converse) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general"))
    async with converse(activities) as conversation:
        await conversation.ask(TAKE_OVER)
        await conversation.ask(HandBack(request_id="h1", by=ANNA))
        for number in range(MAX_REMEMBERED_IDS):
            await conversation.ask(ChangeMode(request_id=f"c{number}", by=ANNA, mode=Mode.DELEGATION))
        await conversation.until(
            lambda s: "request:t1" not in s.mailbox.seen and not s.mailbox.requests and s.owned_by_ai
        )
        await conversation.ask(TAKE_OVER)
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.answering.counts.exchanges == 1 and not s.mailbox.requests)
    assert (state.owned_by_ai, activities.owner.kind) == (True, "ai_agent")
    assert activities.log.count("change_ownership") == 3


SNOOZE = Snooze(request_id="s1", by=ANNA, until=datetime(2040, 1, 1, tzinfo=UTC))
RESOLVE = Resolve(request_id="e1", by=ANNA)
REOPEN = Reopen(request_id="o1", by=ANNA)
SUPERVISE = ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION)


@pytest.mark.parametrize(
    ("asked", "since"),
    [
        (SNOOZE, Reopen(request_id="o2", by=ANNA)),
        (RESOLVE, Reopen(request_id="o2", by=ANNA)),
        (RESOLVE, RESOLVE.model_copy(update={"request_id": "e2"})),
        (REOPEN, SNOOZE.model_copy(update={"request_id": "s2"})),
        (REOPEN, RESOLVE.model_copy(update={"request_id": "e2"})),
        (SUPERVISE, ChangeMode(request_id="c2", by=ANNA, mode=Mode.DELEGATION)),
    ],
    ids=lambda one: one.request_id,
)
async def test_what_changes_the_status_and_comes_again_changes_nothing(
    converse: Converse, asked: AnyRequest, since: AnyRequest
) -> None:
    activities = WritingFakes(Policy(default_ai_agent="general", crm_notes=("resolved",)))
    async with converse(activities) as conversation:
        await conversation.ask(since)
        before = await conversation.until(lambda s: len(activities.statuses) == 1 and s.shown.text != "")
        activities.carried_out[asked.request_id] = 0
        await conversation.ask(asked)
        after = await conversation.until(lambda s: len(activities.statuses) == 2 and not s.mailbox.requests)
        await conversation.says("where is my invoice?")
        await conversation.until(lambda s: len(activities.recorded) == 1)
    assert _standing(after) == _standing(before)
    assert len(activities.notes) <= (since.kind == "resolve")


def _standing(state: ConversationState) -> tuple[Lifecycle, Answering, Waiting]:
    """Workflow and store each have their own clock for when it was resolved."""
    return state.lifecycle.model_copy(update={"resolved_at": None}), state.answering, state.waiting


async def test_a_workflow_that_was_reset_believes_the_store_of_what_it_carries_out_again(converse: Converse) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general"))
    activities.carried_out = {"s1": 0}
    activities.stands = StatusChanged(
        repeated=False,
        position=Position(owner=activities.owner, status=Status.RESOLVED, revision=7),
        mode=Mode.SUPERVISION,
        resolved_at=datetime.now(UTC),
    )
    async with converse(activities) as conversation:
        await conversation.ask(SNOOZE)
        state = await conversation.until(lambda s: s.status is Status.RESOLVED)
    assert (state.revision, state.answering.mode, state.lifecycle.snoozed_until) == (7, Mode.SUPERVISION, None)


async def test_a_decision_that_is_refused_wakes_no_conversation(converse: Converse) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general"))
    async with converse(activities) as conversation:
        await conversation.ask(SNOOZE)
        await conversation.ask(DecideApproval(request_id="d1", by=ANNA, approval_id="none", action="approve"))
        state = await conversation.until(lambda s: len(activities.decisions) == 1 and not s.mailbox.requests)
    assert (state.status, len(activities.statuses)) == (Status.SNOOZED, 1)
