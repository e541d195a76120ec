"""`/v1/people/{person_id}/away` and `/v1/absences`: who is not there, and who is asked instead."""

from fastapi import APIRouter
from pydantic import Field

from domain.approvals.absence import Absence, refusal_to_be_away, stands_in
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.people import PersonId
from gateway.api.approvals import AskDecision
from gateway.api.bulk_decisions import MOST_AT_ONCE, OneAnswer, decide_each, singly
from gateway.api.requests import Ask, Moment, ServicesDependency
from gateway.auth import Caller, HumanAgent, Viewer
from gateway.colleagues import known_people
from gateway.services import Services

router = APIRouter(prefix="/v1", tags=["people"])


class AskAway(Ask):
    until: Moment
    deputy: PersonId | None = Field(None, description="Who is asked instead. Left out: whoever was asked before.")


class AwayAnswer(Frozen):
    """`moved`: what waited for this person, and goes to the deputy or back to its group."""

    absence: Absence
    moved: tuple[OneAnswer, ...] = ()


class BackAnswer(Frozen):
    person_id: str
    was_away: bool


@router.get("/absences")
async def list_absences(caller: Viewer, services: ServicesDependency) -> list[Absence]:
    """Who is away now, whoever is back first before the others."""
    return await services.store.absences.list(caller.organisation, services.now())


@router.put("/people/{person_id}/away")
async def go_away(person_id: str, body: AskAway, caller: HumanAgent, services: ServicesDependency) -> AwayAnswer:
    """Say that you are not there until a time to come, or a lead that somebody else is not.

    What waits for this person goes to the deputy, or back to its group; nothing is assigned or suggested to them.
    """
    await _check(services, caller, person_id)
    now = services.now()
    absence = Absence(person_id=person_id, until=body.until, deputy=body.deputy)
    refused = refusal_to_be_away(absence, now)
    if refused:
        raise InvalidInputError(refused)
    if body.deputy and body.deputy not in await known_people(services, caller.organisation):
        raise InvalidInputError("Nobody here has the deputy's id. Name a colleague, or nobody.")
    await services.store.absences.put(caller.organisation, absence, caller.person.id, caller.via, now)
    return AwayAnswer(absence=absence, moved=tuple(await _move(services, caller, absence, body.request_id)))


@router.delete("/people/{person_id}/away")
async def come_back(person_id: str, caller: HumanAgent, services: ServicesDependency) -> BackAnswer:
    """Say that you are there again, or a lead that somebody else is. What was moved stays where it is."""
    await _check(services, caller, person_id)
    was_away = await services.store.absences.end(
        caller.organisation, person_id, caller.person.id, caller.via, services.now()
    )
    return BackAnswer(person_id=person_id, was_away=was_away)


async def _check(services: Services, caller: Caller, person_id: str) -> None:
    """Raises ForbiddenError for another person, but for leads; NotFoundError for one whom the organisation lacks."""
    if person_id != caller.person.id and not caller.may("lead"):
        raise ForbiddenError("Who else is away, a lead says. Say it of yourself, or ask a lead.")
    if person_id not in await known_people(services, caller.organisation):
        raise NotFoundError("Nobody here has this id. GET /v1/people lists everybody.")


async def _move(services: Services, caller: Caller, absence: Absence, request_id: str) -> list[OneAnswer]:
    """What waits for the person is given on: to the deputy, who may be away as well, or back to its group."""
    now, store = services.now(), services.store
    deputys_own = await store.absences.of(caller.organisation, absence.deputy, now) if absence.deputy else None
    deputy = stands_in(absence, deputys_own, now)
    asked = AskDecision(request_id=request_id, action="reassign" if deputy else "give_back", assignee=deputy)
    moved: list[OneAnswer] = []
    seen: set[str] = set()
    while ids := set(await store.approvals.assigned(caller.organisation, absence.person_id, MOST_AT_ONCE)) - seen:
        seen |= ids
        moved += await decide_each(services, caller, ((one, singly(asked, one)) for one in sorted(ids)))
    return moved
