"""Reading what really happened: PostgreSQL through the repositories, Temporal through its histories."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from domain.conversation.requests import workflow_id
from invariants.records import JourneyRecord, JourneyStepRecord, Recorded, WorkflowRecord
from storage.audit import AuditRepository
from storage.conversations import ConversationRepository
from storage.database import Database
from storage.journeys import JourneyRepository, JourneyView
from storage.records import RecordRepository
from storage.views import ApprovalView

COUNTED_AS_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
HARMLESS = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
NEXT_DEADLINE = "NextDeadline"


@dataclass(frozen=True)
class WorkflowFacts:
    """A conversation's workflow as Temporal has it; without a history where there is none."""

    record: WorkflowRecord
    history: WorkflowHistory | None = None
    next_deadline: datetime | None = None


async def recorded(
    database: Database, workflow: WorkflowRecord, conversation_id: str, approvals: Sequence[ApprovalView]
) -> Recorded:
    """The record of a conversation, without its claims. `approvals` are those of any conversations."""
    own = tuple(view for view in approvals if view.conversation_id == conversation_id)
    records, conversations = RecordRepository(database), ConversationRepository(database)
    journeys = JourneyRepository(database)
    stands = await conversations.get(conversation_id)
    begun = await journeys.listed(stands.organisation, conversation_id=conversation_id) if stands else []
    decisions = [decision for view in own for decision in await records.decisions(view.approval.approval_id)]
    return Recorded(
        workflow=workflow,
        conversation=stands,
        messages=tuple(await conversations.messages_after(conversation_id, 0)),
        turns=tuple(await records.turns(conversation_id)),
        approvals=own,
        decisions=tuple(decisions),
        audit=tuple(await AuditRepository(database).events(conversation_id)),
        receipts=tuple(await records.receipts(conversation_id)),
        journeys=tuple([await _journey(journeys, view) for view in reversed(begun)]),
    )


async def _journey(journeys: JourneyRepository, view: JourneyView) -> JourneyRecord:
    steps = [JourneyStepRecord.model_validate(step.model_dump()) for step in await journeys.steps(view.run_id)]
    return JourneyRecord(journey=view.journey, state=view.state, steps=tuple(steps))


async def workflow_facts(temporal: Client, conversation_id: str) -> WorkflowFacts:
    """Counted in the history itself; a workflow that does not exist has no events."""
    name = workflow_id(conversation_id)
    handle = temporal.get_workflow_handle(name)
    try:
        described = await handle.describe()
        history = await handle.fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return WorkflowFacts(WorkflowRecord(workflow_id=name))
        raise
    failed = Counter(
        event.event_type for event in history.events if event.workflow_task_failed_event_attributes.cause != HARMLESS
    )
    record = WorkflowRecord(
        workflow_id=name,
        run_id=described.run_id,
        running=described.status is WorkflowExecutionStatus.RUNNING,
        history_events=len(history.events),
        pending_activities=len(described.raw_description.pending_activities),
        failed_tasks=failed[COUNTED_AS_FAILED],
    )
    deadlines = [value for value in described.search_attributes.get(NEXT_DEADLINE, ()) if isinstance(value, datetime)]
    return WorkflowFacts(record, history, deadlines[0] if deadlines else None)
