"""The one table of activities: method, task queue, timeouts, retries and priority.

A row is one way of calling an activity. Workflows call by a row and know nothing else of an activity; workers register
what the rows name. An activity that is called in several ways has several rows.

Where the workflow has an answer to a permanent error (domain.errors), such an error ends the tries at once. Where it
has none, because what was accepted must be recorded, every error is tried again for ever.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar, Unpack

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityConfig

from activities.approvals import ApprovalActivities
from activities.context import CONTEXT_ATTEMPTS, ContextActivities
from activities.conversation import ConversationActivities
from activities.delivery import DeliveryActivities
from activities.guarding import GuardingActivities
from activities.identity import IdentityActivities
from activities.journeys import JourneyActivities
from activities.knowledge import KnowledgeActivities
from activities.reading import ReadingActivities
from activities.reply import ReplyActivities
from activities.retention import RetentionActivities
from activities.tools import ToolActivities
from activities.trust import TrustActivities
from activities.write_back import WriteBackActivities
from domain.errors import PermanentError
from domain.queues import CONVERSATIONS, CRM, DELIVERY, LLM, PUBLISHING, READING

Argument = TypeVar("Argument")
Result = TypeVar("Result")


@dataclass(frozen=True)
class ActivityRow(Generic[Argument, Result]):
    """One way of calling an activity: the method gives its name and the types of argument and result."""

    method: Callable[[Any, Argument], Awaitable[Result]]
    options: ActivityConfig

    @property
    def name(self) -> str:
        return self.method.__name__

    @property
    def queue(self) -> str:
        return self.options["task_queue"] or ""

    def with_options(self, **changed: Unpack[ActivityConfig]) -> "ActivityRow[Argument, Result]":
        """The row for one call, with what depends on the conversation. The queue never does."""
        return replace(self, options=self.options | changed)


def _names(error: type[Exception]) -> list[str]:
    return [error.__name__, *(name for child in error.__subclasses__() for name in _names(child))]


def _until_permanent(initial_seconds: float, maximum_seconds: float, attempts: int = 0) -> RetryPolicy:
    return RetryPolicy(
        initial_interval=timedelta(seconds=initial_seconds),
        maximum_interval=timedelta(seconds=maximum_seconds),
        maximum_attempts=attempts,
        non_retryable_error_types=_names(PermanentError),
    )


FOR_EVER = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))

PROMPTLY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=1.5, maximum_interval=timedelta(seconds=1)
)
"""For ever, by somebody who waits at a screen until a reply that may be leaving has left or was stopped."""

LIVE = Priority(priority_key=1)
LATER = Priority(priority_key=4)

STORE: ActivityConfig = {
    "task_queue": CONVERSATIONS,
    "start_to_close_timeout": timedelta(seconds=15),
    "retry_policy": FOR_EVER,
}
"""Writes to our own database."""

OPEN_CONVERSATION = ActivityRow(ConversationActivities.open_conversation, STORE)
RECORD_MESSAGES = ActivityRow(ConversationActivities.record_messages, STORE)
CHANGE_OWNERSHIP = ActivityRow(ConversationActivities.change_ownership, STORE | {"retry_policy": PROMPTLY})
CHANGE_STATUS = ActivityRow(ConversationActivities.change_status, STORE)
REQUEST_APPROVAL = ActivityRow(ApprovalActivities.request_approval, STORE)
RECORD_DECISION = ActivityRow(ApprovalActivities.record_decision, STORE)
CLIMB_LADDER = ActivityRow(ApprovalActivities.climb_ladder, STORE)
CLIMB_QUEUE_LADDER = ActivityRow(ConversationActivities.climb_queue_ladder, STORE)
ESCALATE_CONVERSATION = ActivityRow(DeliveryActivities.escalate_conversation, STORE)
ANSWER_IDENTITY_CHECK = ActivityRow(IdentityActivities.answer_identity_check, STORE)
OPEN_JOURNEY = ActivityRow(JourneyActivities.open_journey, STORE)
READ_CUSTOMER_FACTS = ActivityRow(JourneyActivities.read_customer_facts, STORE)
RECORD_JOURNEY = ActivityRow(JourneyActivities.record_journey, STORE)
OPEN_GUARDED_CALL = ActivityRow(GuardingActivities.open_guarded_call, STORE)
RECORD_CALL_DECISION = ActivityRow(GuardingActivities.record_call_decision, STORE)
CLIMB_CALL_LADDER = ActivityRow(GuardingActivities.climb_call_ladder, STORE)
END_GUARDED_CALL = ActivityRow(GuardingActivities.end_guarded_call, STORE)
RECORD_UNWRITTEN = ActivityRow(WriteBackActivities.record_unwritten, STORE)

FETCH_CUSTOMER_CONTEXT = ActivityRow(
    ContextActivities.fetch_customer_context,
    {
        "task_queue": CRM,
        "start_to_close_timeout": timedelta(seconds=5),
        "schedule_to_close_timeout": timedelta(seconds=12),
        "retry_policy": _until_permanent(0.2, 2, attempts=CONTEXT_ATTEMPTS),
        "priority": LIVE,
    },
)
"""A source that is down never blocks the turn."""

GENERATE_REPLY = ActivityRow(
    ReplyActivities.generate_reply,
    {
        "task_queue": LLM,
        "start_to_close_timeout": timedelta(seconds=90),
        "schedule_to_close_timeout": timedelta(minutes=5),
        "heartbeat_timeout": timedelta(seconds=15),
        "retry_policy": _until_permanent(0.5, 10),
    },
)
"""How long it is tried, and how urgently, depends on the conversation: see workflows.conversation.activity_calls."""

GENERATE_PARKED = GENERATE_REPLY.with_options(retry_policy=_until_permanent(2, 60))
"""The customer was told that it takes longer; the model gets time to come back."""

GENERATE_EMBEDDED = ActivityRow(
    ReplyActivities.generate_reply,
    {
        "task_queue": CONVERSATIONS,
        "start_to_close_timeout": timedelta(seconds=15),
        "schedule_to_close_timeout": timedelta(minutes=5),
        "retry_policy": _until_permanent(0.5, 10),
    },
)
"""No vendor limits the embedded model, so its work is dispatched together with the conversation's own."""

SCORE_CONFIDENCE = ActivityRow(
    ReplyActivities.score_confidence,
    {
        "task_queue": LLM,
        "start_to_close_timeout": timedelta(seconds=30),
        "schedule_to_close_timeout": timedelta(seconds=60),
        "heartbeat_timeout": timedelta(seconds=15),
        "retry_policy": _until_permanent(0.5, 5),
        "priority": LIVE,
    },
)

WRITE_CRM_NOTE = ActivityRow(
    WriteBackActivities.write_crm_note,
    {
        "task_queue": CRM,
        "start_to_close_timeout": timedelta(seconds=30),
        "schedule_to_close_timeout": timedelta(hours=4),
        "retry_policy": _until_permanent(2, 300),
        "priority": LATER,
    },
)
"""Beside the conversation: a CRM that is down for an afternoon still gets its note."""

UPDATE_TICKET = ActivityRow(
    WriteBackActivities.update_ticket,
    {
        "task_queue": DELIVERY,
        "start_to_close_timeout": timedelta(seconds=60),
        "schedule_to_close_timeout": timedelta(hours=1),
        "retry_policy": _until_permanent(1, 120),
        "priority": LATER,
    },
)
"""Beside the conversation: after an hour, colleagues have seen elsewhere where it stands."""

READ_CHANNEL = ActivityRow(
    ReadingActivities.read_channel,
    {
        "task_queue": READING,
        "start_to_close_timeout": timedelta(minutes=15),
        "heartbeat_timeout": timedelta(seconds=12),
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
    },
)
"""It reads for ten minutes (activities.reading); whatever goes wrong, it is tried again without end."""

FETCH_KNOWLEDGE = ActivityRow(
    KnowledgeActivities.fetch_knowledge,
    {
        "task_queue": READING,
        "start_to_close_timeout": timedelta(minutes=10),
        "schedule_to_close_timeout": timedelta(minutes=30),
        "heartbeat_timeout": timedelta(seconds=30),
        "retry_policy": _until_permanent(2, 60),
    },
)
"""After half an hour the source has to wait for the next run of its schedule."""

PUBLISH_KNOWLEDGE = ActivityRow(
    KnowledgeActivities.publish_knowledge,
    {
        "task_queue": PUBLISHING,
        "start_to_close_timeout": timedelta(minutes=15),
        "heartbeat_timeout": timedelta(seconds=30),
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=10),
    },
)
"""Fitting computes for minutes at most; it begins again when somebody has published meanwhile."""

REVIEW_TRUST = ActivityRow(TrustActivities.review_trust, STORE | {"start_to_close_timeout": timedelta(minutes=2)})
"""A count over months of conversations for each AI agent that earns trust."""

ERASE_CONVERSATIONS = ActivityRow(
    RetentionActivities.erase_conversations,
    {
        "task_queue": CONVERSATIONS,
        "start_to_close_timeout": timedelta(minutes=10),
        "heartbeat_timeout": timedelta(seconds=30),
        "retry_policy": _until_permanent(1, 60),
        "priority": LATER,
    },
)
"""A hundred conversations, each with a few calls of Temporal and one of the store."""

DELIVER_STORED = ActivityRow(
    DeliveryActivities.deliver_message,
    {
        "task_queue": CONVERSATIONS,
        "start_to_close_timeout": timedelta(seconds=15),
        "retry_policy": _until_permanent(0.2, 10),
    },
)
"""Where our own table is the channel: one transaction, after the burst window, which is added to the timeout."""

DELIVER_MESSAGE = ActivityRow(
    DeliveryActivities.deliver_message,
    {
        "task_queue": DELIVERY,
        "start_to_close_timeout": timedelta(seconds=60),
        "heartbeat_timeout": timedelta(seconds=10),
        "retry_policy": _until_permanent(0.2, 30),
        "priority": LIVE,
    },
)
"""Tried until the channel takes it; the claim keeps it single, heartbeats tell of a killed worker within seconds."""

GIVE_UP_DELIVERY = ActivityRow(
    DeliveryActivities.give_up_delivery, STORE | {"start_to_close_timeout": timedelta(seconds=40)}
)
"""On the store's queue, because whoever serves the channel's may be away. Its look at the channel takes a while."""

SEND_IDENTITY_CODE = ActivityRow(
    IdentityActivities.send_identity_code,
    DELIVER_MESSAGE.options | {"schedule_to_close_timeout": timedelta(minutes=2)},
)
"""The customer waits for it; after two minutes a person gets the conversation."""

CALL_TOOL = ActivityRow(
    ToolActivities.call_tool,
    {
        "task_queue": DELIVERY,
        "start_to_close_timeout": timedelta(seconds=75),
        "schedule_to_close_timeout": timedelta(minutes=5),
        "heartbeat_timeout": timedelta(seconds=10),
        "retry_policy": _until_permanent(0.5, 10),
        "priority": LIVE,
    },
)
"""A tool server's own deadline is a minute at most; after five minutes a person gets the conversation."""

ACTIVITIES: tuple[ActivityRow[Any, Any], ...] = (
    OPEN_CONVERSATION,
    RECORD_MESSAGES,
    CHANGE_OWNERSHIP,
    CHANGE_STATUS,
    FETCH_CUSTOMER_CONTEXT,
    GENERATE_EMBEDDED,
    GENERATE_REPLY,
    GENERATE_PARKED,
    SCORE_CONFIDENCE,
    CALL_TOOL,
    REQUEST_APPROVAL,
    RECORD_DECISION,
    CLIMB_LADDER,
    CLIMB_QUEUE_LADDER,
    DELIVER_STORED,
    DELIVER_MESSAGE,
    GIVE_UP_DELIVERY,
    ESCALATE_CONVERSATION,
    SEND_IDENTITY_CODE,
    ANSWER_IDENTITY_CHECK,
    WRITE_CRM_NOTE,
    UPDATE_TICKET,
    RECORD_UNWRITTEN,
    OPEN_JOURNEY,
    READ_CUSTOMER_FACTS,
    RECORD_JOURNEY,
    OPEN_GUARDED_CALL,
    RECORD_CALL_DECISION,
    CLIMB_CALL_LADDER,
    END_GUARDED_CALL,
    READ_CHANNEL,
    FETCH_KNOWLEDGE,
    PUBLISH_KNOWLEDGE,
    REVIEW_TRUST,
    ERASE_CONVERSATIONS,
)
