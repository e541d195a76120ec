"""Roles of people and systems."""

from collections.abc import Collection

# Each role may do what the ones before it may.
ROLES_ASCENDING = ("viewer", "human_agent", "approver", "lead", "admin")
AUDITOR = "auditor"
"""Stands apart: reads everything that a lead reads, and changes nothing."""

INTEGRATION = "integration"
"""Stands apart: opens chats for verified customers."""

FOR_PEOPLE = (*ROLES_ASCENDING, AUDITOR)
KNOWN = (*FOR_PEOPLE, INTEGRATION)


def with_contained(roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles with those that the highest of the ladder contains; other roles stay as they are."""
    highest = max((ROLES_ASCENDING.index(role) for role in roles if role in ROLES_ASCENDING), default=-1)
    return tuple(dict.fromkeys((*ROLES_ASCENDING[: highest + 1], *roles)))


def refusal_of_roles(roles: Collection[str], known: Collection[str] = KNOWN) -> str | None:
    """Why nobody may have these roles together; None: they may. Roles of approval rules go beside the known ones."""
    if not set(roles) & set(known):
        return f"At least one of the roles {', '.join(known)} is needed; roles of approval rules come beside it."
    if AUDITOR in roles and len(set(roles)) > 1:
        return "An auditor changes nothing, so this role goes with no other one. Give the person either."
    return None
