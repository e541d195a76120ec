import base64
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain.approvals.schedule import add_business_time
from domain.conversation.inbox import (
    QUEUE_PATIENCE,
    SOON,
    Climbed,
    InboxRules,
    Position,
    Waiting,
    cursor_of,
    deadline_of,
    latest_start,
    patience_of,
    position_of,
    risk_of,
    rules_of,
)
from domain.errors import InvalidInputError
from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.organisation import LadderRung
from tests.organisation import VERSION

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
WORKDAYS = BusinessCalendar(
    timezone="UTC", hours=tuple(OpeningHours(weekday=day, opens=time(8), closes=time(16)) for day in range(5))
)
LADDER = (LadderRung(after_minutes=60, action="remind"), LadderRung(after_minutes=240, action="remind"))
RULES = InboxRules(calendar=WORKDAYS, ladder=LADDER)


@pytest.mark.parametrize(
    ("waiting", "deadline"),
    [
        ({}, None),
        ({"requested_at": NOW}, NOW + HOUR),
        ({"requested_at": NOW, "rungs_done": 1}, NOW + 4 * HOUR),
        ({"requested_at": NOW, "rungs_done": 2}, NOW + 4 * HOUR),
        ({"requested_at": NOW + 6.5 * HOUR}, NOW + 23.5 * HOUR),
        ({"requested_at": NOW, "ladder": (LadderRung(after_minutes=120, action="remind"),)}, NOW + 2 * HOUR),
        ({"requested_at": NOW, "leaves_at": NOW + timedelta(minutes=5)}, NOW + timedelta(minutes=5)),
        ({"requested_at": NOW, "put_off_until": NOW + 3 * HOUR}, NOW + 3 * HOUR),
        ({"requested_at": NOW, "put_off_until": NOW - HOUR}, NOW + HOUR),
        ({"requested_at": NOW, "since": NOW - HOUR}, NOW + HOUR),
        ({"since": NOW}, NOW + QUEUE_PATIENCE),
    ],
)
def test_a_person_is_late(waiting: dict[str, Any], deadline: datetime | None) -> None:
    assert deadline_of(Waiting.model_validate(waiting), RULES) == deadline


def test_without_a_ladder_nobody_is_late_with_an_approval() -> None:
    assert deadline_of(Waiting(requested_at=NOW, since=NOW), InboxRules()) is None


@pytest.mark.parametrize(
    ("deadline", "risk"),
    [(None, "none"), (NOW + SOON * 2, "none"), (NOW + SOON, "due_soon"), (NOW, "overdue"), (NOW - HOUR, "overdue")],
)
def test_risk(deadline: datetime | None, risk: str) -> None:
    assert risk_of(deadline, NOW) == risk


@pytest.mark.parametrize("calendar", [BusinessCalendar(), WORKDAYS])
@pytest.mark.parametrize("amount", [timedelta(minutes=1), HOUR, 9 * HOUR, 50 * HOUR])
@pytest.mark.parametrize("limit", [NOW, NOW + 3 * HOUR, NOW + timedelta(hours=12), NOW - timedelta(days=1, seconds=1)])
def test_whoever_began_by_the_latest_start_is_late_by_the_limit(
    calendar: BusinessCalendar, amount: timedelta, limit: datetime
) -> None:
    start = latest_start(amount, limit, calendar)
    assert add_business_time(start, amount, calendar) <= limit
    assert add_business_time(start + timedelta(seconds=1), amount, calendar) > limit


def test_what_is_at_risk_agrees_with_the_deadlines() -> None:
    climbed = [Climbed(key=f"{done}", rungs_done=done) for done in range(3)]
    patience = patience_of(climbed, RULES, NOW)
    for done in range(3):
        before = patience.approvals[str(done)]
        late = deadline_of(Waiting(requested_at=before, rungs_done=done), RULES)
        in_time = deadline_of(Waiting(requested_at=before + timedelta(seconds=1), rungs_done=done), RULES)
        assert risk_of(late, NOW) != "none"
        assert risk_of(in_time, NOW) == "none"
    assert risk_of(deadline_of(Waiting(since=patience.queue), RULES), NOW) != "none"
    assert patience_of([Climbed(key="0", rungs_done=0)], InboxRules(), NOW).approvals == {}


def test_the_rules_are_those_of_the_specification() -> None:
    assert rules_of(None) == InboxRules()
    spec = VERSION.specification
    assert rules_of(spec) == InboxRules(calendar=spec.calendar, ladder=spec.ladder)


def test_a_cursor_says_where_its_page_ended() -> None:
    position = Position(at=NOW + timedelta(microseconds=7), id="conversation-1")
    assert position_of(cursor_of(position)) == position


@pytest.mark.parametrize(
    "plain",
    [b"", b"{}", b"[]", b'["2026-03-02", 7]', b'["0001-01-01T00:00:00+14:00", "x"]', b'[7, "x"]', b"\xff", b"NaN"],
)
def test_another_cursor_is_refused(plain: bytes) -> None:
    with pytest.raises(InvalidInputError):
        position_of(base64.urlsafe_b64encode(plain).decode())


@pytest.mark.parametrize("cursor", ["é", "a", "%%%", "x" * 400])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        position_of(cursor)
