"""`/v1/guarded-calls`: calls of a company's own activities that people approve."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from domain.approvals.approval import refusal_of_content, refusal_of_person
from domain.conversation.requests import DecideApproval, DecisionAction
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.guarding.calls import ONLY_THESE, CallState
from domain.model import Frozen
from gateway.acknowledgement import sent
from gateway.api.requests import Ask, Moment, ServicesDependency
from gateway.attempts import noted
from gateway.auth import Caller, Viewer, require
from gateway.problems import ProblemError, problem
from gateway.services import Services
from storage.guarded_calls import CallDecision, GuardedCallView

router = APIRouter(prefix="/v1/guarded-calls", tags=["approvals"])


class GuardedCallDetails(Frozen):
    """Everything needed to decide."""

    call: GuardedCallView
    decisions: tuple[CallDecision, ...]


class AskCallDecision(Ask):
    """`digest`, when given, must be that of the call that you saw."""

    action: DecisionAction = Field(description="approve, reject or reassign: a call cannot be edited.")
    reason: str = Field("", max_length=4000, description="Why, for reject: whoever called is told.")
    assignee: str | None = Field(None, max_length=64, description="Who is asked instead, for reassign.")
    digest: str | None = Field(None, max_length=64)


class CallDecisionAnswer(Frozen):
    """`accepted`: Temporal keeps the decision, and it counts when a worker is there to apply it."""

    request_id: str
    state: Literal["applied", "accepted"]
    effect: str | None = Field(None, description="call, wait_for_more, reject, reassign.")
    decided_at: datetime | None = None


@router.get("")
async def list_guarded_calls(
    caller: Viewer,
    services: ServicesDependency,
    state: CallState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[Moment | None, Query(description="requested_at of the last one of the page before.")] = None,
) -> list[GuardedCallView]:
    """The newest first."""
    return await services.store.guarded_calls.list(caller.organisation, state, limit, before)


@router.get("/{call_id}")
async def show_guarded_call(call_id: str, caller: Viewer, services: ServicesDependency) -> GuardedCallDetails:
    """What would be called with what, who may decide, and what was decided."""
    found = await _find(services, caller, call_id)
    return GuardedCallDetails(call=found, decisions=tuple(await services.store.guarded_calls.decisions(call_id)))


@router.post("/{call_id}/decisions", responses={202: {"model": CallDecisionAnswer}})
async def decide_guarded_call(
    call_id: str, body: AskCallDecision, caller: Viewer, services: ServicesDependency, response: Response
) -> CallDecisionAnswer:
    """Decide. The first valid decision wins; 409 tells the second person why theirs came to nothing."""
    found = await _find(services, caller, call_id)
    request = DecideApproval(by=caller.person, via=caller.via, approval_id=call_id, **body.model_dump())
    async with noted(services, caller, call_id, body.request_id, body.action, about="guarded_call"):
        await require("human_agent")(caller)
        _check(found, request)
        decision = await sent(
            services,
            call_id,
            lambda: services.conversations.decide_call(call_id, request),
            lambda: services.store.guarded_calls.decision(call_id, body.request_id),
        )
    if decision is None:
        response.status_code = 202
        return CallDecisionAnswer(request_id=body.request_id, state="accepted")
    if decision.refused:
        raise ProblemError(problem("conflict", decision.refused))
    return CallDecisionAnswer(
        request_id=body.request_id, state="applied", effect=decision.effect, decided_at=decision.decided_at
    )


async def _find(services: Services, caller: Caller, call_id: str) -> GuardedCallView:
    found = await services.store.guarded_calls.get(call_id)
    if found is None or found.organisation != caller.organisation:
        raise NotFoundError("There is no such call. List those that wait with GET /v1/guarded-calls?state=waiting.")
    return found


def _check(found: GuardedCallView, decision: DecideApproval) -> None:
    """What is wrong whoever else decides. Raises InvalidInputError or ForbiddenError."""
    if decision.action not in {"approve", "reject", "reassign"}:
        raise InvalidInputError(ONLY_THESE)
    lacks = refusal_of_content(decision)
    if lacks:
        raise InvalidInputError(lacks)
    forbidden = found.approval and refusal_of_person(found.approval, decision.by, decision.action)
    if forbidden and found.state == "waiting":
        raise ForbiddenError(forbidden)
