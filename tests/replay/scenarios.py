"""One scenario for each branch of the conversation; their histories are the golden ones."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Person, Status
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
    TakeOver,
)
from domain.conversation.turn import Evidence
from domain.delivery.channels import ChannelTraits
from domain.journeys.plan import Plan
from domain.specification.calendar import QuietHours
from domain.specification.organisation import ApprovalRule, LadderRung, Mode, ServiceLevels
from domain.specification.rules import Ask, DecidingRule
from domain.tools.actions import ProposedAction
from tests.domain.journeys.journeys import journey
from tests.replay import journeys
from tests.workflows.conftest import ANNA, BEN, Conversation
from tests.workflows.fakes import SURE, FakeActivities, Gate
from tests.workflows.write_back_fakes import WritingFakes

SUPERVISED = SURE.model_copy(update={"supervised": True})


PLAIN = Policy(default_ai_agent="general")


@dataclass(frozen=True)
class Scenario:
    """What happens, and with which activities: those that carry out `at_once`, or those of the version before."""

    play: Callable[[Conversation], Awaitable[None]]
    evidence: Evidence = SURE
    policy: Policy = PLAIN
    actions: tuple[ProposedAction, ...] = ()
    at_once: bool = False
    way: tuple[dict[str, Any], ...] = ()
    """Steps of the journey `way`."""
    stopped: bool = False
    """Automatic sending is."""

    def fakes(self) -> FakeActivities:
        fakes = WritingFakes(self.policy, self.evidence)
        if self.way:
            fakes.plans["way"] = Plan.of(journey(*self.way), ())
        fakes.actions = self.actions
        fakes.carries_out, fakes.is_stopped = self.at_once, self.stopped
        return fakes


def _decide(conversation: Conversation, action: str, key: str, by: Person = ANNA, **more: str) -> DecideApproval:
    approval_id = conversation.fakes.approvals[-1].approval.approval_id
    fields = {"request_id": key, "by": by, "action": action, "approval_id": approval_id}
    return DecideApproval.model_validate(fields | more)


async def plain(conversation: Conversation) -> None:
    for turn in (1, 2):
        await conversation.says(f"question {turn}", f"m{turn}")
        await conversation.answered(turn)


async def burst(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("generate_reply")
    await conversation.says("my export fails", "m1")
    await gate.reached.wait()
    await conversation.says("it is the CSV export", "m2")
    await conversation.settled()
    gate.opened.set()


async def left_before_overtaken(conversation: Conversation) -> None:
    gate = conversation.fakes.hold_result("generate_reply")
    await conversation.says("my export fails", "m1")
    await gate.reached.wait()
    await conversation.says("it is the CSV export", "m2")
    await conversation.answered(2)
    gate.opened.set()


async def mode_changed(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("generate_reply")
    await conversation.says("refund me", "m1")
    await gate.reached.wait()
    await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
    await conversation.until(lambda _: conversation.fakes.revision == 2)
    gate.opened.set()
    await conversation.until(lambda s: s.approval is not None)


async def overtaken_delivery(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("deliver_message")
    await conversation.says("my export fails", "m1")
    await gate.reached.wait()
    await conversation.says("it is the CSV export", "m2")
    await conversation.until(lambda _: len(conversation.fakes.recorded) == 2)
    gate.opened.set()
    await conversation.settled()


async def approved(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "approve", "d1"))
    await conversation.until(lambda s: s.approval is None)
    await conversation.ask(_decide(conversation, "approve", "d2", BEN))
    await conversation.until(lambda _: len(conversation.fakes.decisions) == 1)


async def approved_once(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "approve", "d1"))
    await conversation.until(lambda _: len(conversation.fakes.delivered) == 1)
    await conversation.settled()


async def tool_failed(conversation: Conversation) -> None:
    conversation.fakes.failures["call_tool"] = [ApplicationError("changed", type="ConflictError")]
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def rejected_and_edited(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "reject", "d1", reason="name the 14 days"))
    await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
    await conversation.ask(_decide(conversation, "edit", "d2", text="We refund it within 14 days."))
    await conversation.until(lambda s: s.approval is None)


async def answered_instead(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "answer", "d1", text="I looked: it is on its way."))
    await conversation.until(lambda s: s.approval is None and len(conversation.fakes.delivered) == 1)
    await conversation.settled()


async def put_off_and_given_back(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "reassign", "d1", assignee="ben"))
    await conversation.ask(_decide(conversation, "give_back", "d2", BEN))
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await conversation.ask(_decide(conversation, "snooze", "d3", until=tomorrow))
    await conversation.until(lambda s: s.approval is not None and s.approval.snoozed is not None)
    await conversation.pass_time(timedelta(days=1, minutes=1))
    await conversation.until(lambda _: len(conversation.fakes.ladder) == 1)


async def called_back(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    state = await conversation.until(lambda s: s.waiting.told_to_wait)
    first = state.approval
    gate = conversation.fakes.hold("deliver_message")
    await conversation.ask(_decide(conversation, "approve", "d1"))
    await gate.reached.wait()
    await conversation.ask(_decide(conversation, "revoke", "d2", BEN))
    state = await conversation.until(lambda s: s.approval is not None and s.approval != first)
    gate.opened.set()
    assert state.approval
    again = _decide(conversation, "approve", "d3").model_copy(update={"approval_id": state.approval.approval_id})
    await conversation.ask(again)
    await conversation.until(lambda s: s.approval is None)
    await conversation.settled()


async def called_back_too_late(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "approve", "d1"))
    await conversation.until(lambda s: s.approval is None)
    await conversation.ask(_decide(conversation, "revoke", "d2"))
    await conversation.until(lambda _: len(conversation.fakes.decisions) == 1)


async def vote_withdrawn(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.until(lambda s: s.approval is not None)
    for action, key in (("approve", "d1"), ("revoke", "d2"), ("approve", "d3")):
        await conversation.ask(_decide(conversation, action, key))
    await conversation.until(lambda _: len(conversation.fakes.decisions) == 3)


async def two_approvers(conversation: Conversation) -> None:
    await conversation.says("refund me 500", "m1")
    await conversation.until(lambda s: s.approval is not None)
    await conversation.ask(_decide(conversation, "reassign", "d1", assignee="anna"))
    await conversation.ask(_decide(conversation, "approve", "d2"))
    await conversation.ask(_decide(conversation, "take_over", "d3"))
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def handed_over_and_back(conversation: Conversation) -> None:
    await conversation.says("help", "m1")
    await conversation.settled()
    await conversation.ask(TakeOver(request_id="t1", by=ANNA))
    await conversation.until(lambda s: not s.owned_by_ai)
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    await conversation.until(lambda _: len(conversation.fakes.delivered) == 2)
    await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.CO_PILOT))
    await conversation.until(lambda _: len(conversation.fakes.statuses) == 1)
    await conversation.says("are you there?", "m2")
    await _heard_of(conversation, "generate_reply", 2)
    await conversation.ask(HandBack(request_id="h1", by=ANNA, instruction="offer the manual export"))
    await conversation.until(lambda s: s.owned_by_ai and not s.answering.unanswered)


async def co_pilot_for_what_waits(conversation: Conversation) -> None:
    """Who has taken over is written to, and switches to co-pilot then."""
    await conversation.says("help", "m1")
    await conversation.settled()
    await conversation.ask(TakeOver(request_id="t1", by=ANNA))
    await conversation.until(lambda s: not s.owned_by_ai)
    await conversation.says("are you there?", "m2")
    await conversation.until(lambda s: s.waiting.for_person is not None)
    await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.CO_PILOT))
    await _heard_of(conversation, "generate_reply", 2)
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    await conversation.until(lambda s: s.waiting.for_person is None)


async def _heard_of(conversation: Conversation, activity: str, times: int) -> None:
    """Wait until the workflow has the results of so many activities of a kind."""
    completed = 0
    while completed < times:
        events = (await conversation.handle.fetch_history()).events
        scheduled = {
            event.event_id
            for event in events
            if event.activity_task_scheduled_event_attributes.activity_type.name == activity
        }
        done = [event.activity_task_completed_event_attributes.scheduled_event_id for event in events]
        completed = sum(event_id in scheduled for event_id in done)
    await conversation.state()


async def taken_over_long_ago(conversation: Conversation) -> None:
    """A request comes again whose id the workflow has forgotten; the store has not."""
    conversation.fakes.carried_out = {"t1": 0, "r1-takeover": 0, "h1": 0}
    gate = conversation.fakes.hold("open_conversation")
    await conversation.says("help", "m1")
    await conversation.ask(TakeOver(request_id="t1", by=ANNA))
    await conversation.until(lambda s: bool(s.mailbox.inbox and s.mailbox.requests))
    gate.opened.set()
    await conversation.settled()
    await conversation.until(lambda s: s.shown.text != "")
    await conversation.says("anybody?", "m2")
    await conversation.settled()
    await conversation.until(lambda _: len(conversation.fakes.recorded) == 2 or not conversation.fakes.delivered)


async def opened_by_colleague(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("open_conversation")
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="How are you?", sent_as="c-1", opens=True))
    await conversation.says("not well", "m1")
    await conversation.until(lambda s: bool(s.mailbox.inbox and s.mailbox.requests))
    gate.opened.set()
    await conversation.until(lambda s: len(conversation.fakes.delivered) == 1 and not s.mailbox.inbox)
    await conversation.until(lambda s: s.shown.text.startswith(Status.WITH_HUMAN))


async def stopped(conversation: Conversation) -> None:
    await conversation.says("where is my invoice?", "m1")
    state = await conversation.asked(1)
    assert state.approval
    await conversation.ask(
        DecideApproval(request_id="yes", by=ANNA, approval_id=state.approval.approval_id, action="approve")
    )
    await conversation.until(lambda s: s.approval is None and not s.mailbox.requests)


async def stopped_veto_window(conversation: Conversation) -> None:
    await conversation.says("refund me", "m1")
    await conversation.asked(1)
    await conversation.pass_time(timedelta(minutes=16))
    await conversation.until(lambda s: s.approval is not None and s.approval.leaves_at is None)


async def queue_climbed(conversation: Conversation) -> None:
    await conversation.says("a person, please", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    await conversation.pass_time(timedelta(minutes=31))
    await conversation.until(lambda _: len(conversation.fakes.queue_ladder) == 1)


async def escalated(conversation: Conversation) -> None:
    await conversation.says("a human please", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    await conversation.says("hello?", "m2")
    await conversation.until(lambda _: len(conversation.fakes.recorded) == 2)


async def reported_as_failed(conversation: Conversation) -> None:
    await conversation.says("a human please", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    await conversation.until(lambda _: "deliver_message" in conversation.fakes.log)
    await conversation.ask(ReportFailure(request_id="f1", by=Person(id="sms"), message_key="k1", code="30003"))
    await conversation.until(lambda s: "request:f1" in s.mailbox.seen and not s.mailbox.requests)
    await conversation.says("hello?", "m2")
    await conversation.until(lambda _: len(conversation.fakes.recorded) == 2)


async def reply_given_up(conversation: Conversation) -> None:
    await conversation.says("a human please", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    conversation.fakes.failures["deliver_message"] = [ApplicationError("no such address", type="PermanentError")]
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    await conversation.until(lambda s: s.shown.text.endswith("anna"))
    await conversation.says("hello?", "m2")
    await conversation.until(lambda _: len(conversation.fakes.recorded) == 2)


async def reply_refused(conversation: Conversation) -> None:
    """Its takeover counted before, and the conversation was handed back since."""
    conversation.fakes.carried_out = {"r1-takeover": 0}
    await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    await conversation.until(lambda s: s.shown.text != "")
    await conversation.says("hello?", "m1")
    await conversation.answered(1)


async def written_back(conversation: Conversation) -> None:
    fakes = conversation.fakes
    await conversation.says("a human please", "m1")
    await conversation.until(lambda _: {"write_crm_note", "update_ticket"} <= set(fakes.log))
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def resolved_and_reopened(conversation: Conversation) -> None:
    await conversation.says("where is my invoice?", "m1")
    await conversation.settled()
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))
    await conversation.says("it is wrong", "m2")
    await conversation.until(lambda s: s.status is Status.OPEN and s.answering.turn == 2 and not s.answering.unanswered)


async def set_aside(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("generate_reply")
    await conversation.says("where is my invoice?", "m1")
    await gate.reached.wait()
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await conversation.until(lambda s: bool(s.mailbox.requests) or s.shown.text.startswith(Status.RESOLVED))
    gate.opened.set()
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))


async def _is_woken(conversation: Conversation, held: Gate) -> None:
    """A message comes while what was said before is still with the vendor."""
    await conversation.says("hello?", "m2")
    await conversation.until(lambda s: len(conversation.fakes.statuses) == 2 and not s.mailbox.inbox)
    held.opened.set()
    await conversation.settled()


async def resolved_while_tried(conversation: Conversation) -> None:
    delivering, withdrawing = (conversation.fakes.hold(name) for name in ("deliver_message", "give_up_delivery"))
    await conversation.says("where is my invoice?", "m1")
    await delivering.reached.wait()
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await withdrawing.reached.wait()
    delivering.opened.set()
    await _is_woken(conversation, withdrawing)


async def person_resolves_while_tried(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("deliver_message")
    await conversation.ask(SendHumanReply(request_id="h1", by=ANNA, text="I am on it."))
    await gate.reached.wait()
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))
    await _is_woken(conversation, gate)


async def answered_after_resolving(conversation: Conversation) -> None:
    for request in (TakeOver(request_id="t1", by=ANNA), Resolve(request_id="r1", by=ANNA)):
        await conversation.ask(request)
        await conversation.until(lambda s: not s.mailbox.requests and s.shown.text != "")
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))
    gate = conversation.fakes.hold("deliver_message")
    await conversation.ask(SendHumanReply(request_id="h1", by=ANNA, text="One more thing."))
    await gate.reached.wait()
    await _is_woken(conversation, gate)


async def taken_over_while_tried(conversation: Conversation) -> None:
    gate = conversation.fakes.hold("deliver_message")
    await conversation.says("where is my invoice?", "m1")
    await gate.reached.wait()
    await conversation.ask(TakeOver(request_id="t1", by=ANNA))
    await conversation.until(lambda s: s.owner.id == "anna")
    gate.opened.set()
    await conversation.until(lambda s: s.shown.text.endswith("anna"))
    await conversation.says("hello?", "m2")
    await conversation.settled()


async def handed_back_while_parked(conversation: Conversation) -> None:
    silent = ApplicationError("down", type="UnavailableError")
    conversation.fakes.failures["generate_reply"] = [silent for _ in range(1000)]
    await conversation.says("where is my invoice?", "m1")
    await conversation.until(lambda _: any(one.turn == 2 for one in conversation.fakes.generated))
    await conversation.ask(HandBack(request_id="h1", by=ANNA, instruction="be brief"))
    await conversation.until(lambda s: bool(s.mailbox.requests) or s.answering.turn > 2)
    conversation.fakes.failures.clear()
    await conversation.until(
        lambda s: bool(conversation.fakes.delivered) and not (s.mailbox.requests or s.answering.unanswered)
    )


async def resolved_long_ago(conversation: Conversation) -> None:
    """A request comes again whose id the workflow has forgotten; the store has not."""
    await conversation.ask(Reopen(request_id="o1", by=ANNA))
    await conversation.until(lambda s: s.shown.text != "")
    conversation.fakes.carried_out["e1"] = 0
    await conversation.ask(Resolve(request_id="e1", by=ANNA))
    await conversation.until(lambda s: len(conversation.fakes.statuses) == 2 and not s.mailbox.requests)
    await conversation.says("hello?", "m1")
    await conversation.answered(1)


async def refused_while_snoozed(conversation: Conversation) -> None:
    """A decision on what nobody asks any more."""
    until = datetime(2040, 1, 1, tzinfo=UTC)
    await conversation.ask(Snooze(request_id="s1", by=ANNA, until=until))
    await conversation.until(lambda s: s.shown.text.startswith(Status.SNOOZED))
    await conversation.ask(DecideApproval(request_id="d1", by=BEN, approval_id="none", action="approve"))
    await conversation.until(lambda s: len(conversation.fakes.decisions) == 1 and not s.mailbox.requests)
    await conversation.says("hello?", "m1")
    await conversation.answered(1)


async def _held_back(conversation: Conversation) -> None:
    """Wait until the reply waits for the end of the quiet hours, with the one timer that there is by then."""
    while True:
        events = (await conversation.handle.fetch_history()).events
        if any(event.HasField("timer_started_event_attributes") for event in events):
            return
        await asyncio.sleep(0.02)


async def set_aside_at_night(conversation: Conversation) -> None:
    await conversation.says("where is my invoice?", "m1")
    await _held_back(conversation)
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await conversation.until(lambda s: bool(s.mailbox.requests) or s.shown.text.startswith(Status.RESOLVED))
    await conversation.pass_time(timedelta(hours=25))
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))


async def model_failed(conversation: Conversation) -> None:
    conversation.fakes.failures["generate_reply"] = [ApplicationError("no key", type="CredentialsError")]
    await conversation.says("where is my invoice?", "m1")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def store_away(conversation: Conversation) -> None:
    """It is away for longer than anything is tried; so each step fails once, and is not tried again by Temporal."""
    away = ApplicationError("down", type="StoreUnavailableError", non_retryable=True)
    fakes = conversation.fakes
    for name in ("fetch_customer_context", "generate_reply", "score_confidence", "call_tool", "deliver_message"):
        fakes.failures[name] = [away]
    await conversation.says("refund me", "m1")
    await conversation.until(
        lambda s: bool(fakes.delivered or fakes.escalations) and not (s.answering.unanswered or s.mailbox.inbox)
    )


REFUND = ProposedAction(server="shop", tool="refund", arguments={"order_id": "A-1001", "amount": 49.5})
ALONE = SURE.model_copy(update={"action": "within_limit"})
ABOVE_LIMIT = SURE.model_copy(update={"action": "needs_approval"})


async def verified(conversation: Conversation) -> None:
    fakes = conversation.fakes
    fakes.evidences, fakes.verdicts = [UNKNOWN, UNKNOWN], ["none", "wrong", "right"]
    await conversation.says("which plan am I on?", "m1")
    for number, text in enumerate(("why?", "123457", "123456"), start=2):
        await conversation.until(
            lambda s: s.waiting.identity_check is not None and not s.answering.unanswered and not s.mailbox.inbox
        )
        await conversation.says(text, f"m{number}")
        await conversation.until(lambda s, number=number: f"m{number}" in s.mailbox.seen)  # type: ignore[misc]
    await conversation.until(lambda s: s.waiting.identity_check is None and not s.answering.unanswered)


async def not_verified(conversation: Conversation) -> None:
    conversation.fakes.evidences, conversation.fakes.verdicts = [UNKNOWN], ["failed"]
    await conversation.says("which plan am I on?", "m1")
    await conversation.until(lambda s: s.waiting.identity_check is not None and not s.answering.unanswered)
    await conversation.says("123457", "m2")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


UNKNOWN = SURE.model_copy(update={"identity": "to_verify"})
VAGUE = SURE.model_copy(update={"ambiguous": True})
PERSON = SURE.model_copy(update={"asks_for_person": True})
TWO = Policy(default_ai_agent="general", approval_rules=(ApprovalRule(id="two", approvers=2),))
VETOED = Policy(default_ai_agent="general", veto_minutes={"general": 15})
CLIMBING = Policy(default_ai_agent="general", queue_ladder=(LadderRung(after_minutes=30, action="remind"),))
TELLING = Policy(default_ai_agent="general", crm_notes=("escalated",), ticketed_channels=("web_chat",))
HOLDING_BRIEFLY = Policy(default_ai_agent="general", burst_window_seconds={"web_chat": 3})
HOLDING = Policy(default_ai_agent="general", burst_window_seconds={"web_chat": 3600})

PUSHED = Policy(default_ai_agent="general", channels={"web_chat": ChannelTraits(stored=False)})
IMPATIENT = Policy(
    default_ai_agent="general", service_levels=ServiceLevels(park_after_seconds=5, parked_at_most_hours=4)
)
NIGHT = Policy(default_ai_agent="general", quiet_hours={"web_chat": QuietHours(begins=time(0), ends=time(23, 59))})

RULED = SURE.model_copy(update={"rules_held": ("vip",)})
ESCALATING = Policy(default_ai_agent="general", rules=(DecidingRule(id="vip", then="escalate"),))
REMINDED = Policy(default_ai_agent="general", ladder=(LadderRung(after_minutes=30, action="remind"),))
REMINDING = Ask(approvers=2, ladder=(LadderRung(after_minutes=30, action="remind"),))
ASKING = Policy(default_ai_agent="general", rules=(DecidingRule(id="vip", then="ask_approval", ask=REMINDING),))

SCENARIOS = {
    "plain": Scenario(plain),
    "burst": Scenario(burst),
    "at_once": Scenario(plain, at_once=True),
    "burst_at_once": Scenario(burst, at_once=True),
    "approved_at_once": Scenario(approved, SUPERVISED, at_once=True),
    "clarified_at_once": Scenario(plain, VAGUE, at_once=True),
    "left_before_overtaken": Scenario(left_before_overtaken, at_once=True),
    "mode_changed_at_once": Scenario(mode_changed, at_once=True),
    "overtaken_delivery": Scenario(overtaken_delivery, SURE, HOLDING),
    "approved": Scenario(approved, SUPERVISED),
    "rejected_and_edited": Scenario(rejected_and_edited, SUPERVISED),
    "answered_instead": Scenario(answered_instead, SUPERVISED),
    "put_off_and_given_back": Scenario(put_off_and_given_back, SUPERVISED, REMINDED),
    "called_back": Scenario(called_back, SUPERVISED, PUSHED),
    "called_back_too_late": Scenario(called_back_too_late, SUPERVISED),
    "vote_withdrawn": Scenario(vote_withdrawn, SUPERVISED, TWO),
    "two_approvers": Scenario(two_approvers, SUPERVISED, TWO),
    "handed_over_and_back": Scenario(handed_over_and_back),
    "co_pilot_for_what_waits": Scenario(co_pilot_for_what_waits),
    "taken_over_long_ago": Scenario(taken_over_long_ago),
    "opened_by_colleague": Scenario(opened_by_colleague),
    "escalated": Scenario(escalated, PERSON),
    "escalated_by_rule": Scenario(escalated, RULED, ESCALATING),
    "two_approvers_by_rule": Scenario(two_approvers, RULED, ASKING),
    "clarified": Scenario(plain, VAGUE),
    "stopped": Scenario(stopped, stopped=True),
    "stopped_at_once": Scenario(stopped, at_once=True, stopped=True),
    "stopped_veto_window": Scenario(stopped_veto_window, SUPERVISED, VETOED, stopped=True),
    "queue_climbed": Scenario(queue_climbed, PERSON, CLIMBING),
    "validated": Scenario(escalated, SURE, Policy(default_ai_agent="general", validates=True)),
    "resolved_and_reopened": Scenario(resolved_and_reopened),
    "model_failed": Scenario(model_failed),
    "store_away": Scenario(store_away, ALONE, PLAIN, (REFUND,)),
    "reported_as_failed": Scenario(reported_as_failed, PERSON),
    "reply_refused": Scenario(reply_refused),
    "reply_given_up": Scenario(reply_given_up, PERSON),
    "set_aside": Scenario(set_aside),
    "set_aside_at_night": Scenario(set_aside_at_night, policy=NIGHT),
    "resolved_while_tried": Scenario(resolved_while_tried, policy=PUSHED),
    "person_resolves_while_tried": Scenario(person_resolves_while_tried, policy=PUSHED),
    "answered_after_resolving": Scenario(answered_after_resolving, policy=PUSHED),
    "taken_over_while_tried": Scenario(taken_over_while_tried, policy=PUSHED),
    "handed_back_while_parked": Scenario(handed_back_while_parked, policy=IMPATIENT),
    "resolved_long_ago": Scenario(resolved_long_ago),
    "refused_while_snoozed": Scenario(refused_while_snoozed),
    "written_back": Scenario(written_back, PERSON, TELLING),
    "verified": Scenario(verified),
    "not_verified": Scenario(not_verified),
    "tool_used": Scenario(plain, ALONE, HOLDING_BRIEFLY, (REFUND,)),
    "tool_approved": Scenario(approved_once, ABOVE_LIMIT, PLAIN, (REFUND, REFUND)),
    "tool_failed": Scenario(tool_failed, ALONE, PLAIN, (REFUND,)),
    "journey_to_its_end": Scenario(journeys.journey_to_its_end, way=journeys.WHOLE),
    "journey_cancelled": Scenario(journeys.journey_cancelled, way=journeys.WAITING),
    "step_skipped_while_asked": Scenario(journeys.step_skipped_while_asked, SUPERVISED, way=journeys.WAITING),
    "step_skipped_while_drafted": Scenario(journeys.step_skipped_while_drafted, way=journeys.WAITING),
}
