"""`/v1/conversations/{id}/merge` and `/split`: two conversations become one, or one becomes two."""

from fastapi import APIRouter
from pydantic import Field

from domain.conversation.messages import ConversationId
from domain.delivery.channels import refusal_to_merge
from domain.errors import ConflictError
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from gateway.api.conversations import find_conversation
from gateway.api.requests import Acknowledgement, Ask, ServicesDependency
from gateway.auth import HumanAgent
from integrations.channels.registry import traits_of

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


class AskMerge(Ask):
    into: ConversationId = Field(description="The conversation in which this one goes on.")


class AskSplit(Ask):
    channel: ChannelKind
    thread: str = Field(min_length=1, max_length=500, description="As the conversation's record names it.")


class SplitOff(Frozen):
    """`conversation_id`: where the thread goes on; it opens with the customer's next message."""

    request_id: str
    conversation_id: ConversationId


@router.post("/{conversation_id}/merge")
async def merge(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, body: AskMerge
) -> Acknowledgement:
    """Let it go on in another one of the same customer: its threads and unanswered messages go there."""
    source = await find_conversation(services, caller, conversation_id)
    await find_conversation(services, caller, body.into)
    refusal = refusal_to_merge(traits_of(source.channel))
    if refusal:
        raise ConflictError(refusal)
    await services.store.threads.merge(conversation_id, body.into, body.request_id, caller.person, services.now())
    services.forwarder.wake()
    return Acknowledgement(request_id=body.request_id, state="acknowledged")


@router.post("/{conversation_id}/split")
async def split(conversation_id: str, caller: HumanAgent, services: ServicesDependency, body: AskSplit) -> SplitOff:
    """Give a thread a conversation of its own for what comes from now on."""
    await find_conversation(services, caller, conversation_id)
    fresh = await services.store.threads.split(
        conversation_id, body.channel, body.thread, body.request_id, caller.person, services.now()
    )
    return SplitOff(request_id=body.request_id, conversation_id=fresh)
