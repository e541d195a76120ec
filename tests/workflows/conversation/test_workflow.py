"""The conversation workflow against a real server, with activities over memory."""

from datetime import timedelta
from itertools import pairwise

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.deadlines import silence_due
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import (
    ChangeMode,
    DecideApproval,
    HandBack,
    Reopen,
    ReportFailure,
    Resolve,
    SendHumanReply,
    Snooze,
    StartConversation,
    TakeOver,
)
from domain.conversation.state import EVENTS_PER_RUN, ConversationState
from domain.conversation.turn import UNDERSTOOD, Evidence
from domain.delivery.channels import ChannelTraits
from domain.language.handoff_notices import handoff_notice
from domain.specification.organisation import ApprovalRule, LadderRung, Mode, ServiceLevels
from tests.workflows.conftest import ANNA, BEN, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

SUPERVISED = SURE.model_copy(update={"supervised": True})
PORTUGUESE = SURE.model_copy(update={"unsupported_language": "pt"})
PORTUGUESE_PERSON = PORTUGUESE.model_copy(update={"asks_for_person": True})
ASKS_FOR_PERSON = SURE.model_copy(update={"asks_for_person": True})
VAGUE = SURE.model_copy(update={"ambiguous": True})


def fakes(evidence: Evidence = SURE, **policy: object) -> FakeActivities:
    return FakeActivities(Policy(default_ai_agent="general", **policy), evidence)


def decision(conversation: Conversation, action: str, by: Person = ANNA, **more: object) -> DecideApproval:
    approval = conversation.fakes.approvals[-1].approval
    return DecideApproval.model_validate(
        {"request_id": f"{action}-{by.id}-{len(conversation.fakes.decisions)}", "by": by, "action": action}
        | {"approval_id": approval.approval_id}
        | more
    )


async def test_a_message_is_answered_once(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.settled()
        assert conversation.fakes.delivered == [f"{state.start.conversation_id}-1"]
        assert conversation.fakes.log == [
            "open_conversation",
            "fetch_customer_context",
            "generate_reply",
            "deliver_message",
        ]


async def test_the_same_message_id_is_the_same_message(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        for _ in range(3):
            await conversation.says("hello", "m1")
        await conversation.settled()
        await conversation.says("hello", "m1")
        await conversation.says("again", "m2")
        await conversation.until(lambda s: s.answering.turn == 2 and not s.answering.unanswered)
        assert len(conversation.fakes.delivered) == 2


async def test_a_plain_turn_costs_16_events_and_one_timer_serves_many_turns(converse: Converse) -> None:
    async with converse(fakes(service_levels=ServiceLevels(exchange_limit=50))) as conversation:
        lengths = []
        for number in range(1, 5):
            await conversation.says(f"question {number}")
            await conversation.answered(number)
            lengths.append((await conversation.handle.describe()).history_length)
        assert {after - before for before, after in pairwise(lengths)} == {16}


async def test_a_message_during_drafting_makes_one_answer_to_both(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold("generate_reply")
        await conversation.says("my export fails")
        await gate.reached.wait()
        await conversation.says("it is the CSV export")
        await conversation.settled()
        gate.opened.set()
        assert len(conversation.fakes.delivered) == 1
        assert len(conversation.fakes.recorded) == 2


async def test_a_message_while_the_reply_is_held_makes_the_draft_stale(converse: Converse) -> None:
    async with converse(fakes(burst_window_seconds={"web_chat": 3600})) as conversation:
        gate = conversation.fakes.hold("deliver_message")
        await conversation.says("my export fails")
        await gate.reached.wait()
        await conversation.says("it is the CSV export")
        while len(conversation.fakes.recorded) < 2:
            await conversation.state()
        gate.opened.set()
        await conversation.settled()
        assert conversation.fakes.refused == 1
        assert len(conversation.fakes.delivered) == 1


async def test_a_message_while_the_reply_leaves_waits_for_its_own_turn(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold("deliver_message")
        await conversation.says("my export fails")
        await gate.reached.wait()
        await conversation.says("it is the CSV export")
        state = await conversation.state()
        assert [message.text for message in state.mailbox.inbox] == ["it is the CSV export"]
        gate.opened.set()
        await conversation.settled()
        assert conversation.fakes.refused == 0
        assert len(conversation.fakes.delivered) == 2
        assert "record_messages" not in conversation.fakes.log


@pytest.mark.parametrize("during", ["generate_reply", "deliver_message"])
async def test_after_a_takeover_no_ai_message_leaves(converse: Converse, during: str) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold(during)
        await conversation.says("help")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        while conversation.fakes.owner.kind != "human_agent":
            await conversation.state()
        gate.opened.set()
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert conversation.fakes.delivered == []
        assert str(state.owner) == "human_agent:anna"


async def test_hand_back_carries_an_instruction_and_a_fresh_budget(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("help")
        await conversation.settled()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await conversation.says("are you there?")
        await conversation.settled()
        await conversation.ask(HandBack(request_id="h1", by=ANNA, instruction="offer the manual export"))
        state = await conversation.until(lambda s: s.owned_by_ai and not s.answering.unanswered)
        assert conversation.fakes.generated[-1].instruction == "offer the manual export"
        assert conversation.fakes.generated[-1].understands == UNDERSTOOD
        assert len(conversation.fakes.delivered) == 2
        assert state.answering.counts.exchanges == 1


async def test_an_instruction_to_the_ai_agent_that_answers_tells_the_customer_nothing_again(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(HandBack(request_id="h1", by=ANNA, instruction="name the 14 days"))
        await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
        assert conversation.fakes.generated[-1].instruction == "name the 14 days"
        assert [bool(asked.notice) for asked in conversation.fakes.approvals] == [True, False]


async def test_a_person_is_told_that_a_reply_of_theirs_did_not_arrive_after_all(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="Here it is."))
        await conversation.until(lambda s: not s.owned_by_ai and not s.mailbox.requests)
        await conversation.ask(Resolve(request_id="r2", by=ANNA))
        await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))
        await conversation.ask(ReportFailure(request_id="f1", by=Person(id="sms"), message_key="k1", code="30003"))
        await conversation.until(lambda s: s.shown.text.startswith(Status.WITH_HUMAN))
        told = conversation.fakes.statuses[-1]
    assert (told.event, told.status) == ("delivery_failed", Status.WITH_HUMAN)
    assert "could not be delivered" in told.note


async def test_a_person_who_replies_takes_over(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("help")
        await conversation.settled()
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN and not s.mailbox.requests)
        while len(conversation.fakes.delivered) < 2:
            await conversation.state()
        assert conversation.fakes.deliveries[-1].text == "I am on it."
        assert state.owner.id == "anna"


async def test_asking_for_a_person_escalates(converse: Converse) -> None:
    async with converse(fakes(ASKS_FOR_PERSON)) as conversation:
        await conversation.says("a human please")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "asked_for_person"
        assert conversation.fakes.delivered == []
        await conversation.says("hello?")
        await conversation.until(lambda s: len(conversation.fakes.recorded) == 2)
        assert conversation.fakes.delivered == []


@pytest.mark.parametrize(
    ("evidence", "reason"), [(PORTUGUESE, "unsupported_language"), (PORTUGUESE_PERSON, "asked_for_person")]
)
async def test_who_writes_in_another_language_is_told_so_and_gets_a_person(
    converse: Converse, evidence: Evidence, reason: str
) -> None:
    async with converse(fakes(evidence, answers_in=("en",))) as conversation:
        await conversation.says("olá, não consigo entrar")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        [escalation] = conversation.fakes.escalations
        assert (escalation.reason, escalation.notice) == (reason, handoff_notice("pt", ["en"]))
        assert conversation.fakes.delivered == []


async def test_by_a_channel_that_pushes_the_same_is_sent(converse: Converse) -> None:
    pushes = {"web_chat": ChannelTraits()}
    async with converse(fakes(PORTUGUESE, answers_in=("en",), channels=pushes)) as conversation:
        await conversation.says("olá, não consigo entrar")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        while not conversation.fakes.deliveries:
            await conversation.state()
        [notice] = conversation.fakes.deliveries
        assert (notice.kind, notice.text) == ("notice", handoff_notice("pt", ["en"]))
        assert conversation.fakes.escalations[0].notice == ""


async def test_a_vague_message_is_asked_back_about_then_escalated(converse: Converse) -> None:
    async with converse(fakes(VAGUE)) as conversation:
        for number in range(1, 4):
            await conversation.says(f"it does not work {number}")
            await conversation.answered(number)
        assert [d.kind for d in conversation.fakes.deliveries] == ["clarification", "clarification"]
        assert conversation.fakes.escalations[0].reason == "no_answer"


async def test_the_exchange_limit_asks_a_person(converse: Converse) -> None:
    async with converse(fakes(service_levels=ServiceLevels(exchange_limit=2))) as conversation:
        for number in range(1, 4):
            await conversation.says(f"question {number}")
            await conversation.answered(number)
        assert len(conversation.fakes.delivered) == 2
        assert conversation.fakes.escalations[0].reason == "exchange_limit"


async def test_an_approved_draft_is_sent_once(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.status is Status.AWAITING_APPROVAL)
        assert conversation.fakes.delivered == []
        approve = decision(conversation, "approve")
        for _ in range(2):
            await conversation.ask(approve)
        state = await conversation.until(lambda s: s.approval is None)
        await conversation.ask(decision(conversation, "approve", BEN, request_id="late"))
        await conversation.until(lambda s: not s.mailbox.requests and len(conversation.fakes.decisions) == 1)
        assert state.status is Status.OPEN
        assert len(conversation.fakes.delivered) == 1
        assert conversation.fakes.decisions[0].effect == "refused"


async def test_an_approval_turn_costs_at_most_35_events(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        lengths = []
        for turn in (1, 2, 3):
            await conversation.says(f"refund me {turn}")
            await conversation.asked(turn)
            await conversation.ask(decision(conversation, "approve", request_id=f"d{turn}"))
            await conversation.until(lambda s: s.approval is None)
            lengths.append((await conversation.handle.describe()).history_length)
        assert lengths[2] - lengths[1] <= 35


async def test_an_edit_is_sent_instead_of_the_draft(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "edit", text="We refund 20 EUR."))
        await conversation.until(lambda s: s.approval is None)
        assert conversation.fakes.deliveries[-1].text == "We refund 20 EUR."


async def test_a_rejection_redrafts_with_its_reason(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "reject", reason="name the 14 days"))
        await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
        assert conversation.fakes.generated[-1].instruction == "name the 14 days"
        assert [bool(asked.notice) for asked in conversation.fakes.approvals] == [True, False]
        assert len(conversation.fakes.approvals) == 2
        assert conversation.fakes.delivered == []


async def test_a_message_makes_an_approval_stale(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        stale = decision(conversation, "approve", request_id="stale")
        await conversation.says("no, wait: cancel instead")
        await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
        await conversation.ask(stale)
        await conversation.until(lambda s: len(conversation.fakes.decisions) == 1)
        assert conversation.fakes.decisions[0].effect == "refused"
        assert conversation.fakes.delivered == []


async def test_two_approvers_must_be_two_people(converse: Converse) -> None:
    two = fakes(SUPERVISED, approval_rules=(ApprovalRule(id="two", approvers=2),))
    async with converse(two) as conversation:
        await conversation.says("refund me 500")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "approve", ANNA, request_id="a1"))
        await conversation.ask(decision(conversation, "approve", ANNA, request_id="a2"))
        await conversation.until(lambda s: len(conversation.fakes.decisions) == 2)
        assert [d.effect for d in conversation.fakes.decisions] == ["wait_for_more", "refused"]
        await conversation.ask(decision(conversation, "approve", BEN, request_id="b1"))
        await conversation.until(lambda s: s.approval is None)
        assert len(conversation.fakes.delivered) == 1


async def test_an_edit_under_two_approvers_is_approved_anew_by_others(converse: Converse) -> None:
    rules = (ApprovalRule(id="two", approvers=2),)
    async with converse(fakes(SUPERVISED, approval_rules=rules)) as conversation:
        await conversation.says("refund me 500")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "edit", ANNA, request_id="e1", text="We refund 400 EUR."))
        state = await conversation.until(lambda s: s.approval is not None and s.approval.requester == "anna")
        assert state.approval is not None
        fresh = {"approval_id": state.approval.approval_id}
        for person in (ANNA, BEN, Person(id="cleo", roles=("approver",))):
            await conversation.ask(decision(conversation, "approve", person, request_id=f"f-{person.id}", **fresh))
        await conversation.until(lambda s: s.approval is None)
        assert conversation.fakes.deliveries[-1].text == "We refund 400 EUR."
        assert [d.effect for d in conversation.fakes.decisions] == ["reapprove_edit", "refused", "wait_for_more"]


async def test_a_decision_may_take_over_or_reassign(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "reassign", assignee="ben", request_id="x1"))
        await conversation.ask(decision(conversation, "approve", ANNA, request_id="x2"))
        await conversation.until(lambda s: len(conversation.fakes.decisions) == 2)
        assert conversation.fakes.decisions[1].effect == "refused"
        await conversation.ask(decision(conversation, "take_over", BEN, request_id="x3"))
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.owner.id == "ben"
        assert conversation.fakes.delivered == []


async def test_an_approval_given_90_days_later_still_sends(converse: Converse) -> None:
    ladder = (
        LadderRung(after_minutes=60, action="remind"),
        LadderRung(after_minutes=240, action="widen", roles=("lead",)),
        LadderRung(after_minutes=2880, action="move_up", roles=("admin",)),
    )
    async with converse(fakes(SUPERVISED, ladder=ladder)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.pass_time(timedelta(days=90))
        assert [c.step.action for c in conversation.fakes.ladder] == ["remind", "widen", "move_up"]
        assert conversation.fakes.ladder[-1].approval.roles == ("admin",)
        assert conversation.fakes.delivered == []
        await conversation.ask(decision(conversation, "approve", Person(id="root", roles=("admin",))))
        await conversation.until(lambda s: s.approval is None)
        assert len(conversation.fakes.delivered) == 1


VETO = {"veto_minutes": {"general": 15}}


async def test_a_draft_leaves_after_its_veto_window_unless_it_is_stopped(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED, **VETO)) as conversation:
        await conversation.says("refund me")
        state = await conversation.until(lambda s: s.approval is not None)
        assert state.approval
        await conversation.pass_time(timedelta(minutes=14))
        assert conversation.fakes.delivered == []
        await conversation.pass_time(timedelta(minutes=2))
        await conversation.until(lambda s: s.approval is None and s.status is Status.OPEN)
        (sent,) = conversation.fakes.deliveries
        assert sent.closure
        assert (sent.closure.decision.by.id, sent.closure.decision.action) == ("veto-window", "approve")
        assert conversation.fakes.decisions == []


@pytest.mark.parametrize("action", ["reject", "take_over"])
async def test_who_stops_a_draft_in_time_is_heeded(converse: Converse, action: str) -> None:
    async with converse(fakes(SUPERVISED, **VETO)) as conversation:
        await conversation.says("refund me")
        stopped = await conversation.until(lambda s: s.approval is not None)
        assert stopped.approval
        conversation.fakes.evidence = SURE
        await conversation.ask(decision(conversation, action, reason="not like this"))
        await conversation.until(lambda s: s.approval is None and not s.answering.unanswered)
        await conversation.pass_time(timedelta(minutes=30))
        assert stopped.approval.draft_id not in [sent.draft_id for sent in conversation.fakes.deliveries]


async def test_silence_resolves_and_a_week_later_the_workflow_ends(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("thanks, where is my invoice?")
        await conversation.settled()
        await conversation.pass_time(timedelta(hours=73))
        state = await conversation.until(lambda s: s.status is Status.RESOLVED)
        assert conversation.fakes.statuses[-1].by == "silence"
        assert state.lifecycle.resolved_at is not None


async def test_a_resolved_conversation_is_reopened_by_a_message_but_not_by_an_old_one(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("where is my invoice?", "m1")
        await conversation.settled()
        await conversation.ask(Resolve(request_id="r1", by=ANNA))
        await conversation.until(lambda s: s.status is Status.RESOLVED)
        await conversation.says("it is wrong", "m2")
        await conversation.until(lambda s: s.status is Status.OPEN and not s.answering.unanswered)
        assert [s.event for s in conversation.fakes.statuses] == ["resolved", "reopened"]
        assert len(conversation.fakes.delivered) == 2
        await conversation.ask(Resolve(request_id="r2", by=ANNA))
        await conversation.ask(Reopen(request_id="r3", by=ANNA))
        await conversation.until(lambda s: s.status is Status.OPEN and not s.mailbox.requests)


async def test_a_snoozed_conversation_wakes_by_time_and_by_message(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("call me next week")
        state = await conversation.settled()
        assert state.waiting.quiet_since is not None
        await conversation.ask(Snooze(request_id="s1", by=ANNA, until=state.waiting.quiet_since + timedelta(hours=5)))
        await conversation.until(lambda s: s.status is Status.SNOOZED)
        await conversation.pass_time(timedelta(hours=6))
        await conversation.until(lambda s: s.status is Status.OPEN)
        await conversation.ask(Snooze(request_id="s2", by=ANNA, until=state.waiting.quiet_since + timedelta(days=20)))
        await conversation.until(lambda s: s.status is Status.SNOOZED)
        await conversation.says("I am back")
        await conversation.until(
            lambda s: s.status is Status.OPEN and s.answering.turn == 2 and not s.answering.unanswered
        )


async def test_a_model_that_fails_for_good_hands_over(converse: Converse) -> None:
    activities = fakes()
    activities.failures["generate_reply"] = [ApplicationError("no key", type="CredentialsError")]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "model_failed"
        assert len(conversation.fakes.recorded) == 1


async def test_a_source_that_is_down_never_blocks_the_turn(converse: Converse) -> None:
    activities = fakes()
    activities.failures["fetch_customer_context"] = [ApplicationError("down", type="CredentialsError")]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.settled()
        assert conversation.fakes.generated[0].missing_sources == ("directory",)
        assert len(conversation.fakes.delivered) == 1


async def test_a_channel_that_refuses_for_good_hands_over(converse: Converse) -> None:
    activities = fakes()
    activities.failures["deliver_message"] = [ApplicationError("no such address", type="PermanentError")]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "delivery_failed"


async def test_a_validator_lowers_confidence(converse: Converse) -> None:
    async with converse(fakes(validates=True)) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "low_confidence"


async def test_modes_switch_in_mid_conversation(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("one")
        await conversation.settled()
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.says("two")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "take_over"))
        await conversation.ask(ChangeMode(request_id="c2", by=ANNA, mode=Mode.CO_PILOT))
        await conversation.until(lambda s: s.answering.mode is Mode.CO_PILOT and not s.owned_by_ai)
        await conversation.says("three")
        while not conversation.fakes.generated[-1].suggestion:
            await conversation.state()
        first, *_, suggested = conversation.fakes.generated
        assert (first.channel, suggested.channel) == ("web_chat", None)
        assert len(conversation.fakes.delivered) == 1


async def test_continue_as_new_carries_everything(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me", "m1")
        before = await conversation.until(lambda s: s.approval is not None)
        run = (await conversation.handle.describe()).run_id
        await conversation.handle.signal("roll_over")
        while (await conversation.handle.describe()).run_id == run:
            pass
        assert await conversation.state() == before
        await conversation.says("refund me", "m1")
        await conversation.ask(decision(conversation, "approve"))
        await conversation.until(lambda s: s.approval is None)
        assert len(conversation.fakes.delivered) == 1


async def test_a_history_begins_anew_after_the_events_that_its_run_began_with(converse: Converse) -> None:
    """What comes after is as long as runs are today."""
    carried = ConversationState(
        start=StartConversation(organisation="acme", conversation_id="cv_long0001"), events_per_run=30
    )
    async with converse(fakes(service_levels=ServiceLevels(exchange_limit=50)), carried) as conversation:
        run = (await conversation.handle.describe()).run_id
        for number in range(1, 5):
            await conversation.says(f"question {number}")
            await conversation.answered(number)
        state = await conversation.state()

        assert (await conversation.handle.describe()).run_id != run
        assert state.events_per_run == EVENTS_PER_RUN
        assert len(conversation.fakes.delivered) == 4


async def test_it_works_without_a_cache(converse: Converse) -> None:
    async with converse(fakes(), max_cached_workflows=0) as conversation:
        for number in range(1, 4):
            await conversation.says(f"question {number}")
            await conversation.answered(number)
        assert len(conversation.fakes.delivered) == 3


async def test_a_person_who_reopens_gets_a_fresh_silence_period(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.settled()
        await conversation.pass_time(timedelta(hours=73))
        await conversation.until(lambda s: s.status is Status.RESOLVED)
        await conversation.ask(Reopen(request_id="r1", by=ANNA))
        state = await conversation.until(lambda s: s.status is Status.OPEN and not s.mailbox.requests)
        due = silence_due(state)
        assert due is not None
        assert state.shown.since is not None
        assert due - state.shown.since > timedelta(hours=71)


async def test_an_early_reply_of_a_person_stops_the_draft(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold("generate_reply")
        await conversation.says("help")
        await gate.reached.wait()
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
        await conversation.until(lambda s: not s.owned_by_ai)
        gate.opened.set()
        await conversation.until(lambda s: not s.mailbox.requests and len(conversation.fakes.delivered) == 1)
        assert [d.author for d in conversation.fakes.deliveries] == ["human_agent"]


async def test_messages_keep_their_order_when_a_draft_is_overtaken(converse: Converse) -> None:
    activities = fakes()
    activities.records_late = True
    async with converse(activities) as conversation:
        gate = conversation.fakes.hold("generate_reply")
        await conversation.says("first")
        await gate.reached.wait()
        await conversation.says("second")
        await conversation.settled()
        gate.opened.set()
        assert list(conversation.fakes.recorded.values()) == ["first", "second"]


async def test_deciding_wakes_a_snoozed_conversation(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        state = await conversation.until(lambda s: s.approval is not None)
        assert state.shown.since is not None
        await conversation.ask(Snooze(request_id="s1", by=ANNA, until=state.shown.since + timedelta(days=7)))
        await conversation.until(lambda s: s.status is Status.SNOOZED)
        await conversation.ask(decision(conversation, "approve"))
        state = await conversation.until(lambda s: s.approval is None)
        assert (state.status, state.lifecycle.snoozed_until) == (Status.OPEN, None)


async def test_supervision_holds_a_draft_that_is_being_written(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold("generate_reply")
        await conversation.says("help")
        await gate.reached.wait()
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.until(lambda s: s.answering.mode is Mode.SUPERVISION)
        gate.opened.set()
        await conversation.until(lambda s: s.approval is not None)
        assert conversation.fakes.delivered == []


async def test_a_takeover_during_a_failing_delivery_keeps_its_owner(converse: Converse) -> None:
    activities = fakes()
    activities.failures["deliver_message"] = [ApplicationError("no such address", type="PermanentError")]
    async with converse(activities) as conversation:
        gate = conversation.fakes.hold("deliver_message")
        await conversation.says("help")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: not s.owned_by_ai)
        gate.opened.set()
        state = await conversation.settled()
        assert state.owner.id == "anna"
        assert conversation.fakes.escalations == []


async def test_a_workflow_that_fell_behind_the_store_catches_up(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("one")
        await conversation.settled()
        conversation.fakes.revision = 7
        conversation.fakes.opened = conversation.fakes.opened.model_copy(update={"revision": 7, "turn": 9})
        await conversation.says("two")
        state = await conversation.settled()
        assert (conversation.fakes.refused, len(conversation.fakes.delivered)) == (1, 2)
        assert (state.revision, state.answering.turn) == (7, 10)


async def test_an_approval_that_the_store_is_past_is_drafted_anew(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.asked(1)
        conversation.fakes.revision = 7
        conversation.fakes.opened = conversation.fakes.opened.model_copy(update={"revision": 7, "turn": 9})
        await conversation.ask(decision(conversation, "approve"))
        state = await conversation.asked(10)
        assert conversation.fakes.decisions[-1].effect == "refused"
        assert (state.revision, state.approval and state.approval.revision) == (7, 7)
        await conversation.ask(decision(conversation, "approve", request_id="again"))
        await conversation.until(lambda s: s.status is Status.OPEN and s.approval is None)
        assert len(conversation.fakes.delivered) == 1


async def test_an_approval_of_what_a_person_owns_in_the_store_is_dropped(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.asked(1)
        anna = Owner(kind="human_agent", id="anna")
        conversation.fakes.owner = anna
        conversation.fakes.opened = conversation.fakes.opened.model_copy(update={"owner": anna})
        await conversation.ask(decision(conversation, "approve"))
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert (state.owner, state.approval, state.answering.unanswered) == (anna, None, False)
        assert conversation.fakes.delivered == []


async def test_a_message_during_an_approved_delivery_is_answered(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.asked(1)
        gate = conversation.fakes.hold("deliver_message")
        await conversation.ask(decision(conversation, "approve"))
        await gate.reached.wait()
        await conversation.says("no, wait")
        await conversation.until(lambda _: len(conversation.fakes.recorded) == 2)
        gate.opened.set()
        await conversation.asked(2)
        assert [d.effect for d in conversation.fakes.decisions] == ["refused"]
        assert conversation.fakes.delivered == []
