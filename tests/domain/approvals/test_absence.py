"""Who is away, and who is asked instead."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.approvals.absence import Absence, refusal_of_assignee, refusal_to_be_away, stands_in

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
MONDAY = NOW + timedelta(days=3)
AWAY = Absence(person_id="anna", until=MONDAY)
WITH_DEPUTY = Absence(person_id="anna", until=MONDAY, deputy="ben")
BEN_AWAY = Absence(person_id="ben", until=MONDAY)


@pytest.mark.parametrize(
    ("absence", "deputys_own", "asked"),
    [
        (AWAY, None, None),
        (WITH_DEPUTY, None, "ben"),
        (WITH_DEPUTY, BEN_AWAY, None),
        (WITH_DEPUTY, Absence(person_id="ben", until=NOW), "ben"),
    ],
)
def test_who_is_asked_instead(absence: Absence, deputys_own: Absence | None, asked: str | None) -> None:
    assert stands_in(absence, deputys_own, NOW) == asked


@pytest.mark.parametrize(
    ("absence", "refusal"),
    [
        (AWAY, None),
        (WITH_DEPUTY, None),
        (Absence(person_id="anna", until=NOW), "until has passed already. Give a time to come."),
        (Absence(person_id="anna", until=NOW + timedelta(days=731)), None),
        (
            Absence(person_id="anna", until=NOW + timedelta(days=731, seconds=1)),
            "An absence is told for 731 days at most. Give an earlier time.",
        ),
        (
            Absence(person_id="anna", until=MONDAY, deputy="anna"),
            "Nobody stands in for themselves: name another deputy, or none.",
        ),
    ],
)
def test_how_nobody_can_be_away(absence: Absence, refusal: str | None) -> None:
    assert refusal_to_be_away(absence, NOW) == refusal


@pytest.mark.parametrize(
    ("absence", "now", "refusal"),
    [
        (None, NOW, None),
        (AWAY, MONDAY, None),
        (AWAY, NOW, "anna is away until 2026-11-30 09:00 UTC. Name somebody else."),
        (WITH_DEPUTY, NOW, "anna is away until 2026-11-30 09:00 UTC. ben stands in. Name somebody else."),
    ],
)
def test_nothing_is_assigned_to_whoever_is_away(absence: Absence | None, now: datetime, refusal: str | None) -> None:
    assert refusal_of_assignee(absence, now) == refusal
