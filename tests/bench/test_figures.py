from datetime import date

import pytest

from bench.figures import (
    BaselineFigures,
    Budget,
    Figures,
    Machine,
    Messages,
    OpenSlope,
    Percentiles,
    Rates,
    Slopes,
    TurnCost,
    WaitingApprovals,
    Watched,
    budgets,
)

PLAIN = TurnCost(events=10, bytes=4000, actions=2)
BY_VENDOR = TurnCost(events=16, bytes=5000, actions=3)
TIMES = Percentiles(p50=40, p95=80, p99=90, turns=100)
FIGURES = Figures(
    plain_turn=PLAIN,
    approval_turn=TurnCost(events=26, bytes=8000, actions=8),
    vendor_turn=BY_VENDOR,
    first_turn=TurnCost(events=31, bytes=9000, actions=8),
    validated_turn=TurnCost(events=22, bytes=5000, actions=4),
    overhead_ms={"1": TIMES, "32": TIMES, "256": TIMES},
    saturated_ms={"32": TIMES},
    turns_per_second=Rates(holdfast=60, bare=90, ratio=0.67, ratios=[0.6, 0.67, 0.7]),
    memory_per_conversation_kb=120,
    recovery_1000_seconds=12.5,
    recovered_conversations=1000,
    messages=Messages(written=10, recorded=10, answered=10, lost=0, doubled=0),
    machine=Machine(
        cores=2,
        memory_gib=23.5,
        system="Linux x86_64",
        python="3.11.7",
        temporal_sdk="1.35.0",
        temporal_server="1.32.0",
        postgresql="18.4",
        load_before=0.1,
        load_after=2.5,
    ),
    measured_on=date(2026, 11, 21),
    quick=False,
    waiting_approvals=WaitingApprovals(
        conversations=10_000,
        waiting=10_000,
        opened_in_seconds=250,
        watched_seconds=60,
        idle_cpu_seconds={"worker": 0.5, "temporal": 1.0},
        waiting_cpu_seconds={"worker": 0.5, "temporal": 1.4},
        database_bytes=7 * 1024,
        history_bytes=12 * 1024,
        temporal_file_bytes=31 * 1024,
    ),
    slopes=Slopes(
        speaking=32,
        conversations={"1000": OpenSlope(turns_per_second=61.2, paced_ms=TIMES, worker_mb=1234)},
        workers={"1": 60.1, "4": 70.2},
    ),
    watched=Watched(
        sessions=50,
        conversations=1000,
        turns_per_second=72.3,
        unwatched_turns_per_second=75.4,
        ratio=0.96,
        ratios=[0.95, 0.96, 0.97],
        paced_ms=Percentiles(p50=44, p95=88, p99=99, turns=100),
        unwatched_paced_ms=TIMES,
    ),
)
BASELINE = BaselineFigures(
    commit="0123456789ab", then=50, now=100, ratio=2, ratios=[1.9, 2.0, 2.1], temporal_servers=["1.31.0", "1.32.0"]
)


def broken(**changed: object) -> list[str]:
    return [budget.name for budget in budgets(FIGURES.model_copy(update=changed)) if not budget.holds]


def test_percentiles_of_a_hundred_and_one_equal_steps() -> None:
    assert Percentiles.of(range(101)) == Percentiles(p50=50, p95=95, p99=99, turns=101)


def test_good_figures_keep_every_budget() -> None:
    assert broken() == []


@pytest.mark.parametrize(
    ("changed", "budget"),
    [
        ({"plain_turn": PLAIN.model_copy(update={"events": 12})}, "plain turn, events"),
        ({"plain_turn": PLAIN.model_copy(update={"actions": 3})}, "plain turn, actions"),
        ({"vendor_turn": BY_VENDOR.model_copy(update={"events": 17})}, "turn by a vendor, events"),
        ({"vendor_turn": BY_VENDOR.model_copy(update={"actions": 4})}, "turn by a vendor, actions"),
        ({"approval_turn": TurnCost(events=30, bytes=1, actions=1)}, "approval turn, events"),
        ({"overhead_ms": {"32": TIMES.model_copy(update={"p95": 501.0})}}, "overhead p95 at 32, ms"),
        ({"turns_per_second": Rates(holdfast=50, bare=90, ratio=0.59, ratios=[])}, "turns per second, ratio"),
        ({"messages": Messages(written=10, recorded=10, answered=9, lost=1, doubled=0)}, "messages lost"),
        ({"messages": Messages(written=9, recorded=9, answered=10, lost=0, doubled=1)}, "messages answered twice"),
    ],
)
def test_a_figure_beyond_its_limit_breaks_its_budget(changed: dict[str, object], budget: str) -> None:
    assert broken(**changed) == [budget]


def test_only_counts_decide_about_the_exit_code() -> None:
    assert {budget.name for budget in budgets(FIGURES) if not budget.exact} == {
        "overhead p95 at 32, ms",
        "turns per second, ratio",
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0], (1.5, 1.9, 2.0)),
        ([5.0] * 10, (5.0, 5.0, 5.0)),
        ([3.0, 1.0, 2.0], (2.0, 2.9, 3.0)),
        ([0.04, 0.04], (0.0, 0.0, 0.0)),
    ],
)
def test_percentiles_lie_between_the_values_in_tenths(values: list[float], expected: tuple[float, ...]) -> None:
    times = Percentiles.of(values)
    assert (times.p50, times.p95, times.p99) == expected
    assert times.turns == len(values)


@pytest.mark.parametrize(
    ("figure", "limit", "at_least", "holds"),
    [
        (17, 17, False, True),
        (17.1, 17, False, False),
        (0.6, 0.6, True, True),
        (0.599, 0.6, True, False),
        (0, 0, False, True),
    ],
)
def test_a_budget_holds_at_its_limit(figure: float, limit: float, at_least: bool, holds: bool) -> None:
    assert Budget(name="any", figure=figure, limit=limit, at_least=at_least).holds is holds


def test_messages_of_several_conversations_are_added() -> None:
    one = Messages(written=2, recorded=2, answered=1, lost=1, doubled=0)
    two = Messages(written=3, recorded=4, answered=3, lost=0, doubled=1)
    assert one + two == Messages(written=5, recorded=6, answered=4, lost=1, doubled=1)


def test_what_approvals_add_is_beyond_what_the_servers_cost_anyway() -> None:
    assert FIGURES.waiting_approvals
    assert FIGURES.waiting_approvals.added_cpu_seconds == 0.4
