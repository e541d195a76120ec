"""What leaves in co-pilot without a person is noticed, and so is a switch that came too late to be seen."""

import pytest

from domain.conversation.messages import Author
from domain.conversation.record import AuditEvent
from invariants.modes import draft_under_way_became_a_suggestion, nothing_sent_alone_in_co_pilot
from invariants.records import Conversation
from tests.invariants.records import approval, at, event, recorded, sound, stored, switched, turn

SWITCHED = switched()
MESSAGES = SWITCHED.recorded.messages
UNSEEN = ["no draft was under way when a conversation was switched to co-pilot, or it was sent"]


def changed(mode: str, seconds: float) -> AuditEvent:
    return event("mode_changed", "lead-1", mode=mode).model_copy(update={"at": at(seconds)})


@pytest.mark.parametrize(
    ("changes", "seqs"),
    [
        ((), []),
        ((changed("co_pilot", 2.5),), [3]),
        ((changed("co_pilot", 3.5),), []),
        ((changed("supervision", 2.5),), []),
        ((changed("co_pilot", 1), changed("delegation", 2.5)), []),
        ((changed("delegation", 1), changed("co_pilot", 2.5)), [3]),
    ],
)
def test_in_co_pilot_only_what_was_approved_leaves(changes: tuple[AuditEvent, ...], seqs: list[int]) -> None:
    """Seq 3 leaves at second 3 without a person, seq 6 at second 6 with an approval."""
    problems = list(nothing_sent_alone_in_co_pilot(recorded(sound(), audit=changes)))
    assert problems == [f"seq {seq} of the AI agent left in co-pilot without an approval" for seq in seqs]


def test_what_a_journey_says_by_the_letter_is_no_draft() -> None:
    said = stored(1, Author.AI_AGENT, "Welcome!", kind="notice")
    assert (
        list(nothing_sent_alone_in_co_pilot(recorded(sound(), audit=(changed("co_pilot", 0),), messages=(said,)))) == []
    )


def test_a_draft_that_was_under_way_and_never_sent() -> None:
    assert list(draft_under_way_became_a_suggestion([sound(), SWITCHED])) == []
    assert list(draft_under_way_became_a_suggestion([sound()])) == UNSEEN


@pytest.mark.parametrize(
    "wrong",
    [
        recorded(SWITCHED, audit=(changed("supervision", 2),)),
        recorded(SWITCHED, audit=(changed("co_pilot", 0.5),)),
        recorded(SWITCHED, audit=(changed("co_pilot", 8.5),)),
        recorded(SWITCHED, turns=SWITCHED.recorded.turns[:1]),
        recorded(SWITCHED, turns=(turn("d1").model_copy(update={"created_at": at(1.5)}),)),
        recorded(
            SWITCHED,
            messages=(*MESSAGES, stored(6, Author.AI_AGENT, "14 days.", draft_id="d1")),
            approvals=(approval("ap1", "d1"),),
        ),
    ],
)
def test_a_switch_at_another_time_or_a_draft_that_left_does_not_count(wrong: Conversation) -> None:
    assert list(draft_under_way_became_a_suggestion([wrong])) == UNSEEN
