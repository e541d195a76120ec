"""How a journey is followed: until a step is under way and what it says was read, or until its end."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from cast.customer import Customer
from cast.staff import Staff
from demo.actions import ConfirmStep, EnterJourney, FollowJourney, ScenarioError, TellEvent
from demo.journeys import Journeying
from domain.conversation.messages import Author
from domain.specification.organisation import Journey
from gateway.api.journeys import JourneyDetails
from invariants.records import Heard, Travelled
from storage.journeys import JourneyView, StepView

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
JOURNEY = Journey.model_validate(
    {
        "id": "first",
        "title": "First",
        "enter_by": ["person"],
        "steps": [
            {"id": "welcome", "kind": "message", "text": "Welcome!", "ai_agent": "otto", "next": "paid"},
            {"id": "paid", "kind": "wait", "event": "paid", "hours": 1, "next": "ask"},
            {"id": "ask", "kind": "question", "text": "How many?", "answer": "number", "next": "end"},
            {"id": "end", "kind": "check_in", "role": "approver"},
        ],
    }
)


def details(*steps: tuple[str, str | None], state: str = "under_way") -> JourneyDetails:
    """A journey with these steps and what became of each."""
    ended = None if state == "under_way" else NOW
    view = JourneyView.model_validate(
        {
            "organisation": "shop",
            "run_id": "run",
            "workflow_id": "workflow",
            "conversation_id": "cv_1",
            "journey": "first",
            "spec_hash": "hash",
            "entered_by": "anna",
            "state": state,
            "began_at": NOW,
            "ended_at": ended,
        }
    )
    found = [
        StepView.model_validate(
            {
                "step": step,
                "visit": 1,
                "kind": "message",
                "owner": "ai_agent:otto",
                "began_at": NOW,
                "ended_at": NOW if outcome else None,
                "outcome": outcome,
            }
        )
        for step, outcome in steps
    ]
    return JourneyDetails(journey=view, steps=tuple(found))


class Colleagues:
    """Shows these views of the journey one after the other, and keeps what is asked."""

    def __init__(self, views: Sequence[JourneyDetails | None]) -> None:
        self.views = list(views)
        self.asked: list[tuple[Any, ...]] = []

    async def journey(self, by: str, conversation_id: str, journey: str) -> JourneyDetails | None:
        assert (by, conversation_id, journey) == ("anna", "cv_1", "first")
        return self.views.pop(0)

    async def enter_journey(self, *asked: str) -> None:
        self.asked.append(("enter", *asked))

    async def tell_event(self, *asked: str) -> None:
        self.asked.append(("event", *asked))

    async def confirm_step(self, *asked: str) -> None:
        self.asked.append(("confirm", *asked))


class Stage:
    """A customer on the journey, and what spectators are told."""

    def __init__(self, *views: JourneyDetails | None) -> None:
        self.told: list[str] = []
        self.colleagues = Colleagues(views)
        self.customer = Customer("cv_1")
        staff = cast(Staff, self.colleagues)
        self.journeying = Journeying(staff, self.customer, JOURNEY, self.told.append)

    def hears(self, text: str) -> None:
        heard = Heard(seq=1, message_id="m", author=Author.AI_AGENT, kind="notice", text=text, at=NOW)
        self.customer.heard.append(heard)


async def test_it_is_followed_until_the_step_is_under_way_and_its_words_are_read() -> None:
    stage = Stage(None, details(("welcome", None)), details(("welcome", "done"), ("ask", None)))
    stage.hears("How many?")
    await stage.journeying.follow(FollowJourney("anna", "ask"))
    assert stage.told == ["first: welcome done · ai_agent:otto"]


async def test_a_step_that_says_nothing_is_waited_for_alone() -> None:
    stage = Stage(details(("paid", None)))
    await stage.journeying.follow(FollowJourney("anna", "paid"))
    assert stage.told == []


async def test_it_is_followed_to_its_end_and_each_step_is_told_once() -> None:
    stage = Stage(
        details(("welcome", "done"), ("end", None)),
        details(("welcome", "done"), ("end", None)),
        details(("welcome", "done"), ("end", "done"), state="completed"),
    )
    await stage.journeying.follow(FollowJourney("anna", None))
    assert stage.told == [
        "first: welcome done · ai_agent:otto",
        "first: end done · ai_agent:otto",
        "the journey first is completed",
    ]


@pytest.mark.parametrize(
    ("state", "to", "text"),
    [
        ("left", None, "left before its end"),
        ("completed", "ask", "completed before ask"),
        ("refused", "ask", "refused"),
    ],
)
async def test_another_end_leaves_the_scenario(state: str, to: str | None, text: str) -> None:
    stage = Stage(details(("welcome", "done"), state=state))
    with pytest.raises(ScenarioError, match=text):
        await stage.journeying.follow(FollowJourney("anna", to))


async def test_people_and_systems_act_on_the_journey_that_was_seen() -> None:
    stage = Stage(details(("end", None)))
    await stage.journeying.enter(EnterJourney("website", "first", steps=("welcome",)))
    await stage.journeying.follow(FollowJourney("anna", "end"))
    await stage.journeying.event(TellEvent("website", "paid"))
    await stage.journeying.confirm(ConfirmStep("anna", "end", "All is well."))
    assert stage.colleagues.asked == [
        ("enter", "website", "cv_1", "first"),
        ("event", "website", "run", "paid"),
        ("confirm", "anna", "run", "end", "All is well."),
    ]


def test_what_must_come_of_the_way_is_taken_from_the_specification() -> None:
    assert Stage().journeying.travelled(("welcome", "paid", "ask")) == Travelled(
        journey="first", steps=("welcome", "paid", "ask"), said=("Welcome!", "How many?")
    )
