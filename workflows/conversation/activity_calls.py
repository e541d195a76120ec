"""Activity calls: each builds an activity's input from the state and starts it with its options and summary."""

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.options import (
        ANSWER_IDENTITY_CHECK,
        CALL_TOOL,
        CHANGE_OWNERSHIP,
        CHANGE_STATUS,
        CLIMB_LADDER,
        CLIMB_QUEUE_LADDER,
        ESCALATE_CONVERSATION,
        FETCH_CUSTOMER_CONTEXT,
        GENERATE_EMBEDDED,
        GENERATE_PARKED,
        GENERATE_REPLY,
        LATER,
        LIVE,
        OPEN_CONVERSATION,
        RECORD_DECISION,
        RECORD_MESSAGES,
        REQUEST_APPROVAL,
        SCORE_CONFIDENCE,
        SEND_IDENTITY_CODE,
        ActivityRow,
    )
    from domain.approvals.approval import Approval
    from domain.approvals.person_wait import PersonWait
    from domain.conversation.activity_models import (
        ApprovalClosure,
        ChangeOwnershipInput,
        ChangeStatusInput,
        ClimbLadderInput,
        ClimbQueueLadderInput,
        ContextSubject,
        DeliveredMessage,
        EscalateConversationInput,
        FetchCustomerContextInput,
        FetchedContext,
        GeneratedReply,
        GenerateReplyInput,
        Mandate,
        OpenConversationInput,
        OpenedConversation,
        OwnershipChanged,
        RecordDecisionInput,
        RecordedMessages,
        RecordMessagesInput,
        RequestApprovalInput,
        ScoreConfidenceInput,
        StatusChanged,
        StatusEvent,
    )
    from domain.conversation.lifecycle import Lifecycle
    from domain.conversation.messages import CustomerMessage
    from domain.conversation.ownership import Status, Via
    from domain.conversation.requests import DecideApproval
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import UNDERSTOOD, DecisionRecord, Draft
    from domain.identity.check import (
        AnswerIdentityCheckInput,
        IdentityCheck,
        SendIdentityCodeInput,
        SentIdentityCode,
        Verdict,
    )
    from domain.specification.organisation import LadderRung, Mode
    from domain.tools.actions import ProposedAction
    from domain.tools.calls import CalledTool, CallToolInput
    from workflows.activity_rows import Start, execute_activity, start_activity, startable, store_was_away
    from workflows.conversation.calls import Calls
    from workflows.conversation.sending import Sending
    from workflows.conversation.summary import why_escalated


Result = TypeVar("Result")

WAITS_FOR_STORE = "a-store-that-is-away-is-waited-for"


class ActivityCalls(Calls):
    """What is looked up, written, checked and recorded; what reaches the customer is `sending`.

    What returns a handle has started the activity, what returns a Start has not. Awaiting a result raises ActivityError
    once the retries are over.
    """

    def __init__(self, state: ConversationState) -> None:
        super().__init__(state)
        self.sending = Sending(state)

    async def open_conversation(self, *, with_context: bool = False) -> OpenedConversation:
        """Fresh numbers for a new conversation, else those with which its last run ended."""
        state = self._state
        subject = ContextSubject(customer_id=state.customer_id, channel=state.channel) if with_context else None
        return await execute_activity(
            OPEN_CONVERSATION,
            OpenConversationInput(start=state.start, context_of=subject),
            "open the conversation, pin the specification",
        )

    async def store_came_back(self, error: ActivityError) -> bool:
        """Whether an activity failed because the store was away: then it is back now. False when something else failed.

        The wait is the recording of no messages, which is tried for ever.
        """
        if not store_was_away(error) or not workflow.patched(WAITS_FOR_STORE):
            return False
        nothing = RecordMessagesInput(**self._names, revision=self._state.revision, messages=())
        await execute_activity(RECORD_MESSAGES, nothing, "wait until the store answers again")
        return True

    async def fetch_customer_context(self) -> FetchedContext | None:
        """None when the CRM did not answer in time: the turn goes on without."""
        sources = self._policy.context_sources
        input = FetchCustomerContextInput(
            **self._names,
            spec_hash=self._spec_hash,
            sources=sources,
            customer_id=self._state.customer_id,
            channel=self._state.channel,
        )
        asked = startable(FETCH_CUSTOMER_CONTEXT, input, f"who is the customer? ask {' and '.join(sources)}")
        fetched = await self._unless_failed(asked)
        if fetched is None:
            workflow.logger.warning("the customer context could not be fetched")
        return fetched

    async def _unless_failed(self, start: Start[Result]) -> Result | None:
        """None when it failed; a store that is away is no failure."""
        while True:
            try:
                return await start()
            except ActivityError as error:
                if not await self.store_came_back(error):
                    return None

    def generate_reply(
        self,
        messages: tuple[CustomerMessage, ...],
        *,
        mandate: Mandate | None = None,
        suggestion: bool = False,
        draft_id: str | None = None,
    ) -> ActivityHandle[GeneratedReply]:
        """Start a draft for everything unanswered, and what the mandate allows to do with it.

        `suggestion`: only the human agent sees it. `draft_id`: of a draft that a step of a journey wants.
        """
        state, turn, context = self._state, self._state.answering.turn, self._state.customer_context.fetched
        input = GenerateReplyInput(
            **self._names,
            spec_hash=self._spec_hash,
            revision=state.revision,
            turn=turn,
            draft_id=draft_id or self.draft_id(turn),
            messages=messages,
            ai_agent=state.answering.ai_agent,
            context_id=context.context_id if context else None,
            missing_sources=context.missing if context else self._policy.context_sources,
            instruction=state.answering.instruction,
            suggestion=suggestion,
            channel=None if suggestion else state.drafted_for,
            understands=UNDERSTOOD,
            mandate=mandate,
            work=state.journeys.work_of(draft_id) if draft_id else None,
        )
        what = "suggest a reply" if suggestion else "write a reply" if mandate is None else "write a reply, and send it"
        row = GENERATE_EMBEDDED if self._policy.model_is_embedded else self._generate_remote()
        if mandate and mandate.not_before:
            row = self.sending.with_time_to_hold(row)
        return start_activity(row, input, f"turn {turn}: {what}")

    def draft_id(self, turn: int) -> str:
        return f"{self._state.start.conversation_id}-{turn}"

    def mandate(self) -> Mandate | None:
        """For a draft of the AI agent at the state's revision; None where the workflow must decide.

        A verdict of the validator is still to come then, or the customer is to prove who they are.
        """
        state, answering = self._state, self._state.answering
        if self._policy.validates or state.waiting.identity_check or state.status is not Status.OPEN:
            return None
        return Mandate(
            channel=state.drafted_for,
            owner=state.owner,
            exchanges=answering.counts.exchanges,
            clarifications=answering.counts.clarifications,
            mode=answering.mode_set_by_person,
            not_before=self.sending.burst_ends_at(),
            notice=self._approval_notice(),
            journeys=state.journeys.active,
        )

    def _approval_notice(self) -> str:
        """What is told by storing it; what must be pushed is told apart."""
        told = self._state.waiting.told_to_wait or self._state.is_pushed()
        return "" if told else self._policy.wording.approval_wait

    def _generate_remote(self) -> ActivityRow[GenerateReplyInput, GeneratedReply]:
        """A model that does not answer is tried for a while, and for much longer once the customer has been told."""
        parked_since, levels = self._state.waiting.parked_since, self._policy.service_levels
        if parked_since is None:
            patience = timedelta(seconds=levels.park_after_seconds)
            return GENERATE_REPLY.with_options(schedule_to_close_timeout=patience, priority=self._priority)
        ends_at = parked_since + timedelta(hours=levels.parked_at_most_hours)
        patience = max(ends_at - workflow.now(), timedelta(seconds=levels.park_after_seconds))
        return GENERATE_PARKED.with_options(schedule_to_close_timeout=patience, priority=self._priority)

    @property
    def _priority(self) -> Priority:
        """Who waits at a screen or at a phone comes first, after an outage too."""
        return LIVE if self._policy.traits_of(self._state.channel).live else LATER

    async def score_confidence(self, draft: Draft) -> float | None:
        """The validator's verdict; without one in time, the draft counts as not supported."""
        work = self._state.journeys.work_of(draft.draft_id)
        input = ScoreConfidenceInput(**self._names, spec_hash=self._spec_hash, draft_id=draft.draft_id, work=work)
        asked = f"turn {self._state.answering.turn}: is the draft supported by its sources?"
        scored = await self._unless_failed(startable(SCORE_CONFIDENCE, input, asked))
        if scored is None:
            workflow.logger.warning("the validator model failed; the draft counts as unsupported")
            return 0.0
        return scored.supported

    def call_tool(
        self,
        draft_id: str,
        number: int,
        action: ProposedAction,
        ai_agent: str,
        revision: int,
        *,
        closure: ApprovalClosure | None = None,
        record: DecisionRecord | None = None,
    ) -> Start[CalledTool]:
        """The use of a tool; `number` counts the draft's actions from 1 and is part of the idempotency key."""
        input = CallToolInput(
            **self._names,
            spec_hash=self._spec_hash,
            ai_agent=ai_agent,
            call_key=f"{draft_id}-tool-{number}",
            action=action,
            draft_id=draft_id,
            expected_revision=revision,
            closure=closure,
            record=record,
        )
        by = f", approved by {closure.decision.by.id}" if closure else ""
        return startable(CALL_TOOL, input, f"use {action.server}.{action.tool}{by}")

    def send_identity_code(self, draft: Draft) -> Start[SentIdentityCode]:
        """The sending of a code to the address that the CRM knows, once for each draft."""
        input = SendIdentityCodeInput(
            **self._names,
            spec_hash=self._spec_hash,
            check_id=f"{draft.draft_id}-code",
            channel=self._state.drafted_for,
            customer_id=self._state.customer_context.of,
            source=self._policy.context_sources[0],
            expected_revision=self._state.revision,
        )
        what = f"turn {self._state.answering.turn}: send a code to the known address"
        return startable(SEND_IDENTITY_CODE, input, what)

    async def answer_identity_check(self, check: IdentityCheck, messages: tuple[CustomerMessage, ...]) -> Verdict:
        """Record the messages, and compare the code in them."""
        answer = await execute_activity(
            ANSWER_IDENTITY_CHECK,
            AnswerIdentityCheckInput(
                **self._names, check_id=check.check_id, revision=self._state.revision, messages=messages
            ),
            "is it the right code?",
        )
        return answer.verdict

    async def escalate(
        self,
        reason: str,
        messages: tuple[CustomerMessage, ...],
        draft: Draft | None,
        record: DecisionRecord | None,
    ) -> DeliveredMessage:
        """Give the conversation to the human queue. Raises ConflictError when a person owns it."""
        state = self._state
        input = EscalateConversationInput(
            **self._names,
            channel=state.channel,
            revision=state.revision,
            escalation_key=f"{state.start.conversation_id}-escalation-{state.revision}",
            reason=reason,
            record=record,
            draft_id=draft.draft_id if draft else None,
            messages=messages,
            notice="" if state.is_pushed() else state.handoff_notice(draft),
            after=state.lifecycle.escalate(reason).position,
            spec_hash=state.spec_hash,
        )
        return await execute_activity(
            ESCALATE_CONVERSATION,
            input,
            f"hand over to a person: {why_escalated(reason, draft)}",
        )

    async def request_approval(self, approval: Approval, record: DecisionRecord | None) -> None:
        """Put a draft before people. Raises ConflictError unless the AI agent owns the conversation."""
        input = RequestApprovalInput(
            **self._names,
            channel=self._state.channel,
            approval=approval,
            after=self._state.lifecycle.ask_approval(approval).position,
            record=record,
            notice="" if self._state.journeys.of_draft(approval.draft_id) else self._approval_notice(),
            spec_hash=self._spec_hash,
        )
        await execute_activity(
            REQUEST_APPROVAL,
            input,
            f"ask {approval.approvers_needed} of {approval.who} to approve: {approval.reason}",
        )

    async def record_decision(
        self,
        decision: DecideApproval,
        effect: str,
        *,
        refused: str | None = None,
        approval: Approval | None = None,
        replaces: str | None = None,
        after: Lifecycle | None = None,
    ) -> None:
        """`after`: the lifecycle afterwards, where the decision changes it."""
        input = RecordDecisionInput(
            **self._names,
            decision=decision,
            effect=effect,
            refused=refused,
            approval=approval,
            replaces=replaces,
            after=after.position if after else None,
        )
        await execute_activity(
            RECORD_DECISION,
            input,
            f"{decision.action} by {decision.by.id}: {effect}",
        )

    async def climb_ladder(self, approval: Approval, rung: LadderRung) -> None:
        await execute_activity(
            CLIMB_LADDER,
            ClimbLadderInput(**self._names, approval=approval, step=rung),
            f"{rung.action.replace('_', ' ')}: {approval.who}",
        )

    async def climb_queue_ladder(self, wait: PersonWait, rung: LadderRung) -> None:
        await execute_activity(
            CLIMB_QUEUE_LADDER,
            ClimbQueueLadderInput(**self._names, wait=wait, step=rung),
            f"{rung.action.replace('_', ' ')}: {wait.who}, the customer waits for a person",
        )

    async def record_messages(
        self, messages: tuple[CustomerMessage, ...], *, answered: bool = False
    ) -> RecordedMessages:
        """Record customer messages at the state's revision; `answered`: nobody owes them a reply."""
        return await execute_activity(
            RECORD_MESSAGES,
            RecordMessagesInput(**self._names, revision=self._state.revision, messages=messages, answered=answered),
            f"record {len(messages)} customer message(s)",
        )

    async def change_ownership(
        self,
        after: Lifecycle,
        messages: tuple[CustomerMessage, ...],
        *,
        request_id: str,
        by: str,
        note: str,
        via: Via | None = None,
    ) -> OwnershipChanged:
        """Record a takeover or a hand-back: owner, status and revision of `after`, once for each request id."""
        input = ChangeOwnershipInput(
            **self._names,
            revision=after.revision,
            owner=after.owner,
            status=after.status,
            request_id=request_id,
            by=by,
            note=note,
            messages=messages,
            via=via,
        )
        return await execute_activity(CHANGE_OWNERSHIP, input, f"owner is now {after.owner}")

    async def change_status(
        self,
        event: StatusEvent,
        after: Lifecycle,
        mode: Mode | None,
        *,
        request_id: str,
        by: str,
        note: str,
        via: Via | None = None,
    ) -> StatusChanged | None:
        """Record status and mode as they are afterwards, once for each request id."""
        input = ChangeStatusInput(
            **self._names,
            request_id=request_id,
            event=event,
            revision=after.revision,
            status=after.status,
            mode=mode or Mode.DELEGATION,
            by=by,
            note=note,
            until=after.snoozed_until,
            via=via,
        )
        return await execute_activity(CHANGE_STATUS, input, f"{event.replace('_', ' ')} by {by}")
