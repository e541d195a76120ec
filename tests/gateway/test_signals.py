"""The way into a real Temporal: what is durable, what is refused, and what is told to try again."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import Resolve, SendHumanReply, StartConversation, TakeOver, workflow_id
from domain.errors import ConflictError, UnavailableError
from embedded.ports import free_port
from gateway.metrics import GatewayMetrics
from gateway.signals import ConversationSignals
from tests.storage.stage import NOW
from workflows.conversation.workflow import ConversationWorkflow

ANNA = Person(id="anna", roles=("human_agent",))
SIGNALS_FAILED = "holdfast_signals_failed_total"


@pytest.fixture
def metrics() -> GatewayMetrics:
    return GatewayMetrics()


@pytest.fixture
def conversations(temporal_client: Client, metrics: GatewayMetrics) -> ConversationSignals:
    return ConversationSignals(temporal_client, metrics)


@pytest.fixture
async def unreachable(metrics: GatewayMetrics) -> ConversationSignals:
    """Nobody listens at its address."""
    address = f"127.0.0.1:{free_port()}"
    client = await Client.connect(address, data_converter=pydantic_data_converter, lazy=True)
    return ConversationSignals(client, metrics)


@pytest.fixture
async def start(temporal_client: Client) -> AsyncIterator[StartConversation]:
    start = StartConversation(organisation="bikeshop", conversation_id=f"cv_{uuid4().hex}")
    yield start
    await handle_of(temporal_client, start).terminate()


def message(message_id: str = "m-1") -> CustomerMessage:
    return CustomerMessage(message_id=message_id, text="Where is my parcel?", received_at=NOW)


def handle_of(client: Client, start: StartConversation) -> WorkflowHandle[ConversationWorkflow, None]:
    return client.get_workflow_handle_for(ConversationWorkflow.run, workflow_id(start.conversation_id))


async def signals(client: Client, start: StartConversation) -> list[str]:
    """The names of the signals that a conversation has, in order."""
    history = await handle_of(client, start).fetch_history()
    return [
        event.workflow_execution_signaled_event_attributes.signal_name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    ]


async def test_the_first_message_opens_the_conversation_and_the_next_goes_into_it(
    conversations: ConversationSignals, temporal_client: Client, start: StartConversation
) -> None:
    await conversations.receive(start, message("m-1"))
    run = (await handle_of(temporal_client, start).describe()).run_id
    await conversations.receive(start, message("m-2"))
    assert await signals(temporal_client, start) == ["receive_message", "receive_message"]
    assert (await handle_of(temporal_client, start).describe()).run_id == run


async def test_what_a_colleague_wrote_opens_the_conversation_or_goes_into_it(
    conversations: ConversationSignals, temporal_client: Client, start: StartConversation
) -> None:
    await conversations.open_with(start, SendHumanReply(request_id="r-1", by=ANNA, text="Hello", sent_as="c-1"))
    run = (await handle_of(temporal_client, start).describe()).run_id
    await conversations.receive(start, message())
    await conversations.open_with(start, SendHumanReply(request_id="r-2", by=ANNA, text="Well?", sent_as="c-2"))
    assert await signals(temporal_client, start) == ["send_human_reply", "receive_message", "send_human_reply"]
    assert (await handle_of(temporal_client, start).describe()).run_id == run


async def test_a_request_is_the_signal_of_its_kind(
    conversations: ConversationSignals, temporal_client: Client, start: StartConversation
) -> None:
    await conversations.receive(start, message())
    await conversations.request(start.conversation_id, TakeOver(request_id="r-1", by=ANNA))
    await conversations.request(start.conversation_id, Resolve(request_id="r-2", by=ANNA))
    assert await signals(temporal_client, start) == ["receive_message", "take_over", "resolve"]


async def test_the_summary_names_no_customer(
    conversations: ConversationSignals, temporal_client: Client, start: StartConversation
) -> None:
    await conversations.receive(start, message())
    described = await handle_of(temporal_client, start).describe()
    assert await described.static_summary() == "Conversation by web_chat with bikeshop"


async def test_a_conversation_that_ended_takes_no_request_and_begins_anew_with_a_message(
    conversations: ConversationSignals, temporal_client: Client, metrics: GatewayMetrics, start: StartConversation
) -> None:
    await conversations.receive(start, message("m-1"))
    await handle_of(temporal_client, start).terminate()
    with pytest.raises(ConflictError, match="opens again when the customer writes"):
        await conversations.request(start.conversation_id, TakeOver(request_id="r-1", by=ANNA))
    assert metrics.registry.get_sample_value(SIGNALS_FAILED, {"signal": "take_over"}) == 1
    await conversations.receive(start, message("m-2"))
    assert await signals(temporal_client, start) == ["receive_message"]


async def test_a_conversation_that_never_was_takes_no_request(conversations: ConversationSignals) -> None:
    with pytest.raises(ConflictError):
        await conversations.request(f"cv_{uuid4().hex}", TakeOver(request_id="r-1", by=ANNA))


async def test_without_temporal_the_same_is_to_be_tried_again(
    unreachable: ConversationSignals, metrics: GatewayMetrics
) -> None:
    start = StartConversation(organisation="bikeshop", conversation_id="cv_unreachable")
    with pytest.raises(UnavailableError, match="Send it again with the same id"):
        await unreachable.receive(start, message())
    with pytest.raises(UnavailableError, match="same request_id"):
        await unreachable.request("cv_unreachable", TakeOver(request_id="r-1", by=ANNA))
    for signal in ("receive_message", "take_over"):
        assert metrics.registry.get_sample_value(SIGNALS_FAILED, {"signal": signal}) == 1


async def test_whether_temporal_answers(conversations: ConversationSignals, unreachable: ConversationSignals) -> None:
    assert await conversations.temporal_answers()
    assert not await unreachable.temporal_answers()
