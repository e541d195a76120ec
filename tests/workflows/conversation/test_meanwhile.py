"""What people ask while a vendor does not take a message, or a model does not answer: it waits for neither."""

from datetime import UTC, datetime, time, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import (
    AnyRequest,
    ChangeMode,
    DecideApproval,
    HandBack,
    Reopen,
    ReportFailure,
    Resolve,
    SendHumanReply,
    Snooze,
    TakeOver,
)
from domain.conversation.turn import Evidence
from domain.delivery.channels import ChannelTraits
from domain.specification.calendar import QuietHours
from domain.specification.organisation import Mode, ServiceLevels
from tests.workflows.conftest import ANNA, BEN, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities, Gate

PUSHED: dict[str, object] = {"channels": {"web_chat": ChannelTraits(stored=False)}}
SUPERVISED = SURE.model_copy(update={"supervised": True})
PERSON = SURE.model_copy(update={"asks_for_person": True})
TOMORROW = datetime.now(UTC) + timedelta(days=1)

RESOLVE = Resolve(request_id="e1", by=ANNA)
SNOOZE = Snooze(request_id="s1", by=ANNA, until=TOMORROW)
REOPEN = Reopen(request_id="o1", by=ANNA)
HAND_BACK = HandBack(request_id="h1", by=ANNA, instruction="be brief")
SUPERVISE = ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION)
DELEGATE = ChangeMode(request_id="c2", by=ANNA, mode=Mode.DELEGATION)
FAILED = ReportFailure(request_id="f1", by=Person(id="sms"), message_key="k1")
TAKE_OVER = TakeOver(request_id="t1", by=ANNA)
TAKEN_FROM = TakeOver(request_id="t2", by=BEN)
REPLY = SendHumanReply(request_id="r1", by=ANNA, text="Here it is.")


def fakes(evidence: Evidence = SURE, **policy: object) -> FakeActivities:
    return FakeActivities(Policy(default_ai_agent="general", **{**PUSHED, **policy}), evidence)


async def trying(conversation: Conversation, *, by_person: bool = False) -> Gate:
    """A reply that the vendor neither takes nor refuses until the gate is opened."""
    gate = conversation.fakes.hold("deliver_message")
    if by_person:
        await conversation.ask(REPLY)
    else:
        await conversation.says("where is my invoice?", "m1")
    await gate.reached.wait()
    return gate


def label(request: AnyRequest) -> str:
    return f"{request.kind}-{request.request_id}"


@pytest.mark.parametrize(("request_at_once", "status"), [(RESOLVE, Status.RESOLVED), (SNOOZE, Status.SNOOZED)])
async def test_what_sets_a_conversation_aside_withdraws_the_reply_of_the_ai_agent(
    converse: Converse, request_at_once: AnyRequest, status: Status
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(request_at_once)
        state = await conversation.until(
            lambda s: s.shown.text.startswith(status) and not s.mailbox.requests and len(activities.given_up) == 1
        )
        assert activities.given_up == [f"{state.start.conversation_id}-1"]
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert (activities.delivered, activities.escalations) == ([], [])
    assert activities.statuses[0].revision == state.revision == 2


@pytest.mark.parametrize("approved", [True, False], ids=["approved", "alone"])
async def test_what_was_withdrawn_for_a_snooze_is_written_anew_afterwards(converse: Converse, approved: bool) -> None:
    """The message that it was to answer is still unanswered."""
    activities = fakes(SUPERVISED if approved else SURE)
    async with converse(activities) as conversation:
        if approved:
            gate = await _approved(conversation)
        else:
            gate = await trying(conversation)
        await conversation.ask(SNOOZE)
        await conversation.until(lambda s: s.shown.text.startswith(Status.SNOOZED) and not s.mailbox.requests)
        gate.opened.set()
        await conversation.ask(REOPEN)
        if approved:
            await conversation.asked(2)
        else:
            await conversation.answered(2)
    told = [decision.refused for decision in activities.decisions]
    assert len(told) == approved
    assert all("nothing was sent" in str(one) for one in told)
    assert len(activities.delivered) == (not approved)


async def _approved(conversation: Conversation) -> Gate:
    """A reply that waits for its vendor, after a person approved it; the notice to the customer has left."""
    await conversation.says("refund me", "m1")
    await conversation.asked(1)
    await conversation.until(lambda _: len(conversation.fakes.delivered) == 1)
    conversation.fakes.delivered.clear()
    gate = conversation.fakes.hold("deliver_message")
    approval_id = conversation.fakes.approvals[-1].approval.approval_id
    await conversation.ask(DecideApproval(request_id="d1", by=BEN, action="approve", approval_id=approval_id))
    await gate.reached.wait()
    return gate


async def test_a_resolution_withdraws_an_approved_reply_and_its_approver_is_told(converse: Converse) -> None:
    activities = fakes(SUPERVISED)
    async with converse(activities) as conversation:
        gate = await _approved(conversation)
        await conversation.ask(RESOLVE)
        await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED) and not s.mailbox.requests)
        gate.opened.set()
        await conversation.until(lambda _: len(activities.decisions) == 1)
    assert (activities.delivered, activities.decisions[0].effect) == ([], "refused")


async def test_a_hand_back_withdraws_the_reply_and_the_ai_agent_writes_with_the_instruction(
    converse: Converse,
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(HAND_BACK)
        state = await conversation.answered(2)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert [one.instruction for one in activities.generated] == ["", "be brief"]
    assert activities.delivered == [f"{state.start.conversation_id}-2"]


async def test_a_reply_under_way_is_decided_anew_under_supervision(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(SUPERVISE)
        await conversation.asked(2)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert activities.given_up[0].endswith("-1")
    assert [key for key in activities.delivered if not key.endswith("notice")] == []


@pytest.mark.parametrize("request_at_once", [REOPEN, DELEGATE], ids=label)
async def test_what_concerns_no_reply_is_done_at_once_and_lets_it_go_on(
    converse: Converse, request_at_once: AnyRequest
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(request_at_once)
        await conversation.until(lambda s: len(activities.statuses) == 1 and not s.mailbox.requests)
        gate.opened.set()
        state = await conversation.answered(1)
    assert (activities.given_up, activities.refused, state.answering.counts.exchanges) == ([], 0, 1)


async def test_a_failure_that_is_reported_while_a_reply_is_tried_brings_a_person_at_once(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(FAILED)
        await conversation.until(lambda s: s.shown.text.startswith(Status.WITH_HUMAN) and not s.mailbox.requests)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert (len(activities.escalations), activities.delivered) == (1, [])


@pytest.mark.parametrize("takes", [TAKE_OVER, REPLY], ids=label)
async def test_who_takes_over_waits_for_no_vendor_and_answers(converse: Converse, takes: AnyRequest) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(takes)
        await conversation.until(lambda s: s.owner.id == "anna")
        if takes is TAKE_OVER:
            await conversation.ask(REPLY)
        await conversation.until(lambda s: len(activities.delivered) == 1 and not s.mailbox.requests)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert activities.delivered[0].endswith("-human-r1")
    assert activities.given_up[0].endswith("-1")


async def test_what_had_left_after_all_is_the_answer(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        activities.left_after_all = {f"{(await conversation.state()).start.conversation_id}-1"}
        gate = await trying(conversation)
        await conversation.ask(RESOLVE)
        state = await conversation.until(lambda s: s.answering.counts.exchanges == 1)
        gate.opened.set()
    assert (state.status, len(activities.given_up)) == (Status.RESOLVED, 1)


@pytest.mark.parametrize("request_at_once", [RESOLVE, SNOOZE, REOPEN, SUPERVISE, FAILED, TAKEN_FROM], ids=label)
async def test_a_reply_of_a_person_goes_on_and_holds_nobody_up(converse: Converse, request_at_once: AnyRequest) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation, by_person=True)
        await conversation.ask(request_at_once)
        state = await conversation.until(lambda s: s.shown.text != "")
        gate.opened.set()
        await conversation.until(lambda _: len(activities.delivered) == 1)
    assert (activities.given_up, activities.refused) == ([], 0)
    asked = {"resolve": Status.RESOLVED, "snooze": Status.SNOOZED}
    assert state.status is asked.get(request_at_once.kind, Status.WITH_HUMAN)
    assert state.owner.id == ("ben" if request_at_once is TAKEN_FROM else "anna")


async def test_a_hand_back_waits_until_the_reply_before_it_has_left(converse: Converse) -> None:
    """And what was asked after the hand-back is done after it."""
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation, by_person=True)
        for request in (HAND_BACK, RESOLVE, SUPERVISE):
            await conversation.ask(request)
        state = await conversation.until(lambda s: len(s.mailbox.requests) == 3)
        assert state.owner == Owner(kind="human_agent", id="anna")
        gate.opened.set()
        state = await conversation.until(lambda s: not s.mailbox.requests and s.shown.text.startswith("resolved"))
    assert (state.owned_by_ai, len(activities.delivered)) == (True, 1)


@pytest.mark.parametrize("aside", [RESOLVE, SNOOZE], ids=label)
async def test_a_reply_that_does_not_arrive_brings_back_what_was_set_aside(
    converse: Converse, aside: AnyRequest
) -> None:
    activities = fakes()
    activities.failures["deliver_message"] = [ApplicationError("no such address", type="PermanentError")]
    async with converse(activities) as conversation:
        gate = await trying(conversation, by_person=True)
        await conversation.ask(aside)
        await conversation.until(lambda s: s.status in {Status.RESOLVED, Status.SNOOZED})
        gate.opened.set()
        state = await conversation.until(lambda s: s.shown.text.startswith(Status.WITH_HUMAN))
    assert [one.event for one in activities.statuses][-1] == "delivery_failed"
    assert activities.statuses[-1].status is state.status


@pytest.mark.parametrize("aside", [RESOLVE, SNOOZE], ids=label)
async def test_a_message_wakes_what_was_set_aside_while_a_reply_of_a_person_is_tried(
    converse: Converse, aside: AnyRequest
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        gate = await trying(conversation, by_person=True)
        await conversation.ask(aside)
        await conversation.until(lambda s: s.status in {Status.RESOLVED, Status.SNOOZED})
        await conversation.says("hello?", "m2")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert activities.delivered == []
        gate.opened.set()
        await conversation.settled()
    assert len(activities.delivered) == 1
    assert activities.statuses[-1].event == ("reopened" if aside is RESOLVE else "woken")


async def test_a_message_reopens_what_its_owner_answers_after_resolving_it(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        for request in (TAKE_OVER, RESOLVE):
            await conversation.ask(request)
        await conversation.until(lambda s: s.status is Status.RESOLVED)
        gate = await trying(conversation, by_person=True)
        await conversation.says("hello?", "m2")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        gate.opened.set()
        await conversation.settled()
    assert [one.event for one in activities.statuses] == ["resolved", "reopened"]


@pytest.mark.parametrize("aside", [RESOLVE, SNOOZE], ids=label)
async def test_a_message_wakes_what_was_set_aside_while_a_reply_is_withdrawn(
    converse: Converse, aside: AnyRequest
) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        delivering, withdrawing = await trying(conversation), conversation.fakes.hold("give_up_delivery")
        await conversation.ask(aside)
        await withdrawing.reached.wait()
        await conversation.says("hello?", "m2")
        await conversation.until(lambda s: s.status is Status.OPEN and not s.mailbox.inbox)
        withdrawing.opened.set()
        delivering.opened.set()
        await conversation.settled()
    assert len(activities.delivered) == 1
    assert activities.delivered[0].endswith("-2")


async def test_a_notice_holds_up_nothing_that_people_ask(converse: Converse) -> None:
    activities = fakes(PERSON)
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(TAKE_OVER)
        await conversation.until(lambda s: s.owner.id == "anna")
        assert activities.given_up == []
        await conversation.ask(REPLY)
        await conversation.until(lambda s: len(activities.delivered) == 1 and not s.mailbox.requests)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert activities.delivered[0].endswith("-human-r1")
    assert activities.given_up[0].endswith("-notice")


async def test_a_decision_does_not_wait_for_the_notice_that_somebody_decides(converse: Converse) -> None:
    activities = fakes(SUPERVISED)
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        approval_id = activities.approvals[-1].approval.approval_id
        await conversation.ask(DecideApproval(request_id="d1", by=BEN, action="approve", approval_id=approval_id))
        state = await conversation.until(lambda s: len(activities.delivered) == 1 and s.approval is None)
        gate.opened.set()
    assert activities.delivered == [f"{state.start.conversation_id}-1"]


async def test_the_notice_to_a_conversation_that_is_resolved_is_given_up(converse: Converse) -> None:
    activities = fakes(PERSON)
    async with converse(activities) as conversation:
        gate = await trying(conversation)
        await conversation.ask(RESOLVE)
        await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED) and len(activities.given_up) == 1)
        gate.opened.set()
        await conversation.until(lambda _: activities.refused == 1)
    assert activities.delivered == []


PATIENT = ServiceLevels(park_after_seconds=5, parked_at_most_hours=4)


async def test_a_failure_that_is_reported_while_a_model_is_silent_brings_a_person_at_once(converse: Converse) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general", service_levels=PATIENT))
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(1000)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?", "m1")
        await conversation.until(lambda s: s.waiting.parked_since is not None)
        await conversation.ask(FAILED)
        state = await conversation.until(lambda s: s.shown.text.startswith(Status.WITH_HUMAN))
    assert (state.lifecycle.escalation_reason, len(activities.escalations)) == ("delivery_failed", 1)


@pytest.mark.parametrize("request_at_once", [HAND_BACK, REOPEN, SUPERVISE], ids=label)
async def test_what_people_ask_waits_for_no_model_that_is_silent(
    converse: Converse, request_at_once: AnyRequest
) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general", service_levels=PATIENT))
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(1000)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?", "m1")
        parked = await conversation.until(lambda s: s.waiting.parked_since is not None and s.answering.turn == 2)
        await conversation.ask(request_at_once)
        state = await conversation.until(lambda s: s.answering.turn == 3)
        assert state.waiting.parked_since == parked.waiting.parked_since
        activities.failures.clear()
        state = await conversation.until(lambda s: s.answering.counts.exchanges == 1 or s.approval is not None)
    assert [one.event for one in activities.statuses].count("parked") == 1
    assert (activities.generated[-1].instruction == "be brief") is (request_at_once is HAND_BACK)
    assert (state.approval is not None) is (request_at_once is SUPERVISE)


NIGHT: dict[str, object] = {"quiet_hours": {"web_chat": QuietHours(begins=time(0), ends=time(23, 59))}}


@pytest.mark.parametrize("request_at_once", [HAND_BACK, REOPEN, FAILED], ids=label)
async def test_what_people_ask_waits_for_no_morning(converse: Converse, request_at_once: AnyRequest) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general", **NIGHT))
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?", "m1")
        await conversation.until(lambda s: s.answering.ai_agent is not None)
        await conversation.ask(request_at_once)
        await conversation.until(lambda s: len(activities.generated) == 2 or not s.owned_by_ai)
    assert activities.delivered == []
    assert len(activities.escalations) == (request_at_once is FAILED)
    assert (activities.generated[-1].instruction == "be brief") is (request_at_once is HAND_BACK)
