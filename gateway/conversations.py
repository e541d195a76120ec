"""The way into Temporal: what must never be lost comes in as a signal, and returning means that it is durable."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.conversation import AnyRequest, CustomerMessage, StartConversation, workflow_id
from domain.errors import ConflictError, UnavailableError
from domain.queues import CONVERSATIONS
from domain.state import ConversationState
from gateway.metrics import GatewayMetrics
from workflows.conversation import ConversationWorkflow

# Shorter than the sockets' keepalive, which waits for us while we wait for Temporal.
SIGNAL_TIMEOUT = timedelta(seconds=5)


class Conversations:
    """Signals to conversations. Raises UnavailableError when Temporal does not accept one: try the same again."""

    def __init__(self, client: Client, metrics: GatewayMetrics) -> None:
        self._client = client
        self._metrics = metrics

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
        """Signal-with-start: the first message of a conversation makes its workflow."""
        try:
            await self._client.start_workflow(
                ConversationWorkflow.run,
                ConversationState(start=start),
                id=workflow_id(start.conversation_id),
                task_queue=CONVERSATIONS,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_signal=ConversationWorkflow.receive_message.__name__,
                start_signal_args=[message],
                static_summary=f"Conversation by {start.channel.value} with {start.organisation}",
                rpc_timeout=SIGNAL_TIMEOUT,
            )
        except (RPCError, OSError) as error:
            self._metrics.signals_failed.labels("receive_message").inc()
            raise UnavailableError("The message could not be kept. Send it again with the same id.") from error

    async def request(self, conversation_id: str, request: AnyRequest) -> None:
        """What a person asks of a conversation that exists; the kind of a request is the name of its signal."""
        handle = self._client.get_workflow_handle_for(ConversationWorkflow.run, workflow_id(conversation_id))
        try:
            await handle.signal(request.kind, request, rpc_timeout=SIGNAL_TIMEOUT)
        except RPCError as error:
            self._metrics.signals_failed.labels(request.kind).inc()
            if error.status is RPCStatusCode.NOT_FOUND:
                raise ConflictError(
                    "This conversation is closed for good. It opens again when the customer writes."
                ) from error
            raise UnavailableError("Temporal did not accept this. Send it again with the same request_id.") from error

    async def temporal_answers(self) -> bool:
        try:
            return await self._client.service_client.check_health(timeout=SIGNAL_TIMEOUT)
        except (RPCError, RuntimeError):
            return False
