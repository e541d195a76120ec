"""`/v1/me`: who calls, as the platform sees them."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from domain.access.people import Member
from domain.conversation.ownership import Via
from domain.errors import ForbiddenError, NotFoundError
from domain.model import Frozen
from gateway.api.requests import ServicesDependency
from gateway.auth import Anybody, Caller, SignInIfAny, signed_in_caller
from gateway.browsers import csrf_token, sign_in_token
from gateway.services import Services
from storage.sign_ins import SignIn

router = APIRouter(prefix="/v1/me", tags=["people"])


class Me(Frozen):
    """`roles` include those that they contain."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    organisation: str
    organisations: tuple[str, ...] = Field(description="Those between which this sign-in may change.")
    away_until: datetime | None = None
    csrf_token: str | None = Field(None, description="For the header X-CSRF-Token; an API key needs none.")
    via: Via


class ChooseOrganisation(Frozen):
    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: str = Field(min_length=1, max_length=100)


@router.get("")
async def show_me(
    request: Request, caller: Anybody, found: SignInIfAny, services: ServicesDependency, response: Response
) -> Me:
    """The person or system behind the API key or the sign-in."""
    response.headers["Cache-Control"] = "no-store"
    if found is None:
        member = await services.store.people.get(caller.organisation, caller.person.id)
        return await _me(services, caller, member.name if member else "", (caller.organisation,))
    return await _signed_in(request, found, services)


@router.post("/organisation")
async def choose_organisation(
    body: ChooseOrganisation, request: Request, _: Anybody, found: SignInIfAny, services: ServicesDependency
) -> Me:
    """Go on in another organisation of this account. An API key belongs to one organisation."""
    token = sign_in_token(request, services.options.public_url)
    if found is None or token is None:
        raise ForbiddenError("An API key belongs to one organisation. Use a key of the other one.")
    chosen = [one for one in await _memberships(services, found) if one.organisation == body.organisation]
    if not chosen:
        raise NotFoundError("This account belongs to no such organisation. GET /v1/me names those that it belongs to.")
    await services.store.sign_ins.move(token, chosen[0], services.now())
    moved = chosen[0].model_dump(include={"organisation", "person_id", "name", "roles"})
    return await _signed_in(request, found.model_copy(update=moved), services)


async def _signed_in(request: Request, found: SignIn, services: Services) -> Me:
    organisations = tuple(one.organisation for one in await _memberships(services, found))
    token = sign_in_token(request, services.options.public_url)
    return await _me(services, signed_in_caller(found), found.name, organisations, csrf_token(token or ""))


async def _memberships(services: Services, found: SignIn) -> list[Member]:
    """Where this account may act, and the provider did not leave out."""
    members = await services.store.people.of_account(found.account)
    return [one for one in members if one.may_enter and (found.within is None or one.organisation in found.within)]


async def _me(
    services: Services, caller: Caller, name: str, organisations: tuple[str, ...], csrf: str | None = None
) -> Me:
    absence = await services.store.absences.of(caller.organisation, caller.person.id, services.now())
    return Me(
        person_id=caller.person.id,
        name=name or caller.person.id,
        roles=caller.person.roles,
        organisation=caller.organisation,
        organisations=organisations,
        away_until=absence.until if absence else None,
        csrf_token=csrf,
        via=caller.via,
    )
