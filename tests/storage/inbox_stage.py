"""Conversations for the inbox, made by the statements that workflows use."""

from datetime import datetime, timedelta
from typing import Any

from domain.conversation.inbox import Asking, View
from domain.conversation.ownership import Status
from domain.conversation.requests import StartConversation
from domain.specification.organisation import Mode
from storage.customers import CustomerRepository
from storage.inbox_rows import InboxRowRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    ANNA,
    NOW,
    ORGANISATION,
    Stage,
    approval_request,
    draft,
    escalation,
    generate,
    message,
    ownership,
    status_change,
)


def asking(view: View = "all", **more: Any) -> Asking:
    fields: dict[str, Any] = {"organisation": ORGANISATION, "person_id": "anna", "view": view}
    return Asking.model_validate(fields | more)


async def opened(
    stage: Stage, id: str, *, organisation: str = ORGANISATION, channel: str = "web_chat", at: datetime = NOW
) -> str:
    """Open, owned by the AI agent, with one message."""
    start = StartConversation.model_validate({"organisation": organisation, "conversation_id": id, "channel": channel})
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, at)
    await stage.conversations.record_messages(id, 1, [message(f"m-{id}", f"Where is parcel {id}?")])
    await touched(stage, id, at)
    return id


async def touched(stage: Stage, id: str, at: datetime) -> None:
    """Changed last at an instant; whoever waits has waited since then."""
    await stage.database.fetchval(
        """
        UPDATE conversations SET updated_at = $2::timestamptz,
            waits_since = CASE WHEN waits_since IS NOT NULL THEN $2::timestamptz END
        WHERE conversation_id = $1
        """,
        id,
        at,
    )


async def waiting_for_approval(stage: Stage, id: str, at: datetime = NOW, **approval: Any) -> str:
    """With an open approval `a-<id>` that was asked for then."""
    await opened(stage, id, at=at)
    input = generate(f"d-{id}", conversation_id=id)
    await stage.turns.begin_draft(input, at)
    await stage.turns.save_draft(input, draft(f"d-{id}"))
    request = approval_request(f"a-{id}")
    changes = {"draft_id": f"d-{id}", "requested_at": at, **approval}
    asked = request.approval.model_copy(update=changes)
    await stage.approvals.request(request.model_copy(update={"conversation_id": id, "approval": asked}), at)
    await touched(stage, id, at)
    return id


async def in_queue(stage: Stage, id: str, at: datetime = NOW) -> str:
    """Escalated: the customer waits for a person."""
    await opened(stage, id, at=at)
    await stage.deliveries.escalate(escalation(f"e-{id}", conversation_id=id, notice=""), at)
    await touched(stage, id, at)
    return id


async def taken_by(stage: Stage, id: str, person: str = "anna", at: datetime = NOW) -> str:
    await opened(stage, id, at=at)
    owner = ANNA.model_copy(update={"id": person})
    await stage.conversations.change_ownership(
        ownership(owner, conversation_id=id, request_id=f"take-{id}", by=person), at
    )
    await touched(stage, id, at)
    return id


async def over(stage: Stage, id: str, at: datetime = NOW) -> str:
    """Resolved."""
    await opened(stage, id, at=at)
    change = status_change("resolved", Status.RESOLVED, request_id=f"end-{id}", revision=2)
    await stage.conversations.change_status(change.model_copy(update={"conversation_id": id}), at)
    return id


async def ids(rows: InboxRowRepository, view: View = "all", **more: Any) -> list[str]:
    """What a view has, without paging and without what is at risk."""
    return [one.id for one in await rows.page(asking(view, **more), None, None, 50)]


async def named(stage: Stage, id: str, name: str) -> None:
    """The customer of a conversation has a name."""
    customer = await CustomerRepository(stage.database).create(ORGANISATION, email=f"{id}@velo.example")
    await stage.database.fetchval("UPDATE customers SET name = $2 WHERE customer_id = $1", customer, name)
    await stage.database.fetchval("UPDATE conversations SET customer_id = $2 WHERE conversation_id = $1", id, customer)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
