"""The whole benchmark on a platform of its own, as small as it can be."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.figures import Figures, budgets
from bench.peers.environment import PeerKind
from bench.peers.plan import ComparisonPlan
from bench.peers.trials import MOMENTS
from bench.plan import Load, Plan, SlopePlan, Waiting, Watching
from bench.run import Beside, measure
from config.settings import Settings
from embedded.progress import Progress

TINY = Plan(
    counted_turns=3,
    loads=(Load(1, 0.1, 2), Load(32, 1, 2)),
    saturating=2,
    pairs_of_rounds=1,
    round_seconds=1,
    warm_up=2,
    weighed=4,
    recovered=8,
    waiting=Waiting(3, 1),
    slopes=SlopePlan((3, 6), (1, 2), 2, 1, 0.1, 1),
    watching=Watching(2, 3, 2, 1, 1, 0.1, 0.1),
)


def alone(folder: Path) -> ComparisonPlan:
    """Compares Holdfast with a peer that is not to be had: a test downloads nothing."""
    lock = folder / "nobody.lock"
    lock.write_text(f"./nobody.whl --hash=sha256:{'0' * 64}\n")
    return ComparisonPlan(
        conversations=2,
        rounds=1,
        round_seconds=1,
        pause_seconds=0.1,
        paced_seconds=1,
        killed=3,
        patience_seconds=60,
        peers=(PeerKind("Nobody", "nobody", lock),),
    )


pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def bench_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
async def figures(bench_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    comparing = alone(tmp_path_factory.mktemp("lock"))
    return await measure(Settings(home=bench_home), TINY, Progress(Console(quiet=True)), Beside(peers=comparing))


async def test_the_costs_keep_their_budgets_and_nothing_is_lost(figures: Figures) -> None:
    assert [budget.name for budget in budgets(figures) if budget.exact and not budget.holds] == []
    assert figures.messages.written == figures.messages.answered > 0


async def test_the_json_has_the_keys_that_others_read(figures: Figures) -> None:
    written = json.loads(figures.model_dump_json())

    assert {"events", "bytes", "actions"} == set(written["plain_turn"]) == set(written["approval_turn"])
    assert {"p50", "p95", "p99"} <= set(written["overhead_ms"]["32"])
    assert {"holdfast", "bare", "ratio"} <= set(written["turns_per_second"])
    assert written["recovery_1000_seconds"] > 0
    assert isinstance(written["memory_per_conversation_kb"], float)


async def test_slopes_and_waiting_approvals_are_measured(figures: Figures) -> None:
    written = json.loads(figures.model_dump_json())
    assert set(written["slopes"]["conversations"]) == {"3", "6"}
    assert set(written["slopes"]["workers"]) == {"1", "2"}
    assert all(slope["worker_mb"] > 0 for slope in written["slopes"]["conversations"].values())
    assert (written["waiting_approvals"]["conversations"], written["waiting_approvals"]["waiting"]) == (3, 3)
    assert written["waiting_approvals"]["history_bytes"] > 0
    assert written["baseline_ratio"] is None


async def test_turns_are_counted_while_consoles_are_open_and_while_none_is(figures: Figures) -> None:
    assert figures.watched
    assert (figures.watched.sessions, figures.watched.conversations) == (2, 3)
    assert min(figures.watched.turns_per_second, figures.watched.unwatched_turns_per_second) > 0
    assert len(figures.watched.ratios) == 1


async def test_an_approval_turn_has_its_decision_in_it(figures: Figures) -> None:
    assert figures.plain_turn.actions < figures.approval_turn.actions
    assert figures.plain_turn.events < figures.approval_turn.events


async def test_a_turn_by_a_vendor_has_a_delivery_of_its_own(figures: Figures) -> None:
    assert (figures.vendor_turn.events, figures.vendor_turn.actions) == (16, 3)


async def test_the_state_of_the_run_is_gone_and_what_is_installed_stays(figures: Figures, bench_home: Path) -> None:
    assert sorted(file.name for file in (bench_home / "bench").iterdir()) == ["lock", "peers"]


async def test_holdfast_killed_at_each_point_goes_on_by_itself(figures: Figures) -> None:
    assert figures.peers
    (ours,) = figures.peers.systems
    assert set(ours.kills) == set(MOMENTS)
    for kill in ours.kills.values():
        assert (kill.conversations, kill.answered, kill.lost, kill.doubled) == (3, 3, 0, 0)


async def test_a_peer_that_cannot_be_installed_is_named_and_spoils_nothing(figures: Figures) -> None:
    assert figures.peers
    (sentence,) = figures.peers.not_measured
    assert sentence.startswith("Nobody is not measured: it cannot be installed")
