"""`/v1/people`: who works here, and who may sign in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from domain.access.people import Account, Member, refusal_of_change
from domain.access.roles import FOR_PEOPLE, refusal_of_roles
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.organisation import OrganisationSpec
from domain.specification.people import PERSON_ID, HumanAgentSpec
from gateway.api.requests import ServicesDependency
from gateway.auth import Admin, Viewer
from gateway.services import Services

router = APIRouter(prefix="/v1/people", tags=["people"])

PersonId = Annotated[str, Path(pattern=PERSON_ID)]
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class PersonView(Frozen):
    """Somebody whom the specification names, or who may sign in. `can_sign_in`: an account is known."""

    id: str
    name: str
    roles: tuple[str, ...]
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    away_until: datetime | None = None
    active: bool
    can_sign_in: bool = False


class PutPerson(Frozen):
    """`subject` is who they are at the sign-in provider, `issuer` which provider that is: by default the one set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
    roles: tuple[Role, ...] = Field(max_length=20)
    subject: str | None = Field(None, min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")
    issuer: str | None = Field(None, max_length=500, pattern=r"^https?://[\x21-\x7e]+$")
    active: bool = True


@router.get("")
async def list_people(caller: Viewer, services: ServicesDependency) -> list[PersonView]:
    """The people of the active specification and those who may sign in, as one list by id."""
    specification = await services.specifications.of(caller.organisation)
    members = {one.person_id: one for one in await services.store.people.list(caller.organisation)}
    specified = {one.id: one for one in specification.people} if specification else {}
    absences = await services.store.absences.list(caller.organisation, services.now())
    away = {one.person_id: one.until for one in absences}
    return [
        person_view(one, members.get(one), specified.get(one), specification, away.get(one))
        for one in sorted({*members, *specified})
    ]


@router.put("/{person_id}")
async def put_person(person_id: PersonId, body: PutPerson, caller: Admin, services: ServicesDependency) -> PersonView:
    """Let somebody in, or change who they are and what they may do; their sign-ins follow at once."""
    if refusal := refusal_of_roles(body.roles, FOR_PEOPLE):
        raise InvalidInputError(refusal)
    before = await services.store.people.get(caller.organisation, person_id)
    after = Member(
        organisation=caller.organisation,
        person_id=person_id,
        name=body.name,
        roles=tuple(dict.fromkeys(body.roles)),
        account=_account(body, services) if body.subject else before and before.account,
        active=body.active,
    )
    if refusal := refusal_of_change(caller.person.id, before, after):
        raise ConflictError(refusal)
    kept = await services.store.people.keep(after, caller.person.id, services.now())
    specification = await services.specifications.of(caller.organisation)
    specified = {one.id: one for one in specification.people} if specification else {}
    absence = await services.store.absences.of(caller.organisation, person_id, services.now())
    away_until = absence.until if absence else None
    return person_view(person_id, kept, specified.get(person_id), specification, away_until)


@router.delete("/{person_id}", status_code=204)
async def end_person(person_id: PersonId, caller: Admin, services: ServicesDependency) -> None:
    """End somebody's access: whoever is signed in, and every API key of theirs, is out at once."""
    before = await services.store.people.get(caller.organisation, person_id)
    if before is None:
        raise NotFoundError("Nobody with this id may sign in. GET /v1/people lists everybody.")
    if refusal := refusal_of_change(caller.person.id, before, before.model_copy(update={"active": False})):
        raise ConflictError(refusal)
    await services.store.people.end(caller.organisation, person_id, caller.person.id, services.now())


def person_view(
    person_id: str,
    member: Member | None,
    specified: HumanAgentSpec | None,
    specification: OrganisationSpec | None,
    away_until: datetime | None,
) -> PersonView:
    """What the two know of somebody; roles are granted by the platform alone, so its own come first."""
    teams = specification.teams if specification else ()
    name = (member.name if member else "") or (specified.name if specified else "")
    return PersonView(
        id=person_id,
        name=name or person_id,
        roles=member.roles if member else specified.roles if specified else (),
        teams=tuple(team.id for team in teams if person_id in team.members),
        skills=specified.skills if specified else (),
        away_until=away_until,
        active=member.active if member else True,
        can_sign_in=member is not None and member.account is not None,
    )


def _account(body: PutPerson, services: Services) -> Account:
    """Raises InvalidInputError where nobody has said which provider it is."""
    issuer = body.issuer or (services.options.sign_in.issuer if services.options.sign_in else None)
    if issuer is None or body.subject is None:
        raise InvalidInputError("No sign-in provider is set up here. Name the issuer of this subject.")
    return Account(issuer=issuer, subject=body.subject)
