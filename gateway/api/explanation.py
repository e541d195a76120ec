"""`/v1/conversations/{id}/messages/{seq}/explanation`: why a message left, complete, in one view."""

from typing import Annotated

from fastapi import APIRouter, Path

from domain.conversation.explanation import Explanation, explain
from domain.errors import NotFoundError
from gateway.api.conversations import find_conversation
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer
from gateway.chat.frames import MAX_SEQ

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("/{conversation_id}/messages/{seq}/explanation")
async def explain_message(
    conversation_id: str,
    seq: Annotated[int, Path(ge=1, le=MAX_SEQ)],
    caller: Viewer,
    services: ServicesDependency,
) -> Explanation:
    """Everything that an outbound message rests on: what it answers, sources with scores, drafts, rules, people, tools.

    404 for a customer's message and for a number that there is none of. Words that were erased stay so.
    """
    conversation = await find_conversation(services, caller, conversation_id)
    found = await services.store.explaining.record_of(conversation, seq)
    if found is None:
        raise NotFoundError("No message of this number left here. GET /v1/conversations/{id} shows all messages.")
    return explain(found, services.options.temporal_namespace)
