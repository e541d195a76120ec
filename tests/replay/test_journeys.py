"""Journeys that run since before a change go on: their old histories replay, and commands are as they were."""

from pathlib import Path

import pytest

from tests.replay.golden import HISTORIES, check_commands, replay_golden
from tests.replay.scenarios import SCENARIOS
from tests.workflows.conftest import Converse
from tests.workflows.journeys.conftest import Trip
from workflows.journeys.workflow import JourneyWorkflow

JOURNEYS = HISTORIES / "journeys"
PLAYED = {name: scenario for name, scenario in SCENARIOS.items() if scenario.way}


@pytest.mark.parametrize("path", sorted(JOURNEYS.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_of_a_journey_replays(path: Path) -> None:
    await replay_golden(path, JourneyWorkflow)


@pytest.mark.parametrize("name", PLAYED)
async def test_commands_are_those_of_the_golden_history(name: str, converse: Converse) -> None:
    scenario = PLAYED[name]
    async with converse(scenario.fakes()) as conversation:
        await scenario.play(conversation)
        check_commands(await Trip(conversation, "way").handle.fetch_history(), JOURNEYS / f"{name}.json")


def test_every_journey_has_a_history() -> None:
    assert {path.stem for path in JOURNEYS.glob("*.json")} >= set(PLAYED)
