"""People who are away: nothing is assigned to them, and what was goes to their deputy, or back to its group."""

from datetime import datetime, timedelta

from domain.model import Frozen
from domain.specification.people import PersonId

LONGEST = timedelta(days=731)


class Absence(Frozen):
    """`deputy`: who is asked instead of them; without one, whoever was asked before it was assigned to them."""

    person_id: PersonId
    until: datetime
    deputy: PersonId | None = None

    def holds(self, now: datetime) -> bool:
        return now < self.until


def stands_in(absence: Absence, deputys_own: Absence | None, now: datetime) -> str | None:
    """Who is asked instead; None where it is the group, as where the deputy is away too."""
    return None if deputys_own and deputys_own.holds(now) else absence.deputy


def refusal_to_be_away(absence: Absence, now: datetime) -> str | None:
    """Why nobody can be away like that; None when they can."""
    if not absence.holds(now):
        return "until has passed already. Give a time to come."
    if absence.until > now + LONGEST:
        return f"An absence is told for {LONGEST.days} days at most. Give an earlier time."
    if absence.deputy == absence.person_id:
        return "Nobody stands in for themselves: name another deputy, or none."
    return None


def refusal_of_assignee(absence: Absence | None, now: datetime) -> str | None:
    """Why nothing can be assigned to a person; None when it can."""
    if absence is None or not absence.holds(now):
        return None
    instead = f" {absence.deputy} stands in." if absence.deputy else ""
    return f"{absence.person_id} is away until {absence.until:%Y-%m-%d %H:%M %Z}.{instead} Name somebody else."
