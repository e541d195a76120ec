"""Identity checks: a code is asked for before personal data is told, and what the customer writes back is heard."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.conversation.state import ConversationState
    from domain.conversation.turn import DecisionRecord, Draft, Reason
    from domain.identity.check import IdentityCheck
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.lifecycle import ConversationLifecycle


class IdentityChecks:
    """What was asked stays unanswered until the customer is proved to be the contact, or a person has it."""

    def __init__(self, state: ConversationState, activities: ActivityCalls, lifecycle: ConversationLifecycle) -> None:
        self._state = state
        self._activities = activities
        self._lifecycle = lifecycle

    async def send_code(self, draft: Draft, record: DecisionRecord) -> None:
        """Send a code, unless one is under way, and tell the customer where it went."""
        state, revision, check = self._state, self._state.revision, self._state.waiting.identity_check
        if check is None:
            sent = await self._lifecycle.await_code_sent(self._activities.send_identity_code(draft))
            if sent is None or sent.status == "impossible":
                await self._lifecycle.escalate(Reason.NOT_VERIFIED, draft, record)
                return
            if not state.owned_by_ai or sent.check is None:
                await self._catch_up(revision)
                return
            state.await_code(sent.check)
            check = sent.check
        await self._tell(draft, record, check)

    async def _tell(self, draft: Draft, record: DecisionRecord, check: IdentityCheck) -> None:
        revision = self._state.revision
        asking = self._activities.sending.ask_for_code(draft, record, check)
        delivered = await self._lifecycle.await_delivery(asking, workflow.now())
        if delivered is None:
            await self._lifecycle.escalate(Reason.DELIVERY_FAILED, draft, record)
        elif delivered.status == "delivered":
            self._state.note_code_exchange(workflow.now())
        elif delivered.status == "stopped" and self._state.revision == revision:
            await self._lifecycle.escalate(Reason.SENDING_STOPPED, draft, record)
        else:
            await self._catch_up(revision)

    async def _catch_up(self, revision: int) -> None:
        if self._state.revision == revision:
            self._state.catch_up(await self._activities.open_conversation())

    async def check_answer(self) -> bool:
        """Compare what was written with the code; whether there is something to answer now."""
        state, check = self._state, self._state.waiting.identity_check
        if check is None:
            return True
        messages = state.take_questions()
        match await self._activities.answer_identity_check(check, messages):
            case "right":
                state.prove_identity()
                return True
            case "none":
                return True
            case "wrong":
                state.note_code_asked(workflow.now())
                await self._lifecycle.tell(f"code-{state.revision}", state.opened_policy.wording.wrong_code)
            case "expired" | "failed":
                await self._lifecycle.escalate(Reason.NOT_VERIFIED)
        return False
