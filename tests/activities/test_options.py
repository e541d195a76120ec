"""The table of activities: each has one row, and what was ever scheduled is served where it was scheduled."""

import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import activities
from activities import (
    approvals,
    context,
    conversation,
    delivery,
    identity,
    knowledge,
    reading,
    reply,
    tools,
    write_back,
)
from activities.options import ACTIVITIES, ActivityRow
from domain import queues
from domain.queues import QUEUES

MODULES = (approvals, context, conversation, delivery, identity, knowledge, reading, reply, tools, write_back)
WITHOUT_ACTIVITIES = {"__init__", "heartbeats", "options"}
HISTORIES = sorted((Path(__file__).parents[1] / "replay" / "histories").rglob("*.json"))
ROWS = {row.name: row for row in ACTIVITIES}


def _defined(module: ModuleType) -> list[str]:
    classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]
    return [
        name
        for one in classes
        for name, member in inspect.getmembers(one)
        if hasattr(member, "__temporal_activity_definition")
    ]


def _scheduled(history: Any) -> set[tuple[str, str]]:
    """Which activity was scheduled on which queue, of one history or a list of them."""
    if isinstance(history, list):
        return {pair for one in history for pair in _scheduled(one)}
    found = [event.get("activityTaskScheduledEventAttributes") for event in history.get("events", [])]
    return {(one["activityType"]["name"], one["taskQueue"]["name"]) for one in found if one}


def test_every_module_of_activities_is_looked_at() -> None:
    files = {file.stem for file in Path(activities.__file__ or "").parent.glob("*.py")}
    assert files - WITHOUT_ACTIVITIES == {module.__name__.rpartition(".")[2] for module in MODULES}


def test_each_activity_has_one_row() -> None:
    defined = [name for module in MODULES for name in _defined(module)]
    assert sorted(defined) == sorted(row.name for row in ACTIVITIES)


def test_every_queue_has_activities_and_no_other_queue_is_named() -> None:
    assert set(QUEUES) == {queue for row in ACTIVITIES for queue in row.queues}
    assert QUEUES[0] == queues.CONVERSATIONS


@pytest.mark.parametrize("row", ACTIVITIES, ids=[row.name for row in ACTIVITIES])
def test_every_attempt_has_an_end_and_a_way_to_be_tried_again(row: ActivityRow) -> None:
    assert row.queues
    for options in row.options:
        assert options["start_to_close_timeout"]
        assert options["retry_policy"]


@pytest.mark.parametrize("file", HISTORIES, ids=[file.stem for file in HISTORIES])
def test_what_a_history_scheduled_is_served_where_it_was_scheduled(file: Path) -> None:
    scheduled = _scheduled(json.loads(file.read_text("utf-8")))
    assert scheduled
    assert all(queue in ROWS[name].queues for name, queue in scheduled)
