"""Reading what really happened: PostgreSQL through the repositories, Temporal through its histories."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from demo.playing import Player
from demo.stage import Stage
from domain.conversation.requests import workflow_id
from invariants.records import Conversation, Recorded, WorkflowRecord
from storage.approvals import ApprovalRepository
from storage.audit import AuditRepository
from storage.conversations import ConversationRepository
from storage.records import RecordRepository
from storage.views import ApprovalView

SETTLED_WITHIN_SECONDS = 90.0
LOOK_SECONDS = 0.25
MANY = 10_000
COUNTED_AS_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
HARMLESS = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


async def settle(stage: Stage, players: Sequence[Player]) -> None:
    """Wait until no activity is pending and every client has heard everything; give up after a while.

    Whatever is still missing then is for the checks to find.
    """
    try:
        async with asyncio.timeout(SETTLED_WITHIN_SECONDS):
            for player in players:
                while not await _is_settled(stage, player):  # noqa: ASYNC110 - other processes decide when
                    await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return


async def _is_settled(stage: Stage, player: Player) -> bool:
    if player.client is None:
        return True
    view = await ConversationRepository(stage.database).get(player.client.conversation_id)
    if view is None or view.last_seq != player.client.last_seq:
        return False
    record = await workflow_record(stage.temporal, player.client.conversation_id)
    return record.pending_activities == 0


async def collect(stage: Stage, players: Sequence[Player]) -> list[Conversation]:
    """Both sides of every conversation."""
    approvals = await ApprovalRepository(stage.database).list(stage.organisation, limit=MANY)
    return [await _conversation(stage, player, approvals) for player in players]


async def _conversation(stage: Stage, player: Player, approvals: Sequence[ApprovalView]) -> Conversation:
    played, database = player.played(), stage.database
    conversation_id = played.conversation_id
    own = tuple(view for view in approvals if view.conversation_id == conversation_id)
    records = RecordRepository(database)
    decisions = [decision for view in own for decision in await records.decisions(view.approval.approval_id)]
    recorded = Recorded(
        workflow=await workflow_record(stage.temporal, conversation_id),
        conversation=await ConversationRepository(database).get(conversation_id),
        messages=tuple(await ConversationRepository(database).messages_after(conversation_id, 0)),
        turns=tuple(await records.turns(conversation_id)),
        approvals=own,
        decisions=tuple(decisions),
        audit=tuple(await AuditRepository(database).events(conversation_id)),
        receipts=tuple(await records.receipts(conversation_id)),
    )
    return Conversation(played=played, recorded=recorded)


async def workflow_record(temporal: Client, conversation_id: str) -> WorkflowRecord:
    """Counted in the history itself; a workflow that does not exist has no events."""
    name = workflow_id(conversation_id)
    handle = temporal.get_workflow_handle(name)
    try:
        described = await handle.describe()
        history = await handle.fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return WorkflowRecord(workflow_id=name)
        raise
    failed = Counter(
        event.event_type for event in history.events if event.workflow_task_failed_event_attributes.cause != HARMLESS
    )
    return WorkflowRecord(
        workflow_id=name,
        run_id=described.run_id,
        running=described.status is WorkflowExecutionStatus.RUNNING,
        history_events=len(history.events),
        pending_activities=len(described.raw_description.pending_activities),
        failed_tasks=failed[COUNTED_AS_FAILED],
    )
