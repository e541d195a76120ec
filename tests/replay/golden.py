"""Golden histories: files with the events of workflows that were played, to replay on today's code."""

import json
import os
import re
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from workers.sandbox import workflow_runner

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
    "The workflow's commands changed, so those that are running would fail to replay. Guard the change with "
    "workflow.patched(...) (or a new worker deployment version), keep the old histories, and record the new ones "
    "beside them with `make golden`."
)


async def replay(history: WorkflowHistory, workflow: type) -> None:
    """Raises where today's code makes other commands than the history holds."""
    replayer = Replayer(workflows=[workflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    await replayer.replay_workflow(history)


async def replay_golden(path: Path, workflow: type) -> None:
    """The same for a file."""
    await replay(WorkflowHistory.from_json(f"golden-{path.stem}", path.read_text()), workflow)  # noqa: ASYNC240


def fingerprint(history: str) -> list[str]:
    """The commands of a history in order: what a change of code must not change for running workflows."""
    events = [event for event in json.loads(history)["events"] if event["eventType"] in COMMANDS]
    return [_command(event) for event in events]


def _command(event: dict[str, dict[str, dict[str, str]]]) -> str:
    attributes = event.get("activityTaskScheduledEventAttributes", {})
    return f"{str(event['eventType']).removeprefix('EVENT_TYPE_')} {attributes.get('activityType', {}).get('name', '')}"


def check_commands(history: WorkflowHistory, golden: Path) -> None:
    """Compare what was played just now with the golden history, which is written anew where that is asked for."""
    played = history.to_json()
    if os.environ.get("HOLDFAST_RECORD_GOLDEN"):
        golden.write_text(re.sub(r"\d+@[\w.-]+", "worker", played))
    assert fingerprint(played) == fingerprint(golden.read_text()), WHAT_TO_DO
