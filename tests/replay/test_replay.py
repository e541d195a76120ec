"""Old histories replay on today's code, and today's code still makes the commands that they hold.

Record anew, after a change of commands that is meant and patched: `make golden`.
"""

from pathlib import Path

import pytest

from tests.replay.golden import HISTORIES, check_commands, replay_golden
from tests.replay.scenarios import SCENARIOS
from tests.workflows.conftest import Converse
from workflows.conversation.workflow import ConversationWorkflow


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    await replay_golden(path, ConversationWorkflow)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_commands_are_those_of_the_golden_history(name: str, converse: Converse) -> None:
    scenario = SCENARIOS[name]
    async with converse(scenario.fakes()) as conversation:
        await scenario.play(conversation)
        check_commands(await conversation.handle.fetch_history(), HISTORIES / f"{name}.json")


def test_every_scenario_has_a_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} >= set(SCENARIOS)
