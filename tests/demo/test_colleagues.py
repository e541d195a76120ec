"""What colleagues write once the customers have gone."""

from demo.actions import STAFF
from demo.colleagues import ABOUT_IT, BILLING, CARE, WAITS
from demo.scenarios import SCRIPTED
from domain.rooms.room import mentioned_in


def test_those_who_write_are_there_and_so_are_those_whom_they_name() -> None:
    assert {by for by, _ in (*BILLING, *CARE)} <= STAFF.keys()
    texts = [*(text for _, text in (*BILLING, *CARE)), ABOUT_IT]
    named = {person for text in texts for person in mentioned_in(text, STAFF.keys())}
    assert named == {"omar", "nils"}


def test_the_conversation_that_they_speak_of_is_played() -> None:
    assert [scenario.title for scenario in SCRIPTED].count(WAITS) == 1
