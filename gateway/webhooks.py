"""`/webhooks/{channel}`: what vendors post: verified by its signature, read, stored, then answered."""

import hashlib
from time import perf_counter
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from domain.delivery.inbound import Unreadable
from domain.errors import CredentialsError, InvalidInputError, NotFoundError
from gateway.problems import ProblemError, problem
from gateway.services import Services, services_of
from gateway.voice.turns import next_turn
from integrations.channels.base import (
    ForgedRequestError,
    TurnTaking,
    UnreadableRequestError,
    WebhookAnswer,
    WebhookRequest,
    WebhookSource,
)

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger()


@router.api_route("/webhooks/{channel}", methods=["GET", "POST"], include_in_schema=False)
async def receive(channel: str, request: Request, services: Annotated[Services, Depends(services_of)]) -> Response:
    """Verify, read, keep, answer. Nothing of the body is believed before its signature is."""
    source = _source(services, channel)
    posted = await posted_by(services, request)
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
        answer = source.respond(posted, await next_turn(services, channel, source, posted))
    return _response(answer)


def _source(services: Services, channel: str) -> WebhookSource:
    try:
        source = services.channels[channel]
    except (InvalidInputError, CredentialsError) as error:
        raise NotFoundError(f"There is no webhook {channel!r} here, or it is not set up.") from error
    if not isinstance(source, WebhookSource):
        raise NotFoundError(f"The channel {channel!r} takes no webhooks.")
    return source


async def posted_by(services: Services, request: Request) -> WebhookRequest:
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
