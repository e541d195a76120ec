"""Who may sign in on this machine: the people of the specification, whoever runs it, and an auditor."""

from collections.abc import Sequence
from datetime import datetime

from domain.access.people import Account, Member
from domain.access.roles import AUDITOR, FOR_PEOPLE
from domain.specification.people import HumanAgentSpec
from storage.database import Database
from storage.people import PeopleRepository

OPERATOR = "operator"
INVENTED = (
    (OPERATOR, "Operator", ("admin",)),
    ("auditor", "Auditor", (AUDITOR,)),
    ("viewer", "Viewer", ("viewer",)),
)


def local_people(organisation: str, people: Sequence[HumanAgentSpec], issuer: str) -> list[Member]:
    """Roles that only approval rules know make nobody a colleague, so those people are human agents as well."""
    specified = [(one.id, one.name, _roles(one.roles)) for one in people]
    known = {one.id for one in people}
    return [
        Member(
            organisation=organisation,
            person_id=person_id,
            name=name,
            roles=roles,
            account=Account(issuer=issuer, subject=person_id),
        )
        for person_id, name, roles in (*(one for one in INVENTED if one[0] not in known), *specified)
    ]


def _roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    return roles if set(roles) & set(FOR_PEOPLE) else ("human_agent", *roles)


async def ensure_people(database: Database, members: Sequence[Member], now: datetime) -> None:
    """Add whoever is not known yet; those who are keep what administrators gave them, at this provider."""
    people = PeopleRepository(database)
    for member in members:
        known = await people.get(member.organisation, member.person_id)
        if known is None:
            await people.keep(member, OPERATOR, now)
        elif known.account != member.account:
            await people.keep(known.model_copy(update={"account": member.account}), OPERATOR, now)
