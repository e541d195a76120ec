"""The lifecycle of a conversation: each change of owner, status or revision is recorded in the store."""

from datetime import datetime
from typing import Literal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.approvals.approval import Approval
    from domain.conversation.activity_models import (
        DeliveredMessage,
        DeliverMessageInput,
        OwnershipChanged,
        RecordedMessages,
        StatusEvent,
    )
    from domain.conversation.lifecycle import Lifecycle
    from domain.conversation.meanwhile import SET_ASIDE
    from domain.conversation.ownership import Owner, Status, Via
    from domain.conversation.requests import (
        ChangeMode,
        HandBack,
        Reopen,
        ReportFailure,
        Request,
        SendHumanReply,
        Snooze,
        TakeOver,
    )
    from domain.conversation.state import TAKES_OVER, ConversationState
    from domain.conversation.turn import DecisionRecord, Draft, Reason
    from domain.identity.check import SentIdentityCode
    from domain.specification.organisation import Mode
    from domain.tools.calls import CalledTool
    from workflows.activity_rows import Start
    from workflows.conversation.activity_calls import ActivityCalls
    from workflows.conversation.listening import DOES_AT_ONCE, Listening, Withdrawn
    from workflows.conversation.sending import Delivery
    from workflows.conversation.summary import attribute_updates, details, why_escalated
    from workflows.conversation.write_back import WriteBack

TELLS_OWNER = "what-did-not-arrive-is-told-to-its-owner"
REPEATS = "a-repeated-change-of-owner-changes-nothing"
REPEATS_STATUS = "a-repeated-change-of-status-changes-nothing"
TELLS_REFUSED = "a-reply-that-was-refused-is-told"
IN_ORDER = "an-earlier-hand-back-comes-before-a-takeover"
OPENS = "what-a-colleague-wrote-first-stands-first"
WAKES = "a-message-wakes-what-was-set-aside-while-a-reply-is-tried"
GIVES_UP = "a-failed-delivery-is-given-up"
TELLS_NOBODY = frozenset({Reason.DELIVERY_FAILED, Reason.RESTORED})
"""The channel takes no message, or the customer may have an answer already."""

UNDELIVERED = (
    "Your reply could not be delivered: the channel refuses it, or did not take it in all the time that it was tried. "
    "It is not sent again. Reach the customer in another way."
)
NOT_SENT = (
    "Your reply was not sent: somebody else got the conversation before it left. Take it over, and send it again."
)


class ConversationLifecycle:
    """Every move goes through the store first and is then true of the state."""

    def __init__(self, state: ConversationState, activities: ActivityCalls, write_back: WriteBack) -> None:
        self._state = state
        self._activities = activities
        self._write_back = write_back
        self._listening = Listening(state, activities, self)

    async def record_inbox(self) -> RecordedMessages | None:
        """Record what customers wrote; None when they wrote nothing."""
        messages = self._state.take_questions()
        return await self._activities.record_messages(messages) if messages else None

    async def record_what_overtakes(self) -> RecordedMessages | None:
        """A person who takes over or answers becomes the owner at once; the answer itself follows in its turn.

        What may hold an identity code stays in the mailbox: it is compared before it is recorded. A message to a
        conversation that was set aside wakes it. Returns what was recorded of what customers wrote otherwise.
        """
        taking = next((request for request in self._state.mailbox.requests if request.kind in TAKES_OVER), None)
        if taking is not None:
            await self._hand_back_before(taking)
        if isinstance(taking, TakeOver):
            self._state.drop_request(taking)
            await self.take_over(taking)
        elif isinstance(taking, SendHumanReply):
            if not await self.take_over(taking.takeover()):
                self._state.drop_request(taking)
        elif self._state.waiting.identity_check is None:
            if self._state.status not in SET_ASIDE or not workflow.patched(WAKES):
                return await self.record_inbox()
            await self.wake_for_message()
        return None

    async def _hand_back_before(self, taking: Request) -> None:
        """What was asked for last stands: who handed it back before that does not get it away from its owner."""
        requests = self._state.mailbox.requests
        earlier = [one for one in requests[: requests.index(taking)] if isinstance(one, HandBack)]
        if earlier and workflow.patched(IN_ORDER):
            for request in earlier:
                self._state.drop_request(request)
                await self.hand_back(request)

    async def await_delivery(self, delivery: Delivery, leaves_at: datetime | None = None) -> DeliveredMessage | None:
        """Wait for a delivery and record meanwhile what must stop it; None when it is refused or tried no longer.

        A takeover stops it at any time. A message stops it until `leaves_at`, then it waits for its own turn, because
        the customer may be answering what has just left; None: until the channel has taken the message. What else
        people ask meanwhile is told in domain.conversation.meanwhile.
        """
        message = delivery.message if delivery.is_pushed else None
        try:
            delivered = await self._listening.to(delivery.start, leaves_at, message)
        except Withdrawn:
            return await self._give_up(delivery, leaves_at, message)
        if delivered is None and delivery.message.sent_as is None and workflow.patched(GIVES_UP):
            ended = await self._give_up(delivery, leaves_at, message)
            return ended if ended and ended.status == "delivered" else None
        return delivered

    async def _give_up(
        self, delivery: Delivery, leaves_at: datetime | None, message: DeliverMessageInput | None
    ) -> DeliveredMessage | None:
        giving_up = self._activities.sending.give_up(delivery.message)
        return await self._listening.to(giving_up, leaves_at, message, ends=True)

    async def await_tool_call(self, calling: Start[CalledTool]) -> CalledTool | None:
        """Wait for the use of a tool and record meanwhile what must stop it; None when it failed for good."""
        return await self._listening.to(calling, None)

    async def await_code_sent(self, sending: Start[SentIdentityCode]) -> SentIdentityCode | None:
        """Wait for the sending of an identity code; what the customer writes meanwhile waits. None when it failed."""
        return await self._listening.to(sending, workflow.now())

    def show(self) -> None:
        """Show where the conversation stands: in Temporal, and on the customer's ticket."""
        self._state.note_shown(workflow.now())
        updates = attribute_updates(self._state, workflow.info().typed_search_attributes)
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(details(self._state))
        self._write_back.show_status()

    async def take_over(self, request: TakeOver, *, before_messages: bool = False) -> bool:
        """Make a person the owner; when this returns, no older draft can leave any more.

        False when the request was carried out long ago: then everything stays as it is. `before_messages`: what
        customers wrote is recorded afterwards, not together with it.
        """
        after = self._state.lifecycle.move_on().take_over(request.by.id)
        changed = await self._change_owner(after, request, request.note, with_messages=not before_messages)
        if changed is None:
            return False
        self._state.move_on()
        self._state.take_over(request.by.id)
        if changed.unanswered:
            self._state.await_person(workflow.now())
        return True

    async def hand_back(self, request: HandBack) -> None:
        """Make the AI agent the owner, with an instruction and fresh budgets."""
        state = self._state
        told_to_wait = state.owned_by_ai and state.waiting.told_to_wait
        ai_agent = state.answering.ai_agent or state.opened_policy.default_ai_agent
        changed = await self._change_owner(state.lifecycle.move_on().hand_back(ai_agent), request, request.instruction)
        if changed is None:
            return
        state.move_on()
        state.hand_back(
            ai_agent,
            request.instruction,
            unanswered=changed.unanswered > 0,
            told_to_wait=told_to_wait,
            now=workflow.now(),
        )
        state.keep_person_wait(None)

    async def _change_owner(
        self, after: Lifecycle, request: Request, note: str, *, with_messages: bool = True
    ) -> OwnershipChanged | None:
        """None when the store knows the request from long ago: then what customers wrote waits for its turn again."""
        state = self._state
        messages = state.take_inbox() if with_messages else ()
        changed = await self._activities.change_ownership(
            after, messages, request_id=request.request_id, by=request.by.id, note=note, via=request.via
        )
        if changed.repeated and workflow.patched(REPEATS):
            state.put_back(messages)
            return None
        return changed

    async def send_human_reply(self, request: SendHumanReply) -> None:
        """Whoever answers owns the conversation: a reply from a person takes it over first.

        What opens it was written before all that customers wrote, so it stands before that and leaves it unanswered.
        """
        opens = request.opens and workflow.patched(OPENS)
        if self._state.owner != Owner(kind="human_agent", id=request.by.id):
            await self.take_over(request.takeover(), before_messages=opens)
        leaves_at = workflow.now() if opens else None
        delivered = await self.await_delivery(self._activities.sending.deliver_human_reply(request), leaves_at)
        if delivered is None:
            await self._tell_undelivered(request)
        elif delivered.status == "delivered" and not opens:
            self._state.keep_person_wait(None)
        elif delivered.status == "refused" and request.sent_as is None and workflow.patched(TELLS_REFUSED):
            await self._tell_owner(request, NOT_SENT)

    async def _tell_undelivered(self, request: SendHumanReply) -> None:
        """What was set aside while it was tried comes back to whoever wrote it."""
        wakes = self._state.status in SET_ASIDE and workflow.patched(DOES_AT_ONCE)
        if await self._tell_owner(request, UNDELIVERED, wakes=wakes) and wakes:
            self._state.wake()

    async def report_failure(self, request: ReportFailure) -> None:
        """A message that had left did not arrive: whoever owns the conversation sees it, even if it was resolved."""
        if self._state.owned_by_ai:
            await self.escalate(Reason.DELIVERY_FAILED)
        elif workflow.patched(TELLS_OWNER) and await self._tell_owner(request, UNDELIVERED, wakes=True):
            self._state.wake()

    async def _tell_owner(self, request: Request, note: str, *, wakes: bool = False) -> bool:
        """Whether it is told now, and was not long ago. `wakes`: back to work, so that somebody looks."""
        after = self._state.lifecycle.wake() if wakes else self._state.lifecycle
        return await self._record_status(
            "delivery_failed", f"{request.request_id[:100]}-failed", "system", note, after=after
        )

    async def escalate(self, reason: Reason, draft: Draft | None = None, record: DecisionRecord | None = None) -> None:
        """Give the conversation to the human queue, unless a person has taken it over meanwhile."""
        state = self._state
        if not state.owned_by_ai:
            return
        state.move_on()
        await self._activities.escalate(reason.value, state.take_inbox(), draft, record)
        state.escalate(reason.value)
        state.await_person(workflow.now())
        why = why_escalated(reason.value, draft)
        self._write_back.note_in_crm("escalated", why)
        self._write_back.note_on_ticket("handoff", why, draft.draft_id if draft else None)
        if state.is_pushed() and reason not in TELLS_NOBODY:
            await self.tell(f"escalation-{state.revision}", state.handoff_notice(draft))

    def approval_waits(self, approval: Approval) -> None:
        """Colleagues who work on the customer's ticket see the draft there."""
        self._write_back.note_on_ticket("draft", approval.reason, approval.draft_id)

    async def tell(self, key: str, notice: str) -> None:
        """Send a sentence of the organisation itself; one that cannot be sent holds up nothing."""
        if notice:
            await self.await_delivery(
                self._activities.sending.tell(f"{self._state.start.conversation_id}-{key}-notice", notice)
            )

    async def park(self) -> None:
        """The model does not answer: say so, and wait for it."""
        state = self._state
        state.park(workflow.now())
        await self._record_status("parked", f"parked-{state.answering.turn}", "system")
        workflow.set_current_details(details(state))
        await self.tell(f"parked-{state.answering.turn}", state.opened_policy.wording.parked)

    async def wake_for_message(self) -> bool:
        """A message wakes or reopens a conversation, unless it is an old one that came again."""
        recorded = await self.record_inbox()
        if recorded is None or not recorded.recorded:
            return False
        event: Literal["woken", "reopened"] = "reopened" if self._state.status is Status.RESOLVED else "woken"
        await self.wake(event, f"message-{self._state.revision}", "customer")
        return True

    async def wake(
        self, event: Literal["woken", "reopened"], request_id: str, by: str, *, via: Via | None = None
    ) -> None:
        """Back to work, with a fresh period of silence."""
        now = workflow.now()
        if await self._record_status(event, request_id, by, after=self._state.lifecycle.wake(), via=via):
            self._state.wake(now)
            if not self._state.owned_by_ai:
                self._state.await_person(now)

    async def resolve(self, request_id: str, by: str, note: str = "", *, via: Via | None = None) -> None:
        """A person or silence says that it is done; what was drafted or asked is stale."""
        now = workflow.now()
        after = self._state.lifecycle.resolve(now)
        if await self._record_status("resolved", request_id, by, note, after=after, via=via):
            self._state.resolve(now)
            self._state.keep_person_wait(None)
            self._write_back.note_in_crm("resolved", by)

    async def snooze(self, request: Snooze, *, withdraws_reply: bool = False) -> None:
        """Put the conversation aside until an instant, or until the customer writes."""
        before = self._state.lifecycle.move_on() if withdraws_reply else self._state.lifecycle
        after = before.snooze(request.until)
        if await self._record_status("snoozed", request.request_id, request.by.id, after=after, via=request.via):
            self._withdraw_reply(withdraws_reply)
            self._state.snooze(request.until)
            self._state.keep_person_wait(None)

    async def climb_queue_ladder(self) -> None:
        """Take the rung that is due for a customer who waits for a person. The wait itself has no end."""
        wait, policy = self._state.waiting.for_person, self._state.opened_policy
        if wait is not None:
            rung = policy.queue_ladder[wait.rungs_done]
            climbed = wait.climb(rung, policy.members)
            await self._activities.climb_queue_ladder(climbed, rung)
            self._state.keep_person_wait(climbed)

    async def reopen(self, request: Reopen) -> None:
        """A person says that it is not done."""
        await self.wake("reopened", request.request_id, request.by.id, via=request.via)

    async def change_mode(self, request: ChangeMode, *, withdraws_reply: bool = False) -> None:
        """The mode that a person sets overrides the AI agent's own."""
        after = self._state.lifecycle.move_on() if withdraws_reply else self._state.lifecycle
        by, mode = request.by.id, request.mode
        if await self._record_status("mode_changed", request.request_id, by, after=after, mode=mode, via=request.via):
            self._withdraw_reply(withdraws_reply)
            self._state.change_mode(request.mode)

    def _withdraw_reply(self, withdraws: bool) -> None:
        if withdraws:
            self._state.withdraw_reply()

    async def _record_status(
        self,
        event: StatusEvent,
        request_id: str,
        by: str,
        note: str = "",
        *,
        after: Lifecycle | None = None,
        mode: Mode | None = None,
        via: Via | None = None,
    ) -> bool:
        """Record status and mode as they are afterwards; False when the store knows the request from long ago."""
        state = self._state
        changed = await self._activities.change_status(
            event,
            after or state.lifecycle,
            mode or state.answering.mode,
            request_id=request_id,
            by=by,
            note=note,
            via=via,
        )
        if changed is None or not changed.repeated or not workflow.patched(REPEATS_STATUS):
            return True
        state.believe(changed)
        return False
