"""Which task queue serves which workflows and activities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.approvals import ApprovalActivities
from activities.context import ContextActivities
from activities.conversation import ConversationActivities
from activities.delivery import DeliveryActivities
from activities.guarding import GuardingActivities
from activities.identity import IdentityActivities
from activities.journeys import JourneyActivities
from activities.knowledge import KnowledgeActivities
from activities.options import ACTIVITIES
from activities.reading import ReadingActivities
from activities.reply import ReplyActivities
from activities.retention import RetentionActivities
from activities.tools import ToolActivities
from activities.trust import TrustActivities
from activities.write_back import WriteBackActivities
from domain.queues import CONVERSATIONS, LLM, PUBLISHING, QUEUES
from workers.failures import FailureInterceptor
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow
from workflows.guarding.workflow import GuardedCallWorkflow
from workflows.journeys.workflow import JourneyWorkflow
from workflows.knowledge import SynchroniseKnowledgeWorkflow
from workflows.reading import ReadChannelWorkflow
from workflows.retention import EraseConversationsWorkflow
from workflows.trust import ReviewTrustWorkflow

WORKFLOWS = (
    ConversationWorkflow,
    JourneyWorkflow,
    GuardedCallWorkflow,
    ReadChannelWorkflow,
    SynchroniseKnowledgeWorkflow,
    ReviewTrustWorkflow,
    EraseConversationsWorkflow,
)
STICKY = timedelta(seconds=5)
"""After so long without an answer, a conversation's next task goes to another worker: how long a kill is felt."""


@dataclass(frozen=True)
class Activities:
    """One object for each class of activities, its clients injected."""

    conversation: ConversationActivities
    context: ContextActivities
    reply: ReplyActivities
    tools: ToolActivities
    delivery: DeliveryActivities
    identity: IdentityActivities
    approvals: ApprovalActivities
    reading: ReadingActivities
    knowledge: KnowledgeActivities
    trust: TrustActivities
    retention: RetentionActivities
    journeys: JourneyActivities
    guarding: GuardingActivities
    write_back: WriteBackActivities


@dataclass(frozen=True)
class Limits:
    """How much one worker process does at once."""

    cached_workflows: int = 1000
    concurrent_activities: int = 100
    model_requests_per_second: float | None = None


def build_workers(
    client: Client,
    activities: Activities,
    limits: Limits,
    queues: Sequence[str] = QUEUES,
    deployment: WorkerDeploymentConfig | None = None,
    workflows: Sequence[type] = WORKFLOWS,
) -> list[Worker]:
    """One worker for each of the queues; a larger installation serves some of them in other processes.

    `deployment` names the version of all of them (workers.rollout.version); without it they have none.
    """
    return [_worker(client, queue, served_on(queue, activities), limits, deployment, workflows) for queue in queues]


def _worker(
    client: Client,
    queue: str,
    activities: list[Callable[..., Any]],
    limits: Limits,
    deployment: WorkerDeploymentConfig | None,
    workflows: Sequence[type],
) -> Worker:
    if queue == CONVERSATIONS:
        return Worker(
            client,
            task_queue=queue,
            workflows=workflows,
            activities=activities,
            workflow_runner=workflow_runner(),
            interceptors=[FailureInterceptor()],
            max_cached_workflows=limits.cached_workflows,
            sticky_queue_schedule_to_start_timeout=STICKY,
            max_concurrent_activities=limits.concurrent_activities,
            deployment_config=deployment,
        )
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        interceptors=[FailureInterceptor()],
        max_concurrent_activities=1 if queue == PUBLISHING else limits.concurrent_activities,
        max_task_queue_activities_per_second=limits.model_requests_per_second if queue == LLM else None,
        deployment_config=deployment,
    )


def served_on(queue: str, activities: Activities) -> list[Callable[..., Any]]:
    """The activities that the table puts on this queue, each bound to its object."""
    objects = [getattr(activities, field.name) for field in fields(activities)]
    names = dict.fromkeys(row.name for row in ACTIVITIES if row.queue == queue)
    return [_bound(name, objects) for name in names]


def _bound(name: str, objects: Sequence[object]) -> Callable[..., Any]:
    method: Callable[..., Any] = next(getattr(one, name) for one in objects if hasattr(one, name))
    return method
