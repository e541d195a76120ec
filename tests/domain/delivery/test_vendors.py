from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.delivery.vendors import VendorState

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PAUSE = timedelta(seconds=60)
ANSWERS = VendorState(vendor="salesforce", since=NOON - timedelta(days=3))
SILENT = ANSWERS.opened(NOON, last_error="ReadTimeout", pause=PAUSE)
SINCE_NOON = "Salesforce does not answer since 12:00 UTC"


def test_a_silent_vendor_is_tried_after_the_pause_and_not_before() -> None:
    assert SILENT.tried(NOON + PAUSE - timedelta(seconds=1), pause=PAUSE) is None
    tried = SILENT.tried(NOON + PAUSE, pause=PAUSE)
    assert tried is not None
    assert (tried.state, tried.since, tried.next_try_at) == ("half_open", NOON, NOON + 2 * PAUSE)


def test_a_vendor_that_answers_needs_no_try() -> None:
    assert ANSWERS.tried(NOON, pause=PAUSE) is None


def test_a_failed_try_keeps_since_when_it_is_silent() -> None:
    again = SILENT.opened(NOON + PAUSE, last_error="ConnectError", pause=PAUSE)
    assert (again.since, again.next_try_at, again.last_error) == (NOON, NOON + 2 * PAUSE, "ConnectError")


def test_an_answered_try_ends_the_silence() -> None:
    closed = SILENT.closed(NOON + PAUSE)
    assert (closed.answers, closed.since, closed.next_try_at) == (True, NOON + PAUSE, None)


def test_whoever_is_refused_comes_back_when_it_is_tried_and_soon_while_it_is() -> None:
    assert SILENT.pause_left(NOON + timedelta(seconds=20)) == timedelta(seconds=40)
    assert SILENT.pause_left(NOON + 2 * PAUSE) == timedelta(seconds=1)
    tried = SILENT.tried(NOON + PAUSE, pause=PAUSE)
    assert tried
    assert tried.pause_left(NOON + PAUSE) == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("state", "now", "sentence"),
    [
        (ANSWERS, NOON, "Salesforce answers."),
        (SILENT, NOON, f"{SINCE_NOON}; next try 12:01 UTC."),
        (SILENT, NOON + PAUSE, f"{SINCE_NOON}; the next request tries it."),
        (
            SILENT.tried(NOON + PAUSE, pause=PAUSE),
            NOON,
            f"{SINCE_NOON}; it is being tried now.",
        ),
        (
            SILENT.opened(NOON + timedelta(days=1), last_error="", pause=PAUSE),
            NOON + timedelta(days=1),
            "Salesforce does not answer since 2026-11-21 12:00 UTC; next try 12:01 UTC.",
        ),
        (VendorState(vendor="twilio_voice", since=NOON), NOON, "Twilio voice answers."),
        (VendorState(vendor="openai", since=NOON), NOON, "OpenAI answers."),
    ],
)
def test_people_read_a_sentence(state: VendorState, now: datetime, sentence: str) -> None:
    assert state.sentence(now) == sentence


def test_an_error_is_kept_by_its_kind() -> None:
    with pytest.raises(ValidationError):
        VendorState(vendor="salesforce", since=NOON, last_error="x" * 101)
