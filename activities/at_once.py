"""What is decided about a draft, carried out by whoever drafted it: what needs nothing but the store."""

import asyncio
from datetime import UTC, datetime

from domain.conversation.activity_models import (
    CarriedOut,
    GeneratedReply,
    GenerateReplyInput,
    Mandate,
    RequestApprovalInput,
)
from domain.conversation.deciding import (
    approval_id_of,
    approval_to_ask,
    decide_draft,
    held_back,
    reply_summary,
    reply_to_send,
)
from domain.conversation.groups import Answered
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.policy import Policy
from domain.conversation.turn import DecisionRecord, Draft, Outcome
from storage.approvals import ApprovalRepository
from storage.deliveries import DeliveryRepository

MAX_HOLD_SECONDS = 30.0


class AtOnce:
    """Decides as the workflow would, and does what the store alone can do, each in one transaction.

    The store compares revision and owner under its lock, so a draft that was overtaken does nothing. Done again with
    the same draft, everything here finds that it was done.
    """

    def __init__(self, deliveries: DeliveryRepository, approvals: ApprovalRepository) -> None:
        self._deliveries = deliveries
        self._approvals = approvals

    async def carry_out(
        self, draft: Draft, input: GenerateReplyInput, mandate: Mandate, policy: Policy
    ) -> GeneratedReply:
        """What was done; or the draft, where the workflow has to decide or more than the store is needed."""
        record = decide_draft(
            draft,
            draft.evidence.under(mandate.mode, draft.held_to),
            policy,
            Answered(exchanges=mandate.exchanges, clarifications=mandate.clarifications),
            turn=input.turn,
            revision=input.revision,
            now=datetime.now(UTC),
        )
        match record.decision.outcome:
            case Outcome.SEND | Outcome.CLARIFY if _needs_store_only(draft, record, mandate, policy):
                return await self._send(draft, record, input, mandate, policy)
            case Outcome.ASK_APPROVAL:
                return await self._ask_approval(draft, record, input, mandate, policy)
        return GeneratedReply(draft=draft)

    async def _send(
        self, draft: Draft, record: DecisionRecord, input: GenerateReplyInput, mandate: Mandate, policy: Policy
    ) -> GeneratedReply:
        await hold(mandate.not_before)
        now = datetime.now(UTC)
        if policy.quiet_until(mandate.channel, now):
            return GeneratedReply(draft=draft)
        reply = reply_to_send(
            draft, record, policy, _names(input), channel=mandate.channel, not_before=mandate.not_before
        )
        delivered = await self._deliveries.deliver_stored(reply, now)
        if delivered.status == "stopped":
            return await self._ask_approval(*held_back(draft, record, policy), input, mandate, policy)
        if delivered.status == "refused":
            done = CarriedOut(summary="the conversation moved on", outcome="refused", ai_agent=draft.ai_agent)
            return GeneratedReply(draft=draft, carried_out=done)
        outcome = "asked_back" if record.decision.outcome is Outcome.CLARIFY else "sent"
        text, summary = reply.text or draft.text, reply_summary(draft, record)
        topic = draft.evidence.topic
        return GeneratedReply(
            carried_out=CarriedOut(summary=summary, outcome=outcome, ai_agent=draft.ai_agent, text=text, topic=topic)
        )

    async def _ask_approval(
        self, draft: Draft, record: DecisionRecord, input: GenerateReplyInput, mandate: Mandate, policy: Policy
    ) -> GeneratedReply:
        approval = approval_to_ask(
            draft,
            record,
            policy,
            approval_id=approval_id_of(draft, input.revision),
            channel=mandate.channel,
            now=record.decided_at,
        )
        request = RequestApprovalInput(
            **_names(input),
            channel=mandate.channel,
            approval=approval,
            after=Lifecycle(owner=mandate.owner, revision=input.revision).ask_approval(approval).position,
            record=record,
            notice=mandate.notice,
            spec_hash=input.spec_hash,
        )
        await self._approvals.request(request, record.decided_at)
        summary = reply_summary(draft, record)
        done = CarriedOut(summary=summary, outcome="asked_approval", ai_agent=draft.ai_agent, approval=approval)
        return GeneratedReply(carried_out=done)


def _needs_store_only(draft: Draft, record: DecisionRecord, mandate: Mandate, policy: Policy) -> bool:
    asks_back = record.decision.outcome is Outcome.CLARIFY
    return policy.traits_of(mandate.channel).stored and (asks_back or not draft.actions)


def _names(input: GenerateReplyInput) -> dict[str, str]:
    return {"organisation": input.organisation, "conversation_id": input.conversation_id}


async def hold(until: datetime | None) -> None:
    """Wait until then, at most for half a minute."""
    if until is None:
        return
    seconds = (until - datetime.now(UTC)).total_seconds()
    if seconds > 0:
        await asyncio.sleep(min(seconds, MAX_HOLD_SECONDS))
