"""How many calls a vendor has left, as several processes know it together."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery.limits import ASK_AGAIN_AFTER, LimitState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
OPEN = LimitState(state="open", used=1, total=10, reserved_calls=1, seen_at=NOON)
RESERVED = LimitState(state="reserved", used=9, total=10, reserved_calls=1, seen_at=NOON, asked_at=NOON)


@pytest.mark.parametrize(
    ("state", "now", "wait"),
    [
        (LimitState(), NOON, timedelta(0)),
        (OPEN, NOON, timedelta(0)),
        (RESERVED, NOON, ASK_AGAIN_AFTER),
        (RESERVED, NOON + ASK_AGAIN_AFTER - timedelta(seconds=1), timedelta(seconds=1)),
        (RESERVED, NOON + ASK_AGAIN_AFTER, timedelta(0)),
        (RESERVED, NOON + timedelta(days=1), timedelta(0)),
        (RESERVED.asked(LATER), LATER, ASK_AGAIN_AFTER),
    ],
)
def test_how_long_nobody_calls(state: LimitState, now: datetime, wait: timedelta) -> None:
    assert state.wait(now) == wait


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (LimitState(), RESERVED, RESERVED),
        (RESERVED, LimitState(), RESERVED),
        (OPEN, RESERVED.model_copy(update={"seen_at": LATER}), RESERVED.model_copy(update={"seen_at": LATER})),
        (OPEN.model_copy(update={"seen_at": LATER}), RESERVED, OPEN.model_copy(update={"seen_at": LATER})),
        (OPEN, RESERVED, RESERVED),
        (RESERVED, OPEN, RESERVED),
        (RESERVED, RESERVED.asked(LATER), RESERVED.asked(LATER)),
        (RESERVED.asked(LATER), RESERVED, RESERVED.asked(LATER)),
    ],
)
def test_what_was_seen_last_counts_and_so_does_who_asked_last(
    one: LimitState, other: LimitState, together: LimitState
) -> None:
    assert one.joined(other) == together


@pytest.mark.parametrize(
    ("other", "same"),
    [(None, False), (RESERVED, True), (RESERVED.model_copy(update={"used": 10}), True), (RESERVED.asked(LATER), False)],
)
def test_what_others_need_not_be_told(other: LimitState | None, same: bool) -> None:
    assert RESERVED.says_the_same(other) is same
