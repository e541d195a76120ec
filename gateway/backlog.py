"""What waits, read when somebody asks for the metrics: in the record, and in Temporal's task queues.

Every gateway reads the same, so that dashboards and alerts take the greatest value and never the sum.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.conversation.ownership import Status
from domain.errors import RetryableError
from domain.queues import CONVERSATIONS, QUEUES
from storage.backlog import BacklogRepository
from workflows.conversation.workflow import ConversationWorkflow

READ_WITHIN = timedelta(seconds=2)
RUNNING = f"WorkflowType = '{ConversationWorkflow.__name__}' AND ExecutionStatus = 'Running'"
WITH_PROBLEMS = f"{RUNNING} AND TemporalReportedProblems IS NOT NULL"
"""Temporal marks a workflow whose task failed several times in a row, so that it cannot go on."""
KINDS = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


class BacklogMetrics:
    """Gauges of one registry. A dependency that does not answer in time leaves its gauges as they were last."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(name, meaning, labels, registry=registry)

        self.up = gauge("holdfast_dependency_up", "1 when a dependency told its numbers, 0 when not.", "dependency")
        self.conversations = gauge("holdfast_open_conversations", "Conversations that are not resolved.", "status")
        self.unanswered_age = gauge(
            "holdfast_oldest_unanswered_age_seconds", "Age of the oldest message that an AI agent still owes a reply."
        )
        self.stuck = gauge("holdfast_stuck_conversations", "Conversations that an AI agent has left for ten minutes.")
        self.approvals = gauge("holdfast_open_approvals", "Approvals that wait for a person.")
        self.approval_age = gauge("holdfast_oldest_approval_age_seconds", "Age of the oldest open approval.")
        self.inbox = gauge("holdfast_inbox_events", "Vendors' events that Temporal does not have yet.")
        self.inbox_age = gauge("holdfast_oldest_inbox_event_age_seconds", "Age of the oldest of those events.")
        self.running = gauge("holdfast_running_workflows", "Conversations that run in Temporal.")
        self.with_problems = gauge("holdfast_failing_workflows", "Conversations whose workflow task fails repeatedly.")
        self.tasks = gauge("holdfast_task_queue_backlog", "Tasks that wait for a worker.", "queue", "kind")
        self.tasks_age = gauge("holdfast_task_queue_age_seconds", "Age of the oldest of them.", "queue", "kind")
        self.pollers = gauge("holdfast_task_queue_pollers", "Workers that ask for tasks.", "queue", "kind")

    async def measure(self, organisation: str, backlog: BacklogRepository, temporal: Client, now: datetime) -> None:
        """Read both dependencies beside each other, each for two seconds at most."""
        record, queues = self._record(organisation, backlog, now), self._temporal(temporal)
        answers = await asyncio.gather(answered(record), answered(queues))
        for name, up in zip(("postgresql", "temporal"), answers, strict=True):
            self.up.labels(name).set(up)

    async def _record(self, organisation: str, repository: BacklogRepository, now: datetime) -> None:
        backlog = await repository.read(organisation, now)
        by_status = await repository.open_conversations(organisation)
        for status in Status:
            if status is not Status.RESOLVED:
                self.conversations.labels(status.value).set(by_status.get(status.value, 0))
        self.unanswered_age.set(_age(backlog.unanswered_since, now))
        self.stuck.set(backlog.stuck)
        self.approvals.set(backlog.approvals)
        self.approval_age.set(_age(backlog.approval_since, now))
        self.inbox.set(backlog.events)
        self.inbox_age.set(_age(backlog.event_since, now))

    async def _temporal(self, client: Client) -> None:
        queues = [(queue, "activity") for queue in QUEUES]
        await asyncio.gather(
            self._queue(client, CONVERSATIONS, "workflow"),
            *(self._queue(client, queue, kind) for queue, kind in queues),
            self._count(client, self.running, RUNNING),
            self._count(client, self.with_problems, WITH_PROBLEMS),
        )

    async def _queue(self, client: Client, queue: str, kind: str) -> None:
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=queue),
                task_queue_type=KINDS[kind],
                report_stats=True,
            )
        )
        self.tasks.labels(queue, kind).set(answer.stats.approximate_backlog_count)
        age = answer.stats.approximate_backlog_age.ToTimedelta()
        self.tasks_age.labels(queue, kind).set(age.total_seconds())
        self.pollers.labels(queue, kind).set(len(answer.pollers))

    async def _count(self, client: Client, gauge: Gauge, query: str) -> None:
        gauge.set((await client.count_workflows(query)).count)


async def answered(reading: Awaitable[None]) -> bool:
    """Whether a dependency answered, within two seconds; RuntimeError: the first connection to Temporal failed."""
    try:
        async with asyncio.timeout(READ_WITHIN.total_seconds()):
            await reading
    except (RetryableError, RPCError, RuntimeError, TimeoutError):
        return False
    return True


def _age(since: datetime | None, now: datetime) -> float:
    """In seconds; 0 where nothing waits."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
