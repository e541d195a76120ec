"""Targets, budgets, burn rates and states, by the counts alone."""

from datetime import UTC, datetime

import pytest

from domain.quality.health import (
    NO_LADDER,
    NO_MARKS,
    NO_RATINGS,
    STATES,
    Objective,
    health_of,
    measure,
    objectives_of,
    seconds_to_keep,
)
from domain.quality.measures import Counted, Metric, Tally, Windows
from domain.specification.organisation import LadderRung, OrganisationSpec, SuccessMeasure, SuccessMetric
from tests.organisation import SERVICE, SPECIFICATION

WINDOWS = Windows(until=datetime(2026, 3, 31, tzinfo=UTC))
RESOLVED = Objective(metric="automated_resolution", ai_agent="service", target=0.6, share=0.6)
MISSED = Objective(metric="missed_escalation", ai_agent="service", target=0.05, share=0.95)
ANSWERED = Objective(metric="first_response_seconds", ai_agent=None, target=60, share=0.95)


def counted(count: int, n: int) -> Counted:
    return Counted(count=count, n=n)


def tally(
    period: Counted, long: Counted | None = None, short: Counted | None = None, metric: Metric = "automated_resolution"
) -> Tally:
    return Tally(metric=metric, ai_agent="service", period=period, long=long or Counted(), short=short or Counted())


def of(*success: tuple[SuccessMetric, float], **fields: object) -> OrganisationSpec:
    measures = tuple(SuccessMeasure(metric=metric, target=target) for metric, target in success)
    service = SERVICE.model_copy(update={"success": measures})
    return SPECIFICATION.model_copy(update={"ai_agents": (service, SPECIFICATION.ai_agents[1]), **fields})


@pytest.mark.parametrize(
    ("objective", "kept", "state"),
    [
        # 0.6 are to be resolved: the budget is 0.4.
        (RESOLVED, counted(0, 0), "too_few"),
        (RESOLVED, counted(20, 29), "too_few"),
        (RESOLVED, counted(10, 29), "missed"),
        (RESOLVED, counted(29, 29), "met"),
        (RESOLVED, counted(18, 30), "met"),
        (RESOLVED, counted(17, 30), "missed"),
        (RESOLVED, counted(600, 1000), "met"),
        (RESOLVED, counted(599, 1000), "missed"),
        # At most 0.05 may be missed.
        (MISSED, counted(0, 29), "too_few"),
        (MISSED, counted(2, 40), "met"),
        (MISSED, counted(3, 40), "missed"),
        (MISSED, counted(20, 29), "missed"),
        # 95 of 100 within a time.
        (ANSWERED, counted(95, 100), "met"),
        (ANSWERED, counted(94, 100), "missed"),
    ],
)
def test_the_state_follows_from_what_went_against_the_target(objective: Objective, kept: Counted, state: str) -> None:
    found = measure(objective, tally(kept), WINDOWS)
    assert (found.state, found.why) == (state, STATES[found.state])


@pytest.mark.parametrize(
    ("long", "short", "state"),
    [
        (counted(5, 10), counted(1, 4), "at_risk"),
        (counted(5, 10), counted(3, 5), "met"),  # exactly as fast as it lasts
        (counted(6, 10), counted(0, 4), "met"),  # the longer window is quiet
        (counted(0, 10), counted(4, 4), "met"),  # it is over
        (counted(0, 9), counted(0, 4), "met"),  # too few to tell
        (counted(0, 10), counted(0, 0), "met"),  # nothing came in lately
    ],
)
def test_at_risk_is_what_burns_in_both_windows(long: Counted, short: Counted, state: str) -> None:
    assert measure(RESOLVED, tally(counted(90, 100), long, short), WINDOWS).state == state


def test_what_is_missed_stays_missed_however_fast_it_burns() -> None:
    found = measure(RESOLVED, tally(counted(10, 100), counted(0, 20), counted(0, 10)), WINDOWS)
    assert found.state == "missed"
    assert [found.long.rate, found.short.rate] == pytest.approx([2.5, 2.5])


@pytest.mark.parametrize(
    ("objective", "kept", "left", "burns"),
    [
        (RESOLVED, counted(100, 100), 1.0, 0.0),
        (RESOLVED, counted(80, 100), 0.5, 0.5),
        (RESOLVED, counted(60, 100), 0.0, 1.0),
        (RESOLVED, counted(40, 100), -0.5, 1.5),
        (RESOLVED, counted(0, 0), 1.0, None),
        (MISSED, counted(0, 100), 1.0, 0.0),
        (MISSED, counted(10, 100), -1.0, 2.0),
        (ANSWERED, counted(98, 100), 0.6, 0.4),
    ],
)
def test_budget_and_burn_rate(objective: Objective, kept: Counted, left: float, burns: float | None) -> None:
    found = measure(objective, tally(kept, long=kept), WINDOWS)
    assert found.budget_left == pytest.approx(left)
    assert found.long.rate == (None if burns is None else pytest.approx(burns))
    assert (found.long.hours, found.short.hours) == (72, 6)


@pytest.mark.parametrize(("missed", "state", "left"), [(0, "too_few", 1.0), (1, "missed", 0.0)])
def test_where_nothing_may_go_against_it_there_is_no_rate(missed: int, state: str, left: float) -> None:
    never = Objective(metric="missed_escalation", ai_agent="service", target=0, share=1.0)
    found = measure(never, tally(counted(missed, 40), counted(missed, 20), counted(missed, 10)), WINDOWS)
    assert (found.budget_left, found.long.rate, found.short.rate) == (left, None, None)
    assert found.state == ("met" if state == "too_few" else state)


def test_the_measured_share_has_its_interval() -> None:
    found = measure(MISSED, tally(counted(2, 40)), WINDOWS).measured
    assert (found.count, found.n, found.share) == (2, 40, 0.05)
    assert [found.low, found.high] == pytest.approx([0.0138, 0.1650], abs=1e-4)


def test_the_objectives_are_the_success_measures_and_the_service_levels() -> None:
    rung = LadderRung(after_minutes=30, action="remind")
    found = objectives_of(
        of(("automated_resolution", 0.6), ("false_escalation", 0.2), ("first_response_seconds", 2), ladder=(rung,))
    )
    assert [(one.ai_agent, one.metric, one.target, round(one.share, 6), one.cannot_be_measured) for one in found] == [
        ("service", "automated_resolution", 0.6, 0.6, ""),
        ("service", "false_escalation", 0.2, 0.8, ""),
        ("service", "first_response_seconds", 2, 0.95, ""),
        (None, "first_response_seconds", 60, 0.95, ""),
        (None, "approvals_on_time", None, 0.95, ""),
    ]
    assert seconds_to_keep(found) == {"service": 2, None: 60}


@pytest.mark.parametrize(
    ("specification", "ratings", "why"),
    [
        (of(("csat", 4.5)), counted(90, 100), NO_MARKS),
        (of(("csat", 0.9)), counted(0, 0), NO_RATINGS),
        (of(), counted(0, 0), NO_LADDER),
    ],
)
def test_what_nothing_tells_is_not_measured_and_says_why(
    specification: OrganisationSpec, ratings: Counted, why: str
) -> None:
    found = health_of("bikeshop", objectives_of(specification), [tally(ratings, metric="csat")], WINDOWS)
    assert why in [one.why for one in found.measurements if one.state == "not_measured"]


def test_ratings_are_measured_by_the_share_of_good_ones() -> None:
    (found, *_) = health_of(
        "bikeshop", objectives_of(of(("csat", 0.9))), [tally(counted(91, 100), metric="csat")], WINDOWS
    ).measurements
    assert (found.state, found.measured.share) == ("met", 0.91)


@pytest.mark.parametrize(("target", "share"), [(60, 1.0), (-1, 0.0), (0.5, 0.5)])
def test_a_target_beyond_all_shares_of_an_older_version_is_bounded(target: float, share: float) -> None:
    assert objectives_of(of(("automated_resolution", target)))[0].share == share


def test_counts_belong_to_their_measure_and_ai_agent() -> None:
    objectives = (RESOLVED, MISSED, RESOLVED.model_copy(update={"ai_agent": "billing"}))
    found = health_of("bikeshop", objectives, [tally(counted(50, 60)), tally(counted(1, 2), metric="csat")], WINDOWS)
    assert [one.measured.n for one in found.measurements] == [60, 0, 0]
    assert found.windows == WINDOWS
