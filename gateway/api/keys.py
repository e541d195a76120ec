"""`/v1/keys`: API keys of people and systems."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from domain.access.roles import refusal_of_roles
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.people import PERSON_ID
from gateway.api.people import Role
from gateway.api.requests import ServicesDependency
from gateway.auth import Admin

router = APIRouter(prefix="/v1/keys", tags=["people"])

PersonId = Annotated[str, Path(pattern=PERSON_ID)]


class KeySummary(Frozen):
    """A key that is valid; the key itself is not kept."""

    person_id: str
    roles: tuple[str, ...]
    created_at: datetime


class CreateKey(Frozen):
    model_config = ConfigDict(extra="forbid", frozen=True)

    person_id: str = Field(pattern=PERSON_ID, description="Whose key: an id that says nothing about the person.")
    roles: tuple[Role, ...] = Field(max_length=20)


class CreatedKey(Frozen):
    person_id: str
    roles: tuple[str, ...]
    key: str = Field(description="Shown this once.")


class RevokedKeys(Frozen):
    revoked: int


@router.get("")
async def list_keys(caller: Admin, services: ServicesDependency) -> list[KeySummary]:
    """Who has a key, with which roles, the oldest first."""
    keys = await services.store.api_keys.list(caller.organisation)
    return [KeySummary(**key.model_dump(exclude={"organisation"})) for key in keys]


@router.post("", status_code=201)
async def create_key(body: CreateKey, caller: Admin, services: ServicesDependency) -> CreatedKey:
    """Make a key. It is shown this once, and kept as a hash."""
    if refusal := refusal_of_roles(body.roles):
        raise InvalidInputError(refusal)
    member = await services.store.people.get(caller.organisation, body.person_id)
    if member is not None and not member.active:
        raise ConflictError("This person's access has ended. Restore it first, or make the key for somebody else.")
    key = await services.store.api_keys.create(caller.organisation, body.person_id, body.roles, caller.person.id)
    return CreatedKey(person_id=body.person_id, roles=body.roles, key=key)


@router.delete("/{person_id}")
async def revoke_keys(person_id: PersonId, caller: Admin, services: ServicesDependency) -> RevokedKeys:
    """Make every key of a person useless at once."""
    revoked = await services.store.api_keys.revoke(caller.organisation, person_id, caller.person.id)
    if not revoked:
        raise NotFoundError("Nobody with this id has a key. GET /v1/keys lists who has one.")
    return RevokedKeys(revoked=revoked)
