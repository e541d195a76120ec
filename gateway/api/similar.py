"""`/v1/conversations/{id}/similar`: how the like was answered before."""

from typing import Annotated

from fastapi import APIRouter, Query

from domain.conversation.similar import DEFAULT_SIMILAR, MAX_SIMILAR, SimilarConversations
from gateway.api.conversations import find_conversation
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("/{conversation_id}/similar")
async def similar_conversations(
    conversation_id: str,
    caller: Viewer,
    services: ServicesDependency,
    limit: Annotated[int, Query(ge=1, le=MAX_SIMILAR)] = DEFAULT_SIMILAR,
) -> SimilarConversations:
    """The organisation's resolved conversations whose customers asked for what this one's customer asks for.

    409 where the specification in use names no embedding model, or the customer has written nothing yet.
    """
    conversation = await find_conversation(services, caller, conversation_id)
    embedder = await services.embedders.of(caller.organisation)
    return await services.similarity.like(conversation, embedder, limit)
