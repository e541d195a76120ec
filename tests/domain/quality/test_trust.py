"""What figures say of an AI agent: it stays, may move up, or moves down."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.quality.rates import Rate, rate
from domain.quality.trust import effective_mode, held_by, limit_of, next_step, review, way_down
from domain.specification.modes import Mode
from domain.specification.organisation import AiAgentSpec
from domain.specification.trust import StepDown, StepUp, TrustLadder
from tests.organisation import SERVICE

CO_PILOT, SUPERVISION, DELEGATION = Mode.CO_PILOT, Mode.SUPERVISION, Mode.DELEGATION
UP = StepUp(to=SUPERVISION, measure="drafts_unchanged", bound=0.8, conversations=50, days=30)
ON = StepUp(to=DELEGATION, measure="missed_escalation", bound=0.05, conversations=100, days=60)
DOWN = StepDown(measure="drafts_unchanged", bound=0.7, days=7)


def card(mode: Mode = DELEGATION, *up: StepUp, down: StepDown | None = DOWN) -> AiAgentSpec:
    return SERVICE.model_copy(update={"mode": mode, "trust": TrustLadder(up=up or (UP, ON), down=down)})


@pytest.mark.parametrize(
    ("mode", "level", "works_in", "held_to"),
    [
        (DELEGATION, None, CO_PILOT, CO_PILOT),
        (DELEGATION, CO_PILOT, CO_PILOT, CO_PILOT),
        (DELEGATION, SUPERVISION, SUPERVISION, SUPERVISION),
        (DELEGATION, DELEGATION, DELEGATION, None),
        (SUPERVISION, DELEGATION, SUPERVISION, None),
        (SUPERVISION, SUPERVISION, SUPERVISION, None),
        (SUPERVISION, None, CO_PILOT, CO_PILOT),
        (CO_PILOT, DELEGATION, CO_PILOT, CO_PILOT),
    ],
)
def test_it_works_in_the_stricter_of_card_and_trust(
    mode: Mode, level: Mode | None, works_in: Mode, held_to: Mode | None
) -> None:
    assert effective_mode(card(mode), level) is works_in
    assert limit_of(card(mode), level) is held_to


@pytest.mark.parametrize("level", [None, *Mode])
@pytest.mark.parametrize("mode", Mode)
def test_without_trust_on_its_card_it_works_as_the_card_says(mode: Mode, level: Mode | None) -> None:
    plain = SERVICE.model_copy(update={"mode": mode})
    assert effective_mode(plain, level) is mode
    assert limit_of(plain, level) is (mode if mode is CO_PILOT else None)
    assert (next_step(plain, mode), way_down(plain, mode)) == (None, None)


@pytest.mark.parametrize("recorded", [None, SUPERVISION, CO_PILOT])
@pytest.mark.parametrize(
    ("own", "held"),
    [
        (SERVICE.model_copy(update={"mode": CO_PILOT}), {None: CO_PILOT, SUPERVISION: CO_PILOT, CO_PILOT: CO_PILOT}),
        (SERVICE.model_copy(update={"mode": DELEGATION}), {None: None, SUPERVISION: None, CO_PILOT: None}),
        (card(DELEGATION), {None: None, SUPERVISION: SUPERVISION, CO_PILOT: CO_PILOT}),
    ],
    ids=["co-pilot", "without trust", "with trust"],
)
def test_what_would_hold_a_recorded_draft(
    own: AiAgentSpec, recorded: Mode | None, held: dict[Mode | None, Mode]
) -> None:
    assert held_by(own, recorded) is held[recorded]


@pytest.mark.parametrize(
    ("mode", "at", "step"),
    [
        (DELEGATION, CO_PILOT, UP),
        (DELEGATION, SUPERVISION, ON),
        (DELEGATION, DELEGATION, None),
        (SUPERVISION, CO_PILOT, UP),
        (SUPERVISION, SUPERVISION, None),
    ],
)
def test_the_next_step_never_leads_above_the_card(mode: Mode, at: Mode, step: StepUp | None) -> None:
    assert next_step(card(mode), at) is step


def test_a_ladder_may_end_below_the_card() -> None:
    assert next_step(card(DELEGATION, UP), SUPERVISION) is None


@pytest.mark.parametrize(("at", "measured"), [(DELEGATION, True), (SUPERVISION, False), (CO_PILOT, False)])
def test_automated_resolution_moves_down_only_who_answers_alone(at: Mode, measured: bool) -> None:
    down = StepDown(measure="automated_resolution", bound=0.4, days=30)
    assert (way_down(card(down=down), at) is not None) is measured


def judged(at: Mode, *, up: Rate | None = None, down: Rate | None = None) -> tuple[str, Mode, str]:
    found = review(card(), at, up=up, down=down)
    return found.verdict, found.to, found.figures


@pytest.mark.parametrize(
    ("up", "verdict"),
    [
        (rate(0, 0), "stays"),
        (rate(49, 49), "stays"),  # one conversation too few
        (rate(50, 50), "may_move_up"),
        (rate(46, 50), "may_move_up"),  # lower end 0.811
        (rate(45, 50), "stays"),  # lower end 0.786
        (rate(830, 1000), "may_move_up"),
        (rate(820, 1000), "stays"),  # 0.82 is enough, its lower end is not
    ],
)
def test_the_lower_end_has_to_reach_the_bound_over_enough_conversations(up: Rate, verdict: str) -> None:
    found, to, figures = judged(CO_PILOT, up=up)
    assert (found, to) == (verdict, SUPERVISION if verdict == "may_move_up" else CO_PILOT)
    assert "supervision needs 50 conversations and the lower end at least 80.0%" in figures


@pytest.mark.parametrize(
    ("up", "verdict"),
    [(rate(0, 99), "stays"), (rate(0, 100), "may_move_up"), (rate(1, 100), "stays"), (rate(2, 200), "may_move_up")],
)
def test_of_escalations_the_upper_end_has_to_stay_within_it(up: Rate, verdict: str) -> None:
    found, _, figures = judged(SUPERVISION, up=up, down=rate(9, 10))
    assert found == verdict
    assert figures.endswith("delegation needs 100 conversations and the upper end at most 5.0%")


@pytest.mark.parametrize(
    ("down", "verdict"),
    [
        (rate(0, 0), "stays"),
        (rate(0, 1), "stays"),  # upper end 0.79: one conversation is chance
        (rate(0, 2), "moves_down"),  # upper end 0.658
        (rate(10, 20), "stays"),  # upper end 0.701
        (rate(9, 20), "moves_down"),  # upper end 0.658
        (rate(650, 1000), "moves_down"),
        (rate(680, 1000), "stays"),
    ],
)
@pytest.mark.parametrize(("at", "to"), [(DELEGATION, SUPERVISION), (SUPERVISION, CO_PILOT)])
def test_the_upper_end_below_the_bound_moves_it_down_one_step(at: Mode, to: Mode, down: Rate, verdict: str) -> None:
    assert judged(at, up=rate(0, 0), down=down)[:2] == (verdict, to if verdict == "moves_down" else at)


def test_of_escalations_the_lower_end_above_the_bound_does() -> None:
    down = StepDown(measure="missed_escalation", bound=0.1, days=30)
    assert review(card(down=down), DELEGATION, up=None, down=rate(4, 20)).verdict == "stays"
    found = review(card(down=down), DELEGATION, up=None, down=rate(8, 20))
    assert (found.verdict, found.figures) == (
        "moves_down",
        "missed_escalation: 40.0% of 20 (21.9% to 61.3%) in 30 days, with the lower end above 10.0%",
    )


def test_down_comes_before_up() -> None:
    assert judged(SUPERVISION, up=rate(0, 500), down=rate(0, 50))[:2] == ("moves_down", CO_PILOT)


def test_in_co_pilot_nothing_moves_it_down() -> None:
    assert judged(CO_PILOT, up=rate(0, 50), down=rate(0, 50))[0] == "stays"


def test_at_the_top_there_is_no_further_step() -> None:
    assert judged(DELEGATION, down=rate(50, 50)) == ("stays", DELEGATION, "There is no further step.")


def test_what_was_counted_is_told_with_its_interval_and_time() -> None:
    assert judged(CO_PILOT, up=rate(45, 50))[2].startswith(
        "drafts_unchanged: 90.0% of 50 (78.6% to 95.7%) in 30 days; "
    )
    assert judged(CO_PILOT, up=rate(0, 0))[2].startswith("drafts_unchanged: nothing was counted in 30 days; ")


@pytest.mark.parametrize(
    "changes", [{"bound": 0}, {"bound": 1}, {"conversations": 0}, {"days": 0}, {"days": 367}, {"measure": "luck"}]
)
def test_a_step_beyond_all_measure_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StepUp.model_validate({**UP.model_dump(), **changes})
