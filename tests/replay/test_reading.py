"""Readers that run since before a change go on: their old histories replay on today's code."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from workers.sandbox import workflow_runner
from workflows.reading import ReadChannelWorkflow

HISTORIES = Path(__file__).parent / "histories" / "reading"


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_of_a_reader_replays(path: Path) -> None:
    history = WorkflowHistory.from_json(f"golden-{path.stem}", path.read_text())  # noqa: ASYNC240 (a small file)
    replayer = Replayer(
        workflows=[ReadChannelWorkflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner()
    )
    await replayer.replay_workflow(history)
