"""`/v1/approvals/decisions` and `/v1/approvals/reassign`: many decisions at once, each recorded singly."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from domain.errors import HoldfastError, InvalidInputError
from domain.model import Frozen
from domain.specification.people import PersonId
from gateway.api.approvals import AskDecision, decide
from gateway.api.requests import Ask, ServicesDependency
from gateway.auth import Caller, HumanAgent, Viewer, require
from gateway.problems import Problem, ProblemError, problem_of
from gateway.services import Services

router = APIRouter(prefix="/v1/approvals", tags=["approvals"])

MOST_AT_ONCE = 100
ApprovalId = Annotated[str, Field(min_length=1, max_length=120)]


class AskOneDecision(AskDecision):
    """Without a `request_id` of its own it gets one that is made of that of the whole."""

    approval_id: ApprovalId


class AskDecisions(Ask):
    decisions: Annotated[tuple[AskOneDecision, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class AskReassignment(Ask):
    """Exactly one of `from_person`, for all that waits for this person, and `approval_ids`."""

    assignee: PersonId
    from_person: PersonId | None = None
    approval_ids: Annotated[tuple[ApprovalId, ...] | None, Field(min_length=1, max_length=MOST_AT_ONCE)] = None


class OneAnswer(Frozen):
    """What became of one of many. `refused`: `problem` says why, as the answer to it alone would have."""

    approval_id: str
    request_id: str
    state: Literal["applied", "accepted", "refused"]
    effect: str | None = None
    decided_at: datetime | None = None
    problem: Problem | None = None


@router.post("/decisions")
async def decide_approvals(body: AskDecisions, caller: Viewer, services: ServicesDependency) -> list[OneAnswer]:
    """Decide up to 100. Each is a decision of its own, and one that is refused holds up no other."""
    named = [one.approval_id for one in body.decisions]
    if len(set(named)) < len(named):
        raise InvalidInputError("An approval is named twice. Decide each one once.")
    answers = await decide_each(services, caller, (_one_of(body, one) for one in body.decisions))
    await require("human_agent")(caller)
    return answers


@router.post("/reassign")
async def reassign_approvals(
    body: AskReassignment, caller: HumanAgent, services: ServicesDependency
) -> list[OneAnswer]:
    """Have somebody else asked: about those that are named, or all that wait for one person.

    At most 100 at a time: call it again until the list is empty.
    """
    if (body.from_person is None) == (body.approval_ids is None):
        raise InvalidInputError("Give exactly one of from_person and approval_ids.")
    ids = body.approval_ids
    if ids is None:
        ids = tuple(await services.store.approvals.assigned(caller.organisation, body.from_person or "", MOST_AT_ONCE))
    asked = AskDecision(request_id=body.request_id, action="reassign", assignee=body.assignee)
    return await decide_each(services, caller, ((one, singly(asked, one)) for one in dict.fromkeys(ids)))


def singly(asked: AskDecision, approval_id: str) -> AskDecision:
    """The same decision under an id of its own for this approval: the same whenever the whole is asked again."""
    own = sha256(f"{asked.request_id} {approval_id}".encode()).hexdigest()[:24]
    return asked.model_copy(update={"request_id": f"{asked.request_id[:60]}-{own}"})


async def decide_each(
    services: Services, caller: Caller, decisions: Iterable[tuple[str, AskDecision]]
) -> list[OneAnswer]:
    """All of them at the same time, in their order."""
    return await asyncio.gather(*(_decide_one(services, caller, *one) for one in decisions))


def _one_of(body: AskDecisions, one: AskOneDecision) -> tuple[str, AskDecision]:
    asked = AskDecision.model_validate(one.model_dump(exclude={"approval_id"}))
    if "request_id" in one.model_fields_set:
        return one.approval_id, asked
    return one.approval_id, singly(asked.model_copy(update={"request_id": body.request_id}), one.approval_id)


async def _decide_one(services: Services, caller: Caller, approval_id: str, asked: AskDecision) -> OneAnswer:
    named = {"approval_id": approval_id, "request_id": asked.request_id}
    try:
        answer = await decide(services, caller, approval_id, asked)
    except HoldfastError as error:
        return OneAnswer(**named, state="refused", problem=problem_of(error))
    except ProblemError as error:
        return OneAnswer(**named, state="refused", problem=error.problem)
    return OneAnswer(**named, state=answer.state, effect=answer.effect, decided_at=answer.decided_at)
