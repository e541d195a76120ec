"""Calls of a company's own activities that people approve first: what is asked, and what a decision does to it."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from domain.approvals.approval import NOBODY, Approval, Verdict, asked_people, judge
from domain.approvals.schedule import next_rung
from domain.conversation.requests import DecideApproval
from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar
from domain.specification.model import Key
from domain.specification.organisation import ApprovalRule, LadderRung
from domain.specification.people import Members

CallState = Literal["unasked", "waiting", "approved", "rejected", "done", "failed", "in_doubt"]
"""unasked: not in the sample, so it ran at once. failed: it ran and failed. in_doubt: it may have run."""

ONLY_THESE = (
    "A call is approved or rejected as it is. To change what is done, reject it and have it asked for anew; "
    "`reassign` asks somebody else."
)
DECIDED = "This call was decided already. Look at it again."
NO_SUCH_RULE = "lead"
"""Who decides where the published specification has no rule of the name."""


class Caller(Frozen):
    """The activity that waits for the result."""

    workflow_id: str
    run_id: str
    activity_id: str


class GuardedCall(Frozen):
    """A call of an activity with exactly these arguments, as JSON. The same `call_id` is the same call.

    `asks`: False where it is not in the sample. `repeatable`: running it twice does no harm.
    """

    call_id: str = Field(pattern=r"^gc-[0-9a-f]{32}$")
    organisation: Key
    activity: str = Field(min_length=1, max_length=200)
    task_queue: str
    arguments: tuple[JsonValue, ...] = ()
    rule: Key
    reason: str = ""
    asks: bool = True
    requester: str | None = None
    timeout: timedelta = timedelta(minutes=1)
    repeatable: bool = False
    caller: Caller | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over what would be done."""
        done = json.dumps([self.activity, self.arguments], sort_keys=True)
        return hashlib.sha256(done.encode()).hexdigest()


class OpenedCall(Frozen):
    """`approval`: None where nobody is asked. `state`: what is known of the call already."""

    state: CallState
    approval: Approval | None = None
    ladder: tuple[LadderRung, ...] = ()
    members: Members = NOBODY
    calendar: BusinessCalendar = BusinessCalendar()


class GuardedOutcome(Frozen):
    """`result` of `done`; otherwise `message` says why there is none. `error`: the type of the error."""

    state: Literal["unasked", "rejected", "done", "failed", "in_doubt"]
    result: JsonValue = None
    message: str = ""
    error: str = ""


class GuardedRun(BaseModel):
    """What the workflow carries from run to run."""

    call: GuardedCall
    opened: OpenedCall | None = None
    requests: tuple[DecideApproval, ...] = ()
    seen: tuple[str, ...] = ()
    decided: DecideApproval | None = None

    def receive(self, request: DecideApproval) -> None:
        """Keep a decision, once for each id."""
        if request.request_id not in self.seen:
            self.seen = (*self.seen[-255:], request.request_id)
            self.requests = (*self.requests, request)

    def next_request(self) -> DecideApproval:
        """Take the oldest decision. Raises IndexError when there is none."""
        request, *rest = self.requests
        self.requests = tuple(rest)
        return request

    @property
    def approval(self) -> Approval | None:
        """The open one."""
        return self.opened.approval if self.opened and self.decided is None else None

    def keep(self, approval: Approval) -> None:
        """The open approval has changed. Raises RuntimeError before the call was opened."""
        if self.opened is None:
            raise RuntimeError("the call is not open yet")
        self.opened = self.opened.model_copy(update={"approval": approval})

    def ladder_due(self) -> datetime | None:
        """When the ladder takes its next rung."""
        opened, approval = self.opened, self.approval
        if opened is None or approval is None:
            return None
        return next_rung(approval.requested_at, approval.rungs_done, opened.ladder, opened.calendar)


class RecordCallDecisionInput(Frozen):
    """A decision, and what it did. `approval`: as it stands afterwards; None leaves it alone."""

    organisation: str
    call_id: str
    decision: DecideApproval
    effect: str
    refused: str | None = None
    state: CallState
    approval: Approval | None = None


class ClimbCallLadderInput(Frozen):
    organisation: str
    call_id: str
    approval: Approval
    step: LadderRung


class EndCallInput(Frozen):
    """What became of the call; whoever waits for it is told."""

    organisation: str
    call_id: str
    outcome: GuardedOutcome
    caller: Caller | None = None


def call_id_of(*parts: str) -> str:
    """The same for the same parts, whatever they hold: nothing of them can be read in it."""
    return f"gc-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"


def guarded_workflow_id(call_id: str) -> str:
    """Deterministic, so that a call is asked for once however often it is tried."""
    return f"guarded-{call_id}"


def approval_of(call: GuardedCall, rule: ApprovalRule | None, members: Members, now: datetime) -> Approval:
    """The approval of exactly this call, by the rule that it names; leads decide where there is none of the name."""
    asked = rule or ApprovalRule(id=call.rule, roles=(NO_SUCH_RULE,))
    roles, groups = asked_people(asked, asked.roles, members)
    return Approval(
        approval_id=call.call_id,
        draft_id=call.call_id,
        ai_agent="",
        text=text_of(call),
        digest=call.digest,
        revision=0,
        rule=asked.id,
        reason=call.reason,
        approvers_needed=asked.approvers,
        roles=roles,
        groups=groups,
        exclude_requester=asked.exclude_requester,
        requester=call.requester,
        requested_at=now,
    )


def text_of(call: GuardedCall) -> str:
    """The call as people read it: `refund("A-1001", 49.5)`."""
    return f"{call.activity}({', '.join(json.dumps(argument, ensure_ascii=False) for argument in call.arguments)})"


def judge_call(approval: Approval | None, decision: DecideApproval) -> Verdict:
    """What a decision does to a call: as for a draft, but nothing can be edited, taken over or answered."""
    if decision.action not in {"approve", "reject", "reassign"}:
        return Verdict(effect="refused", refused=ONLY_THESE)
    if approval is None:
        return Verdict(effect="refused", refused=DECIDED)
    return judge(approval, decision)


def rejected(decision: DecideApproval) -> GuardedOutcome:
    """What whoever called is told."""
    return GuardedOutcome(
        state="rejected", message=f"{decision.by.id} refused it: {decision.reason}", error="GuardedCallRejected"
    )
