"""`/v1/approvals`: what waits for people, and their decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from domain.approvals.absence import refusal_of_assignee
from domain.approvals.alike import likeness
from domain.approvals.approval import refusal_of_content, refusal_of_person
from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.conversation.requests import DecideApproval, DecisionAction
from domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.organisation import Probability
from gateway.acknowledgement import ask
from gateway.api.requests import Ask, Moment, ServicesDependency
from gateway.attempts import noted
from gateway.auth import Caller, Viewer, require
from gateway.problems import ProblemError, problem
from gateway.services import Services
from storage.views import ApprovalState, ApprovalView, DecisionView, StoredMessage

router = APIRouter(prefix="/v1/approvals", tags=["approvals"])

RECENT_MESSAGES = 12
MOST_COMPARED = 200
LEAST_LIKENESS = 0.4


class ApprovalDetails(Frozen):
    """Everything needed to decide: the draft with its evidence, and what was said before it.

    `decisions`: every one that was made about it, also those that were refused, with what came of it.
    """

    approval: ApprovalView
    decisions: tuple[DecisionView, ...]
    messages: tuple[StoredMessage, ...]


class AskDecision(Ask):
    """`digest`, when given, must be that of what you saw: the text, and the actions that come before it."""

    action: DecisionAction
    text: str | None = Field(
        None, max_length=MAX_MESSAGE_CHARACTERS, description="The new text, for edit; your own, for answer."
    )
    reason: str = Field("", max_length=4000, description="Why, for reject: the AI agent redrafts with it.")
    assignee: str | None = Field(None, max_length=64, description="Who is asked instead, for reassign.")
    until: Moment | None = Field(None, description="When reminders go on, for snooze.")
    digest: str | None = None


class LikeApproval(ApprovalView):
    """`likeness`: the cosine of the words of both drafts."""

    likeness: Probability


class DecisionAnswer(Frozen):
    """`accepted`: Temporal keeps the decision, and it counts when a worker is there to apply it."""

    request_id: str
    state: Literal["applied", "accepted"]
    effect: str | None = Field(
        None, description="send, wait_for_more, reapprove_edit, redraft, take_over, answer, reassign, snooze, revoke."
    )
    decided_at: datetime | None = None


@router.get("")
async def list_approvals(
    caller: Viewer,
    services: ServicesDependency,
    state: ApprovalState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[Moment | None, Query(description="requested_at of the last one of the page before.")] = None,
) -> list[ApprovalView]:
    """The newest first."""
    views = await services.store.approvals.list(caller.organisation, state, limit, before)
    return await _of_those_here(services, caller, views)


@router.get("/{approval_id}")
async def show_approval(approval_id: str, caller: Viewer, services: ServicesDependency) -> ApprovalDetails:
    """The draft, what is done before it is sent, its evidence and digest, and the messages before it."""
    found = await find_approval(services, caller, approval_id)
    decisions = await services.store.records.decisions(approval_id)
    messages = await services.store.conversations.transcript(found.conversation_id, RECENT_MESSAGES)
    (shown,) = await _of_those_here(services, caller, [found])
    return ApprovalDetails(approval=shown, decisions=tuple(decisions), messages=tuple(messages))


@router.get("/{approval_id}/like")
async def like_approvals(
    approval_id: str,
    caller: Viewer,
    services: ServicesDependency,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[LikeApproval]:
    """Open ones of the same AI agent, topic and rule whose drafts say much the same, the most alike first."""
    found = await find_approval(services, caller, approval_id)
    others = await services.store.approvals.comparable(found, MOST_COMPARED)
    alike = [(likeness(found.approval.text, other.approval.text), other) for other in others]
    best = sorted((one for one in alike if one[0] >= LEAST_LIKENESS), key=lambda one: -one[0])[:limit]
    return [LikeApproval(**dict(other), likeness=round(how, 4)) for how, other in best]


@router.post("/{approval_id}/decisions", responses={202: {"model": DecisionAnswer}})
async def decide_approval(
    approval_id: str, body: AskDecision, caller: Viewer, services: ServicesDependency, response: Response
) -> DecisionAnswer:
    """Decide. The first valid decision wins; 409 tells the second person who decided and when."""
    answer = await decide(services, caller, approval_id, body)
    response.status_code = 202 if answer.state == "accepted" else 200
    return answer


async def decide(services: Services, caller: Caller, approval_id: str, asked: AskDecision) -> DecisionAnswer:
    """One decision of one person. Raises the problem with which it is refused; that is in the audit trail then."""
    found = await find_approval(services, caller, approval_id)
    request = DecideApproval(**asked.model_dump(), approval_id=approval_id, by=caller.person, via=caller.via)
    async with noted(services, caller, found.conversation_id, asked.request_id, asked.action, approval_id=approval_id):
        await require("human_agent")(caller)
        if await services.store.approvals.decision(asked.request_id) is None:
            await _check(services, found, request)
        decision = await ask(
            services, found.conversation_id, request, lambda: services.store.approvals.decision(asked.request_id)
        )
    if decision is None:
        return DecisionAnswer(request_id=asked.request_id, state="accepted")
    if decision.approval_id != approval_id:
        raise InvalidInputError("This request_id was used for another approval. Use a new one.")
    if decision.refused:
        raise await _refused(services, decision)
    return DecisionAnswer(
        request_id=asked.request_id, state="applied", effect=decision.effect, decided_at=decision.decided_at
    )


async def _of_those_here(services: Services, caller: Caller, views: Sequence[ApprovalView]) -> list[ApprovalView]:
    """Without suggesting whoever went away since an open one was asked for."""
    if not any(view.suggested for view in views):
        return list(views)
    away = {one.person_id for one in await services.store.absences.list(caller.organisation, services.now())}
    return [view.without_suggesting(away) if view.state == "open" else view for view in views]


async def find_approval(services: Services, caller: Caller, approval_id: str) -> ApprovalView:
    """An approval of the caller's organisation. NotFoundError for every other one."""
    found = await services.store.approvals.get(approval_id)
    if found is None or found.organisation != caller.organisation:
        raise NotFoundError("There is no such approval. List the open ones with GET /v1/approvals?state=open.")
    return found


async def _check(services: Services, found: ApprovalView, decision: DecideApproval) -> None:
    """What is wrong whoever else decides. Everything that depends on the moment is judged in the workflow.

    Raises InvalidInputError when the decision lacks something, ForbiddenError when this person may not take it,
    ConflictError when whoever would be asked is away.
    """
    now = services.now()
    lacks = refusal_of_content(decision, now)
    if lacks:
        raise InvalidInputError(lacks)
    forbidden = refusal_of_person(found.approval, decision.by, decision.action)
    if forbidden and (found.state == "open" or decision.action == "revoke"):
        raise ForbiddenError(forbidden)
    if decision.action == "reassign" and decision.assignee:
        absence = await services.store.absences.of(found.organisation, decision.assignee, now)
        away = refusal_of_assignee(absence, now)
        if away:
            raise ConflictError(away)


async def _refused(services: Services, decision: DecisionView) -> ProblemError:
    """With who decided and when, where somebody has."""
    found = await services.store.approvals.get(decision.approval_id)
    conflict = problem("conflict", decision.refused or "The decision was refused.")
    if found and found.closed_by:
        conflict = conflict.model_copy(update={"decided_by": found.closed_by, "decided_at": found.closed_at})
    return ProblemError(conflict)
