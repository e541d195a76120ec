"""Activity calls: each builds an activity's input from the state and starts it with its options and summary."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.approvals import ApprovalActivities
    from activities.context import ContextActivities
    from activities.conversation import ConversationActivities
    from activities.delivery import DeliveryActivities
    from activities.identity import IdentityActivities
    from activities.options import (
        CALL_TOOL,
        FETCH_CUSTOMER_CONTEXT,
        GENERATE_EMBEDDED,
        GENERATE_PARKED,
        GENERATE_REPLY,
        LATER,
        LIVE,
        SCORE_CONFIDENCE,
        SEND_IDENTITY_CODE,
        STORE,
    )
    from activities.reply import ReplyActivities
    from activities.tools import ToolActivities
    from domain.approvals.approval import Approval
    from domain.conversation.activity_models import (
        ApprovalClosure,
        ChangeOwnershipInput,
        ChangeStatusInput,
        ClimbLadderInput,
        DeliveredMessage,
        EscalateConversationInput,
        FetchCustomerContextInput,
        FetchedContext,
        GeneratedReply,
        GenerateReplyInput,
        OpenConversationInput,
        OpenedConversation,
        OwnershipChanged,
        RecordDecisionInput,
        RecordMessagesInput,
        RequestApprovalInput,
        ScoreConfidenceInput,
        StatusEvent,
    )
    from domain.conversation.lifecycle import Lifecycle
    from domain.conversation.messages import CustomerMessage
    from domain.conversation.requests import DecideApproval
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import DecisionRecord, Draft
    from domain.identity.check import (
        AnswerIdentityCheckInput,
        IdentityCheck,
        SendIdentityCodeInput,
        SentIdentityCode,
        Verdict,
    )
    from domain.specification.organisation import LadderStep, Mode
    from domain.tools.actions import ProposedAction
    from domain.tools.calls import CalledTool, CallToolInput
    from workflows.conversation.calls import Calls, run, start
    from workflows.conversation.sending import Sending


class ActivityCalls(Calls):
    """What is looked up, written, checked and recorded; what reaches the customer is `sending`."""

    def __init__(self, state: ConversationState) -> None:
        super().__init__(state)
        self.sending = Sending(state)

    async def open_conversation(self) -> OpenedConversation:
        return await run(
            ConversationActivities.open_conversation,
            OpenConversationInput(start=self._state.start),
            STORE,
            "open the conversation, pin the specification",
        )

    async def fetch_customer_context(self) -> FetchedContext | None:
        """None when neither CRM nor store answered in time: the turn goes on without."""
        sources = self._policy.context_sources
        input = FetchCustomerContextInput(
            **self._names,
            spec_hash=self._spec_hash,
            sources=sources,
            customer_id=self._state.customer_id,
            channel=self._state.channel,
        )
        try:
            return await run(
                ContextActivities.fetch_customer_context,
                input,
                FETCH_CUSTOMER_CONTEXT,
                f"who is the customer? ask {' and '.join(sources)}",
            )
        except ActivityError:
            workflow.logger.warning("the customer context could not be fetched")
            return None

    def generate_reply(
        self, messages: tuple[CustomerMessage, ...], *, suggestion: bool = False
    ) -> ActivityHandle[GeneratedReply]:
        state, turn, context = self._state, self._state.answering.turn, self._state.customer_context.fetched
        input = GenerateReplyInput(
            **self._names,
            spec_hash=self._spec_hash,
            revision=state.revision,
            turn=turn,
            draft_id=f"{state.start.conversation_id}-{turn}",
            messages=messages,
            ai_agent=state.answering.ai_agent,
            context_id=context.context_id if context else None,
            missing_sources=context.missing if context else self._policy.context_sources,
            instruction=state.answering.instruction,
            suggestion=suggestion,
        )
        what = "suggest a reply" if suggestion else "write a reply"
        options = GENERATE_EMBEDDED if self._policy.model_is_embedded else self._with_patience()
        return start(ReplyActivities.generate_reply, input, options, f"turn {turn}: {what}")

    def _with_patience(self) -> ActivityConfig:
        """A model that does not answer is tried for a while, and for much longer once the customer has been told."""
        parked_since, levels = self._state.waiting.parked_since, self._policy.service_levels
        if parked_since is None:
            patience = timedelta(seconds=levels.park_after_seconds)
            return {**GENERATE_REPLY, "schedule_to_close_timeout": patience, "priority": self._priority}
        ends_at = parked_since + timedelta(hours=levels.parked_at_most_hours)
        patience = max(ends_at - workflow.now(), timedelta(seconds=1))
        return {**GENERATE_PARKED, "schedule_to_close_timeout": patience, "priority": self._priority}

    @property
    def _priority(self) -> Priority:
        """Who waits at a screen or at a phone comes first, after an outage too."""
        return LIVE if self._policy.traits_of(self._state.channel).live else LATER

    async def score_confidence(self, draft: Draft) -> float | None:
        """The validator's verdict; without one in time, the draft counts as not supported."""
        input = ScoreConfidenceInput(**self._names, spec_hash=self._spec_hash, draft_id=draft.draft_id)
        try:
            scored = await run(
                ReplyActivities.score_confidence,
                input,
                SCORE_CONFIDENCE,
                f"turn {self._state.answering.turn}: is the draft supported by its sources?",
            )
        except ActivityError:
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
    ) -> ActivityHandle[CalledTool]:
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
        return start(ToolActivities.call_tool, input, CALL_TOOL, f"use {action.server}.{action.tool}{by}")

    def send_identity_code(self, draft: Draft) -> ActivityHandle[SentIdentityCode]:
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
        return start(IdentityActivities.send_identity_code, input, SEND_IDENTITY_CODE, what)

    async def answer_identity_check(self, check: IdentityCheck, messages: tuple[CustomerMessage, ...]) -> Verdict:
        answer = await run(
            IdentityActivities.answer_identity_check,
            AnswerIdentityCheckInput(
                **self._names, check_id=check.check_id, revision=self._state.revision, messages=messages
            ),
            STORE,
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
            notice="" if state.is_pushed() else self._policy.wording.handoff,
            after=state.lifecycle.escalate(reason).position,
        )
        return await run(
            DeliveryActivities.escalate_conversation,
            input,
            STORE,
            f"hand over to a person: {reason}",
        )

    async def request_approval(self, approval: Approval, record: DecisionRecord | None) -> None:
        input = RequestApprovalInput(
            **self._names,
            channel=self._state.channel,
            approval=approval,
            after=self._state.lifecycle.ask_approval(approval).position,
            record=record,
            notice=""
            if self._state.waiting.told_to_wait or self._state.is_pushed()
            else self._policy.wording.approval_wait,
        )
        await run(
            ApprovalActivities.request_approval,
            input,
            STORE,
            f"ask {approval.approvers_needed} of {', '.join(approval.roles)} to approve: {approval.reason}",
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
        await run(
            ApprovalActivities.record_decision,
            input,
            STORE,
            f"{decision.action} by {decision.by.id}: {effect}",
        )

    async def climb_ladder(self, approval: Approval, step: LadderStep) -> None:
        await run(
            ApprovalActivities.climb_ladder,
            ClimbLadderInput(**self._names, approval=approval, step=step),
            STORE,
            f"{step.action.replace('_', ' ')}: {', '.join(approval.roles)}",
        )

    async def record_messages(self, messages: tuple[CustomerMessage, ...]) -> int:
        recorded = await run(
            ConversationActivities.record_messages,
            RecordMessagesInput(**self._names, revision=self._state.revision, messages=messages),
            STORE,
            f"record {len(messages)} customer message(s)",
        )
        return recorded.recorded

    async def change_ownership(
        self,
        after: Lifecycle,
        messages: tuple[CustomerMessage, ...],
        *,
        request_id: str,
        by: str,
        note: str,
    ) -> OwnershipChanged:
        input = ChangeOwnershipInput(
            **self._names,
            revision=after.revision,
            owner=after.owner,
            status=after.status,
            request_id=request_id,
            by=by,
            note=note,
            messages=messages,
        )
        return await run(ConversationActivities.change_ownership, input, STORE, f"owner is now {after.owner}")

    async def change_status(
        self, event: StatusEvent, *, request_id: str, by: str, note: str = "", until: datetime | None = None
    ) -> None:
        state = self._state
        input = ChangeStatusInput(
            **self._names,
            request_id=request_id,
            event=event,
            revision=state.revision,
            status=state.status,
            mode=state.answering.mode or Mode.DELEGATION,
            by=by,
            note=note,
            until=until,
        )
        await run(ConversationActivities.change_status, input, STORE, f"{event.replace('_', ' ')} by {by}")
