"""Who calls: API keys, sign-ins, and their roles."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from domain.access.roles import AUDITOR
from domain.access.roles import INTEGRATION as INTEGRATION
from domain.access.roles import ROLES_ASCENDING as ROLES_ASCENDING
from domain.access.roles import with_contained as with_contained
from domain.conversation.ownership import Person, Via
from domain.errors import ForbiddenError
from domain.model import Frozen
from gateway.browsers import csrf_token, is_forged, sign_in_token
from gateway.problems import not_authenticated
from gateway.services import Services, services_of
from storage.sign_ins import SignIn

CLIENT_HEADER = "X-Holdfast-Client"
"""Our own programs say here what they are: `cli`."""

CSRF_HEADER = "X-CSRF-Token"
USE_WRITTEN_EVERY = timedelta(minutes=1)

_bearer = HTTPBearer(auto_error=False, scheme_name="API key", description="`Authorization: Bearer hf_…`")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
ServicesOfCall = Annotated[Services, Depends(services_of)]


class Caller(Frozen):
    """The person or system that calls; its roles include those that they contain."""

    organisation: str
    person: Person
    via: Via = "api"

    def may(self, role: str) -> bool:
        return role in self.person.roles


async def key_holder_if_any(
    connection: HTTPConnection, services: ServicesOfCall, credentials: Credentials
) -> Caller | None:
    """None without an API key, whoever is signed in; a wrong key is an error, never an anonymous caller."""
    if credentials is None:
        return None
    key = await services.store.api_keys.find(credentials.credentials)
    if key is None:
        raise not_authenticated("This API key is not known or was revoked. Ask an administrator for a new one.")
    person = Person(id=key.person_id, roles=with_contained(key.roles))
    via: Via = "cli" if connection.headers.get(CLIENT_HEADER) == "cli" else "api"
    return Caller(organisation=key.organisation, person=person, via=via)


async def sign_in_if_any(
    connection: HTTPConnection, services: ServicesOfCall, credentials: Credentials
) -> SignIn | None:
    """Whoever is signed in with this browser, by a request that cannot come from another site. It counts as use.

    None beside an API key, which comes first.
    """
    token = sign_in_token(connection, services.options.public_url)
    if token is None or credentials is not None:
        return None
    found = await services.store.sign_ins.use(
        token, services.now(), services.options.sign_in_idle, every=USE_WRITTEN_EVERY
    )
    if found is None:
        raise not_authenticated("Your sign-in has ended. Sign in again at /console/sign-in.")
    if is_forged(connection, services.options.public_url, csrf_token(token), connection.headers.get(CSRF_HEADER)):
        raise ForbiddenError(f"Send the header {CSRF_HEADER} with the csrf_token of GET /v1/me, from our own pages.")
    return found


SignInIfAny = Annotated[SignIn | None, Depends(sign_in_if_any)]


async def caller_if_any(
    key_holder: Annotated[Caller | None, Depends(key_holder_if_any)], found: SignInIfAny
) -> Caller | None:
    """By API key, else by sign-in."""
    return key_holder or (signed_in_caller(found) if found else None)


async def authenticated(caller: Annotated[Caller | None, Depends(caller_if_any)]) -> Caller:
    if caller is None:
        raise not_authenticated("Sign in at /console/sign-in, or send an API key: `Authorization: Bearer hf_…`.")
    return caller


async def still_caller(services: Services, connection: HTTPConnection, caller: Caller) -> bool:
    """Whether a stream that is open may go on: the same person, with no role less. It does not count as use.

    Raises UnavailableError while the store is away.
    """
    scheme, _, key = connection.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        owner = await services.store.api_keys.find(key.strip())
        return owner is not None and _is_no_less(caller, owner.organisation, owner.person_id, owner.roles)
    token = sign_in_token(connection, services.options.public_url)
    if token is None:
        return False
    found = await services.store.sign_ins.read(token, services.now(), services.options.sign_in_idle)
    return found is not None and _is_no_less(caller, found.organisation, found.person_id, found.roles)


def _is_no_less(before: Caller, organisation: str, person_id: str, roles: tuple[str, ...]) -> bool:
    same = (before.organisation, before.person.id) == (organisation, person_id)
    return same and set(before.person.roles) <= set(with_contained(roles))


def signed_in_caller(found: SignIn) -> Caller:
    person = Person(id=found.person_id, roles=with_contained(found.roles))
    return Caller(organisation=found.organisation, person=person, via="console")


def require(role: str, *others: str) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that lets only callers with this role, or with one of the others, pass."""

    async def check(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        if not any(caller.may(one) for one in (role, *others)):
            raise ForbiddenError(f"This needs the role {role}. Ask an administrator for it, or use a key that has it.")
        return caller

    return check


Anybody = Annotated[Caller, Depends(authenticated)]
Viewer = Annotated[Caller, Depends(require("viewer", AUDITOR))]
HumanAgent = Annotated[Caller, Depends(require("human_agent"))]
Approver = Annotated[Caller, Depends(require("approver"))]
Lead = Annotated[Caller, Depends(require("lead"))]
Admin = Annotated[Caller, Depends(require("admin"))]
Auditor = Annotated[Caller, Depends(require(AUDITOR, "lead"))]
