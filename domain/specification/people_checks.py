"""Teams and skills that rules ask for and nobody has, or too few; and skills that nothing asks for.

The checks take the data of a whole specification, which need not be valid: what has a wrong shape is not looked into.
"""

from collections.abc import Iterator

from domain.specification.findings import (
    Finding,
    Location,
    as_list,
    child,
    did_you_mean,
    instead_of,
    texts_at,
    values_at,
)
from domain.specification.references import ASKING, EXPECTED_APPROVAL

LEADING = frozenset({"lead", "admin"})
"""Roles that may decide whatever is asked."""


def _unknown_skills(data: object) -> Iterator[Finding]:
    known = {skill for _, skill in texts_at(data, "people.*.skills.*")}
    for location, skill in texts_at(data, *(f"{place}.skill" for place in (*ASKING, EXPECTED_APPROVAL))):
        if skill not in known:
            remedy = instead_of(skill, known, "Give it to one of people, under skills.")
            yield Finding(location, f"nobody has the skill {skill!r}", remedy)


def _skills_outside_of_teams(data: object) -> Iterator[Finding]:
    for location, asking in _asking(data):
        team, skill = child(asking, "team"), child(asking, "skill")
        known = _belonging(data, team, None) and _belonging(data, None, skill)
        if team is not None and skill is not None and known and not _belonging(data, team, skill):
            problem = f"nobody of the team {team!r} has the skill {skill!r}"
            yield Finding((*location, "skill"), problem, "Give it to a member, or name the team or the skill alone.")


def _too_few(data: object) -> Iterator[Finding]:
    """More people must approve than there are, or than have the role."""
    for location, asking in _asking(data):
        asked = _belonging(data, child(asking, "team"), child(asking, "skill"))
        able = [person for person in asked if _may_decide(person, child(asking, "roles"))]
        needed = child(asking, "approvers")
        if asked and not able:
            problem = "none of the people that it asks has one of these roles"
            yield Finding((*location, "roles"), problem, "Name a role of one of them, or correct roles under people.")
        elif isinstance(needed, int) and 0 < len(able) < needed:
            problem = f"asks for {needed} approvers, and {len(able)} of the people may approve"
            yield Finding((*location, "approvers"), problem, "Ask for fewer, or add people to the team or the skill.")


def _asking(data: object) -> Iterator[tuple[Location, object]]:
    """What names a team or a skill."""
    for place in ASKING:
        for location, asking in values_at(data, place):
            if child(asking, "team") is not None or child(asking, "skill") is not None:
                yield location, asking


def _belonging(data: object, team: object, skill: object) -> list[object]:
    """The people of the team, where one is given, with the skill, where one is given; none if any name is unknown."""
    people = [person for _, person in values_at(data, "people.*")]
    if team is not None:
        teams = [child(entry, "members") for _, entry in values_at(data, "teams.*") if child(entry, "id") == team]
        members = as_list(teams[0]) if teams else ()
        people = [person for person in people if child(person, "id") in members]
        if len(people) < len(members):
            return []
    return [person for person in people if skill is None or skill in as_list(child(person, "skills"))]


def _may_decide(person: object, asked: object) -> bool:
    """True as well where the roles are not known: those of an API key need not stand under people."""
    own = as_list(child(person, "roles"))
    return not own or not as_list(asked) or any(role in LEADING or role in as_list(asked) for role in own)


def unused_skills(data: object) -> Iterator[Finding]:
    """Skills that are no topic and that no rule asks for, perhaps because they are misspelt."""
    topics = [topic for _, topic in texts_at(data, "topics.*.id")]
    used = {*topics, *(skill for _, skill in texts_at(data, *(f"{place}.skill" for place in ASKING)))}
    for location, skill in texts_at(data, "people.*.skills.*"):
        if skill not in used:
            meant = did_you_mean(skill, used)
            remedy = " ".join(filter(None, (meant, "Name a topic or a skill that a rule asks for, or leave it out.")))
            yield Finding(location, f"the skill {skill!r} is no topic, and no rule asks for it", remedy)


PEOPLE_CHECKS = (_unknown_skills, _skills_outside_of_teams, _too_few)
