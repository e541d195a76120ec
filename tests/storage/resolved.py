"""Conversations that came to their end, through the steps of the store."""

from datetime import datetime, timedelta
from typing import Any

from domain.conversation.messages import Author, CustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.requests import StartConversation
from domain.specification.organisation import Mode
from tests.organisation import VERSION
from tests.storage.stage import AI, ANNA, NOW, ORGANISATION, Stage, draft, generate, ownership, reply, status_change


async def opened(stage: Stage, conversation_id: str, *texts: str, organisation: str = ORGANISATION) -> None:
    """With what the customer wrote at first."""
    start = StartConversation(organisation=organisation, conversation_id=conversation_id)
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    await wrote(stage, conversation_id, *texts)


async def wrote(stage: Stage, conversation_id: str, *texts: str, revision: int = 1) -> None:
    messages = [
        CustomerMessage(message_id=f"{conversation_id}-{text}"[:200], text=text, received_at=NOW) for text in texts
    ]
    await stage.conversations.record_messages(conversation_id, revision, messages)


async def answered(stage: Stage, conversation_id: str, text: str, **changes: Any) -> None:
    """By the AI agent, at revision 1, on the topic of its draft."""
    draft_id = f"draft-of-{conversation_id}-{len(await stage.conversations.messages_after(conversation_id, 0))}"
    made = draft(draft_id, text)
    await stage.turns.save_draft(generate(draft_id, conversation_id=conversation_id), made)
    await stage.deliveries.deliver_stored(reply(draft_id, conversation_id=conversation_id, **changes), NOW)


async def answered_by_anna(stage: Stage, conversation_id: str, text: str) -> None:
    """She takes it over at revision 2."""
    taken = ownership(ANNA, conversation_id=conversation_id, request_id=f"take-{conversation_id}")
    await stage.conversations.change_ownership(taken, NOW)
    author = {"author": Author.HUMAN_AGENT, "author_id": "anna", "kind": "human_reply", "draft_id": None}
    sent = reply(
        f"{conversation_id}-by-anna", conversation_id=conversation_id, text=text, expected_revision=None, **author
    )
    await stage.deliveries.deliver_stored(sent, NOW)


async def resolved(
    stage: Stage,
    conversation_id: str,
    *texts: str,
    answer: str | None = "It arrives today.",
    organisation: str = ORGANISATION,
    at: datetime = NOW,
) -> None:
    """Asked, answered by the AI agent and silent since."""
    await opened(stage, conversation_id, *texts, organisation=organisation)
    if answer is not None:
        await answered(stage, conversation_id, answer)
    await ended(stage, conversation_id, at)


async def ended(stage: Stage, conversation_id: str, at: datetime = NOW, by: str = "silence", revision: int = 2) -> None:
    change = status_change("resolved", Status.RESOLVED, request_id=f"end-{revision}", by=by, revision=revision)
    await stage.conversations.change_status(change.model_copy(update={"conversation_id": conversation_id}), at)


async def reopened(stage: Stage, conversation_id: str, revision: int = 3) -> None:
    change = status_change("reopened", Status.OPEN, request_id=f"again-{revision}", by="customer", revision=revision)
    await stage.conversations.change_status(change.model_copy(update={"conversation_id": conversation_id}), NOW)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
