"""Who the people of an organisation are, and who of them works in the same teams."""

from domain.errors import InvalidInputError
from domain.specification.organisation import OrganisationSpec
from gateway.services import Services


async def known_people(services: Services, organisation: str) -> frozenset[str]:
    """Everybody who may sign in, has a key, or has a place in the specification."""
    specification = await services.specifications.of(organisation)
    listed = {one.id for one in specification.people} if specification else set[str]()
    members = {one.person_id for one in await services.store.people.list(organisation) if one.active}
    return frozenset(listed | members | {key.person_id for key in await services.store.api_keys.list(organisation)})


async def require_known(services: Services, organisation: str, people: tuple[str, ...]) -> frozenset[str]:
    """Everybody. Raises InvalidInputError when somebody is named who is nobody there."""
    known = await known_people(services, organisation)
    if not set(people) <= known:
        raise InvalidInputError("Somebody who is named does not belong to your organisation. GET /v1/people lists all.")
    return known


def teammates(specification: OrganisationSpec | None, person_id: str) -> tuple[str, ...]:
    """The members of the teams of a person, and the person."""
    teams = [team.members for team in specification.teams if person_id in team.members] if specification else []
    return tuple(dict.fromkeys((person_id, *(member for members in teams for member in members))))
