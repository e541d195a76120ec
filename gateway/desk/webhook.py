"""`/webhooks/desk/{desk}`: what people do at a desk, believed when it is signed, kept before it is answered."""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response

from domain.errors import NotFoundError
from gateway.desk.running import OpenDesk
from gateway.problems import ProblemError, problem
from gateway.services import Services, services_of
from gateway.webhooks import posted_by
from integrations.channels.base import ForgedRequestError
from integrations.desk.base import ClickSource

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger()


def desks_of(request: Request) -> Mapping[str, OpenDesk]:
    """FastAPI dependency."""
    desks: Mapping[str, OpenDesk] = request.app.state.desks
    return desks


@router.post("/webhooks/desk/{desk}", include_in_schema=False)
async def receive(
    desk: str,
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    desks: Annotated[Mapping[str, OpenDesk], Depends(desks_of)],
) -> Response:
    """Verify, keep, answer; decisions are made after that."""
    opened = desks.get(desk)
    if opened is None or not isinstance(opened.office.desk, ClickSource):
        raise NotFoundError(f"There is no desk {desk!r} here, or it is not set up.")
    try:
        answer = await opened.office.desk.receive(await posted_by(services, request), opened.reception)
    except ForgedRequestError as error:
        services.metrics.webhooks.labels(f"desk_{desk}", "forged").inc()
        log.warning("webhook_refused", channel=f"desk/{desk}", reason=str(error))
        raise ProblemError(problem("not-authenticated", str(error))) from error
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type)
