"""Activities over a small store in memory, under the real names and with the real arguments.

They follow the contract of storage/: recorded messages and ownership raise the revision, a claim compares it.
With `carries_out` they use their mandate, as workers of the present version do; without, they are those of the version
before. A test scripts the model through `replies` and holds an activity at a gate to make a race happen on purpose.
"""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.at_once import AtOnce
from domain.approvals.approval import VETO_WINDOW
from domain.conversation.activity_models import (
    ChangeOwnershipInput,
    ChangeStatusInput,
    ClimbLadderInput,
    ClimbQueueLadderInput,
    DeliveredMessage,
    DeliverMessageInput,
    EscalateConversationInput,
    FetchCustomerContextInput,
    FetchedContext,
    GeneratedReply,
    GenerateReplyInput,
    OpenConversationInput,
    OpenedConversation,
    OwnershipChanged,
    RecordDecisionInput,
    RecordedMessages,
    RecordMessagesInput,
    RequestApprovalInput,
    ScoreConfidenceInput,
    ScoredConfidence,
    StatusChanged,
)
from domain.conversation.ownership import Owner, Position, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import StartConversation
from domain.conversation.turn import Draft, Evidence, Usage
from domain.identity.check import (
    AnswerIdentityCheckInput,
    IdentityAnswer,
    IdentityCheck,
    SendIdentityCodeInput,
    SentIdentityCode,
    Verdict,
)
from domain.journeys.activity_models import (
    CustomerFacts,
    OpenedJourney,
    OpenJourneyInput,
    ReadFactsInput,
    RecordJourneyInput,
)
from domain.journeys.plan import Plan
from domain.journeys.work import Instruct, UseTool
from domain.specification.organisation import Mode
from domain.tools.actions import ProposedAction
from domain.tools.calls import SENDING_STOPPED, CalledTool, CallToolInput

SURE = Evidence(topic="plans", topic_confidence=1.0, retrieval=1.0, retrieval_margin=1.0, grounding=1.0)
START = StartConversation(organisation="acme", conversation_id="cv_test0001")


class Gate:
    """Stops an activity until a test opens it; `reached` says that the activity stands there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def pass_through(self) -> None:
        self.reached.set()
        await self.opened.wait()


class StoreOfFakes:
    """The repositories of what is carried out at once, over the same memory."""

    def __init__(self, fakes: "FakeActivities") -> None:
        self._fakes = fakes

    async def deliver_stored(self, input: DeliverMessageInput, _: datetime) -> DeliveredMessage:
        await self._fakes.pass_gate("deliver_stored")
        self._fakes.deliveries.append(input)
        return self._fakes.deliver(input)

    async def request(self, input: RequestApprovalInput, _: datetime) -> None:
        self._fakes.approvals.append(input)


class FakeActivities:
    """What was recorded, delivered, asked and escalated, in order."""

    def __init__(self, policy: Policy | None = None, evidence: Evidence = SURE) -> None:
        self.policy = policy or Policy(default_ai_agent="general", crm="directory")
        self.evidence = evidence
        self.evidences: list[Evidence] = []
        self.held_to: Mode | None = None
        self.recorded: dict[str, str] = {}
        self.unanswered: list[str] = []
        self.revision = 0
        self.owner = Owner(kind="ai_agent", id="general")
        self.delivered: list[str] = []
        self.given_up: list[str] = []
        self.carried_out: dict[str, int] = {}
        self.stands: StatusChanged | None = None
        self.left_after_all: set[str] = set()
        self.refused = 0
        self.is_stopped = False
        self.records_late = False
        self.carries_out = False
        self.last_reply: str | None = None
        self.log: list[str] = []
        self.generated: list[GenerateReplyInput] = []
        self.deliveries: list[DeliverMessageInput] = []
        self.approvals: list[RequestApprovalInput] = []
        self.decisions: list[RecordDecisionInput] = []
        self.escalations: list[EscalateConversationInput] = []
        self.ladder: list[ClimbLadderInput] = []
        self.queue_ladder: list[ClimbQueueLadderInput] = []
        self.statuses: list[ChangeStatusInput] = []
        self.actions: tuple[ProposedAction, ...] = ()
        self.called: list[CallToolInput] = []
        self.done: dict[str, CalledTool] = {}
        self.tool_says: list[CalledTool] = []
        self.codes: list[SendIdentityCodeInput] = []
        self.code_goes = "sent"
        self.code_lasts = timedelta(minutes=10)
        self.verdicts: list[Verdict] = []
        self.plans: dict[str, Plan] = {}
        self.facts: dict[str, str] = {}
        self.journeys: list[RecordJourneyInput] = []
        self.tool_waits = False
        self.gates: dict[str, Gate] = {}
        self.failures: dict[str, list[ApplicationError]] = defaultdict(list)
        self.opened = OpenedConversation(
            spec_hash="0" * 64, policy=self.policy, owner=self.owner, mode=Mode.DELEGATION, status=Status.OPEN
        )

    def hold(self, name: str) -> Gate:
        """Hold the next run of an activity."""
        self.gates[name] = Gate()
        return self.gates[name]

    def hold_result(self, name: str) -> Gate:
        """Hold the next run of an activity when it has done its work."""
        return self.hold(f"{name} done")

    async def _enter(self, name: str) -> None:
        self.log.append(name)
        await self.pass_gate(name)
        if self.failures[name]:
            raise self.failures[name].pop(0)

    async def pass_gate(self, name: str) -> None:
        """Stand still where a test holds this."""
        gate = self.gates.pop(name, None)
        if gate:
            await gate.pass_through()

    def deliver(self, input: DeliverMessageInput) -> DeliveredMessage:
        """Claim and record a message."""
        stale = input.expected_revision is not None and input.expected_revision != self.revision
        closed = input.message_key in set(self.given_up) - self.left_after_all
        if closed or stale or (input.author != "system" and input.author != self.owner.kind):
            self.refused += 1
            return DeliveredMessage(status="refused", at=datetime.now(UTC))
        if self.is_stopped and self._is_automatic(input):
            return DeliveredMessage(status="stopped", at=datetime.now(UTC))
        if input.message_key not in self.delivered:
            self.delivered.append(input.message_key)
        if input.kind != "notice":
            self.unanswered = []
            self.last_reply = input.draft_id
        return DeliveredMessage(status="delivered", at=datetime.now(UTC))

    def _is_automatic(self, input: DeliverMessageInput) -> bool:
        """A tool that was used with an approval has closed it already."""
        closures = [input.closure, *(call.closure for call in self.called if call.draft_id == input.draft_id)]
        approved = any(closure is not None and closure.decision.by != VETO_WINDOW for closure in closures)
        return input.author != "human_agent" and input.sent_as is None and not approved

    def _record(self, messages: tuple, revision: int) -> int:  # type: ignore[type-arg]
        new = [m for m in messages if m.message_id not in self.recorded]
        self.recorded |= {m.message_id: m.text for m in new}
        self.unanswered += [m.message_id for m in new]
        self.revision = max(self.revision, revision)
        return len(new)

    @activity.defn
    async def open_conversation(self, input: OpenConversationInput) -> OpenedConversation:
        await self._enter("open_conversation")
        if input.context_of and self.carries_out:
            return self.opened.model_copy(update={"context": self._context()})
        return self.opened

    @activity.defn
    async def fetch_customer_context(self, input: FetchCustomerContextInput) -> FetchedContext:
        await self._enter("fetch_customer_context")
        return self._context()

    def _context(self) -> FetchedContext:
        return FetchedContext(context_id="cx_1", fetched_at=datetime.now(UTC), facts=3, matches=1)

    @activity.defn
    async def generate_reply(self, input: GenerateReplyInput) -> GeneratedReply:
        self.generated.append(input)
        if not self.records_late:
            self._record(input.messages, input.revision)
        await self._enter("generate_reply")
        self._record(input.messages, input.revision)
        if not self.unanswered and not input.suggestion and input.work is None:
            return GeneratedReply(draft=None)
        if isinstance(input.work, UseTool):
            return GeneratedReply(draft=self._tool_draft(input.draft_id, input.work))
        evidence = self.evidences.pop(0) if self.evidences else self.evidence
        draft = Draft(
            draft_id=input.draft_id,
            ai_agent="general",
            text=self._text(input),
            actions=self.actions,
            evidence=evidence,
            usage=Usage(model="fake"),
            held_to=self.held_to,
        )
        if input.mandate is None or not self.carries_out:
            return GeneratedReply(draft=draft)
        store = cast("Any", StoreOfFakes(self))
        reply = await AtOnce(store, store).carry_out(draft, input, input.mandate, self.policy)
        await self.pass_gate("generate_reply done")
        return reply

    def _text(self, input: GenerateReplyInput) -> str:
        if isinstance(input.work, Instruct):
            return f"{input.work.ai_agent}: {input.work.instruction}"
        return f"reply to {' + '.join(self.recorded[m] for m in self.unanswered)}"

    def _tool_draft(self, draft_id: str, work: UseTool) -> Draft:
        """As answering.step_drafts makes it."""
        arguments = {name: value for name, value in work.arguments.items() if isinstance(value, str | int | float)}
        action = ProposedAction(server=work.server, tool=work.tool, arguments=arguments)
        waits = "needs_approval" if self.tool_waits else "within_limit"
        evidence = SURE.model_copy(update={"of_journey": True, "action": waits})
        return Draft(
            draft_id=draft_id, ai_agent=work.ai_agent, actions=(action,), evidence=evidence, usage=Usage(model="fake")
        )

    @activity.defn
    async def open_journey(self, input: OpenJourneyInput) -> OpenedJourney:
        await self._enter("open_journey")
        return OpenedJourney(plan=self.plans.get(input.start.journey))

    @activity.defn
    async def read_customer_facts(self, input: ReadFactsInput) -> CustomerFacts:
        await self._enter("read_customer_facts")
        return CustomerFacts(facts={name: self.facts[name] for name in input.names if name in self.facts})

    @activity.defn
    async def record_journey(self, input: RecordJourneyInput) -> None:
        await self._enter("record_journey")
        self.journeys.append(input)

    @activity.defn
    async def call_tool(self, input: CallToolInput) -> CalledTool:
        self.called.append(input)
        await self._enter("call_tool")
        stale = input.expected_revision is not None and input.expected_revision != self.revision
        if stale or self.owner.kind != "ai_agent":
            return CalledTool(status="refused", at=datetime.now(UTC))
        if self.is_stopped and input.closure is None:
            return CalledTool(status="refused", text=SENDING_STOPPED, at=datetime.now(UTC))
        if input.call_key not in self.done:
            said = CalledTool(status="done", text="It is done.", at=datetime.now(UTC))
            self.done[input.call_key] = self.tool_says.pop(0) if self.tool_says else said
        await self.pass_gate("call_tool done")
        return self.done[input.call_key]

    @activity.defn
    async def score_confidence(self, input: ScoreConfidenceInput) -> ScoredConfidence:
        await self._enter("score_confidence")
        return ScoredConfidence(supported=0.2, usage=Usage(model="fake"))

    @activity.defn
    async def deliver_message(self, input: DeliverMessageInput) -> DeliveredMessage:
        self.deliveries.append(input)
        await self._enter("deliver_message")
        return self.deliver(input)

    @activity.defn
    async def give_up_delivery(self, input: DeliverMessageInput) -> DeliveredMessage:
        self.given_up.append(input.message_key)
        await self._enter("give_up_delivery")
        left = input.message_key in self.left_after_all
        return DeliveredMessage(status="delivered" if left else "refused", at=datetime.now(UTC))

    @activity.defn
    async def escalate_conversation(self, input: EscalateConversationInput) -> DeliveredMessage:
        self.escalations.append(input)
        await self._enter("escalate_conversation")
        self._record(input.messages, input.revision)
        self.owner = Owner(kind="human_agent")
        self.unanswered = []
        return DeliveredMessage(status="delivered", at=datetime.now(UTC))

    @activity.defn
    async def record_messages(self, input: RecordMessagesInput) -> RecordedMessages:
        await self._enter("record_messages")
        recorded = self._record(input.messages, input.revision)
        if input.answered:
            self.unanswered = []
        return RecordedMessages(recorded=recorded, last_reply=self.last_reply)

    @activity.defn
    async def change_ownership(self, input: ChangeOwnershipInput) -> OwnershipChanged:
        await self._enter("change_ownership")
        if self.carried_out.setdefault(input.request_id, input.revision) < input.revision:
            return OwnershipChanged(unanswered=len(self.unanswered), at=datetime.now(UTC), repeated=True)
        self._record(input.messages, input.revision)
        self.owner = input.owner
        return OwnershipChanged(unanswered=len(self.unanswered), at=datetime.now(UTC))

    @activity.defn
    async def change_status(self, input: ChangeStatusInput) -> StatusChanged | None:
        self.statuses.append(input)
        await self._enter("change_status")
        stands = self.stands
        if input.request_id in self.carried_out and stands is not None:
            same = (stands.position.status, stands.position.revision, stands.mode, stands.snoozed_until)
            asked = (input.status, input.revision, input.mode, input.until)
            return stands.model_copy(update={"repeated": same != asked})
        self.carried_out[input.request_id] = input.revision
        self.revision = max(self.revision, input.revision)
        self.stands = StatusChanged(
            repeated=False,
            position=Position(owner=self.owner, status=input.status, revision=self.revision),
            mode=input.mode,
            snoozed_until=input.until,
            resolved_at=datetime.now(UTC) if input.status is Status.RESOLVED else None,
        )
        return self.stands

    @activity.defn
    async def request_approval(self, input: RequestApprovalInput) -> None:
        self.approvals.append(input)
        await self._enter("request_approval")

    @activity.defn
    async def record_decision(self, input: RecordDecisionInput) -> None:
        self.decisions.append(input)
        await self._enter("record_decision")

    @activity.defn
    async def climb_ladder(self, input: ClimbLadderInput) -> None:
        self.ladder.append(input)
        await self._enter("climb_ladder")

    @activity.defn
    async def climb_queue_ladder(self, input: ClimbQueueLadderInput) -> None:
        self.queue_ladder.append(input)
        await self._enter("climb_queue_ladder")

    @activity.defn
    async def send_identity_code(self, input: SendIdentityCodeInput) -> SentIdentityCode:
        self.codes.append(input)
        await self._enter("send_identity_code")
        if self.code_goes != "sent":
            return SentIdentityCode.model_validate({"status": self.code_goes})
        until = datetime.now(UTC) + self.code_lasts
        return SentIdentityCode(
            status="sent", check=IdentityCheck(check_id=input.check_id, address="a…@v…", until=until)
        )

    @activity.defn
    async def answer_identity_check(self, input: AnswerIdentityCheckInput) -> IdentityAnswer:
        await self._enter("answer_identity_check")
        self._record(input.messages, input.revision)
        verdict = self.verdicts.pop(0)
        if verdict != "none":
            self.unanswered = [m for m in self.unanswered if m not in {one.message_id for one in input.messages}]
        return IdentityAnswer(verdict=verdict)

    @property
    def all(self) -> list:  # type: ignore[type-arg]
        names = [
            "open_conversation", "fetch_customer_context", "generate_reply", "score_confidence", "deliver_message",
            "escalate_conversation", "record_messages", "change_ownership", "change_status", "request_approval",
            "record_decision", "climb_ladder", "climb_queue_ladder", "call_tool", "send_identity_code",
            "answer_identity_check",
            "give_up_delivery", "open_journey", "read_customer_facts", "record_journey",
        ]  # fmt: skip
        return [getattr(self, name) for name in names]
