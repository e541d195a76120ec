"""To whom of its people an organisation would give a conversation: by skills, then by history, then by load.

A suggestion assigns nobody. People take a conversation over, or decide, by an act of their own.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.approvals.approval import Approval, AskedGroup
from domain.approvals.schedule import is_open
from domain.conversation.ownership import LEAD_ROLES, Suggestion
from domain.model import Frozen
from domain.specification.languages import LANGUAGE_NAMES, primary_language
from domain.specification.people import HumanAgentSpec, Staff

MOST_SUGGESTED = 3


class Candidates(Frozen):
    """Who may do what is asked: whoever has a role, or somebody of a group. Neither: anybody, as for a handover."""

    roles: tuple[str, ...] = ()
    groups: tuple[AskedGroup, ...] = ()

    @classmethod
    def of(cls, approval: Approval) -> "Candidates":
        """Those who may decide it."""
        return cls(roles=approval.roles, groups=approval.groups)

    def has(self, person: HumanAgentSpec) -> bool:
        """Roles that nobody wrote down are not looked at: the API key has them."""
        if not (self.roles or self.groups):
            return True
        return _has_role(person, self.roles) or self.group_of(person) is not None

    def group_of(self, person: HumanAgentSpec) -> AskedGroup | None:
        """The first group through which this person is asked."""
        groups = (group for group in self.groups if person.id in group.people)
        return next((group for group in groups if _has_role(person, group.roles)), None)


class Need(Frozen):
    """What is known of a conversation that waits for people, and of the people at that moment.

    `language` is the customer's ISO 639-1 code, where it is not that of the articles. `answered_last`: the person who
    answered this customer last. `loads`: how many open conversations each person holds; whoever is missing has none.
    `away`: who has said that they are not there.
    """

    topic: str | None = None
    language: str | None = None
    answered_last: str | None = None
    loads: Mapping[str, int] = {}
    away: tuple[str, ...] = ()


class Fit(NamedTuple):
    """How well a person fits: the smaller, the better. The order of the fields is that in which they count."""

    is_away: bool
    is_full: bool
    cannot_write: bool
    lacks_skill: bool
    is_new: bool
    load: int
    person: str


def suggested(staff: Staff, need: Need, candidates: Candidates, now: datetime) -> tuple[Suggestion, ...]:
    """The people who fit best, the best first, with the reasons for and against each; none where nobody may."""
    able = {person.id: person for person in staff.people if candidates.has(person) and person.id not in need.away}
    fits = sorted(fit_of(person, staff, need, now) for person in able.values())
    language = _language_of(need, staff)
    return tuple(
        Suggestion(person=fit.person, reasons=tuple(_reasons(able[fit.person], fit, need, candidates, language)))
        for fit in fits[:MOST_SUGGESTED]
    )


def fit_of(person: HumanAgentSpec, staff: Staff, need: Need, now: datetime) -> Fit:
    """How well one person fits."""
    calendar, load = staff.calendar, need.loads.get(person.id, 0)
    hours = calendar.model_copy(update={"hours": person.hours or calendar.hours})
    return Fit(
        is_away=not is_open(now, hours),
        is_full=person.at_most is not None and load >= person.at_most,
        cannot_write=_language_of(need, staff) not in (person.languages or (primary_language(staff.language),)),
        lacks_skill=need.topic is not None and need.topic not in person.skills,
        is_new=need.answered_last != person.id,
        load=load,
        person=person.id,
    )


def _language_of(need: Need, staff: Staff) -> str:
    return primary_language(need.language or staff.language)


def _has_role(person: HumanAgentSpec, roles: tuple[str, ...]) -> bool:
    return bool(roles) and (not person.roles or bool({*roles, *LEAD_ROLES} & set(person.roles)))


def _reasons(person: HumanAgentSpec, fit: Fit, need: Need, candidates: Candidates, language: str) -> Iterator[str]:
    group = candidates.group_of(person)
    if group and group.team:
        yield f"belongs to the team {group.team}"
    if group and group.skill and group.skill != need.topic:
        yield f"has the skill {group.skill}"
    if need.topic:
        yield f"{'lacks' if fit.lacks_skill else 'has'} the skill {need.topic}"
    if need.language or fit.cannot_write:
        name = LANGUAGE_NAMES.get(language, language)
        yield f"{'does not write' if fit.cannot_write else 'writes'} {name}"
    if not fit.is_new:
        yield "answered this customer last"
    yield _held(fit.load, person.at_most)
    if fit.is_away:
        yield "is not at work now"


def _held(load: int, at_most: int | None) -> str:
    if at_most:
        return f"holds {load} of at most {at_most} open conversations"
    return f"holds {load or 'no'} open conversation{'s' if load > 1 else ''}"
