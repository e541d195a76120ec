"""Sending to the customer: each message is one activity, whatever it says and wherever it goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.options import DELIVER_MESSAGE, DELIVER_STORED, GIVE_UP_DELIVERY, ActivityRow
    from domain.approvals.approval import Approval
    from domain.conversation.activity_models import ApprovalClosure, DeliveredMessage, DeliverMessageInput
    from domain.conversation.deciding import reply_summary, reply_to_send
    from domain.conversation.messages import Author
    from domain.conversation.requests import DecideApproval, SendHumanReply, human_reply_key
    from domain.conversation.turn import DecisionRecord, Draft
    from domain.identity.check import IdentityCheck
    from workflows.activity_rows import Start, startable
    from workflows.conversation.calls import Calls


Argument = TypeVar("Argument")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Delivery:
    """A message on its way, and the activity that brings it there. `is_pushed`: a vendor has to take it."""

    message: DeliverMessageInput
    start: Start[DeliveredMessage]
    is_pushed: bool = False


class Sending(Calls):
    """One call for each kind of message, and when it may leave."""

    def deliver_reply(self, draft: Draft, record: DecisionRecord, hold_until: datetime | None) -> Delivery:
        """The delivery of an AI agent's reply or question back, held until `hold_until` (UTC)."""
        reply = reply_to_send(
            draft, record, self._policy, self._names, channel=self._state.drafted_for, not_before=hold_until
        )
        return self._deliver(reply, reply_summary(draft, record))

    def deliver_approved(self, approval: Approval, decision: DecideApproval, *, is_closed: bool = False) -> Delivery:
        """The delivery of an approved draft; `is_closed`: a tool's claim has closed the approval already."""
        return self._deliver(
            DeliverMessageInput(
                **self._names,
                message_key=approval.delivery_key,
                channel=self._state.drafted_for,
                author=Author.AI_AGENT,
                author_id=approval.ai_agent,
                kind="reply",
                draft_id=approval.draft_id,
                text=decision.text if decision.action == "edit" else approval.text,
                expected_revision=approval.revision,
                closure=None if is_closed else self._closure(approval, decision),
            ),
            f"send the reply that {decision.by.id} approved",
        )

    def _closure(self, approval: Approval, decision: DecideApproval) -> ApprovalClosure:
        after = self._state.lifecycle.close_approval().position
        return ApprovalClosure(approval=approval, decision=decision, after=after)

    def deliver_human_reply(self, request: SendHumanReply) -> Delivery:
        """The delivery of a human agent's reply; one with `sent_as` has left already and is only recorded."""
        return self._deliver(
            DeliverMessageInput(
                **self._names,
                message_key=human_reply_key(self._state.start.conversation_id, request.request_id),
                channel=self._state.channel,
                author=Author.HUMAN_AGENT,
                author_id=request.by.id,
                kind="human_reply",
                text=request.text,
                sent_as=request.sent_as,
                attachment_ids=request.attachment_ids,
                via=request.via,
            ),
            f"{'record' if request.sent_as else 'send'} the reply of {request.by.id}",
        )

    def tell(self, key: str, notice: str) -> Delivery:
        """A sentence of the organisation itself by a channel to which messages must be pushed."""
        return self._deliver(
            DeliverMessageInput(
                **self._names,
                message_key=key,
                channel=self._state.channel,
                author=Author.SYSTEM,
                author_id="platform",
                kind="notice",
                text=notice,
            ),
            "tell the customer where things stand",
        )

    def say(self, key: str, text: str, ai_agent: str | None) -> Delivery:
        """What a journey tells or asks, by an AI agent or by the organisation itself; it answers nothing."""
        author, author_id = (Author.AI_AGENT, ai_agent) if ai_agent else (Author.SYSTEM, "platform")
        return self._deliver(
            DeliverMessageInput(
                **self._names,
                message_key=key,
                channel=self._state.channel,
                author=author,
                author_id=author_id,
                kind="notice",
                text=text,
                expected_revision=self._state.revision,
            ),
            "send what the journey tells the customer",
        )

    def ask_for_code(self, draft: Draft, record: DecisionRecord, check: IdentityCheck) -> Delivery:
        """A notice, because the question waits for its answer still."""
        return self._deliver(
            DeliverMessageInput(
                **self._names,
                message_key=draft.draft_id,
                channel=self._state.drafted_for,
                author=Author.SYSTEM,
                author_id="platform",
                kind="notice",
                draft_id=draft.draft_id,
                text=self._policy.wording.verify.replace("{address}", check.address),
                expected_revision=self._state.revision,
                record=record,
            ),
            "ask for the code",
        )

    def give_up(self, message: DeliverMessageInput) -> Start[DeliveredMessage]:
        """The end of a delivery that failed for good: nothing leaves under its key any more."""
        return startable(GIVE_UP_DELIVERY, message, f"the {message.kind.replace('_', ' ')} is not tried again")

    def _deliver(self, message: DeliverMessageInput, summary: str) -> Delivery:
        starts = startable(self._row_for(message), message, summary)
        return Delivery(message, starts, is_pushed=self._state.is_pushed() and message.sent_as is None)

    def _row_for(self, message: DeliverMessageInput) -> ActivityRow[DeliverMessageInput, DeliveredMessage]:
        """What has left already is recorded, however long the store is away."""
        if not self._state.is_pushed():
            return self.with_time_to_hold(DELIVER_STORED)
        if message.sent_as is not None:
            return DELIVER_MESSAGE
        patience = timedelta(hours=self._policy.service_levels.delivery_patience_hours)
        return DELIVER_MESSAGE.with_options(schedule_to_close_timeout=patience)

    def with_time_to_hold(self, row: ActivityRow[Argument, Result]) -> ActivityRow[Argument, Result]:
        """The row with time for the burst window, which the activity waits for."""
        longest = (row.options["start_to_close_timeout"] or timedelta()) + self._burst_window()
        return row.with_options(start_to_close_timeout=longest)

    def burst_ends_at(self) -> datetime | None:
        """Until then, further messages of the same burst may come."""
        received_at, window = self._state.latest.received_at, self._burst_window()
        return received_at + window if received_at and window else None

    def leaves_at(self, hold_until: datetime | None) -> datetime | None:
        """When a message that is held so long leaves; None where a channel may refuse it for longer."""
        return None if self._state.is_pushed() else hold_until or workflow.now()

    def _burst_window(self) -> timedelta:
        return timedelta(seconds=self._policy.burst_window_seconds.get(self._state.channel, 0.0))
