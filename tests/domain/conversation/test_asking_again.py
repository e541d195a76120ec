"""pass^k: what of a sample is decided as it was, each time that it is asked."""

import pytest

from domain.conversation.asking_again import Answers, AskedAgain, sample_of
from domain.conversation.redeciding import UnknownTurn
from domain.conversation.turn import Decision, Outcome, Reason

SENT = Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT)
SENT_AND_REVIEWED = SENT.model_copy(update={"review": "sample"})
ESCALATED = Decision(outcome=Outcome.ESCALATE, reason=Reason.LOW_CONFIDENCE)


def asked(*after: Decision) -> AskedAgain:
    return AskedAgain(conversation_id="c", turn=1, before=SENT, after=after)


@pytest.mark.parametrize(
    ("after", "passes"),
    [
        ((SENT, SENT, SENT), True),
        ((SENT, SENT_AND_REVIEWED), True),
        ((SENT, SENT, ESCALATED), False),
        ((ESCALATED,), False),
    ],
)
def test_a_turn_passes_when_the_same_becomes_of_it_every_time(after: tuple[Decision, ...], passes: bool) -> None:
    assert asked(*after).passes is passes


def test_the_share_comes_with_its_size_and_interval() -> None:
    answers = Answers(times=2, turns=(asked(SENT, SENT), asked(SENT, ESCALATED), asked(SENT, SENT)))
    assert (answers.passed.count, answers.passed.n) == (2, 3)
    assert answers.passed.low < 2 / 3 < answers.passed.high
    assert Answers(times=2).passed.n == 0


def test_the_same_turns_are_drawn_whatever_their_order() -> None:
    unknown = [UnknownTurn(conversation_id=f"c-{n}", turn=n % 3, reason="articles have changed") for n in range(30)]
    drawn = sample_of(unknown, 5)
    assert len(drawn) == 5
    assert sample_of(unknown[::-1], 5) == drawn
    assert set(sample_of(unknown, 100)) == set(unknown)
