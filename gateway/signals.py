"""Signals to the workflows of conversations. A call that returns means that Temporal has stored the signal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.conversation.messages import CustomerMessage
from domain.conversation.requests import AnyRequest, DecideApproval, EnterJourney, StartConversation, workflow_id
from domain.conversation.state import EVENTS_PER_RUN, ConversationState
from domain.errors import ConflictError, UnavailableError
from domain.guarding.calls import guarded_workflow_id
from domain.journeys.run import AnyJourneyRequest
from domain.queues import CONVERSATIONS
from gateway.metrics import GatewayMetrics
from workflows.conversation.workflow import ConversationWorkflow
from workflows.guarding.workflow import GuardedCallWorkflow

# Shorter than the sockets' keepalive, which waits for us while we wait for Temporal.
SIGNAL_SECONDS = 5.0
CLOSED = "This conversation is closed. It opens again when the customer writes."


class ConversationSignals:
    """Signals to conversations. Raises UnavailableError when Temporal does not accept one: try the same again."""

    def __init__(self, client: Client, metrics: GatewayMetrics) -> None:
        self._client = client
        self._metrics = metrics

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
        """Signal-with-start: the first message of a conversation makes its workflow."""
        signal = ConversationWorkflow.receive_message.__name__
        async with self._signalling(signal, "The message could not be kept. Send it again with the same id."):
            await self._start(start, signal, message)

    async def open_with(self, start: StartConversation, request: AnyRequest) -> None:
        """Signal-with-start: what a colleague wrote before the customer's first message makes the workflow."""
        async with self._signalling(request.kind, "Temporal did not accept this. Send it again, same request_id."):
            await self._start(start, request.kind, request)

    async def request(self, conversation_id: str, request: AnyRequest | EnterJourney) -> None:
        """What a person asks of a conversation that exists; the kind of a request is the name of its signal."""
        handle = self._client.get_workflow_handle(workflow_id(conversation_id))
        async with self._signalling(request.kind, "Temporal did not accept this. Send it again, same request_id."):
            await handle.signal(request.kind, request)

    async def request_of_journey(self, journey: str, request: AnyJourneyRequest) -> None:
        """What a person or a system asks of a journey, by its workflow."""
        handle = self._client.get_workflow_handle(journey)
        closed = "This journey has ended. List those under way with GET /v1/journeys."
        advice = "Temporal did not accept this. Send it again, same request_id."
        async with self._signalling(request.kind, advice, closed):
            await handle.signal(request.kind, request)

    async def decide_call(self, call_id: str, request: DecideApproval) -> None:
        """What a person decides about a guarded call."""
        handle = self._client.get_workflow_handle(guarded_workflow_id(call_id))
        advice = "Temporal did not accept this. Send it again, same request_id."
        async with self._signalling(request.kind, advice, "This call has ended: it was decided, and made or refused."):
            await handle.signal(GuardedCallWorkflow.decide_approval, request)

    async def _start(self, start: StartConversation, signal: str, argument: CustomerMessage | AnyRequest) -> None:
        await self._client.start_workflow(
            ConversationWorkflow.run,
            ConversationState(start=start, events_per_run=EVENTS_PER_RUN),
            id=workflow_id(start.conversation_id),
            task_queue=CONVERSATIONS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=signal,
            start_signal_args=[argument],
            static_summary=f"Conversation by {start.channel} with {start.organisation}",
        )

    @asynccontextmanager
    async def _signalling(self, signal: str, advice: str, closed: str = CLOSED) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(SIGNAL_SECONDS):
                yield
        except (RPCError, RuntimeError, TimeoutError) as error:  # RuntimeError: the first connection failed
            self._metrics.signals_failed.labels(signal).inc()
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                raise ConflictError(closed) from error
            raise UnavailableError(advice) from error

    async def temporal_answers(self) -> bool:
        """False when it does not answer; never raises."""
        try:
            return await self._client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False
