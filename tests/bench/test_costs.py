import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.costs import cost_of, turns_of, typical


def event(kind: str) -> HistoryEvent:
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{kind}"))


def signal(name: str) -> HistoryEvent:
    signalled = event("WORKFLOW_EXECUTION_SIGNALED")
    signalled.workflow_execution_signaled_event_attributes.signal_name = name
    return signalled


def started_activity(attempt: int) -> HistoryEvent:
    started = event("ACTIVITY_TASK_STARTED")
    started.activity_task_started_event_attributes.attempt = attempt
    return started


MESSAGE = signal("receive_message")
START = event("WORKFLOW_EXECUTION_STARTED")
TASK = event("WORKFLOW_TASK_SCHEDULED")


def test_a_turn_lasts_until_the_next_message() -> None:
    history = [START, MESSAGE, TASK, signal("decide_approval"), TASK, MESSAGE, TASK]

    assert [len(turn) for turn in turns_of(history)] == [5, 2]


def test_signals_activities_timers_and_attributes_are_billed_and_tasks_are_not() -> None:
    scheduled, done = event("ACTIVITY_TASK_SCHEDULED"), event("ACTIVITY_TASK_COMPLETED")
    timer, attributes = event("TIMER_STARTED"), event("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES")

    cost = cost_of([MESSAGE, TASK, scheduled, started_activity(1), done, timer, attributes])

    assert (cost.events, cost.actions) == (7, 4)


def test_each_retry_of_an_activity_is_billed() -> None:
    assert cost_of([event("ACTIVITY_TASK_SCHEDULED"), started_activity(3)]).actions == 3


def test_bytes_are_those_of_the_events() -> None:
    assert cost_of([MESSAGE, TASK]).bytes == len(MESSAGE.SerializeToString()) + len(TASK.SerializeToString())


def test_one_unusual_turn_does_not_change_the_typical_one() -> None:
    plain = [MESSAGE, TASK]

    assert typical([plain, [*plain, TASK, TASK, TASK], plain]) == cost_of(plain)


def test_before_the_first_message_there_is_one_turn_with_the_start() -> None:
    assert turns_of([START, TASK]) == [[START, TASK]]
    assert turns_of([]) == [[]]
    assert [len(turn) for turn in turns_of([START, TASK, MESSAGE, TASK])] == [4]


def test_every_event_belongs_to_exactly_one_turn() -> None:
    history = [START, MESSAGE, TASK, MESSAGE, MESSAGE, TASK, signal("snooze"), MESSAGE]
    turns = turns_of(history)
    assert [event for turn in turns for event in turn] == history
    assert all(turn[0] is MESSAGE or turn[0] is START for turn in turns)


@pytest.mark.parametrize(
    ("kind", "actions"),
    [
        ("WORKFLOW_EXECUTION_STARTED", 1),
        ("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", 1),
        ("MARKER_RECORDED", 1),
        ("WORKFLOW_EXECUTION_UPDATE_COMPLETED", 0),
        ("ACTIVITY_TASK_FAILED", 0),
        ("TIMER_FIRED", 0),
        ("TIMER_CANCELED", 0),
        ("WORKFLOW_TASK_COMPLETED", 0),
    ],
)
def test_what_is_billed(kind: str, actions: int) -> None:
    assert cost_of([event(kind)]).actions == actions


def test_of_two_turns_the_dearer_one_is_typical() -> None:
    plain, longer = [MESSAGE, TASK], [MESSAGE, TASK, event("TIMER_STARTED")]
    assert typical([plain, longer]) == cost_of(longer)
