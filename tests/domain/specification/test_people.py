"""People with skills, their teams, and who belongs to what a rule names."""

import pytest
from pydantic import ValidationError

from domain.specification.approvers import Approvers, LadderRung
from domain.specification.organisation import ApprovalRule
from domain.specification.people import Belonging, HumanAgentSpec, Members, Team, members_of
from domain.specification.rules import Rule
from tests.domain.specification.test_organisation import organisation

ANNA = HumanAgentSpec(id="anna", name="Anna", skills=("refunds", "law"))
BEN = HumanAgentSpec(id="Ben.K", name="Ben", skills=("refunds",))
MONEY = Team(id="money", name="Money", members=("anna",))
DESK = Team(id="desk", name="Desk", members=("Ben.K", "anna"))
MEMBERS = Members(teams={"money": ("anna",), "desk": ("Ben.K", "anna")}, skills={"refunds": ("anna", "Ben.K")})


@pytest.mark.parametrize(
    ("belonging", "people"),
    [
        (Belonging(), None),
        (Belonging(team="desk"), ("Ben.K", "anna")),
        (Belonging(skill="refunds"), ("anna", "Ben.K")),
        (Belonging(team="money", skill="refunds"), ("anna",)),
        (Belonging(team="desk", skill="law"), ()),
        (Belonging(team="other"), ()),
        (Belonging(team="other", skill="refunds"), ()),
    ],
)
def test_who_belongs(belonging: Belonging, people: tuple[str, ...] | None) -> None:
    assert MEMBERS.of(belonging) == people


@pytest.mark.parametrize(
    ("named", "members"),
    [
        ([], Members()),
        ([Belonging()], Members()),
        ([Belonging(team="money")], Members(teams={"money": ("anna",)})),
        ([Belonging(skill="law"), Belonging(skill="law")], Members(skills={"law": ("anna",)})),
        ([Belonging(skill="cooking")], Members(skills={"cooking": ()})),
    ],
)
def test_only_what_is_named_is_carried_along(named: list[Belonging], members: Members) -> None:
    assert members_of((ANNA, BEN), (MONEY, DESK), named) == members


def test_an_organisation_knows_what_its_rules_and_ladders_name() -> None:
    ask = {"team": "money", "ladder": [{"after_minutes": 9, "action": "widen", "skill": "law"}]}
    rule = {"id": "a", "description": "Why.", "when": [{"kind": "amount", "above": 5}], "then": "ask_approval"}
    spec = organisation(
        people=[ANNA, BEN, HumanAgentSpec(id="cy", name="Cy", skills=("cooking",))],
        teams=[MONEY, DESK, Team(id="kitchen", name="Kitchen", members=("cy",))],
        approval_rules=[{"id": "large", "team": "desk"}],
        rules=[Rule.model_validate(rule | {"ask": ask})],
        ladder=[{"after_minutes": 9, "action": "move_up", "skill": "refunds"}],
    )
    assert set(spec.members.teams) == {"money", "desk"}
    assert spec.members.skills == {"law": ("anna",), "refunds": ("anna", "Ben.K")}


def test_an_organisation_without_people_is_written_as_before() -> None:
    """Workers of another version refuse keys that they do not know."""
    rung = LadderRung(after_minutes=1, action="remind")
    assert set(rung.model_dump()) == {"after_minutes", "action", "roles"}
    assert "team" not in ApprovalRule(id="a").model_dump_json()
    assert ApprovalRule(id="a", team="desk").model_dump()["team"] == "desk"
    for written in (Approvers(skill="law"), Approvers(team="desk"), Approvers()):
        assert Approvers.model_validate_json(written.model_dump_json()) == written


@pytest.mark.parametrize("person_id", ["", "a b", "anna@x.example", "a" * 65, "a\n"])
def test_a_persons_id_is_that_of_a_key(person_id: str) -> None:
    with pytest.raises(ValidationError):
        HumanAgentSpec(id=person_id, name="Anna")
