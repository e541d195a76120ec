"""The lifecycle of a conversation: who owns it, its status, its revision. Every transition is a pure function."""

from datetime import datetime
from typing import Self

from domain.approvals.approval import Approval
from domain.conversation.ownership import Owner, Position, Status
from domain.errors import ConflictError
from domain.model import Frozen

NONE_OPEN = "No approval is open."
MAY_ASK_APPROVAL = frozenset({Status.OPEN, Status.AWAITING_APPROVAL})


class Lifecycle(Frozen):
    """Each method returns the lifecycle afterwards and raises ConflictError where the transition is not allowed.

    `approval` is the open one. `snoozed_until` is set while snoozed, `resolved_at` while resolved.
    """

    owner: Owner = Owner(kind="ai_agent")
    status: Status = Status.OPEN
    revision: int = 0
    approval: Approval | None = None
    escalation_reason: str | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def owned_by_ai(self) -> bool:
        return self.owner.kind == "ai_agent"

    @property
    def approval_is_stale(self) -> bool:
        """The open approval is of another revision, or a person owns the conversation: nobody can decide it."""
        return self.approval is not None and not (self.owned_by_ai and self.approval.revision == self.revision)

    @property
    def position(self) -> Position:
        """What the store keeps of it."""
        return Position(owner=self.owner, status=self.status, revision=self.revision)

    @property
    def active_status(self) -> Status:
        """The status of a conversation that is neither snoozed nor resolved."""
        if not self.owned_by_ai:
            return Status.WITH_HUMAN
        return Status.AWAITING_APPROVAL if self.approval else Status.OPEN

    @property
    def opened_approval(self) -> Approval:
        """Raises ConflictError when none is open."""
        if self.approval is None:
            raise ConflictError(NONE_OPEN)
        return self.approval

    def move_on(self) -> Self:
        """A new revision: older drafts and approvals are stale."""
        return self._without_approval().model_copy(update={"revision": self.revision + 1})

    def take_over(self, person_id: str) -> Self:
        """A person becomes the owner, whoever it was before."""
        return self._give_to(Owner(kind="human_agent", id=person_id))

    def hand_back(self, ai_agent: str) -> Self:
        """The AI agent becomes the owner, or goes on with a new instruction."""
        return self._give_to(Owner(kind="ai_agent", id=ai_agent)).model_copy(update={"escalation_reason": None})

    def escalate(self, reason: str) -> Self:
        """The AI agent gives the conversation to the human queue. What a person owns is never taken away."""
        self._require(self.owned_by_ai, "A person owns the conversation: it cannot be escalated.")
        return self._give_to(Owner(kind="human_agent")).model_copy(update={"escalation_reason": reason})

    def ask_approval(self, approval: Approval) -> Self:
        """A draft of the AI agent waits for people; it takes the place of one that waits already."""
        self._require(self.owned_by_ai, "A person owns the conversation: no draft of the AI agent can wait.")
        self._require(self.status in MAY_ASK_APPROVAL, f"No draft can wait for approval: the status is {self.status}.")
        self._require(approval.revision == self.revision, "The draft is of another revision.")
        return self.model_copy(update={"approval": approval, "status": Status.AWAITING_APPROVAL})

    def approve_in_part(self, person_id: str) -> Self:
        """One of several approvers agrees."""
        approval = self.opened_approval
        return self.replace_approval(approval.model_copy(update={"approved_by": (*approval.approved_by, person_id)}))

    def replace_approval(self, approval: Approval) -> Self:
        """The open approval with other roles, other approvers or an edited text."""
        self._require(self.approval is not None, NONE_OPEN)
        return self.model_copy(update={"approval": approval})

    def close_approval(self) -> Self:
        """What was approved has been done."""
        self._require(self.approval is not None, NONE_OPEN)
        return self._without_approval()

    def snooze(self, until: datetime) -> Self:
        """Put aside until an instant. An open approval stays open."""
        return self.model_copy(update={"status": Status.SNOOZED, "snoozed_until": until, "resolved_at": None})

    def wake(self) -> Self:
        """Back to work, from a snooze or a resolution."""
        changes = {"status": self.active_status, "snoozed_until": None, "resolved_at": None}
        return self.model_copy(update=changes)

    def resolve(self, at: datetime) -> Self:
        """Done, under a new revision: what was drafted or asked is stale."""
        changes = {"status": Status.RESOLVED, "snoozed_until": None, "resolved_at": at}
        return self.move_on().model_copy(update=changes)

    def adopt(self, owner: Owner, status: Status, revision: int, at: datetime) -> Self:
        """Begin with what the store knows, in a workflow that is new."""
        resolved_at = at if status is Status.RESOLVED else None
        changes = {"owner": owner, "status": status, "revision": revision, "resolved_at": resolved_at}
        return self.model_copy(update=changes)

    def catch_up(self, owner: Owner, revision: int) -> Self:
        """Believe the store where it is ahead. The revision never falls."""
        ahead = self.model_copy(update={"owner": owner, "revision": max(self.revision, revision)})
        return ahead.model_copy(update={"status": ahead.active_status})

    def believe(self, stored: Position, snoozed_until: datetime | None, resolved_at: datetime | None) -> Self:
        """Stand where the store does. The revision never falls.

        Whether an approval waits is known here alone; in what is resolved none does.
        """
        ahead = self.catch_up(stored.owner, stored.revision)
        status = stored.status if snoozed_until or resolved_at else ahead.status
        approval = None if resolved_at else ahead.approval
        changes = {"status": status, "approval": approval, "snoozed_until": snoozed_until, "resolved_at": resolved_at}
        return ahead.model_copy(update=changes)

    def _give_to(self, owner: Owner) -> Self:
        status = Status.OPEN if owner.kind == "ai_agent" else Status.WITH_HUMAN
        changes = {"owner": owner, "status": status, "approval": None, "snoozed_until": None, "resolved_at": None}
        return self.model_copy(update=changes)

    def _without_approval(self) -> Self:
        status = Status.OPEN if self.status is Status.AWAITING_APPROVAL else self.status
        return self.model_copy(update={"approval": None, "status": status})

    @staticmethod
    def _require(allowed: bool, refusal: str) -> None:
        if not allowed:
            raise ConflictError(refusal)
