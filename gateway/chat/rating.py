"""`/v1/chat/{conversation}/ratings`: what a customer thought of the help."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from domain.delivery.channels import WEB_CHAT
from domain.delivery.inbound import CustomerRating
from domain.errors import ConflictError
from domain.model import Frozen
from gateway.chat.files import Conversation, ServicesDependency
from gateway.chat.transcript import ErasedConversationError
from gateway.problems import too_many_requests

router = APIRouter(prefix="/v1/chat/{conversation_id}/ratings", tags=["chat"])

MAX_COMMENT_CHARACTERS = 2000


class Rate(Frozen):
    """`rating_id` is the client's own: sent again with the same id, it is the same rating. The last one counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rating_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
    score: Literal["good", "bad"]
    comment: str = Field("", max_length=MAX_COMMENT_CHARACTERS, pattern=r"^[^\x00]*$")


@router.post("", status_code=204, response_class=Response)
async def rate_conversation(conversation: Conversation, services: ServicesDependency, body: Rate) -> None:
    """Say whether it helped, and why, as often as one likes; the last word counts."""
    wait = services.message_limit.wait_seconds(conversation)
    if wait:
        raise too_many_requests("Too many ratings at once. Wait a moment.", retry_after_seconds=wait)
    known = await services.store.conversations.get(conversation)
    if known is None:
        raise ConflictError("Nothing was said here yet, so there is nothing to rate. Write a message first.")
    if known.is_erased:
        raise ConflictError(str(ErasedConversationError()))
    rating = CustomerRating(
        channel=WEB_CHAT,
        event_id=f"{conversation}-{body.rating_id}",
        at=services.now(),
        thread=conversation,
        score=body.score,
        comment=body.comment,
    )
    await services.store.conversations.rate(known.organisation, conversation, rating)
