"""`/v1/conversations/{id}/co-pilot`: what the person who owns a conversation is offered, and what they do with it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from domain.conversation.co_pilot import CoPilot, next_steps, offered, summary_of, why_none
from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.conversation.record import ConversationView
from domain.conversation.similar import DEFAULT_SIMILAR, SimilarConversations
from domain.conversation.suggestions import SuggestionUse, Used, used_as
from domain.errors import ConflictError, HoldfastError, NotFoundError
from domain.model import Frozen
from gateway.api.conversations import find_conversation
from gateway.api.requests import ServicesDependency
from gateway.auth import HumanAgent, Viewer
from gateway.services import Services

router = APIRouter(prefix="/v1/conversations/{conversation_id}/co-pilot", tags=["conversations"])


class UseSuggestion(Frozen):
    """`text`: what was sent instead, so that it is recorded truthfully whether it was edited. It is not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    used: Used
    text: str | None = Field(None, max_length=MAX_MESSAGE_CHARACTERS)


@router.get("")
async def show_co_pilot(conversation_id: str, caller: Viewer, services: ServicesDependency) -> CoPilot:
    """A suggested reply, next steps, a summary for the handoff, and how the like was answered. No customer sees it."""
    conversation = await find_conversation(services, caller, conversation_id)
    store = services.store
    messages, turn, steps, specification, (similar, why_none_similar) = await asyncio.gather(
        store.conversations.messages_after(conversation_id, 0),
        store.suggestions.latest(conversation_id),
        store.suggestions.waiting_steps(conversation_id),
        services.specifications.version(conversation.spec_hash),
        _similar(services, conversation),
    )
    used = await store.suggestions.use_of(turn.draft_id) if turn else None
    suggestion = offered(conversation, turn, used, messages)
    return CoPilot(
        conversation_id=conversation_id,
        suggestion=suggestion,
        why_none="" if suggestion else why_none(conversation, turn),
        next_steps=next_steps(conversation, messages, turn, steps, specification),
        summary=summary_of(conversation, messages, turn),
        similar=similar,
        why_none_similar=why_none_similar,
    )


@router.post("/{suggestion_id}/use")
async def use_suggestion(
    conversation_id: str,
    suggestion_id: Annotated[str, Path(max_length=200)],
    body: UseSuggestion,
    caller: HumanAgent,
    services: ServicesDependency,
) -> SuggestionUse:
    """Say what you did with a suggestion: it counts in the figure `suggestions_as_is`, and sends nothing.

    The first word counts, and the same again is harmless; 409 for another one.
    """
    await find_conversation(services, caller, conversation_id)
    turn = await services.store.suggestions.get(conversation_id, suggestion_id)
    if turn is None:
        raise NotFoundError("There is no such suggestion in this conversation. GET …/co-pilot shows the newest one.")
    wanted = used_as(body.used, turn.draft.text or turn.draft.clarifying_question, body.text)
    kept = await services.store.suggestions.use(
        suggestion_id, conversation_id, wanted, caller.person.id, services.now()
    )
    if kept.used != wanted:
        raise ConflictError(f"{kept.used_by} has said of this suggestion before: {kept.used}. That stays.")
    return kept


async def _similar(services: Services, conversation: ConversationView) -> tuple[SimilarConversations | None, str]:
    """Where nothing can be compared, the rest is offered all the same, with the reason."""
    try:
        embedder = await services.embedders.of(conversation.organisation)
        return await services.similarity.like(conversation, embedder, DEFAULT_SIMILAR), ""
    except HoldfastError as error:
        return None, str(error)
