"""Spoiling a demo on purpose, to prove that the checks notice."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from cast.customer import ChatClient
from demo.playing import Player
from demo.stage import Stage
from domain.conversation.activity_models import DeliverMessageInput
from domain.conversation.messages import Author
from domain.errors import NotFoundError
from storage.conversations import ConversationRepository
from storage.deliveries import DeliveryRepository


class Sabotage(StrEnum):
    DROP = "drop"
    DOUBLE = "double"


async def commit(sabotage: Sabotage, stage: Stage, players: Sequence[Player]) -> str:
    """Do it, and say what was done."""
    if sabotage is Sabotage.DROP:
        return _drop(players)
    return await _double(stage, players)


def _drop(players: Sequence[Player]) -> str:
    client = next(player.client for player in players if isinstance(player.client, ChatClient))
    client.claim_sent(uuid4().hex, "Did you get this?")
    return f"sabotage: a message of {client.conversation_id} is claimed as sent and never leaves the client"


async def _double(stage: Stage, players: Sequence[Player]) -> str:
    """Deliver the last reply of a conversation again, under another key."""
    for player in [player for player in players if isinstance(player.client, ChatClient)]:
        messages = await ConversationRepository(stage.database).messages_after(player.customer.conversation_id, 0)
        last = messages[-1]
        if last.author is not Author.AI_AGENT:
            continue
        again = DeliverMessageInput(
            organisation=stage.organisation,
            conversation_id=last.conversation_id,
            message_key=f"{last.message_id}-again",
            channel=last.channel,
            author=last.author,
            author_id=last.author_id or "",
            kind="reply",
            draft_id=last.draft_id,
            text=last.text,
        )
        await DeliveryRepository(stage.database).deliver_stored(again, datetime.now(UTC))
        return f"sabotage: the last reply of {last.conversation_id} is delivered a second time"
    raise NotFoundError("No conversation ends with a reply of an AI agent, so none can be doubled.")
