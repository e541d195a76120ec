"""All systems in one comparison: ours stays, a peer that fails is left out with a sentence."""

import json

import pytest

from bench.figures import Comparison
from bench.peers.comparison import measure_side_by_side
from bench.peers.plan import FULL_COMPARISON, QUICK_COMPARISON, ComparisonPlan
from bench.peers.trials import MOMENTS
from domain.errors import UnavailableError
from tests.bench.peers.fakes import FakeSystem, Step

TINY = ComparisonPlan(
    conversations=2,
    rounds=3,
    round_seconds=0.1,
    pause_seconds=0.01,
    paced_seconds=0.1,
    killed=2,
    patience_seconds=1,
)


def quietly(_: str) -> None: ...


async def test_every_system_does_the_same() -> None:
    ours, peer = FakeSystem("Holdfast"), FakeSystem("Peer")
    comparison = await measure_side_by_side(ours, [peer], TINY, quietly)

    assert [system.name for system in comparison.systems] == ["Holdfast", "Peer"]
    assert comparison.not_measured == []
    for system in comparison.systems:
        assert len(system.rounds) == TINY.rounds
        assert min(system.rounds) <= system.turns_per_second <= max(system.rounds)
        assert system.approval_ms.turns == TINY.conversations
        assert set(system.kills) == set(MOMENTS)
        assert all((kill.lost, kill.doubled) == (0, 0) for kill in system.kills.values())
    assert [step for step in ours.came_to if step != "says"] == [step for step in peer.came_to if step != "says"]


@pytest.mark.parametrize("step", ["says", "asks", "is approved", "stop at", "start"])
async def test_a_peer_that_fails_is_left_out_with_a_sentence(step: Step) -> None:
    ours, bad, good = FakeSystem("Holdfast"), FakeSystem("Bad", fails_at=step), FakeSystem("Good")
    failures = ["Gone is not measured: it cannot be installed."]
    comparison = await measure_side_by_side(ours, [bad, good], TINY, quietly, failures)

    assert [system.name for system in comparison.systems] == ["Holdfast", "Good"]
    assert comparison.not_measured == [*failures, f"Bad is not measured: planted at {step}."]


async def test_ours_may_not_fail() -> None:
    with pytest.raises(UnavailableError, match="planted at says"):
        await measure_side_by_side(FakeSystem("Holdfast", fails_at="says"), [], TINY, quietly)


async def test_without_a_peer_there_is_still_ours() -> None:
    comparison = await measure_side_by_side(FakeSystem("Holdfast"), [], TINY, quietly, ["No network."])
    assert [system.name for system in comparison.systems] == ["Holdfast"]


async def test_the_figures_are_json_that_others_read() -> None:
    comparison = await measure_side_by_side(FakeSystem("Holdfast"), [FakeSystem("Peer")], TINY, quietly)
    written = json.loads(comparison.model_dump_json())

    assert {"conversations", "pause_seconds", "systems", "not_measured", "load_before", "load_after"} <= set(written)
    peer = written["systems"][1]
    assert {"p50", "p95"} <= set(peer["saturated_ms"]) & set(peer["paced_ms"]) & set(peer["approval_ms"])
    assert {"conversations", "answered", "seconds", "lost", "doubled"} == set(peer["kills"]["before_reply"])
    assert peer["versions"] == {"peer": "1.0"}
    assert Comparison.model_validate(written) == comparison


@pytest.mark.parametrize("plan", [FULL_COMPARISON, QUICK_COMPARISON], ids=["full", "quick"])
def test_every_customer_has_time_for_a_turn_with_a_pause(plan: ComparisonPlan) -> None:
    assert plan.conversations == 32
    assert plan.paced_seconds > 2 * plan.pause_seconds
    # Temporal repeats a killed activity after a quarter of a minute.
    assert plan.patience_seconds >= 30
