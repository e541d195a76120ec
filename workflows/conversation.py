"""ConversationWorkflow: one customer conversation, from its first message until nobody can reopen it.

An actor: signal handlers only put things in a mailbox (`inbox` for messages, `requests` for what people ask), and
one loop works on them. While an activity runs, what must be known before a reply leaves (a new message, a takeover)
is recorded at once under a higher revision; the claim of every send compares revisions, so an overtaken draft never
leaves.
"""

import asyncio
from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from domain.approval import Approval, edited, judge, open_approval, rule_for
    from domain.confidence import score
    from domain.conversation import (
        AnyRequest,
        ChangeMode,
        CustomerMessage,
        DecideApproval,
        HandBack,
        Owner,
        Reopen,
        Request,
        Resolve,
        SendHumanReply,
        Snooze,
        Status,
        TakeOver,
    )
    from domain.decision import decide
    from domain.spec import Mode
    from domain.state import TAKES_OVER, ConversationState
    from domain.steps import DeliveredMessage, GeneratedReply, OwnershipChanged, StatusEvent
    from domain.turn import DecisionRecord, Draft, Outcome, Reason
    from workflows.alarm import Alarm
    from workflows.steps import Steps
    from workflows.story import attribute_updates, details

HISTORY_EVENTS_PER_RUN = 600
OVERTAKEN = "The conversation moved on before the reply could leave, so nothing was sent. Reload it."


@workflow.defn
class ConversationWorkflow:
    """Search attributes say where it stands, current details who owns it and what it waits for."""

    @workflow.init
    def __init__(self, state: ConversationState) -> None:
        self._state = state
        self._alarm = Alarm()
        self._steps = Steps(state)
        self._roll_over = False

    @workflow.run
    async def run(self, state: ConversationState) -> None:
        """Work until the conversation is closed for good; roll over to a fresh history in between."""
        while not self._closed():
            await self._work()
            self._show()
            if self._history_is_long():
                workflow.continue_as_new(self._state)
            await workflow.wait_condition(self._has_cause)

    # The mailbox.

    @workflow.signal
    def receive_message(self, message: CustomerMessage) -> None:
        """A customer wrote. The same message id is the same message."""
        if self._state.first_time(message.message_id):
            self._state.inbox.append(message)
            self._state.last_received_at = message.received_at

    @workflow.signal
    def decide_approval(self, request: DecideApproval) -> None:
        """A person approves, edits, rejects, takes over or reassigns."""
        self._ask(request)

    @workflow.signal
    def take_over(self, request: TakeOver) -> None:
        """A person becomes the owner."""
        self._ask(request)

    @workflow.signal
    def hand_back(self, request: HandBack) -> None:
        """A person returns the conversation to the AI agent, with an instruction."""
        self._ask(request)

    @workflow.signal
    def send_human_reply(self, request: SendHumanReply) -> None:
        """A person answers the customer."""
        self._ask(request)

    @workflow.signal
    def snooze(self, request: Snooze) -> None:
        """A person puts the conversation aside until later."""
        self._ask(request)

    @workflow.signal
    def resolve(self, request: Resolve) -> None:
        """A person says that it is done."""
        self._ask(request)

    @workflow.signal
    def reopen(self, request: Reopen) -> None:
        """A person says that it is not done."""
        self._ask(request)

    @workflow.signal
    def change_mode(self, request: ChangeMode) -> None:
        """A person switches between delegation, supervision and co-pilot."""
        self._ask(request)

    @workflow.signal
    def roll_over(self) -> None:
        """Continue as new at the next pause: a rollout wakes idle conversations with it."""
        self._roll_over = True

    @workflow.query
    def get_conversation(self) -> ConversationState:
        """The state as it stands."""
        return self._state

    def _ask(self, request: Request) -> None:
        if self._state.first_time(f"request:{request.request_id}"):
            self._state.requests.append(request)  # type: ignore[arg-type]

    # The loop.

    def _has_cause(self) -> bool:
        state = self._state
        return bool(state.inbox or state.requests or self._roll_over) or self._alarm.has_rung()

    async def _work(self) -> None:
        if self._state.policy is None:
            self._state.adopt(await self._steps.open_conversation(), workflow.now())
        while self._state.requests:
            await self._carry_out(self._state.requests.pop(0))
        if self._state.inbox or self._state.unanswered:
            await self._attend()
        await self._do_what_is_due()

    def _closed(self) -> bool:
        due = self._state.closing_due()
        return due is not None and due <= workflow.now() and not self._state.inbox and not self._state.requests

    def _history_is_long(self) -> bool:
        info = workflow.info()
        long = info.get_current_history_length() >= HISTORY_EVENTS_PER_RUN or info.is_continue_as_new_suggested()
        return long or self._roll_over or info.is_target_worker_deployment_version_changed()

    def _show(self) -> None:
        self._state.note_standing(workflow.now())
        deadline = self._state.next_deadline()
        self._alarm.set(deadline, self._state.deadline_summary())
        updates = attribute_updates(self._state, workflow.info().typed_search_attributes)
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(details(self._state))

    # Customer messages.

    async def _attend(self) -> None:
        state = self._state
        if state.status in {Status.SNOOZED, Status.RESOLVED} and not await self._wake():
            return
        if state.owned_by_ai:
            await self._answer()
        else:
            await self._pass_to_human()

    async def _wake(self) -> bool:
        """A message wakes or reopens a conversation, unless it is an old one that came again."""
        if not await self._record_inbox():
            return False
        self._state.unanswered = True
        event: StatusEvent = "reopened" if self._state.status is Status.RESOLVED else "woken"
        await self._set_status(event, self._state.active_status(), f"message-{self._state.revision}", "customer")
        return True

    async def _record_inbox(self) -> int:
        messages = self._state.take_inbox()
        if not messages:
            return 0
        self._state.move_on()
        return await self._steps.record_messages(messages)

    async def _pass_to_human(self) -> None:
        await self._record_inbox()
        self._state.unanswered = False
        if self._state.mode is Mode.CO_PILOT:
            await self._suggest()

    async def _suggest(self) -> None:
        """Co-pilot: a draft that only the human agent sees, to all that was said. Without a model there is none."""
        state, suggested_at = self._state, None
        while suggested_at != state.revision:
            suggested_at = state.revision
            state.turn += 1
            try:
                await self._unless_overtaken(self._steps.generate_reply((), suggestion=True), ())
            except ActivityError:
                workflow.logger.warning("no suggestion: the model failed")

    async def _answer(self) -> None:
        """Answer every unanswered message; begin again whenever the conversation moved on meanwhile."""
        state = self._state
        while state.owned_by_ai and (state.inbox or state.unanswered):
            await self._refresh_context()
            draft = await self._draft()
            if draft is not None:
                await self._carry_through(draft)

    async def _refresh_context(self) -> None:
        if self._state.context_is_fresh(workflow.now()):
            return
        self._state.context = await self._steps.fetch_customer_context()
        self._state.context_since = workflow.now()

    async def _draft(self) -> Draft | None:
        """A draft for all that is unanswered; None when overtaken, failed, or nothing was left to answer."""
        state = self._state
        messages = state.take_inbox()
        if messages:
            state.move_on()
            state.unanswered = True
        state.turn += 1
        try:
            reply = await self._unless_overtaken(self._steps.generate_reply(messages), messages)
        except ActivityError:
            state.put_back(messages)
            await self._escalate(Reason.MODEL_FAILED)
            return None
        if reply is None:
            return None
        if reply.draft is None:
            state.unanswered = False
        return reply.draft

    async def _unless_overtaken(
        self, generating: ActivityHandle[GeneratedReply], messages: tuple[CustomerMessage, ...]
    ) -> GeneratedReply | None:
        """The reply; or None, and what overtook it is recorded after the messages that it was to answer."""
        await workflow.wait_condition(lambda: generating.done() or self._state.is_overtaken())
        if not self._state.is_overtaken():
            return await generating
        generating.cancel()
        with suppress(ActivityError, asyncio.CancelledError):
            await generating
        self._state.put_back(messages)
        await self._record_what_overtakes()
        return None

    async def _record_what_overtakes(self) -> None:
        """A person who takes over or answers becomes the owner at once; the answer itself follows in its turn."""
        taking = next((request for request in self._state.requests if request.kind in TAKES_OVER), None)
        if isinstance(taking, TakeOver):
            self._state.requests.remove(taking)
            await self._take_over(taking)
        elif isinstance(taking, SendHumanReply):
            await self._take_over(taking.takeover())
        else:
            await self._record_inbox()

    async def _delivered(self, delivering: ActivityHandle[DeliveredMessage]) -> DeliveredMessage | None:
        """Wait for a delivery and record meanwhile what must stop it; None when the channel refuses for good."""
        while not delivering.done():
            await workflow.wait_condition(lambda: delivering.done() or self._state.is_overtaken())
            if not delivering.done():
                await self._record_what_overtakes()
        try:
            return await delivering
        except ActivityError:
            return None

    # Drafts.

    async def _carry_through(self, draft: Draft) -> None:
        self._state.ai_agent = draft.ai_agent
        for change in [request for request in self._state.requests if isinstance(request, ChangeMode)]:
            self._state.requests.remove(change)
            await self._carry_out(change)
        record = await self._decide(draft)
        match record.decision.outcome:
            case Outcome.SEND | Outcome.CLARIFY:
                await self._send(draft, record)
            case Outcome.ASK_APPROVAL:
                await self._request_approval(draft, record)
            case Outcome.ESCALATE:
                await self._escalate(record.decision.reason, draft, record)

    async def _decide(self, draft: Draft) -> DecisionRecord:
        state, policy = self._state, self._state.opened_policy
        evidence = state.supervise(draft.evidence)
        if policy.validates and not evidence.abstained:
            verdict = await self._steps.score_confidence(draft)
            evidence = evidence.model_copy(update={"validator": verdict})
        confidence = score(evidence, policy.calibration)
        decision = decide(
            evidence=evidence,
            confidence=confidence,
            exchanges=state.answered.exchanges,
            clarifications=state.answered.clarifications,
            thresholds=policy.thresholds,
            service_levels=policy.service_levels,
            sampling_key=draft.draft_id,
        )
        return DecisionRecord(
            turn=state.turn,
            revision=state.revision,
            confidence=confidence,
            exchanges=state.answered.exchanges,
            clarifications=state.answered.clarifications,
            decision=decision,
            decided_at=workflow.now(),
        )

    async def _send(self, draft: Draft, record: DecisionRecord) -> None:
        state, revision = self._state, self._state.revision
        delivered = await self._delivered(self._steps.deliver_reply(draft, record, self._steps.burst_ends_at()))
        if delivered is None:
            await self._escalate(Reason.DELIVERY_FAILED, draft, record)
        elif delivered.status == "delivered":
            clarified = record.decision.outcome is Outcome.CLARIFY
            state.note_reply(workflow.now(), answers_all=state.revision == revision, clarified=clarified)
        elif state.revision == revision:
            state.catch_up(await self._steps.open_conversation())

    async def _request_approval(self, draft: Draft, record: DecisionRecord) -> None:
        state, evidence = self._state, draft.evidence
        rule = rule_for(
            state.opened_policy.approval_rules,
            ai_agent=draft.ai_agent,
            sensitivity=evidence.sensitivity,
            amount=evidence.amount,
        )
        approval = open_approval(
            draft,
            approval_id=f"ap-{draft.draft_id}",
            revision=state.revision,
            reason=record.decision.reason.value,
            rule=rule,
            now=workflow.now(),
        )
        await self._steps.request_approval(approval, record)
        state.approval, state.status, state.unanswered = approval, Status.AWAITING_APPROVAL, False

    async def _escalate(self, reason: Reason, draft: Draft | None = None, record: DecisionRecord | None = None) -> None:
        """Give the conversation to the human queue, unless a person has taken it over meanwhile."""
        state = self._state
        if not state.owned_by_ai:
            return
        state.move_on()
        await self._steps.escalate(reason.value, state.take_inbox(), draft, record)
        state.give_to(Owner(kind="human_agent"), Status.WITH_HUMAN)
        state.escalation_reason, state.unanswered = reason.value, False

    # What people ask.

    async def _carry_out(self, request: AnyRequest) -> None:
        match request:
            case DecideApproval():
                await self._apply_decision(request)
            case TakeOver():
                await self._take_over(request)
            case HandBack():
                await self._hand_back(request)
            case SendHumanReply():
                await self._send_human_reply(request)
            case Snooze():
                self._state.snoozed_until = request.until
                await self._set_status("snoozed", Status.SNOOZED, request.request_id, request.by.id)
            case Resolve():
                await self._resolve(request.request_id, request.by.id, request.note)
            case Reopen():
                await self._set_status("reopened", self._state.active_status(), request.request_id, request.by.id)
            case ChangeMode():
                self._state.mode, self._state.mode_was_set = request.mode, True
                await self._set_status("mode_changed", self._state.status, request.request_id, request.by.id)

    async def _take_over(self, request: TakeOver) -> None:
        state = self._state
        owner = Owner(kind="human_agent", id=request.by.id)
        await self._change_owner(owner, Status.WITH_HUMAN, request, request.note)
        state.unanswered = False

    async def _hand_back(self, request: HandBack) -> None:
        state = self._state
        owner = Owner(kind="ai_agent", id=state.ai_agent or state.opened_policy.default_ai_agent)
        changed = await self._change_owner(owner, Status.OPEN, request, request.instruction)
        state.instruction, state.escalation_reason = request.instruction, None
        state.unanswered, state.quiet_since = changed.unanswered > 0, workflow.now()

    async def _change_owner(self, owner: Owner, status: Status, request: Request, note: str) -> OwnershipChanged:
        state = self._state
        state.move_on()
        messages = state.take_inbox()
        changed = await self._steps.change_ownership(
            owner, status, messages, request_id=request.request_id, by=request.by.id, note=note
        )
        state.give_to(owner, status)
        return changed

    async def _send_human_reply(self, request: SendHumanReply) -> None:
        """Whoever answers owns the conversation: a reply from a person takes it over first."""
        if self._state.owned_by_ai:
            await self._take_over(request.takeover())
        await self._delivered(self._steps.deliver_human_reply(request))

    async def _resolve(self, request_id: str, by: str, note: str = "") -> None:
        self._state.move_on()
        self._state.resolved_at, self._state.snoozed_until = workflow.now(), None
        await self._set_status("resolved", Status.RESOLVED, request_id, by, note)

    async def _set_status(self, event: StatusEvent, status: Status, request_id: str, by: str, note: str = "") -> None:
        state = self._state
        state.status = status
        if status is not Status.SNOOZED:
            state.snoozed_until = None
        if status is not Status.RESOLVED:
            state.resolved_at = None
        if event in {"woken", "reopened"}:
            state.quiet_since = workflow.now()
        await self._steps.change_status(event, request_id=request_id, by=by, note=note, until=state.snoozed_until)

    # Approvals.

    async def _apply_decision(self, decision: DecideApproval) -> None:
        if self._state.status is Status.SNOOZED:
            key = f"{decision.request_id}-wakes"
            await self._set_status("woken", self._state.active_status(), key, decision.by.id)
        approval = self._state.approval
        verdict = judge(approval, decision)
        if approval is None or verdict.effect == "refused":
            await self._steps.record_decision(decision, "refused", refused=verdict.refused)
            return
        match verdict.effect:
            case "send":
                await self._send_approved(approval, decision)
            case "wait_for_more":
                approval.approved_by = (*approval.approved_by, decision.by.id)
                await self._steps.record_decision(decision, verdict.effect, approval=approval)
            case "reassign":
                approval.assignee = decision.assignee
                await self._steps.record_decision(decision, verdict.effect, approval=approval)
            case "reapprove_edit":
                await self._reapprove(approval, decision)
            case "redraft":
                await self._redraft(decision)
            case "take_over":
                await self._steps.record_decision(decision, verdict.effect)
                await self._take_over(decision.takeover())

    async def _send_approved(self, approval: Approval, decision: DecideApproval) -> None:
        state = self._state
        delivered = await self._delivered(self._steps.deliver_approved(approval, decision))
        if delivered is None:
            await self._escalate(Reason.DELIVERY_FAILED)
        elif delivered.status == "delivered":
            state.note_reply(workflow.now(), answers_all=state.revision == approval.revision, clarified=False)
            if state.approval is approval:
                state.approval, state.status = None, Status.OPEN
        else:
            await self._steps.record_decision(decision, "refused", refused=OVERTAKEN)

    async def _reapprove(self, approval: Approval, decision: DecideApproval) -> None:
        """Two approvers approve one text: an edit makes another text, so the count begins again."""
        fresh_id = f"{approval.approval_id}-edit-{self._state.turn}"
        fresh = edited(approval, decision, approval_id=fresh_id, now=workflow.now())
        await self._steps.record_decision(decision, "reapprove_edit", approval=fresh, replaces=approval.approval_id)
        self._state.approval = fresh

    async def _redraft(self, decision: DecideApproval) -> None:
        state = self._state
        await self._steps.record_decision(decision, "redraft")
        state.move_on()
        state.instruction, state.unanswered = decision.reason, True

    # Time.

    async def _do_what_is_due(self) -> None:
        state, now = self._state, workflow.now()
        self._alarm.reset()
        if _is_due(state.ladder_due(), now):
            await self._climb_ladder()
        if _is_due(state.silence_due(), now):
            await self._resolve(f"silence-{state.turn}-{state.revision}", "silence")
        if _is_due(state.snoozed_until, now):
            await self._set_status("woken", state.active_status(), f"wake-{now:%Y%m%dT%H%M%S.%f}", "snooze")

    async def _climb_ladder(self) -> None:
        approval = self._state.approval
        if approval is None:
            return
        step = self._state.opened_policy.ladder[approval.rungs_done]
        climbed = approval.climb(step)
        await self._steps.climb_ladder(climbed, step)
        self._state.approval = climbed


def _is_due(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now
