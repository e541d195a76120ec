"""Old histories replay on today's code, and today's code still makes the commands that they hold.

Record anew, after a change of commands that is meant and patched: `make golden`.
"""

import json
import os
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.replay.scenarios import SCENARIOS
from tests.workflows.conftest import Converse
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow

HISTORIES = Path(__file__).parent / "histories"
COMMANDS = {
    "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED",
    "EVENT_TYPE_TIMER_STARTED",
    "EVENT_TYPE_TIMER_CANCELED",
    "EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    "EVENT_TYPE_MARKER_RECORDED",
    "EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED",
    "EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED",
}
WHAT_TO_DO = (
    "The workflow's commands changed, so conversations that are running would fail to replay. Guard the change with "
    "workflow.patched(...) (or a new worker deployment version), keep the old histories, and record the new ones "
    "beside them with `make golden`."
)


def replayer() -> Replayer:
    return Replayer(
        workflows=[ConversationWorkflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner()
    )


def fingerprint(history: str) -> list[str]:
    """The commands of a history in order: what a change of code must not change for running conversations."""
    events = [event for event in json.loads(history)["events"] if event["eventType"] in COMMANDS]
    return [_command(event) for event in events]


def _command(event: dict[str, dict[str, dict[str, str]]]) -> str:
    attributes = event.get("activityTaskScheduledEventAttributes", {})
    return f"{str(event['eventType']).removeprefix('EVENT_TYPE_')} {attributes.get('activityType', {}).get('name', '')}"


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path) -> None:
    history = WorkflowHistory.from_json(f"golden-{path.stem}", path.read_text())  # noqa: ASYNC240 (a small file)
    await replayer().replay_workflow(history)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_commands_are_those_of_the_golden_history(name: str, converse: Converse) -> None:
    scenario = SCENARIOS[name]
    async with converse(scenario.fakes()) as conversation:
        await scenario.play(conversation)
        history = (await conversation.handle.fetch_history()).to_json()
    golden = HISTORIES / f"{name}.json"
    if os.environ.get("HOLDFAST_RECORD_GOLDEN"):
        golden.write_text(re.sub(r"\d+@[\w.-]+", "worker", history))
    assert fingerprint(history) == fingerprint(golden.read_text()), WHAT_TO_DO


def test_every_scenario_has_a_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} >= set(SCENARIOS)
