"""Asking people, and keeping what they decided."""

from datetime import UTC, datetime

from temporalio import activity

from domain.conversation.activity_models import ClimbLadderInput, RecordDecisionInput, RequestApprovalInput
from storage.approvals import ApprovalRepository


class ApprovalActivities:
    """Approvals live in the store, where the API, the console and the desks read them."""

    def __init__(self, approvals: ApprovalRepository) -> None:
        self._approvals = approvals

    @activity.defn
    async def request_approval(self, input: RequestApprovalInput) -> None:
        """Put the draft before people, with its decision record."""
        await self._approvals.request(input, datetime.now(UTC))

    @activity.defn
    async def record_decision(self, input: RecordDecisionInput) -> None:
        """Keep a decision that sends nothing, refused ones included."""
        await self._approvals.record_decision(input, datetime.now(UTC))

    @activity.defn
    async def climb_ladder(self, input: ClimbLadderInput) -> None:
        """Remind, widen or move up an approval that still waits."""
        await self._approvals.climb_ladder(input, datetime.now(UTC))
