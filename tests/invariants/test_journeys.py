"""A journey that was gone otherwise than it should be is noticed."""

import pytest

from domain.conversation.messages import Author
from invariants.checks import run_checks
from invariants.journeys import journey_ended_once_in_order, written_on_journeys
from invariants.records import Conversation, JourneyRecord
from tests.invariants.records import (
    FAULTS,
    JOURNEY,
    PUBLICATIONS,
    by_the_letter,
    everything,
    on_journey,
    played,
    recorded,
    sound,
    stored,
)

LED = on_journey()
MESSAGES = LED.recorded.messages


def gone(**changes: object) -> JourneyRecord:
    return JOURNEY.model_copy(update=changes)


def step(number: int, **changes: object) -> JourneyRecord:
    """The journey, one of its steps changed."""
    steps = list(JOURNEY.steps)
    steps[number] = steps[number].model_copy(update=changes)
    return gone(steps=tuple(steps))


def said(*changed: object) -> Conversation:
    return recorded(LED, messages=changed)


@pytest.mark.parametrize(
    ("conversation", "problem"),
    [
        (recorded(LED, journeys=()), "began 0 times"),
        (recorded(LED, journeys=(JOURNEY, JOURNEY)), "began 2 times"),
        (on_journey(gone(state="left")), "the journey onboarding is left"),
        (on_journey(gone(steps=JOURNEY.steps[:-1])), "the steps were welcome, ask, tour, done"),
        (on_journey(gone(steps=(*JOURNEY.steps, JOURNEY.steps[0]))), "tour, done, check_in, welcome"),
        (on_journey(step(1, outcome="skipped")), "the step ask is skipped"),
        (on_journey(step(4, outcome=None, ended_at=None)), "the step check_in is under way"),
        (said(*MESSAGES[:6]), "“Well done!…” was said 0 times"),
        (said(*MESSAGES, by_the_letter(8, "Welcome!")), "“Welcome!…” was said 2 times"),
        (said(*MESSAGES[:2], by_the_letter(3, "Who are you?"), by_the_letter(4, "Welcome!"), *MESSAGES[4:]), "seqs"),
        (said(*MESSAGES[:5], *MESSAGES[6:]), "in the step tour the AI agent wrote 0 times"),
        (
            said(*MESSAGES[:6], stored(7, Author.AI_AGENT, "Or with two.", draft_id="d3", at=MESSAGES[5].at)),
            "in the step tour the AI agent wrote 2 times",
        ),
    ],
)
def test_what_went_otherwise_is_named(conversation: Conversation, problem: str) -> None:
    problems = list(journey_ended_once_in_order([sound(), conversation]))
    assert any(problem in found for found in problems), problems
    assert all(found.startswith("cv_example: ") for found in problems)


def test_somebody_must_have_been_on_one() -> None:
    assert list(journey_ended_once_in_order([sound()])) == ["nobody was on a journey"]
    assert list(journey_ended_once_in_order([LED])) == []


def test_what_an_ai_agent_wrote_in_a_step_is_told_apart_from_its_answers() -> None:
    assert written_on_journeys(LED.recorded) == {6}
    assert written_on_journeys(sound().recorded) == set()


def test_what_a_journey_says_answers_nothing_and_covers_up_nothing() -> None:
    """A question that nobody answered stays one although the journey goes on."""
    asked = stored(8, Author.CUSTOMER, "Are you there?")
    after = by_the_letter(9, "One more thing.")
    unanswered = played(recorded(LED, messages=(*MESSAGES, asked, after)))
    checks = run_checks([*everything(), unanswered], FAULTS, PUBLICATIONS)
    assert "1 messages from seq 8" in checks["every_message_answered_or_escalated_once"].detail


def test_a_second_answer_on_a_journey_is_one_all_the_same() -> None:
    twice = said(*MESSAGES[:2], stored(3, Author.AI_AGENT, "Hello again.", draft_id="d9"))
    checks = run_checks([*everything(), twice], FAULTS, PUBLICATIONS)
    assert "seq 3 answers what had been answered" in checks["every_message_answered_or_escalated_once"].detail
