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
