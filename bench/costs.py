"""What a turn costs, counted in the real history of a conversation."""

from collections.abc import Sequence
from statistics import median_high

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.figures import TurnCost
from workflows.conversation.workflow import ConversationWorkflow

BILLED_ONCE = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_MARKER_RECORDED,
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
    }
)
MESSAGE = ConversationWorkflow.receive_message.__name__


def turns_of(events: Sequence[HistoryEvent]) -> list[list[HistoryEvent]]:
    """The history cut before each customer message but the first: turns in order, the first with the start."""
    messages = [at for at, event in enumerate(events) if _is_message(event)]
    ends = [*messages[1:], len(events)]
    return [list(events[start:end]) for start, end in zip([0, *messages[1:]], ends, strict=True)]


def cost_of(turn: Sequence[HistoryEvent]) -> TurnCost:
    """Events, their bytes as the server keeps them, and actions as Temporal Cloud bills them."""
    return TurnCost(
        events=len(turn),
        bytes=sum(event.ByteSize() for event in turn),
        actions=sum(_actions(event) for event in turn),
    )


def typical(turns: Sequence[Sequence[HistoryEvent]]) -> TurnCost:
    """The median of each figure; the upper of two."""
    costs = [cost_of(turn) for turn in turns]
    return TurnCost(
        events=median_high([cost.events for cost in costs]),
        bytes=median_high([cost.bytes for cost in costs]),
        actions=median_high([cost.actions for cost in costs]),
    )


def _actions(event: HistoryEvent) -> int:
    """One for each cause; one more for each retry of an activity."""
    retries = max(event.activity_task_started_event_attributes.attempt - 1, 0)
    return int(event.event_type in BILLED_ONCE) + retries


def _is_message(event: HistoryEvent) -> bool:
    return event.workflow_execution_signaled_event_attributes.signal_name == MESSAGE
