"""Targets: met at their limit, and unknown where nothing was measured."""

import pytest

from bench.figures import Figures, TurnCost
from bench.targets import Target, targets
from tests.bench.peers.test_report import OURS, PEER, PEERS, WITH_PEERS
from tests.bench.test_figures import BASELINE, FIGURES


def met(figures: Figures) -> dict[str, bool | None]:
    return {target.name: target.met for target in targets(figures)}


@pytest.mark.parametrize(
    ("figure", "at_least", "expected"),
    [
        (80, False, True),
        (80.1, False, False),
        (0, False, True),
        (80, True, True),
        (79.9, True, False),
        (None, False, None),
        (None, True, None),
    ],
)
def test_a_target_is_met_at_its_limit(figure: float | None, at_least: bool, expected: bool | None) -> None:
    assert Target(name="any", figure=figure, limit=80, at_least=at_least).met is expected


def test_what_a_run_does_not_measure_is_neither_met_nor_missed() -> None:
    quick = FIGURES.model_copy(
        update={
            "waiting_approvals": None,
            "slopes": None,
            "watched": None,
            "overhead_ms": {},
            "recovered_conversations": 50,
        }
    )
    assert {name for name, known in met(quick).items() if known is None} == {
        "turns per second, by those of the baseline",
        "turns per second, by those of DBOS",
        "turns per second while 50 people watch, by those while nobody does",
        "overhead p95 at 32, ms",
        "overhead p95 at 256, ms",
        "overhead p95 at 1,000, ms",
        "1,000 conversations answer again after kill -9, s",
        "CPU of 10,000 waiting approvals, seconds a minute",
        "database and history of a waiting approval, KB",
    }


def test_the_cpu_of_fewer_approvals_says_nothing_of_ten_thousand() -> None:
    assert FIGURES.waiting_approvals
    few = FIGURES.waiting_approvals.model_copy(update={"conversations": 20})
    name = "CPU of 10,000 waiting approvals, seconds a minute"
    assert met(FIGURES)[name] is True
    assert met(FIGURES.model_copy(update={"waiting_approvals": few}))[name] is None


@pytest.mark.parametrize(
    ("changed", "name", "expected"),
    [
        ({"plain_turn": TurnCost(events=11, bytes=1, actions=2)}, "plain turn, events", True),
        ({"plain_turn": TurnCost(events=11, bytes=1, actions=3)}, "plain turn, actions", False),
        ({"first_turn": TurnCost(events=22, bytes=1, actions=5)}, "first turn, events", True),
        ({"approval_turn": TurnCost(events=27, bytes=1, actions=6)}, "approval turn, events", False),
        ({"memory_per_conversation_kb": 80.0}, "memory of an open conversation, KB", True),
        ({"baseline": BASELINE, "baseline_ratio": 1.6}, "turns per second, by those of the baseline", True),
        ({"baseline": BASELINE, "baseline_ratio": 1.59}, "turns per second, by those of the baseline", False),
    ],
)
def test_each_figure_has_its_own_target(changed: dict[str, object], name: str, expected: bool) -> None:
    assert met(FIGURES.model_copy(update=changed))[name] is expected


def test_the_peer_is_held_against_ours_in_the_same_run() -> None:
    name = "turns per second, by those of DBOS"
    dbos = PEER.model_copy(update={"name": "DBOS", "turns_per_second": 40.0})
    with_dbos = FIGURES.model_copy(update={"peers": PEERS.model_copy(update={"systems": [OURS, PEER, dbos]})})
    assert {target.name: target.figure for target in targets(with_dbos)}[name] == 2.03
    assert met(with_dbos)[name] is True
    assert met(WITH_PEERS)[name] is None
