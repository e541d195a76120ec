"""What a running conversation knows, read from the history of its present run: no worker is needed for it."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from domain.conversation.messages import CustomerMessage
from domain.conversation.requests import AnyRequest, SkipTurns, workflow_id
from domain.conversation.restoring import SentMessage, WorkflowFacts
from domain.conversation.state import ConversationState
from workflows.conversation.workflow import ConversationWorkflow

BESIDE = frozenset({"write_crm_note", "update_ticket", "record_unwritten"})
"""Activities beside the conversation: their keys keep them single, and no customer sees them."""
RECEIVE, SKIP = ConversationWorkflow.receive_message.__name__, ConversationWorkflow.skip_turns.__name__
SIGNALS: Mapping[str, TypeAdapter[Any]] = {
    RECEIVE: TypeAdapter(CustomerMessage),
    SKIP: TypeAdapter(SkipTurns),
    **{model.model_fields["kind"].default: TypeAdapter(model) for model in get_args(get_args(AnyRequest)[0])},
}
ENDED = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "activity_task_failed_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "activity_task_timed_out_event_attributes",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "activity_task_canceled_event_attributes",
}
Value = TypeVar("Value")


async def read_workflow(client: Client, conversation_id: str) -> WorkflowFacts | None:
    """None where no workflow of the conversation runs."""
    handle = client.get_workflow_handle(workflow_id(conversation_id))
    try:
        described = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    if described.status is not WorkflowExecutionStatus.RUNNING:
        return None
    reading = _Reading(client.data_converter)
    async for event in handle.fetch_history_events():
        await reading.take(event)
    return reading.facts(described)


class _Reading:
    """Collects facts event by event."""

    def __init__(self, converter: DataConverter) -> None:
        self._converter = converter
        self._state: ConversationState | None = None
        self._messages: list[CustomerMessage] = []
        self._requests: list[AnyRequest] = []
        self._sent: list[SentMessage] = []
        self._drafts: dict[str, str] = {}
        self._running: dict[int, tuple[str, dict[str, Any]]] = {}
        self._not_worked_on: list[str] = []
        self._revision = self._turn = 0
        self._approval_id: str | None = None

    async def take(self, event: HistoryEvent) -> None:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                await self._begin(event.workflow_execution_started_event_attributes.input)
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                attributes = event.workflow_execution_signaled_event_attributes
                await self._receive(attributes.signal_name, attributes.input)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                await self._schedule(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                await self._complete(event)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                self._not_worked_on.clear()
            case kind if kind in ENDED:
                self._end(getattr(event, ENDED[kind]).scheduled_event_id)
            case _:
                pass

    def facts(self, described: WorkflowExecutionDescription) -> WorkflowFacts:
        """Raises ValueError for a history without a beginning."""
        if self._state is None:
            raise ValueError("the history has no beginning")
        attributes = described.typed_search_attributes
        return WorkflowFacts(
            start=self._state.start,
            run_id=described.run_id,
            revision=self._revision,
            turn=self._turn,
            status=attributes.get(SearchAttributeKey.for_keyword("ConversationStatus")),
            owner_kind=attributes.get(SearchAttributeKey.for_keyword("OwnerKind")),
            approval_id=self._approval_id,
            messages=tuple(self._messages),
            requests=tuple(self._requests),
            sent=tuple(self._sent),
            under_way=(*(_name(*running) for running in self._running.values()), *self._not_worked_on),
        )

    async def _begin(self, input: Payloads) -> None:
        self._state = state = await self._decoded(input, ConversationState)
        self._messages += state.mailbox.inbox
        self._requests += state.mailbox.requests
        self._revision, self._turn = state.revision, state.answering.turn
        self._approval_id = state.approval.approval_id if state.approval else None

    async def _receive(self, name: str, input: Payloads) -> None:
        """A signal that does not decode is dropped, as the workflow drops it."""
        try:
            given = SIGNALS[name].validate_python(await self._decoded(input, object))
        except (KeyError, ValidationError):
            return
        if isinstance(given, SkipTurns):
            self._turn = max(self._turn, given.turn)
            return
        (self._messages if isinstance(given, CustomerMessage) else self._requests).append(given)
        self._not_worked_on.append(name)

    async def _schedule(self, event: HistoryEvent) -> None:
        attributes = event.activity_task_scheduled_event_attributes
        given = await self._decoded(attributes.input, dict[str, Any])
        self._note_numbers(given, given.get("after"), given.get("approval"))
        self._approval_id = (given.get("approval") or {}).get("approval_id", self._approval_id)
        if attributes.activity_type.name not in BESIDE:
            self._running[event.event_id] = (attributes.activity_type.name, given)

    def _note_numbers(self, *told: object) -> None:
        for one in told:
            if isinstance(one, dict):
                revisions = (one.get("revision"), one.get("expected_revision"))
                self._revision = max(self._revision, *(number or 0 for number in revisions))
                self._turn = max(self._turn, one.get("turn") or 0)

    async def _complete(self, event: HistoryEvent) -> None:
        attributes = event.activity_task_completed_event_attributes
        ended = self._end(attributes.scheduled_event_id)
        if ended is None:
            return
        name, given = ended
        result = await self._decoded(attributes.result, object)
        if not isinstance(result, dict):
            return
        if name == "open_conversation":
            self._note_numbers(result)
        if isinstance(draft := result.get("draft"), dict):
            self._drafts[draft["draft_id"]] = draft["text"]
        at = event.event_time.ToDatetime(UTC)
        if "message_key" in given and result.get("status") == "delivered":
            text = given.get("text") or self._drafts.get(given.get("draft_id") or "")
            self._sent.append(SentMessage(message_key=given["message_key"], at=at, text=text))
        elif isinstance(done := result.get("carried_out"), dict):
            self._approval_id = (done.get("approval") or {}).get("approval_id", self._approval_id)
            if done["outcome"] in {"sent", "asked_back"}:
                self._sent.append(SentMessage(message_key=given["draft_id"], at=at, text=done["text"]))

    def _end(self, scheduled: int) -> tuple[str, dict[str, Any]] | None:
        """Until a workflow task has followed, the workflow does not know of it."""
        ended = self._running.pop(scheduled, None)
        if ended:
            self._not_worked_on.append(_name(*ended))
        return ended

    async def _decoded(self, payloads: Payloads, kind: type[Value]) -> Value:
        decoded: list[Value] = await self._converter.decode(payloads.payloads, [kind])
        return decoded[0]


def _name(activity: str, given: Mapping[str, Any]) -> str:
    """With the key, where it is something that leaves."""
    key = given.get("message_key") or given.get("call_key") or (given.get("mandate") and given.get("draft_id"))
    return f"{activity} {key}" if key else activity
