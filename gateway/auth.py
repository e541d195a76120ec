"""Who calls: API keys and their roles."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.conversation.ownership import Person, Via
from domain.errors import ForbiddenError
from domain.model import Frozen
from gateway.problems import not_authenticated
from gateway.services import Services, services_of

# Each role may do what the ones before it may. `integration` stands apart: it opens sessions for verified customers.
ROLES_ASCENDING = ("viewer", "human_agent", "approver", "lead", "admin")
INTEGRATION = "integration"

_bearer = HTTPBearer(auto_error=False, scheme_name="API key", description="`Authorization: Bearer hf_…`")


class Caller(Frozen):
    """The person or system behind an API key; its roles include those that they contain."""

    organisation: str
    person: Person
    via: Via = "api"

    def may(self, role: str) -> bool:
        return role in self.person.roles


async def caller_if_any(
    services: Annotated[Services, Depends(services_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller | None:
    """None without a key; a wrong key is an error, never an anonymous caller."""
    if credentials is None:
        return None
    key = await services.store.api_keys.find(credentials.credentials)
    if key is None:
        raise not_authenticated("This API key is not known or was revoked. Ask an administrator for a new one.")
    return Caller(organisation=key.organisation, person=Person(id=key.person_id, roles=with_contained(key.roles)))


async def authenticated(caller: Annotated[Caller | None, Depends(caller_if_any)]) -> Caller:
    if caller is None:
        raise not_authenticated("An API key is needed: send `Authorization: Bearer hf_…`.")
    return caller


def require(role: str) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that lets only callers with this role pass."""

    async def check(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        if not caller.may(role):
            raise ForbiddenError(f"This needs the role {role}. Use a key that has it, or ask an administrator.")
        return caller

    return check


def with_contained(roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles with those that the highest of the ladder contains; other roles stay as they are."""
    highest = max((ROLES_ASCENDING.index(role) for role in roles if role in ROLES_ASCENDING), default=-1)
    return tuple(dict.fromkeys((*ROLES_ASCENDING[: highest + 1], *roles)))


Viewer = Annotated[Caller, Depends(require("viewer"))]
HumanAgent = Annotated[Caller, Depends(require("human_agent"))]
