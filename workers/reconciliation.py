"""PostgreSQL and Temporal made one again after both were restored from backups that are minutes apart.

Everything is read before anything is changed. No worker may run meanwhile: it would go on with what is in doubt.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from domain.conversation.groups import Answering, LastCustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.requests import SkipTurns, workflow_id
from domain.conversation.restoring import (
    LOOK_FIRST,
    TURNS_SKIPPED,
    Finding,
    Verdict,
    judge_restored,
    missing,
    note_for_person,
    position_with_person,
)
from domain.conversation.state import ConversationState
from domain.conversation.turn import Reason
from domain.errors import ConflictError
from domain.queues import CONVERSATIONS
from storage.restoring import GivenToPerson, RestoreRepository
from workers.histories import read_workflow
from workflows.conversation.workflow import ConversationWorkflow

RUNNING = f"WorkflowType = '{ConversationWorkflow.__name__}' AND ExecutionStatus = 'Running'"
WORKFLOW_PREFIX = workflow_id("")
POLLED_WITHIN = timedelta(minutes=2)
"""A worker that runs asks for tasks at least once in this time."""
WITH_PEOPLE = frozenset({Status.AWAITING_APPROVAL, Status.WITH_HUMAN})
ENDED_BECAUSE = "restored from backups: the record is newer"


class Reconciliation:
    """Compares each conversation's workflow with its record, and sets both right."""

    def __init__(self, client: Client, store: RestoreRepository, organisation: str) -> None:
        self._client = client
        self._store = store
        self._organisation = organisation

    async def findings(self) -> list[Finding]:
        """Every conversation that is open on either side, with what becomes of it. Nothing is changed.

        Raises ConflictError while a worker runs.
        """
        await self._refuse_workers()
        known = set(await self._store.open_conversations(self._organisation))
        known.update([one async for one in self._running()])
        found = [await self._finding(conversation_id) for conversation_id in sorted(known)]
        return [one for one in found if one.start.organisation == self._organisation]

    async def carry_out(self, findings: Sequence[Finding], now: datetime) -> int:
        """Do what was found, and return how many events go to Temporal once more. Done again, it does the rest."""
        restore_id = f"restore-{now:%Y%m%dT%H%M%S.%f}"
        await self._store.begin(restore_id, self._organisation, now)
        for finding in findings:
            await self._settle(finding, restore_id, now)
        return await self._store.forward_again(self._organisation, _last_sent(findings))

    async def _refuse_workers(self) -> None:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=CONVERSATIONS),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        described = await self._client.workflow_service.describe_task_queue(request)
        since = datetime.now(UTC) - POLLED_WITHIN
        running = [one.identity for one in described.pollers if one.last_access_time.ToDatetime(UTC) > since]
        if running:
            raise ConflictError(
                f"Workers run, or ran until a moment ago: {', '.join(sorted(running))}. Stop all workers and gateways,"
                " wait two minutes, and do the same again."
            )

    async def _running(self) -> AsyncIterator[str]:
        async for execution in self._client.list_workflows(RUNNING):
            yield execution.id.removeprefix(WORKFLOW_PREFIX)

    async def _finding(self, conversation_id: str) -> Finding:
        workflow = await read_workflow(self._client, conversation_id)
        stored = await self._store.facts(conversation_id)
        verdict = judge_restored(workflow, stored)
        return Finding(conversation_id=conversation_id, verdict=verdict, workflow=workflow, stored=stored)

    async def _settle(self, finding: Finding, restore_id: str, now: datetime) -> None:
        match finding.verdict:
            case Verdict.AGREES:
                await self._tell_people(finding, restore_id, now)
                await self._skip_turns(finding)
            case Verdict.CLOSED:
                await self._end(finding)
            case Verdict.PERSON:
                await self._give_to_person(finding, restore_id, now)
                await self._begin_anew(finding)
            case Verdict.GOES_ON:
                await self._tell_people(finding, restore_id, now)
                await self._begin_anew(finding)

    async def _tell_people(self, finding: Finding, restore_id: str, now: datetime) -> None:
        """What waits for a decision or an answer may have had it in the time that was lost."""
        if finding.stored and finding.stored.conversation.status in WITH_PEOPLE:
            await self._store.note(finding.conversation_id, restore_id, LOOK_FIRST, now)

    async def _skip_turns(self, finding: Finding) -> None:
        handle = self._client.get_workflow_handle(workflow_id(finding.conversation_id))
        await handle.signal(ConversationWorkflow.skip_turns, SkipTurns(turn=_turn_after(finding)))

    async def _end(self, finding: Finding) -> None:
        if finding.workflow:
            await self._client.get_workflow_handle(workflow_id(finding.conversation_id)).terminate(ENDED_BECAUSE)

    async def _give_to_person(self, finding: Finding, restore_id: str, now: datetime) -> None:
        workflow, stored = finding.workflow, finding.stored
        given = GivenToPerson(
            restore_id=restore_id,
            start=finding.start,
            after=position_with_person(workflow, stored),
            turn=_turn_after(finding),
            messages=missing(workflow, stored).messages,
            reason=Reason.RESTORED.value,
            note=note_for_person(workflow, stored),
        )
        await self._store.give_to_person(given, now)

    async def _begin_anew(self, finding: Finding) -> None:
        """A workflow that adopts the record takes the place of the one that runs."""
        state = _fresh_state(finding)
        await self._client.start_workflow(
            ConversationWorkflow.run,
            state,
            id=workflow_id(finding.conversation_id),
            task_queue=CONVERSATIONS,
            id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=f"Conversation by {state.start.channel} with {state.start.organisation}, restored",
        )


def _fresh_state(finding: Finding) -> ConversationState:
    """What the record does not hand over by itself: by which channel the customer wrote last, and who set the mode."""
    latest, stored = LastCustomerMessage(), finding.stored
    if stored:
        latest = stored.latest
    for message in missing(finding.workflow, stored).messages[-1:]:
        latest = LastCustomerMessage(
            received_at=message.received_at, channel=message.channel, sender_id=message.customer_id
        )
    answering = Answering(mode_was_set=bool(stored and stored.mode_was_set))
    return ConversationState(start=finding.start, latest=latest, answering=answering)


def _turn_after(finding: Finding) -> int:
    known = (
        finding.workflow.turn if finding.workflow else 0,
        finding.stored.conversation.turn if finding.stored else 0,
    )
    return max(known) + TURNS_SKIPPED


def _last_sent(findings: Sequence[Finding]) -> datetime:
    """Temporal's backup is not older than the last sending that any workflow knows."""
    sent = [one.at for finding in findings if finding.workflow for one in finding.workflow.sent]
    return max(sent, default=datetime.min.replace(tzinfo=UTC))
