"""The table of activities: each is in it, and what was ever scheduled is served where it was scheduled."""

import inspect
import json
from datetime import timedelta
from itertools import combinations
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
    guarding,
    identity,
    journeys,
    knowledge,
    options,
    reading,
    reply,
    retention,
    tools,
    trust,
    write_back,
)
from activities.options import ACTIVITIES, ActivityRow
from domain import queues
from domain.queues import QUEUES

MODULES = (
    approvals,
    context,
    conversation,
    delivery,
    guarding,
    identity,
    journeys,
    knowledge,
    reading,
    reply,
    retention,
    tools,
    trust,
    write_back,
)
WITHOUT_ACTIVITIES = {"__init__", "at_once", "heartbeats", "options"}
HISTORIES = sorted((Path(__file__).parents[1] / "replay" / "histories").rglob("*.json"))
SERVED = {(row.name, row.queue) for row in ACTIVITIES}
COMPANYS = {("refund", "company")}
"""What a guarded call is of: a worker of the company serves it."""


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


def test_each_activity_has_a_row_and_no_two_rows_are_equal() -> None:
    defined = [name for module in MODULES for name in _defined(module)]
    assert len(defined) == len(set(defined))
    assert set(defined) == {row.name for row in ACTIVITIES}
    assert not any(one == other for one, other in combinations(ACTIVITIES, 2))


def test_every_row_is_in_the_table() -> None:
    rows = [one for one in vars(options).values() if isinstance(one, ActivityRow)]
    assert len(rows) == len(ACTIVITIES)
    assert all(row in ACTIVITIES for row in rows)


def test_a_call_may_change_what_depends_on_the_conversation() -> None:
    patience = timedelta(hours=3)
    row = options.DELIVER_MESSAGE.with_options(schedule_to_close_timeout=patience)
    assert row.method is options.DELIVER_MESSAGE.method
    assert row.options == {**options.DELIVER_MESSAGE.options, "schedule_to_close_timeout": patience}
    assert "schedule_to_close_timeout" not in options.DELIVER_MESSAGE.options


def test_every_queue_has_activities_and_no_other_queue_is_named() -> None:
    assert set(QUEUES) == {row.queue for row in ACTIVITIES}
    assert QUEUES[0] == queues.CONVERSATIONS


@pytest.mark.parametrize("row", ACTIVITIES, ids=[f"{row.name} on {row.queue}" for row in ACTIVITIES])
def test_every_attempt_has_an_end_and_a_way_to_be_tried_again(row: ActivityRow[Any, Any]) -> None:
    assert row.queue
    assert row.options["start_to_close_timeout"]
    assert row.options["retry_policy"]


@pytest.mark.parametrize("file", HISTORIES, ids=[file.stem for file in HISTORIES])
def test_what_a_history_scheduled_is_served_where_it_was_scheduled(file: Path) -> None:
    scheduled = _scheduled(json.loads(file.read_text("utf-8")))
    assert scheduled
    assert scheduled <= SERVED | COMPANYS
