"""Approvals: what a decision does to the one that is open, and the ladder that reminds of it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.approvals.approval import Approval, edited, judge, left_open, revoked
    from domain.conversation.meanwhile import revocation_of
    from domain.conversation.ownership import Status
    from domain.conversation.requests import DecideApproval
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import Reason
    from domain.journeys.work import StepReport
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.lifecycle import ConversationLifecycle
    from workflows.conversation.tools import ToolExecution

DROPS_STALE = "a-stale-approval-is-dropped"
LETS_SLEEP = "a-refused-decision-wakes-nothing"
NOT_DONE = "What you approved could not be done, or nobody knows whether it was. A colleague has the conversation."
CALLED_BACK = "It was called back before it left, so nothing was sent. The draft waits for a decision again."
STOPPED = "Automatic sending is stopped, so the draft waits for a person now, however long."
OVERTAKEN = "The conversation moved on before the reply could leave, so nothing was sent. Reload it."


class Approvals:
    """The first valid decision wins; every other one is answered with the reason why it came to nothing."""

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

    async def apply(self, decision: DecideApproval) -> None:
        """Carry out one decision."""
        approval = self._state.approval
        verdict = judge(approval, decision)
        if self._state.status is Status.SNOOZED and not (verdict.effect == "refused" and workflow.patched(LETS_SLEEP)):
            key = f"{decision.request_id}-wakes"
            await self._lifecycle.wake("woken", key, decision.by.id)
        if approval is None or verdict.effect == "refused":
            await self._activities.record_decision(decision, "refused", refused=verdict.refused)
            return
        match verdict.effect:
            case "send" if await self._is_called_back(approval, decision):
                pass
            case "send":
                if not approval.actions or await self._use_approved_tools(approval, decision):
                    await self._send_what_is_said(approval, decision)
            case "reapprove_edit":
                await self._reapprove(approval, decision)
            case "redraft":
                await self._redraft(approval, decision)
            case "take_over" | "answer":
                await self._give_to_person(decision, verdict.effect)
            case effect:
                await self._keep(decision, effect, left_open(approval, decision, effect))

    async def _keep(self, decision: DecideApproval, effect: str, changed: Approval) -> None:
        """The approval waits on, changed."""
        self._state.replace_approval(changed)
        await self._activities.record_decision(decision, effect, approval=changed)

    async def _give_to_person(self, decision: DecideApproval, effect: str) -> None:
        """The draft is dropped, and whoever decided owns the conversation; what they wrote instead is sent."""
        closed = self._state.lifecycle.close_approval()
        await self._activities.record_decision(decision, effect, after=closed)
        if effect == "answer":
            await self._lifecycle.send_human_reply(decision.answer())
        else:
            await self._lifecycle.take_over(decision.takeover())

    async def _is_called_back(self, approval: Approval, decision: DecideApproval) -> bool:
        """Whether somebody wants it back already, as while no worker was there: then nothing begins to leave."""
        revocation = revocation_of(self._state.mailbox.requests, approval)
        if revocation is None:
            return False
        self._state.drop_request(revocation)
        await self._activities.record_decision(decision, "refused", refused=CALLED_BACK)
        await self._keep(revocation, "revoke", left_open(approval, revocation, "revoke"))
        return True

    async def _call_back(self, approval: Approval, decision: DecideApproval) -> bool:
        """Whether it did not leave because somebody called it back: then the same draft waits under another key."""
        state, revocation = self._state, revocation_of(self._state.mailbox.requests, approval)
        if revocation is None or state.approval is not approval or state.revision != approval.revision:
            return False
        state.drop_request(revocation)
        fresh = revoked(approval, approval_id=f"ap-{workflow.uuid4().hex}", now=workflow.now())
        after = state.lifecycle.replace_approval(fresh)
        await self._activities.record_decision(decision, "refused", refused=CALLED_BACK)
        await self._activities.record_decision(
            revocation, "revoke", approval=fresh, replaces=approval.approval_id, after=after
        )
        state.replace_approval(fresh)
        return True

    async def _use_approved_tools(self, approval: Approval, decision: DecideApproval) -> bool:
        """Do what was approved; False when the reply must not follow. The first use of a tool closes the approval."""
        acted = await self._tools.execute_approved(approval, decision)
        if acted == "failed":
            await self._activities.record_decision(decision, "refused", refused=NOT_DONE)
            await self._lifecycle.escalate(Reason.TOOL_FAILED)
        elif acted in {"refused", "stopped"}:
            await self._refuse_overtaken(approval, decision)
        elif self._state.approval is approval:
            self._state.close_approval()
        return acted == "done"

    async def _send_what_is_said(self, approval: Approval, decision: DecideApproval) -> None:
        """A journey uses tools and says nothing."""
        if approval.text or decision.text:
            await self._send_approved(approval, decision)

    async def _send_approved(self, approval: Approval, decision: DecideApproval) -> None:
        state = self._state
        sending = self._activities.sending.deliver_approved(approval, decision, is_closed=bool(approval.actions))
        delivered = await self._lifecycle.await_delivery(sending)
        if delivered is None:
            await self._lifecycle.escalate(Reason.DELIVERY_FAILED)
        elif delivered.status == "delivered":
            if not state.note_step_sent(approval.draft_id, workflow.now()):
                state.note_reply(workflow.now(), answers_all=state.revision == approval.revision, clarified=False)
            if state.approval is approval:
                state.close_approval()
        elif delivered.status == "stopped" and state.approval is approval:
            await self._end_veto_window(approval, decision)
        elif not await self._call_back(approval, decision):
            await self._refuse_overtaken(approval, decision)

    async def _refuse_overtaken(self, approval: Approval, decision: DecideApproval) -> None:
        """Where the decision was carried out in part, it stays as it was recorded."""
        await self._activities.record_decision(decision, "refused", refused=OVERTAKEN)
        if self._state.revision == approval.revision:
            self._state.catch_up(await self._activities.open_conversation())
            if self._state.lifecycle.approval_is_stale and workflow.patched(DROPS_STALE):
                self._state.drop_stale_approval()

    async def _reapprove(self, approval: Approval, decision: DecideApproval) -> None:
        """Two approvers approve one text: an edit makes another text, so the count begins again."""
        fresh_id = f"{approval.approval_id}-edit-{self._state.answering.turn}"
        fresh = edited(approval, decision, approval_id=fresh_id, now=workflow.now())
        await self._activities.record_decision(
            decision,
            "reapprove_edit",
            approval=fresh,
            replaces=approval.approval_id,
            after=self._state.lifecycle.replace_approval(fresh),
        )
        self._state.replace_approval(fresh)

    async def _redraft(self, approval: Approval, decision: DecideApproval) -> None:
        """The AI agent writes again. The use of a tool that a journey asked for is not proposed again."""
        await self._activities.record_decision(decision, "redraft", after=self._state.lifecycle.close_approval())
        step = self._state.journeys.uses_tool(approval.draft_id)
        if step is None:
            self._state.ask_redraft(decision.reason)
            return
        self._state.close_approval()
        self._state.end_step(step, StepReport(key=step.key, status="failed"), workflow.now())

    async def let_go(self) -> None:
        """The veto window is over, and nobody has stopped the draft."""
        approval = self._state.approval
        if approval is not None:
            await self._send_approved(approval, approval.let_go())

    async def _end_veto_window(self, approval: Approval, decision: DecideApproval) -> None:
        """Nobody's silence sends anything while automatic sending is stopped, nor once it is resumed."""
        waits = approval.model_copy(update={"leaves_at": None})
        await self._activities.record_decision(decision, "refused", refused=STOPPED, approval=waits)
        self._state.replace_approval(waits)

    async def climb_ladder(self) -> None:
        """Take the rung that is due: remind, widen or move up. The wait itself has no end."""
        approval = self._state.approval
        if approval is None:
            return
        rung = (approval.ladder or self._state.opened_policy.ladder)[approval.rungs_done]
        climbed = approval.climb(rung, self._state.opened_policy.members)
        await self._activities.climb_ladder(climbed, rung)
        self._state.replace_approval(climbed)
