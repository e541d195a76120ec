"""`/webhooks/{channel}`: what vendors post. Believed when its signature holds, answered when it is durable."""

import asyncio
import hashlib
from datetime import timedelta
from time import perf_counter
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.inbound import Unreadable
from domain.errors import CredentialsError, InvalidInputError, NotFoundError, RetryableError
from gateway.problems import ProblemError, problem
from gateway.services import Services, services_of
from integrations.channels.base import (
    ForgedRequestError,
    SpokenLine,
    TurnState,
    TurnTaking,
    UnreadableRequestError,
    WebhookAnswer,
    WebhookRequest,
    WebhookSource,
)

SPEAK_WITHIN = timedelta(seconds=8)
SUMMARY_MESSAGES = 3

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger()


@router.api_route("/webhooks/{channel}", methods=["GET", "POST"], include_in_schema=False)
async def receive(channel: str, request: Request, services: Annotated[Services, Depends(services_of)]) -> Response:
    """Verify, read, keep, answer. Nothing of the body is believed before its signature is."""
    source = _source(services, channel)
    posted = await _posted(services, request)
    started = perf_counter()
    try:
        source.verify(posted)
    except ForgedRequestError as error:
        services.metrics.webhooks.labels(channel, "forged").inc()
        log.warning("webhook_refused", channel=channel, reason=str(error))
        raise ProblemError(problem("not-authenticated", str(error))) from error
    try:
        received = await source.read(posted)
    except UnreadableRequestError as error:
        return await _quarantine(services, channel, posted, str(error))
    except ValidationError:
        # No adapter foresees every value; pydantic's own text would repeat it.
        return await _quarantine(services, channel, posted, "The request holds a value that no event may have.")
    answer = received.answer
    for event in received.events:
        kept = await services.keep(event)
        services.metrics.webhooks.labels(channel, "new" if kept.fresh else "repeated").inc()
    if received.events:
        services.metrics.acknowledgement_seconds.observe(perf_counter() - started)
    if isinstance(source, TurnTaking):
        answer = source.respond(posted, await _turn(services, channel, source, posted))
    return _response(answer)


def _source(services: Services, channel: str) -> WebhookSource:
    try:
        source = services.channels[channel]
    except (InvalidInputError, CredentialsError) as error:
        raise NotFoundError(f"There is no webhook {channel!r} here, or it is not set up.") from error
    if not isinstance(source, WebhookSource):
        raise NotFoundError(f"The channel {channel!r} takes no webhooks.")
    return source


async def _posted(services: Services, request: Request) -> WebhookRequest:
    """The request as its vendor made it: behind a proxy, the public address is the one of the settings."""
    public = services.options.public_url
    url = str(request.url)
    if public:
        seen = urlsplit(url)
        url = f"{public.rstrip('/')}{seen.path}" + (f"?{seen.query}" if seen.query else "")
    return WebhookRequest(
        method=request.method,
        url=url,
        query=dict(request.query_params),
        # No vendor's header has other characters, and comparing signatures in constant time allows no others.
        headers={name.lower(): value.encode("ascii", "replace").decode() for name, value in request.headers.items()},
        body=await request.body(),
        received_at=services.now(),
    )


async def _quarantine(services: Services, channel: str, posted: WebhookRequest, reason: str) -> Response:
    """Keep the request whole, and tell the vendor that it has arrived: it would only come again as it is."""
    services.metrics.webhooks.labels(channel, "unreadable").inc()
    log.warning("webhook_unreadable", channel=channel, reason=reason)
    broken = Unreadable(
        channel=channel,
        event_id=hashlib.sha256(posted.body).hexdigest(),
        at=posted.received_at,
        reason=reason[:500],
        content=posted.body,
    )
    await services.store.inbox.quarantine(services.options.organisation, broken)
    return _response(WebhookAnswer())


def _response(answer: WebhookAnswer) -> Response:
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type)


# Calls: the request is held until there is something to say.


async def _turn(services: Services, channel: str, source: TurnTaking, posted: WebhookRequest) -> TurnState:
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
    store = services.store
    try:
        row = await store.conversations.get(conversation_id)
        messages = await store.conversations.messages_after(conversation_id, 0)
        settled = await store.inbox.settled(conversation_id)
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
