"""Which task queue serves which workflows and activities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.approvals import ApprovalActivities
from activities.context import ContextActivities
from activities.conversation import ConversationActivities
from activities.delivery import DeliveryActivities
from activities.identity import IdentityActivities
from activities.knowledge import KnowledgeActivities
from activities.reading import ReadingActivities
from activities.reply import ReplyActivities
from activities.tools import ToolActivities
from activities.write_back import WriteBackActivities
from domain.queues import CONVERSATIONS, CRM, DELIVERY, LLM, PUBLISHING, QUEUES, READING
from workers.failures import FailureInterceptor
from workflows.conversation.workflow import ConversationWorkflow
from workflows.knowledge import SynchroniseKnowledgeWorkflow
from workflows.reading import ReadChannelWorkflow

STICKY = timedelta(seconds=5)
"""After so long without an answer, a conversation's next task goes to another worker: how long a kill is felt."""


@dataclass(frozen=True)
class Activities:
    """One object per neighbour, its clients injected."""

    conversation: ConversationActivities
    context: ContextActivities
    reply: ReplyActivities
    tools: ToolActivities
    delivery: DeliveryActivities
    identity: IdentityActivities
    approvals: ApprovalActivities
    reading: ReadingActivities
    knowledge: KnowledgeActivities
    write_back: WriteBackActivities


@dataclass(frozen=True)
class Limits:
    """How much one worker process does at once."""

    cached_workflows: int = 1000
    concurrent_activities: int = 100
    model_requests_per_second: float | None = None


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox, with what the domain uses passed through: pure, or (time zones) constant for a deployment."""
    passed_through = ("pydantic_core", "zoneinfo", "tzdata", "importlib")
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed_through))


def build_workers(
    client: Client, activities: Activities, limits: Limits, queues: Sequence[str] = QUEUES
) -> list[Worker]:
    """One worker for each of the queues; a larger installation serves some of them in other processes."""
    served = _served(activities)
    return [_worker(client, queue, served[queue], limits) for queue in queues]


def _served(a: Activities) -> dict[str, list[Callable[..., Any]]]:
    """What each queue serves. The conversations' own queue has whatever only our store limits."""
    return {
        CONVERSATIONS: [
            a.conversation.open_conversation,
            a.conversation.record_messages,
            a.conversation.change_ownership,
            a.conversation.change_status,
            a.approvals.request_approval,
            a.approvals.record_decision,
            a.approvals.climb_ladder,
            a.delivery.escalate_conversation,
            a.delivery.deliver_message,
            a.identity.answer_identity_check,
            a.reply.generate_reply,
            a.write_back.record_unwritten,
        ],
        LLM: [a.reply.generate_reply, a.reply.score_confidence],
        CRM: [a.context.fetch_customer_context, a.write_back.write_crm_note],
        DELIVERY: [
            a.delivery.deliver_message,
            a.identity.send_identity_code,
            a.tools.call_tool,
            a.write_back.update_ticket,
        ],
        READING: [a.reading.read_channel, a.knowledge.fetch_knowledge],
        PUBLISHING: [a.knowledge.publish_knowledge],
    }


def _worker(client: Client, queue: str, activities: list[Callable[..., Any]], limits: Limits) -> Worker:
    if queue == CONVERSATIONS:
        return Worker(
            client,
            task_queue=queue,
            workflows=[ConversationWorkflow, ReadChannelWorkflow, SynchroniseKnowledgeWorkflow],
            activities=activities,
            workflow_runner=workflow_runner(),
            interceptors=[FailureInterceptor()],
            max_cached_workflows=limits.cached_workflows,
            sticky_queue_schedule_to_start_timeout=STICKY,
            max_concurrent_activities=limits.concurrent_activities,
        )
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        interceptors=[FailureInterceptor()],
        max_concurrent_activities=1 if queue == PUBLISHING else limits.concurrent_activities,
        max_task_queue_activities_per_second=limits.model_requests_per_second if queue == LLM else None,
    )
