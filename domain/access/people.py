"""People who may sign in, and what a sign-in provider says of somebody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import Field

from domain.access.roles import FOR_PEOPLE, refusal_of_roles
from domain.model import Frozen
from domain.specification.people import PersonId


class Account(Frozen):
    """Who somebody is at a sign-in provider."""

    issuer: str
    subject: str = Field(min_length=1, max_length=255)


class Member(Frozen):
    """A person of an organisation; without an account they cannot sign in."""

    organisation: str
    person_id: PersonId
    name: str = ""
    roles: tuple[str, ...]
    account: Account | None = None
    active: bool = True
    created_at: datetime | None = None

    @property
    def may_enter(self) -> bool:
        return self.active and bool(set(FOR_PEOPLE) & set(self.roles))


class ClaimNames(Frozen):
    """Where a provider says what. `role_of` maps its words, such as groups, to roles; empty: they are roles."""

    person: str = "sub"
    roles: str | None = None
    organisation: str | None = None
    role_of: dict[str, str] = {}


class Asserted(Frozen):
    """What a provider says of somebody; None where it is not asked."""

    account: Account
    name: str = ""
    roles: tuple[str, ...] | None = None
    organisations: tuple[str, ...] | None = None


class Refused(Frozen):
    """Why somebody does not come in, in words for them."""

    title: str
    text: str


def read_claims(claims: Mapping[str, Any], issuer: str, names: ClaimNames) -> Asserted | None:
    """None where the claims do not say who it is, or only by an address that nobody has verified."""
    subject = claim(claims, names.person)
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        return None
    if names.person == "email" and claims.get("email_verified") is not True:
        return None
    return Asserted(
        account=Account(issuer=issuer, subject=subject),
        name=str(claims.get("name") or "")[:100],
        roles=_roles(claims, names) if names.roles else None,
        organisations=_texts(claim(claims, names.organisation)) if names.organisation else None,
    )


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of this name, which may have dots in it, or else lead into objects: realm_access.roles."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _roles(claims: Mapping[str, Any], names: ClaimNames) -> tuple[str, ...]:
    """Only roles of people: no provider makes somebody an integration. Words that nobody has mapped are left out."""
    said = _texts(claim(claims, names.roles or ""))
    roles = (names.role_of.get(one) for one in said) if names.role_of else (one for one in said if one in FOR_PEOPLE)
    return tuple(dict.fromkeys(role for role in roles if role))


def _texts(value: Any) -> tuple[str, ...]:
    """A text, words separated by blanks, or a list of texts."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def provided(asserted: Asserted, organisation: str, known: Member | None) -> Member | None:
    """The member as the provider's roles make them; None: nothing changes, or they may not enter by them."""
    if asserted.roles is None:
        return None
    roles = () if refusal_of_roles(asserted.roles, FOR_PEOPLE) else asserted.roles
    if known is not None:
        changed = known.model_copy(update={"roles": roles, "name": asserted.name or known.name})
        return changed if changed != known else None
    if not roles:
        return None
    return Member(
        organisation=organisation,
        person_id=person_id_of(asserted.account),
        name=asserted.name,
        roles=roles,
        account=asserted.account,
    )


def person_id_of(account: Account) -> str:
    """Opaque, and always the same for the same account."""
    return f"p_{sha256(f'{account.issuer} {account.subject}'.encode()).hexdigest()[:20]}"


def entering(members: Sequence[Member], within: Collection[str] | None, preferred: str) -> Member | Refused:
    """As whom somebody comes in: in the preferred organisation where they may, else in the first."""
    here = [one for one in members if within is None or one.organisation in within]
    if not here:
        return Refused(
            title="You are not known here",
            text="Your account is fine, but no organisation has you among its people. "
            "Ask an administrator to add you, with the account named below.",
        )
    may = [one for one in here if one.may_enter]
    if may:
        return next((one for one in may if one.organisation == preferred), may[0])
    if any(one.active for one in here):
        return Refused(
            title="You have no role here",
            text="You are among the people of this organisation, but no role lets you do anything. "
            "Ask an administrator for one.",
        )
    return Refused(
        title="Your access has ended",
        text="An administrator has ended your access to this organisation. If that is wrong, ask them to restore it.",
    )


def refusal_of_change(acting: str, before: Member | None, after: Member) -> str | None:
    """Nobody ends their own access or administration: so an organisation always keeps one who can mend things."""
    if before is None or acting != before.person_id or "admin" not in before.roles:
        return None
    if not after.active or "admin" not in after.roles:
        return "You cannot end your own administration. Let another administrator do it."
    return None
