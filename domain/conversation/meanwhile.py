"""What people ask while a message is on its way to a vendor, which may take hours: what is done at once.

And what becomes of the message. What the AI agent wrote, approved or not, is withdrawn when the conversation has left
the revision that it belongs to: whoever resolves, snoozes, takes over, hands back or asks for supervision came later,
and decides. What a person wrote goes on, since people reply and then resolve; a hand-back waits until it has left. A
notice goes on too, but holds up nothing.
"""

from collections.abc import Iterable

from domain.approvals.approval import Approval, refusal_of_person
from domain.conversation.activity_models import DeliverMessageInput
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.requests import AnyRequest, ChangeMode, DecideApproval
from domain.specification.organisation import Mode

SET_ASIDE = frozenset({Status.SNOOZED, Status.RESOLVED})
AT_ONCE = frozenset({"resolve", "snooze", "reopen", "change_mode", "report_failure", "take_over"})
HAND_BACK = "hand_back"
INTERRUPTS = frozenset({HAND_BACK, "reopen", "change_mode", "report_failure"})
"""A wait for a silent model, or for the morning, ends for it and begins again afterwards."""


def request_at_once(requests: Iterable[AnyRequest], message: DeliverMessageInput) -> AnyRequest | None:
    """The oldest request that is carried out while the message is tried; None when all wait for their turn.

    Replies and decisions wait and are passed, but for one that calls the message back (`calls_back`); what follows a
    hand-back that waits is not done before it.
    """
    for request in requests:
        if request.kind in AT_ONCE or (request.kind == HAND_BACK and _belongs_to_a_revision(message)):
            return request
        if request.kind == HAND_BACK:
            return None
    return None


def interrupts(requests: Iterable[AnyRequest]) -> bool:
    """Whether people ask for something that waits for no model and no quiet hours."""
    return any(request.kind in INTERRUPTS for request in requests)


def makes_room(requests: Iterable[AnyRequest], message: DeliverMessageInput) -> bool:
    """Whether a notice is given up for something that has to wait for it otherwise."""
    return _is_notice(message) and any(request.kind not in AT_ONCE for request in requests)


def revocation_of(requests: Iterable[AnyRequest], approval: Approval) -> DecideApproval | None:
    """The first request of somebody who may decide the approval to call it back, once it was approved."""
    for request in requests:
        if isinstance(request, DecideApproval) and request.action == "revoke" and _may_revoke(request, approval):
            return request
    return None


def _may_revoke(request: DecideApproval, approval: Approval) -> bool:
    same = request.approval_id == approval.approval_id and request.digest in {None, approval.digest}
    return same and refusal_of_person(approval, request.by, "revoke") is None


def calls_back(requests: Iterable[AnyRequest], message: DeliverMessageInput) -> bool:
    """Whether an approved draft is not to leave after all. Once a tool was used for it, there is no way back."""
    return message.closure is not None and revocation_of(requests, message.closure.approval) is not None


def withdraws(request: AnyRequest, message: DeliverMessageInput) -> bool:
    """Whether the message must not leave because of a request that by itself leaves the revision as it is."""
    if isinstance(request, ChangeMode):
        decided_alone = message.record is not None
        return _belongs_to_a_revision(message) and decided_alone and request.mode is not Mode.DELEGATION
    return request.kind == "snooze" and _belongs_to_a_revision(message)


def is_void(message: DeliverMessageInput, lifecycle: Lifecycle, *, asked: bool) -> bool:
    """Whether the message is to be given up. `asked`: a person's request was carried out just now.

    A customer's message moves the conversation on as well, but the next attempt finds out about that soon enough.
    """
    if not _belongs_to_a_revision(message):
        return _is_notice(message) and lifecycle.status in SET_ASIDE
    return lifecycle.revision != message.expected_revision and (asked or not lifecycle.owned_by_ai)


def _belongs_to_a_revision(message: DeliverMessageInput) -> bool:
    return message.expected_revision is not None


def _is_notice(message: DeliverMessageInput) -> bool:
    return message.author is Author.SYSTEM and not _belongs_to_a_revision(message)
