"""Answering: a draft for everything that is unanswered, and what is decided about it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, RetryState
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from domain.approvals.approval import Approval
    from domain.conversation.activity_models import CarriedOut, GeneratedReply, Mandate
    from domain.conversation.deciding import approval_to_ask, decide_draft, held_back
    from domain.conversation.groups import Answered
    from domain.conversation.meanwhile import SET_ASIDE as SET_ASIDE_STATUSES
    from domain.conversation.meanwhile import interrupts
    from domain.conversation.messages import CustomerMessage
    from domain.conversation.ownership import Status
    from domain.conversation.requests import CarryOutStep, ChangeMode
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import DecisionRecord, Draft, Outcome, Reason
    from domain.journeys.work import Instruct, StepReport, UseTool
    from domain.specification.organisation import Mode
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.identity import IdentityChecks
    from workflows.conversation.lifecycle import ConversationLifecycle
    from workflows.conversation.tools import ToolExecution

SET_ASIDE = "what-sets-aside-ends-a-draft"
ENDS_MANDATE = "a-change-of-mode-ends-what-a-draft-may-do-at-once"
INTERRUPTED = "what-people-ask-waits-for-no-model"
SUGGESTS_AT_ONCE = "co-pilot-suggests-for-what-waits"


class Answering:
    """At most one reply to all unanswered messages; the draft is made anew whenever the revision changes meanwhile."""

    def __init__(
        self,
        state: ConversationState,
        activities: ActivityCalls,
        lifecycle: ConversationLifecycle,
        tools: ToolExecution,
    ) -> None:
        self._state = state
        self._activities = activities
        self._lifecycle = lifecycle
        self._tools = tools
        self._identity = IdentityChecks(state, activities, lifecycle)
        self._set_aside = False

    async def process_inbox(self) -> None:
        """Answer what was written, or pass it to the person who owns the conversation."""
        state, self._set_aside = self._state, False
        if await self._hear_answer():
            return
        if state.status in {Status.SNOOZED, Status.RESOLVED} and not await self._lifecycle.wake_for_message():
            return
        if state.owned_by_ai:
            await self._answer()
        else:
            await self._pass_to_human()

    async def _hear_answer(self) -> bool:
        """Whether all that was written is the answer that a journey waits for: then nobody replies to it."""
        state, inbox = self._state, self._state.mailbox.inbox
        if state.owes() or not (state.owned_by_ai and len(inbox) == 1 and state.journeys.hears(inbox)):
            return False
        set_aside = state.status in SET_ASIDE_STATUSES
        await self._activities.record_messages(state.take_questions(), answered=True)
        state.note_nothing_unanswered()
        if set_aside:
            event: Literal["woken", "reopened"] = "reopened" if state.status is Status.RESOLVED else "woken"
            await self._lifecycle.wake(event, f"message-{state.revision}", "customer")
        return True

    async def draft_for(self, step: CarryOutStep, work: Instruct | UseTool) -> bool:
        """What a journey wants written or done goes the way of every draft; the state learns what became of it.

        The use of a tool keeps its draft, so that it is not done twice. True where only our store was away.
        """
        state, self._set_aside = self._state, False
        await self._refresh_context()
        state.begin_turn()
        draft_id = step.key if isinstance(work, UseTool) else self._activities.draft_id(state.answering.turn)
        state.keep_journeys(state.journeys.begin_draft(step, draft_id))
        try:
            reply = await self._unless_overtaken(self._activities.generate_reply((), draft_id=draft_id), ())
        except ActivityError as error:
            return await self._without_draft(error)
        if reply is not None and reply.draft is not None:
            await self._carry_through(reply.draft)
        elif reply is not None:
            state.end_step(step, StepReport(key=step.key, status="failed"), workflow.now())
        return False

    async def _without_draft(self, error: ActivityError) -> bool:
        """A model that is silent is asked again later: the customer waits for nothing."""
        if await self._activities.store_came_back(error):
            return True
        if error.retry_state is not RetryState.TIMEOUT:
            await self._lifecycle.escalate(Reason.MODEL_FAILED)
        return False

    async def _pass_to_human(self) -> None:
        await self._lifecycle.record_inbox()
        self._state.note_nothing_unanswered()
        self._state.await_person(workflow.now())
        if self._state.answering.mode is Mode.CO_PILOT:
            await self._suggest()

    async def suggest_upon(self, change: ChangeMode) -> None:
        """A person who has messages to answer switches to co-pilot: they need not wait for the next one."""
        wanted = change.mode is Mode.CO_PILOT and not self._state.owned_by_ai and self._state.waiting.for_person
        if wanted and workflow.patched(SUGGESTS_AT_ONCE):
            self._set_aside = False
            await self._suggest()

    async def _suggest(self) -> None:
        """Co-pilot: a draft that only the human agent sees, to all that was said. Without a model there is none."""
        state, suggested_at = self._state, None
        while suggested_at != state.revision:
            suggested_at = state.revision
            state.begin_suggestion()
            try:
                await self._unless_overtaken(self._activities.generate_reply((), suggestion=True), ())
            except ActivityError as error:
                if await self._activities.store_came_back(error):
                    suggested_at = None
                else:
                    workflow.logger.warning("no suggestion: the model failed")

    async def _answer(self) -> None:
        """Answer every unanswered message; begin again whenever the conversation moved on meanwhile."""
        state = self._state
        while self._owes_an_answer() and not self._set_aside:
            if state.waiting.in_doubt:
                await self._lifecycle.escalate(Reason.RESTORED)
                continue
            if state.waiting.identity_check and state.mailbox.inbox and not await self._identity.check_answer():
                continue
            await self._refresh_context()
            reply = await self._draft()
            if reply is not None and reply.carried_out:
                await self._note_carried_out(reply.carried_out)
            if reply is not None and reply.draft:
                await self._carry_through(reply.draft)
            if reply is not None and reply.newer:
                state.move_to(reply.newer)

    def _owes_an_answer(self) -> bool:
        """False as well once a person set the conversation aside while a reply was tried."""
        state = self._state
        may_answer = state.owned_by_ai and state.status not in SET_ASIDE_STATUSES
        return may_answer and bool(state.mailbox.inbox or state.answering.unanswered)

    async def _refresh_context(self) -> None:
        """Facts are told to whoever wrote last, so theirs is the context, even if they write while it is fetched."""
        state, asked_again = self._state, not self._state.context_is_fresh(workflow.now())
        while asked_again:
            state.begin_context()
            state.keep_context(await self._activities.fetch_customer_context(), workflow.now())
            asked_again = state.customer_context.of != state.customer_id

    async def _draft(self) -> GeneratedReply | None:
        """A reply to all that is unanswered; None when overtaken, failed or refused."""
        state = self._state
        messages = state.take_questions()
        state.begin_turn()
        revision, mandate = state.revision, self._activities.mandate() if messages else None
        try:
            generating = self._activities.generate_reply(messages, mandate=mandate)
            reply = await self._unless_overtaken(generating, messages, mandate)
        except ActivityError as error:
            state.put_back(messages)
            await self._without_model(error)
            return None
        if reply is None:
            return None
        state.end_parking()
        if reply.carried_out is None and reply.draft is None:
            state.note_nothing_unanswered()
        refused = reply.carried_out is not None and reply.carried_out.outcome == "refused"
        if refused and state.revision == revision:
            state.catch_up(await self._activities.open_conversation())
            return None
        return reply

    async def _note_carried_out(self, done: CarriedOut) -> None:
        """What was done with the draft is true of the state now. Where nothing was done, the draft goes on."""
        state = self._state
        state.note_drafted_by(done.ai_agent)
        state.note_last_answer(done.summary)
        if done.outcome in {"sent", "asked_back"}:
            state.note_reply(workflow.now(), answers_all=True, clarified=done.outcome == "asked_back")
            state.note_topic(done.topic if done.outcome == "sent" else None)
        elif done.approval and done.approval.revision == state.revision:
            await self._await_approval(done.approval)

    async def _without_model(self, error: ActivityError) -> None:
        """A model that was silent in spite of all tries is waited for, once; anything else is for a person.

        Without the store no model was even asked: then the turn begins again when it is back.
        """
        if await self._activities.store_came_back(error):
            return
        if error.retry_state is RetryState.TIMEOUT and not self._state.waiting.parked_since:
            await self._lifecycle.park()
        else:
            await self._lifecycle.escalate(Reason.MODEL_FAILED)

    async def _unless_overtaken(
        self,
        generating: ActivityHandle[GeneratedReply],
        messages: tuple[CustomerMessage, ...],
        mandate: Mandate | None = None,
    ) -> GeneratedReply | None:
        """The reply; or None, and what overtook it is recorded after the messages that it was to answer.

        Once that is recorded, nothing is carried out any more; a reply that left just before still counts.
        """
        state, turn = self._state, self._state.answering.turn
        await self._until_drafted(generating, mandate)
        overtaken = state.is_overtaken()
        if not overtaken and not self._set_aside:
            return await generating
        generating.cancel()
        with suppress(ActivityError, asyncio.CancelledError):
            reply = await generating
            if reply.carried_out and reply.carried_out.outcome != "refused":
                return reply
        state.put_back(messages)
        if not overtaken and not messages:
            return None
        recorded = await self._lifecycle.record_what_overtakes()
        if mandate and recorded and recorded.last_reply == self._activities.draft_id(turn):
            state.note_reply(workflow.now(), answers_all=False, clarified=False)
        return None

    async def _until_drafted(self, generating: ActivityHandle[GeneratedReply], mandate: Mandate | None) -> None:
        """Wait until the draft is there, overtaken or set aside. A change of mode ends the mandate, not the draft."""

        def is_over() -> bool:
            return generating.done() or self._state.is_overtaken()

        await self._until(lambda: is_over() or bool(mandate and self._changes_of_mode()))
        if is_over() or self._set_aside:
            return
        if workflow.patched(ENDS_MANDATE):
            self._state.move_on()
            await self._change_mode()
        await self._until(is_over)

    def _changes_of_mode(self) -> list[ChangeMode]:
        return [request for request in self._state.mailbox.requests if isinstance(request, ChangeMode)]

    async def _change_mode(self) -> None:
        """Ahead of its turn: it counts for the draft that is under way."""
        for change in self._changes_of_mode():
            self._state.drop_request(change)
            await self._lifecycle.change_mode(change)

    async def _until(self, over: Callable[[], bool]) -> None:
        """Wait for it, at most until a person sets the conversation aside: a silent model is waited for for hours."""
        await workflow.wait_condition(lambda: over() or self._state.is_set_aside() or self._is_parked_and_asked())
        if not over() and not self._state.is_set_aside():
            self._set_aside = workflow.patched(INTERRUPTED)
            if self._set_aside:
                return
            await workflow.wait_condition(lambda: over() or self._state.is_set_aside())
        if over():
            return
        self._set_aside = workflow.patched(SET_ASIDE)
        if self._set_aside:
            self._state.end_parking()
        else:
            await workflow.wait_condition(over)

    def _is_parked_and_asked(self) -> bool:
        return self._state.waiting.parked_since is not None and interrupts(self._state.mailbox.requests)

    async def _carry_through(self, draft: Draft) -> None:
        self._state.note_drafted_by(draft.ai_agent)
        await self._change_mode()
        record = await self._decide(draft)
        if self._state.journeys.is_withdrawn(draft.draft_id):
            return
        match record.decision.outcome:
            case Outcome.SEND:
                if await self._use_tools(draft, record) and (draft.text or not draft.evidence.of_journey):
                    await self._send(draft, record)
            case Outcome.CLARIFY:
                await self._send(draft, record)
            case Outcome.VERIFY:
                await self._identity.send_code(draft, record)
            case Outcome.ASK_APPROVAL:
                await self._request_approval(draft, record)
            case Outcome.ESCALATE:
                await self._lifecycle.escalate(record.decision.reason, draft, record)

    async def _decide(self, draft: Draft) -> DecisionRecord:
        state, policy = self._state, self._state.opened_policy
        evidence = draft.evidence.under(state.answering.mode_set_by_person, draft.held_to)
        if policy.validates and not evidence.abstained and not evidence.of_journey:
            verdict = await self._activities.score_confidence(draft)
            evidence = evidence.model_copy(update={"validator": verdict})
        return decide_draft(
            draft,
            evidence,
            policy,
            Answered() if state.journeys.of_draft(draft.draft_id) else state.answering.counts,
            turn=state.answering.turn,
            revision=state.revision,
            now=workflow.now(),
        )

    async def _use_tools(self, draft: Draft, record: DecisionRecord) -> bool:
        """Do what the draft proposes; False when the reply must not follow."""
        if not draft.actions:
            return True
        acted = await self._tools.execute(draft, record)
        if acted == "failed":
            await self._lifecycle.escalate(Reason.TOOL_FAILED, draft, record)
        elif acted == "stopped":
            await self._ask_people_instead(draft, record)
        return acted == "done"

    async def _send(self, draft: Draft, record: DecisionRecord) -> None:
        state, revision = self._state, self._state.revision
        if not await self._quiet_hours_pass(draft.draft_id):
            return
        hold_until = self._activities.sending.burst_ends_at()
        delivered = await self._lifecycle.await_delivery(
            self._activities.sending.deliver_reply(draft, record, hold_until),
            self._activities.sending.leaves_at(hold_until),
        )
        if delivered is None:
            await self._lifecycle.escalate(Reason.DELIVERY_FAILED, draft, record)
        elif delivered.status == "delivered":
            self._note_sent(draft, clarified=record.decision.outcome is Outcome.CLARIFY, revision=revision)
        elif delivered.status == "stopped" and state.revision == revision:
            await self._ask_people_instead(draft, record)
        elif state.revision == revision:
            state.catch_up(await self._activities.open_conversation())

    def _note_sent(self, draft: Draft, *, clarified: bool, revision: int) -> None:
        state = self._state
        if not state.note_step_sent(draft.draft_id, workflow.now()):
            state.note_reply(workflow.now(), answers_all=state.revision == revision, clarified=clarified)
            state.note_topic(None if clarified else draft.evidence.topic)

    async def _quiet_hours_pass(self, draft_id: str) -> bool:
        """Hold a reply back while the channel is to be quiet; False when it was overtaken or withdrawn meanwhile."""
        state = self._state
        ends_at = state.opened_policy.quiet_until(state.channel, workflow.now())
        if ends_at is None:
            return True
        may_be_set_aside, may_be_interrupted = workflow.patched(SET_ASIDE), workflow.patched(INTERRUPTED)

        def is_set_aside() -> bool:
            asked = may_be_interrupted and interrupts(state.mailbox.requests)
            wanted_no_more = state.journeys.is_withdrawn(draft_id)
            return may_be_set_aside and (
                asked or wanted_no_more or bool(self._changes_of_mode()) or state.is_set_aside()
            )

        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: state.is_overtaken() or is_set_aside(),
                timeout=ends_at - workflow.now(),
                timeout_summary="quiet hours of the channel",
            )
        self._set_aside = is_set_aside()
        if state.is_overtaken():
            await self._lifecycle.record_what_overtakes()
            return False
        return not self._set_aside

    async def _ask_people_instead(self, draft: Draft, record: DecisionRecord) -> None:
        """Automatic sending is stopped, so what would have left or been done waits for a person."""
        await self._request_approval(*held_back(draft, record, self._state.opened_policy))

    async def _request_approval(self, draft: Draft, record: DecisionRecord) -> None:
        approval = approval_to_ask(
            draft,
            record,
            self._state.opened_policy,
            approval_id=f"ap-{workflow.uuid4().hex}",  # nobody can decide what nobody was shown
            channel=self._state.drafted_for,
            now=workflow.now(),
        )
        await self._activities.request_approval(approval, record)
        await self._await_approval(approval)

    async def _await_approval(self, approval: Approval) -> None:
        state = self._state
        state.ask_approval(approval)
        if approval.text:
            self._lifecycle.approval_waits(approval)
        if state.journeys.of_draft(approval.draft_id):
            return  # the customer waits for nothing
        if state.is_pushed() and not state.waiting.told_to_wait:
            await self._lifecycle.tell(f"approval-{state.answering.turn}", state.opened_policy.wording.approval_wait)
        state.note_told_to_wait()
