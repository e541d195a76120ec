from datetime import timedelta

import pytest

from domain.conversation.ownership import Owner, Status
from domain.desk.notes import LISTED, digest, lasting, reminder
from tests.domain.desk.records import NOW, conversation, view


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(-1, "0 minutes"), (0, "0 minutes"), (1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (1439, "23 hours"),
     (1440, "1 day"), (2880, "2 days")],
)  # fmt: skip
def test_times_are_told_in_their_largest_unit(minutes: int, said: str) -> None:
    assert lasting(timedelta(minutes=minutes)) == said


def test_a_reminder_says_how_long_it_has_waited_and_for_whom() -> None:
    note = reminder(view(), 2, NOW + timedelta(hours=3))
    assert note.lines == ("Reminder 2: this has waited for 3 hours. approver may decide.",)


def test_the_digest_tells_what_waits_the_oldest_first() -> None:
    queued = conversation(status=Status.WITH_HUMAN, owner=Owner(kind="human_agent"), escalation_reason="no_answer")
    taken = queued.model_copy(update={"owner": Owner(kind="human_agent", id="p_anna")})
    newer = view(assignee="p_anna").model_copy(update={"requested_at": NOW + timedelta(hours=1)})
    note = digest([newer, view()], [queued, taken], NOW + timedelta(hours=2))
    assert note.lines == (
        "2 approvals wait for a decision.",
        "• 2 hours: sensitive topic, for approver (ap-1)",
        "• 1 hour: sensitive topic, for p_anna (ap-1)",
        "1 conversation waits for a person.",
        "• 2 hours: no answer (cv_12345678)",
    )


def test_a_long_digest_is_cut_and_counts_all() -> None:
    note = digest([view()] * (LISTED + 5), [], NOW)
    assert (note.lines[0], len(note.lines)) == ("15 approvals wait for a decision.", LISTED + 2)
