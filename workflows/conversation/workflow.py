"""ConversationWorkflow: one customer conversation, from its first message until nobody can reopen it.

An actor: signal handlers only put things in a mailbox (`inbox` for messages, `requests` for what people ask), and
one loop works on them. While an activity runs, what must be known before a reply leaves (a new message, a takeover)
is recorded at once under a higher revision; the claim of every send compares revisions, so an overtaken draft never
leaves.
"""

from datetime import datetime

from temporalio import workflow
from temporalio.workflow import ContinueAsNewVersioningBehavior

with workflow.unsafe.imports_passed_through():
    from domain.conversation.deadlines import (
        closing_due,
        code_due,
        deadline_summary,
        ladder_due,
        next_deadline,
        queue_due,
        silence_due,
        snooze_due,
        veto_due,
    )
    from domain.conversation.messages import CustomerMessage
    from domain.conversation.ownership import Status
    from domain.conversation.requests import (
        AnyRequest,
        CarryOutStep,
        ChangeMode,
        DecideApproval,
        EnterJourney,
        HandBack,
        RecallSteps,
        Reopen,
        ReportFailure,
        Resolve,
        SendHumanReply,
        SkipTurns,
        Snooze,
        TakeOver,
    )
    from domain.conversation.state import EVENTS_PER_RUN, ConversationState
    from domain.conversation.turn import Reason
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.answering import Answering
    from workflows.conversation.approvals import Approvals
    from workflows.conversation.lifecycle import ConversationLifecycle
    from workflows.conversation.steps import JourneySteps
    from workflows.conversation.timer import DeadlineTimer
    from workflows.conversation.tools import ToolExecution
    from workflows.conversation.write_back import WriteBack

NEWEST = ContinueAsNewVersioningBehavior.AUTO_UPGRADE
"""A run stays on the version of the workers that began it; the next run begins on the one that is current then."""


@workflow.defn
class ConversationWorkflow:
    """Search attributes say where it stands, current details who owns it and what it waits for."""

    @workflow.init
    def __init__(self, state: ConversationState) -> None:
        self._state = state
        self._timer = DeadlineTimer()
        self._activities = ActivityCalls(state)
        self._write_back = WriteBack(state)
        self._lifecycle = ConversationLifecycle(state, self._activities, self._write_back)
        tools = ToolExecution(state, self._activities, self._lifecycle)
        self._answering = Answering(state, self._activities, self._lifecycle, tools)
        self._approvals = Approvals(state, self._activities, self._lifecycle, tools)
        self._steps = JourneySteps(state, self._activities, self._lifecycle, self._answering)
        self._roll_over = False

    @workflow.run
    async def run(self, state: ConversationState) -> None:
        """Work until the conversation is closed for good and everybody was told; what comes meanwhile is answered."""
        while not self._closed():
            await self._serve()
            await workflow.wait_condition(lambda: not self._write_back.is_pending)

    # The mailbox.

    @workflow.signal
    def receive_message(self, message: CustomerMessage) -> None:
        """A customer wrote. The same message id is the same message."""
        self._state.receive_message(message)

    @workflow.signal
    def decide_approval(self, request: DecideApproval) -> None:
        """A person approves, edits, rejects, answers, takes over, reassigns, snoozes or calls back."""
        self._state.receive_request(request)

    @workflow.signal
    def take_over(self, request: TakeOver) -> None:
        """A person becomes the owner."""
        self._state.receive_request(request)

    @workflow.signal
    def hand_back(self, request: HandBack) -> None:
        """A person returns the conversation to the AI agent, with an instruction."""
        self._state.receive_request(request)

    @workflow.signal
    def send_human_reply(self, request: SendHumanReply) -> None:
        """A person answers the customer."""
        self._state.receive_request(request)

    @workflow.signal
    def report_failure(self, request: ReportFailure) -> None:
        """A vendor could not bring a message to the customer after all."""
        self._state.receive_request(request)

    @workflow.signal
    def snooze(self, request: Snooze) -> None:
        """A person puts the conversation aside until later."""
        self._state.receive_request(request)

    @workflow.signal
    def resolve(self, request: Resolve) -> None:
        """A person says that it is done."""
        self._state.receive_request(request)

    @workflow.signal
    def reopen(self, request: Reopen) -> None:
        """A person says that it is not done."""
        self._state.receive_request(request)

    @workflow.signal
    def change_mode(self, request: ChangeMode) -> None:
        """A person switches between delegation, supervision and co-pilot."""
        self._state.receive_request(request)

    @workflow.signal
    def enter_journey(self, request: EnterJourney) -> None:
        """A person or a system begins a journey."""
        self._state.receive_journey(request)

    @workflow.signal
    def carry_out_step(self, step: CarryOutStep) -> None:
        """A journey wants something said or done. The same key is the same step."""
        self._state.receive_journey(step)

    @workflow.signal
    def recall_steps(self, recalled: RecallSteps) -> None:
        """A journey wants something no more."""
        self._steps.recall(recalled)

    @workflow.signal
    def skip_turns(self, skip: SkipTurns) -> None:
        """An operator restored PostgreSQL and Temporal from backups."""
        self._state.skip_turns(skip.turn)

    @workflow.signal
    def roll_over(self) -> None:
        """Continue as new at the next pause: a rollout wakes idle conversations with it."""
        self._roll_over = True

    @workflow.query
    def get_conversation(self) -> ConversationState:
        """The state as it stands."""
        return self._state

    # The loop.

    async def _serve(self) -> None:
        """Roll over to a fresh history where one turn has ended and the next has not begun."""
        while not self._closed():
            await self._work()
            self._show()
            if self._history_is_long() and not self._write_back.is_pending:
                self._state.events_per_run = EVENTS_PER_RUN
                workflow.continue_as_new(self._state, initial_versioning_behavior=NEWEST)
            await workflow.wait_condition(self._has_cause)

    def _has_cause(self) -> bool:
        state = self._state
        owes_an_answer = state.answering.unanswered and state.status is Status.OPEN
        rolls_over = self._roll_over and not self._write_back.is_pending
        return (
            bool(state.mailbox.inbox or state.mailbox.requests or owes_an_answer or rolls_over)
            or self._timer.has_fired()
            or self._steps.has_cause()
        )

    async def _work(self) -> None:
        if self._state.policy is None:
            self._state.begin_context()
            self._state.adopt(await self._activities.open_conversation(with_context=True), workflow.now())
        await self._steps.withdraw()
        while self._state.mailbox.requests:
            await self._carry_out(self._state.next_request())
            await self._steps.withdraw()
        if self._state.mailbox.inbox or self._state.answering.unanswered:
            await self._answering.process_inbox()
        await self._steps.work()
        await self._do_what_is_due()

    def _closed(self) -> bool:
        mailbox = self._state.mailbox
        return _is_due(closing_due(self._state), workflow.now()) and not mailbox.inbox and not mailbox.requests

    def _history_is_long(self) -> bool:
        info = workflow.info()
        events = info.get_current_history_length()
        long = events >= self._state.events_per_run or info.is_continue_as_new_suggested()
        return long or self._roll_over or info.is_target_worker_deployment_version_changed()

    def _show(self) -> None:
        self._timer.set(next_deadline(self._state), deadline_summary(self._state))
        self._lifecycle.show()

    async def _carry_out(self, request: AnyRequest) -> None:
        match request:
            case DecideApproval():
                await self._approvals.apply(request)
            case TakeOver():
                await self._lifecycle.take_over(request)
            case HandBack():
                await self._lifecycle.hand_back(request)
            case SendHumanReply():
                await self._lifecycle.send_human_reply(request)
            case ReportFailure():
                await self._lifecycle.report_failure(request)
            case Snooze():
                await self._lifecycle.snooze(request)
            case Resolve():
                await self._lifecycle.resolve(request.request_id, request.by.id, request.note, via=request.via)
            case Reopen():
                await self._lifecycle.reopen(request)
            case ChangeMode():
                await self._lifecycle.change_mode(request)
                await self._answering.suggest_upon(request)

    async def _do_what_is_due(self) -> None:
        state, lifecycle, now = self._state, self._lifecycle, workflow.now()
        self._timer.reset()
        if _is_due(ladder_due(state), now):
            await self._approvals.climb_ladder()
        if _is_due(queue_due(state), now):
            await lifecycle.climb_queue_ladder()
        if _is_due(veto_due(state), now):
            await self._approvals.let_go()
        if _is_due(silence_due(state), now):
            await lifecycle.resolve(f"silence-{state.answering.turn}-{state.revision}", "silence")
        if _is_due(code_due(state), now):
            await lifecycle.escalate(Reason.NOT_VERIFIED)
        if _is_due(snooze_due(state), now):
            await lifecycle.wake("woken", f"wake-{now:%Y%m%dT%H%M%S.%f}", "snooze")


def _is_due(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now
