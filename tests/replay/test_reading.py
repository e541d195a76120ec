"""Readers that run since before a change go on: their old histories replay on today's code."""

from pathlib import Path

import pytest

from tests.replay.golden import HISTORIES, replay_golden
from workflows.reading import ReadChannelWorkflow


@pytest.mark.parametrize("path", sorted((HISTORIES / "reading").glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_of_a_reader_replays(path: Path) -> None:
    await replay_golden(path, ReadChannelWorkflow)
