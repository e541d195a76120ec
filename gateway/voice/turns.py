"""Turns of a phone call: the vendor's request is held until there is something to say."""

import asyncio
from datetime import timedelta

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.errors import RetryableError
from gateway.services import Services
from integrations.channels.base import SpokenLine, TurnState, TurnTaking, WebhookRequest

SPEAK_WITHIN = timedelta(seconds=8)
SUMMARY_MESSAGES = 3


async def next_turn(services: Services, channel: str, source: TurnTaking, posted: WebhookRequest) -> TurnState:
    """What the caller has not heard, as soon as there is any of it; else how things stand after some seconds."""
    organisation, thread = services.options.organisation, source.thread(posted)
    conversation_id = await services.store.inbox.conversation_of(organisation, channel, thread)
    if conversation_id is None:
        said = await services.specifications.opening(organisation, channel)
        return TurnState(conversation_id="", status=Status.OPEN, greeting=said.greeting, consent=said.consent)
    heard = source.heard(posted)
    with services.live.watch(conversation_id) as wake:
        state = await _state(services, conversation_id, heard)
        try:
            async with asyncio.timeout(SPEAK_WITHIN.total_seconds()):
                while not state.lines and not state.settled:
                    await wake.wait()
                    wake.clear()
                    state = await _state(services, conversation_id, heard)
        except TimeoutError:
            pass
    return state


async def _state(services: Services, conversation_id: str, heard: int) -> TurnState:
    """Whether it is settled is asked first: then a line that settles it meanwhile is among those that are read."""
    store = services.store
    try:
        settled = await store.inbox.settled(conversation_id)
        row = await store.conversations.get(conversation_id)
        messages = await store.conversations.messages_after(conversation_id, 0)
    except RetryableError:
        return TurnState(conversation_id=conversation_id, status=Status.OPEN, settled=False)
    if row is None:
        return TurnState(conversation_id=conversation_id, status=Status.OPEN, settled=False)
    said = [message.text for message in messages if message.author is Author.CUSTOMER]
    reason = (row.escalation_reason or "handover").replace("_", " ")
    return TurnState(
        conversation_id=conversation_id,
        status=row.status,
        lines=tuple(
            SpokenLine(seq=message.seq, author=message.author, text=message.text)
            for message in messages
            if message.seq > heard and message.author is not Author.CUSTOMER
        ),
        settled=settled,
        summary=f"A caller is handed over: {reason}. They said: {' '.join(said[-SUMMARY_MESSAGES:])}",
    )
