"""Chat sessions: a conversation's id and the token that opens it."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field, model_validator

from domain.conversation.messages import ConversationId
from domain.delivery.channels import WEB_CHAT
from domain.errors import ForbiddenError
from domain.model import Frozen
from gateway.auth import INTEGRATION, Caller, key_holder_if_any
from gateway.problems import too_many_requests
from gateway.services import Services, services_of
from gateway.tokens import ChatToken

router = APIRouter(prefix="/v1/chat", tags=["chat"])


class VerifiedCustomer(Frozen):
    """A customer whom the caller has signed in itself. Only such a customer hears personal facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact_id: str | None = Field(None, min_length=1, max_length=100)
    email: str | None = Field(None, min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")

    @model_validator(mode="after")
    def _named(self) -> "VerifiedCustomer":
        if not (self.contact_id or self.email):
            raise ValueError("name the customer by contact_id or email")
        return self


class StartSession(Frozen):
    model_config = ConfigDict(extra="forbid", frozen=True)

    customer: VerifiedCustomer | None = None


class ChatSession(Frozen):
    conversation_id: ConversationId
    token: str = Field(description="For the WebSocket's hello and for files; bound to this conversation.")
    expires_at: datetime
    greeting: str


@router.post("/sessions", status_code=201)
async def start_session(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    caller: Annotated[Caller | None, Depends(key_holder_if_any)],
    body: StartSession | None = None,
) -> ChatSession:
    """Open a conversation: anonymous without a key; with an integration's key it may name a verified customer."""
    customer = body.customer if body else None
    if caller is None:
        _limit(services, request.client.host if request.client else "unknown")
    if customer and (caller is None or not caller.may(INTEGRATION)):
        raise ForbiddenError(f"Only a key with the role {INTEGRATION} may name a customer. Leave customer out.")
    organisation = caller.organisation if caller else services.options.organisation
    customer_id = await _verified(services, organisation, customer) if customer else None
    token = ChatToken(
        conversation_id=f"cv_{secrets.token_urlsafe(16)}",
        organisation=organisation,
        customer_id=customer_id,
        expires_at=services.now() + services.options.chat_session_lifetime,
    )
    return ChatSession(
        conversation_id=token.conversation_id,
        token=services.sign_token(token),
        expires_at=token.expires_at,
        greeting=(await services.specifications.opening(organisation, WEB_CHAT)).greeting,
    )


async def _verified(services: Services, organisation: str, customer: VerifiedCustomer) -> str:
    return await services.store.customers.create(
        organisation, contact_id=customer.contact_id, email=customer.email, verified=True
    )


def _limit(services: Services, address: str) -> None:
    wait = services.session_limit.wait_seconds(address)
    if wait:
        services.metrics.refused.labels("too-many-requests").inc()
        raise too_many_requests("Too many new chats from this address. Wait a moment.", retry_after_seconds=wait)
