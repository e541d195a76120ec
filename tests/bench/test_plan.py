"""The sizes of a run, which the figures and their budgets take for granted."""

import pytest

from bench.figures import Figures, budgets
from bench.plan import FULL, QUICK, Plan
from bench.report import document
from bench.targets import RECOVERED, WAITING
from tests.bench.test_figures import FIGURES


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_a_plan_measures_what_the_budgets_ask_for(plan: Plan) -> None:
    """The budget of the overhead is that of 32 conversations."""
    measured = {str(load.conversations): FIGURES.overhead_ms["32"] for load in plan.loads}
    figures = FIGURES.model_copy(update={"overhead_ms": measured})
    assert all(budget.holds for budget in budgets(figures))


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_there_are_turns_to_count_and_conversations_to_recover(plan: Plan) -> None:
    """The first and the last turn of a history are not counted; those weighed are among those recovered."""
    assert plan.counted_turns > 2
    assert plan.recovered > plan.warm_up + plan.weighed
    assert plan.pairs_of_rounds >= 1
    assert all(load.seconds > load.pause_seconds * 1.5 for load in plan.loads)


def test_the_loads_grow_and_a_full_run_is_longer() -> None:
    numbers = [load.conversations for load in FULL.loads]
    assert numbers == sorted(numbers)
    assert set(numbers) > {load.conversations for load in QUICK.loads}
    assert sum(load.seconds for load in FULL.loads) > 5 * sum(load.seconds for load in QUICK.loads)
    assert FULL.recovered == 1000


def test_the_recovered_number_of_the_document_is_that_of_the_run() -> None:
    figures: Figures = FIGURES.model_copy(update={"recovered_conversations": QUICK.recovered, "quick": True})
    text = document(figures)
    assert f"Recovery: {QUICK.recovered} conversations" in text
    assert f"{QUICK.recovered} conversations answer again" in text


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_slopes_go_up_and_there_are_customers_enough_to_speak(plan: Plan) -> None:
    for numbers in (plan.slopes.conversations, plan.slopes.workers):
        assert list(numbers) == sorted(set(numbers))
    assert plan.slopes.conversations[0] >= plan.slopes.speaking
    assert plan.slopes.workers[0] == 1
    assert plan.slopes.paced_seconds > plan.slopes.pause_seconds * 1.5


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_what_is_watched_is_there_and_a_round_is_longer_than_its_pauses(plan: Plan) -> None:
    assert plan.watching.conversations >= plan.watching.speaking
    assert plan.watching.round_seconds > plan.watching.pause_seconds * 1.5


def test_a_full_run_measures_what_the_targets_speak_of() -> None:
    assert {32, 256, 1000} <= {load.conversations for load in FULL.loads}
    assert (FULL.recovered, FULL.waiting.conversations) == (RECOVERED, WAITING)
    assert (FULL.watching.sessions, FULL.watching.conversations) == (50, 1_000)
    assert (FULL.slopes.conversations, FULL.slopes.workers) == ((100, 1_000, 10_000), (1, 2, 4))
