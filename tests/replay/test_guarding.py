"""Guarded calls: a run that began before a change ends on today's code."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.replay.golden import HISTORIES, check_commands, replay_golden
from tests.workflows.guarding.fakes import BEN, FakeGuarding, holding
from workflows.guarding.workflow import GuardedCallWorkflow

GUARDING = HISTORIES / "guarding"


@pytest.mark.parametrize("path", sorted(GUARDING.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_of_a_call_replays(path: Path) -> None:
    await replay_golden(path, GuardedCallWorkflow)


@pytest.mark.parametrize("name", ["approved_by_two_after_a_reminder", "rejected"])
async def test_commands_are_those_of_the_golden_history(environment: WorkflowEnvironment, name: str) -> None:
    fakes = FakeGuarding(approvers=2)
    async with holding(environment, fakes) as held:
        await held.until(lambda run: run.opened is not None)
        if name == "rejected":
            await held.decide("reject", reason="no")
        else:
            await held.env.fast_forward(held.handle, timedelta(minutes=31))
            await held.until(lambda _: len(fakes.ladder) == 1)
            await held.decide()
            await held.until(lambda _: len(fakes.decisions) == 1)
            await held.decide(by=BEN)
        await held.handle.result()
        check_commands(await held.handle.fetch_history(), GUARDING / f"{name}.json")
