"""Up to which amount a person may approve."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from domain.conversation.ownership import LEAD_ROLES, Person
from domain.specification.approvers import RoleLimit


def refusal_of_amount(
    limits: Sequence[RoleLimit], amount: Decimal | None, person: Person, roles: Collection[str]
) -> str | None:
    """Why this amount is above what the person may approve; None when it is not. `roles` are those that may decide.

    The highest limit of the person's roles counts. A role that may decide and has no limit may approve any amount;
    whoever has no such role at all, as somebody it was assigned to, may approve none.
    """
    if not limits or amount is None:
        return None
    bounds = {limit.role: limit.amount_up_to for limit in limits}
    deciding = {*roles, *LEAD_ROLES, *bounds}
    if _may(bounds, deciding & set(person.roles), amount):
        return None
    able = [role for role in dict.fromkeys((*bounds, *roles, *sorted(LEAD_ROLES))) if _may(bounds, {role}, amount)]
    who = f"Ask somebody with the role {' or '.join(able)}." if able else "No role may: reject it, or answer yourself."
    return f"This is about {_plain(amount)}, more than you may approve. {who}"


def _may(bounds: Mapping[str, Decimal], roles: Collection[str], amount: Decimal) -> bool:
    return any(role not in bounds or amount <= bounds[role] for role in roles)


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
