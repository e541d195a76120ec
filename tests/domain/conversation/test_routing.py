"""Who fits best to take a conversation, or to decide about it, and why."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.approval import AskedGroup
from domain.conversation.ownership import Suggestion
from domain.conversation.routing import MOST_SUGGESTED, Candidates, Need, suggested
from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.people import HumanAgentSpec, Staff

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)  # a Monday
MORNING = OpeningHours.model_validate({"weekday": 0, "opens": "09:00", "closes": "12:00"})
TUESDAY = OpeningHours.model_validate({"weekday": 1, "opens": "09:00", "closes": "12:00"})
ANYBODY = Candidates()


def person(key: str, *skills: str, **more: Any) -> HumanAgentSpec:
    return HumanAgentSpec.model_validate({"id": key, "name": key.title(), "skills": skills} | more)


def staff(*people: HumanAgentSpec, **more: Any) -> Staff:
    return Staff(people=people, **more)


def order(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.person for one in found]


ANNA, BEN, CY = person("anna", "refund"), person("ben", "refund"), person("cy")
REFUND = Need(topic="refund")


@pytest.mark.parametrize(
    ("people", "need", "expected"),
    [
        pytest.param((), REFUND, [], id="nobody"),
        pytest.param((BEN, CY, ANNA), Need(), ["anna", "ben", "cy"], id="ties by id"),
        pytest.param((CY, BEN), REFUND, ["ben", "cy"], id="a skill"),
        pytest.param((CY, BEN), Need(topic="refund", answered_last="cy"), ["ben", "cy"], id="a skill before history"),
        pytest.param((ANNA, BEN), Need(topic="refund", answered_last="ben"), ["ben", "anna"], id="history"),
        pytest.param(
            (ANNA, BEN),
            Need(topic="refund", answered_last="ben", loads={"ben": 4}),
            ["ben", "anna"],
            id="history before load",
        ),
        pytest.param((ANNA, BEN), Need(topic="refund", loads={"anna": 2, "ben": 1}), ["ben", "anna"], id="load"),
        pytest.param((CY, BEN), Need(topic="refund", loads={"ben": 9}), ["ben", "cy"], id="a skill before load"),
        pytest.param((ANNA, BEN), Need(answered_last="left"), ["anna", "ben"], id="somebody who left answered"),
        pytest.param(
            (person("anna", "refund", at_most=2), BEN),
            Need(topic="refund", loads={"anna": 2, "ben": 7}),
            ["ben", "anna"],
            id="full",
        ),
        pytest.param(
            (person("anna", at_most=3), BEN), Need(loads={"anna": 2, "ben": 7}), ["anna", "ben"], id="not full"
        ),
        pytest.param(
            (person("anna", "refund", at_most=1), CY),
            Need(topic="refund", loads={"anna": 1}),
            ["cy", "anna"],
            id="room before skills",
        ),
        pytest.param((person("anna", hours=[TUESDAY]), CY), Need(), ["cy", "anna"], id="not at work"),
        pytest.param((person("anna", hours=[MORNING]), CY), Need(), ["anna", "cy"], id="at work"),
        pytest.param(
            (person("anna", "refund"), person("ben", languages=["fr"])),
            Need(topic="refund", language="fr"),
            ["ben", "anna"],
            id="a language before a topic",
        ),
        pytest.param(
            (person("anna", languages=["fr"]), person("ben", languages=["en", "fr"]), CY),
            Need(),
            ["ben", "cy", "anna"],
            id="the articles' language where nothing else is known",
        ),
    ],
)
def test_skills_come_first_then_history_then_load(
    people: tuple[HumanAgentSpec, ...], need: Need, expected: list[str]
) -> None:
    assert order(suggested(staff(*people), need, ANYBODY, NOW)) == expected


def test_the_calendar_counts_for_whoever_has_no_hours_and_its_holidays_for_all() -> None:
    people = (person("anna"), person("ben", hours=[MORNING]))
    tuesdays = staff(*people, calendar=BusinessCalendar(hours=(TUESDAY,)))
    assert order(suggested(tuesdays, Need(), ANYBODY, NOW)) == ["ben", "anna"]
    holiday = staff(*people, calendar=BusinessCalendar(hours=(MORNING,), holidays=(date(2026, 11, 2),)))
    assert all("is not at work now" in one.reasons for one in suggested(holiday, Need(), ANYBODY, NOW))


DESK = AskedGroup(roles=("approver",), people=("anna", "cy"), team="desk", skill="tax law")


@pytest.mark.parametrize(
    ("people", "asked", "expected"),
    [
        pytest.param((ANNA, CY), Candidates(roles=("approver",)), ["anna", "cy"], id="roles that nobody wrote down"),
        pytest.param(
            (person("a", roles=["approver"]), person("b", roles=["x"])), Candidates(roles=("approver",)), ["a"]
        ),
        pytest.param((person("a", roles=["lead"]),), Candidates(roles=("approver",)), ["a"], id="leads may"),
        pytest.param((ANNA, BEN, CY), Candidates(groups=(DESK,)), ["anna", "cy"], id="a group"),
        pytest.param(
            (ANNA, person("cy", roles=["x"])), Candidates(groups=(DESK,)), ["anna"], id="a role within the group"
        ),
        pytest.param((ANNA, BEN), Candidates(roles=("lead",), groups=(DESK,)), ["anna", "ben"], id="a group or a role"),
        pytest.param((BEN,), Candidates(groups=(DESK,)), [], id="nobody may"),
    ],
)
def test_only_who_may_decide_is_suggested(
    people: tuple[HumanAgentSpec, ...], asked: Candidates, expected: list[str]
) -> None:
    assert order(suggested(staff(*people), Need(), asked, NOW)) == expected


@pytest.mark.parametrize(
    ("who", "need", "asked", "reasons"),
    [
        (CY, Need(), ANYBODY, ("holds no open conversation",)),
        (CY, Need(loads={"cy": 1}), ANYBODY, ("holds 1 open conversation",)),
        (CY, Need(loads={"cy": 2}), ANYBODY, ("holds 2 open conversations",)),
        (person("cy", at_most=3), Need(loads={"cy": 1}), ANYBODY, ("holds 1 of at most 3 open conversations",)),
        (ANNA, REFUND, ANYBODY, ("has the skill refund", "holds no open conversation")),
        (CY, REFUND, ANYBODY, ("lacks the skill refund", "holds no open conversation")),
        (CY, Need(language="fr"), ANYBODY, ("does not write French", "holds no open conversation")),
        (person("cy", languages=["fr"]), Need(language="fr"), ANYBODY, ("writes French", "holds no open conversation")),
        (person("cy", languages=["fr"]), Need(), ANYBODY, ("does not write English", "holds no open conversation")),
        (CY, Need(answered_last="cy"), ANYBODY, ("answered this customer last", "holds no open conversation")),
        (person("cy", hours=[TUESDAY]), Need(), ANYBODY, ("holds no open conversation", "is not at work now")),
        (
            CY,
            Need(),
            Candidates(groups=(DESK,)),
            ("belongs to the team desk", "has the skill tax law", "holds no open conversation"),
        ),
        (
            person("cy", "refund"),
            REFUND,
            Candidates(groups=(AskedGroup(roles=("approver",), people=("cy",), skill="refund"),)),
            ("has the skill refund", "holds no open conversation"),
        ),
    ],
)
def test_each_reason_is_told(who: HumanAgentSpec, need: Need, asked: Candidates, reasons: tuple[str, ...]) -> None:
    assert suggested(staff(who), need, asked, NOW) == (Suggestion(person=who.id, reasons=reasons),)


def test_a_few_are_suggested_and_not_everybody() -> None:
    people = [person(f"p{number}") for number in range(9)]
    assert order(suggested(staff(*people), Need(), ANYBODY, NOW)) == ["p0", "p1", "p2"]
    assert MOST_SUGGESTED == 3


def test_the_order_of_the_file_does_not_matter() -> None:
    need = Need(topic="refund", answered_last="cy", loads={"anna": 1})
    found = {suggested(staff(*people), need, ANYBODY, NOW) for people in permutations((ANNA, BEN, CY))}
    assert len(found) == 1


keys = st.sampled_from(("a", "b", "c", "d"))
persons = st.builds(
    HumanAgentSpec,
    id=keys,
    name=st.just("N"),
    roles=st.sampled_from(((), ("approver",), ("lead",), ("x",))),
    skills=st.sampled_from(((), ("refund",))),
    at_most=st.none() | st.integers(1, 3),
)


@given(
    st.lists(persons, unique_by=lambda one: one.id, max_size=4),
    st.dictionaries(keys, st.integers(0, 4)),
    st.none() | keys,
)
def test_nobody_is_suggested_who_may_not_and_nobody_twice(
    people: list[HumanAgentSpec], loads: dict[str, int], last: str | None
) -> None:
    asked = Candidates(roles=("approver",))
    found = order(suggested(staff(*people), Need(topic="refund", answered_last=last, loads=loads), asked, NOW))
    assert len(found) == len(set(found))
    assert set(found) <= {one.id for one in people if one.roles != ("x",)}
