"""Teams and skills that rules ask for and nobody has, and those that nothing asks for."""

from typing import Any

import pytest

from domain.specification.contradictions import contradictions
from domain.specification.doubts import doubts
from domain.specification.references import broken_references
from tests.domain.specification.test_contradictions import MONDAY, valid

PEOPLE = [
    {"id": "anna", "name": "Anna", "skills": ["refunds"], "roles": ["approver"]},
    {"id": "ben", "name": "Ben", "skills": ["plans"], "roles": ["cashier"]},
    {"id": "cy", "name": "Cy", "skills": ["plans"]},
]
TEAMS = [
    {"id": "money", "name": "Money", "members": ["anna", "ben"]},
    {"id": "desk", "name": "Desk", "members": ["ben", "cy"]},
]


def staffed(**changes: Any) -> dict[str, Any]:
    return valid(people=PEOPLE, teams=TEAMS) | changes


def approvals(**asked: Any) -> dict[str, Any]:
    return staffed(approval_rules=[{"id": "large", **asked}])


def rule(**asked: Any) -> dict[str, Any]:
    when = [{"kind": "amount", "above": 5}]
    return staffed(rules=[{"id": "a", "description": "x", "when": when, "then": "ask_approval", "ask": asked}])


def ladder(**asked: Any) -> dict[str, Any]:
    return staffed(ladder=[{"after_minutes": 5, "action": "widen", **asked}])


NOT_BOTH = "nobody of the team 'desk' has the skill 'refunds'"
NO_ROLE = "none of the people that it asks has one of these roles"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (approvals(skill="law"), ["approval_rules.0.skill: nobody has the skill 'law'"]),
        (rule(skill="law"), ["rules.0.ask.skill: nobody has the skill 'law'"]),
        (ladder(skill="law"), ["ladder.0.skill: nobody has the skill 'law'"]),
        (
            rule(ladder=[{"after_minutes": 5, "action": "widen", "skill": "law"}]),
            ["rules.0.ask.ladder.0.skill: nobody has the skill 'law'"],
        ),
        (approvals(team="desk", skill="refunds"), [f"approval_rules.0.skill: {NOT_BOTH}"]),
        (ladder(team="desk", skill="refunds"), [f"ladder.0.skill: {NOT_BOTH}"]),
        (
            approvals(team="money", approvers=3),
            ["approval_rules.0.approvers: asks for 3 approvers, and 2 of the people may approve"],
        ),
        (
            approvals(team="money", approvers=2, roles=["approver"]),
            ["approval_rules.0.approvers: asks for 2 approvers, and 1 of the people may approve"],
        ),
        (approvals(skill="refunds", roles=["cashier"]), [f"approval_rules.0.roles: {NO_ROLE}"]),
        (approvals(team="money", roles=[]), ["approval_rules.0.roles: names no role, so that nobody may approve"]),
        (ladder(team="money", roles=["judge"]), [f"ladder.0.roles: {NO_ROLE}"]),
        (ladder(), ["ladder.0.action: widen names no roles"]),
        (staffed(people=[PEOPLE[0] | {"hours": [MONDAY, MONDAY]}]), ["people.0.hours.1: the same opening hours stand"]),
        (staffed(people=[PEOPLE[0] | {"skills": [" "]}]), ["people.0.skills.0: is empty"]),
    ],
)
def test_what_nobody_can_do_is_told(data: dict[str, Any], told: list[str]) -> None:
    found = contradictions(data)
    assert [str(finding).startswith(start) for finding, start in zip(found, told, strict=True)] == [True], found
    assert all(finding.remedy.endswith(".") for finding in found)


@pytest.mark.parametrize(
    "meant",
    [
        staffed(),
        approvals(team="desk"),
        approvals(team="desk", skill="plans", approvers=2, roles=["cashier"]),
        approvals(skill="refunds", approvers=1, roles=["approver"]),
        rule(team="money", approvers=2, roles=["approver", "cashier"]),
        ladder(team="money"),
        approvals(team="desk", roles=["judge"]),  # the roles of one of them are not known
        staffed(people=[*PEOPLE, {"id": "lea", "name": "Lea", "roles": ["lead"], "skills": ["law"]}])
        | {"approval_rules": [{"id": "large", "skill": "law", "roles": ["judge"]}]},
        staffed(people=[PEOPLE[0] | {"hours": [MONDAY]}, *PEOPLE[1:]]),
    ],
)
def test_what_may_be_meant_is_no_mistake(meant: dict[str, Any]) -> None:
    assert list(contradictions(meant)) == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (approvals(team="dsk"), "approval_rules.0.team: no team 'dsk'. Did you mean 'desk'? Use one of desk, money."),
        (
            staffed(teams=[TEAMS[0] | {"members": ["bne"]}]),
            "teams.0.members.0: no person 'bne'. Did you mean 'ben'? Use one of anna, ben, cy.",
        ),
        (
            staffed(people=[*PEOPLE, PEOPLE[0]]),
            "people.3.id: 'anna' stands twice. Give each its own name, or leave one",
        ),
        (staffed(teams=[*TEAMS, TEAMS[0]]), "teams.2.id: 'money' stands twice. Give each its own name, or leave one"),
        (staffed(people=[PEOPLE[0] | {"languages": ["xx"]}], teams=[]), "people.0.languages.0: no known language 'xx'"),
    ],
)
def test_names_that_lead_nowhere_are_told_once(data: dict[str, Any], told: str) -> None:
    (found,) = broken_references(data)
    assert f"{found}. {found.remedy}".startswith(told)
    assert list(contradictions(data)) == []


def test_a_skill_that_nothing_asks_for_is_doubted() -> None:
    people = [PEOPLE[0] | {"skills": ["refnds", "law", "plans"]}, *PEOPLE[1:]]
    data = staffed(people=people, approval_rules=[{"id": "large", "skill": "law"}])
    found = [finding for finding in doubts(data) if finding.location[0] == "people"]
    assert [str(finding) for finding in found] == [
        "people.0.skills.0: the skill 'refnds' is no topic, and no rule asks for it"
    ]
    assert found[0].remedy.startswith("Did you mean 'refunds'?")


@pytest.mark.parametrize("unread", ["people", "teams"])
def test_nothing_is_missed_among_people_who_could_not_be_read(unread: str) -> None:
    assert list(contradictions(approvals(skill="law"), [unread])) == []


@pytest.mark.parametrize("shape", [{"people": 1, "teams": [3, {"id": "a", "members": "x"}]}, {"people": [None, "x"]}])
def test_data_of_another_shape_has_no_mistakes_of_people(shape: dict[str, Any]) -> None:
    asked = {"ladder": [{"action": "widen", "after_minutes": 3, "team": "a", "skill": []}]}
    assert [finding.location[0] for finding in contradictions(shape | asked)] == []
