"""`/healthz`, `/readyz`, `/metrics`."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from domain.model import Frozen
from gateway.services import Services, services_of

CHECK_WITHIN = timedelta(seconds=2)

router = APIRouter(tags=["operation"])


class Health(Frozen):
    status: Literal["alive"] = "alive"


class Readiness(Frozen):
    """`missing` names the parts that do not answer."""

    status: Literal["ready", "not_ready"]
    missing: tuple[str, ...] = ()


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; says nothing of its dependencies."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(services: Annotated[Services, Depends(services_of)], response: Response) -> Readiness:
    """PostgreSQL and Temporal answer; 503 names what is missing."""
    checks = {"PostgreSQL": services.postgresql_answers(), "Temporal": services.conversations.temporal_answers()}
    answers = await asyncio.gather(*(_in_time(check) for check in checks.values()))
    missing = tuple(name for name, there in zip(checks, answers, strict=True) if not there)
    response.status_code = 503 if missing else 200
    return Readiness(status="not_ready" if missing else "ready", missing=missing)


@router.get("/metrics", include_in_schema=False)
async def metrics(services: Annotated[Services, Depends(services_of)]) -> Response:
    """What PostgreSQL or Temporal would tell, while they are away, is shown as it was last."""
    await services.measure()
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _in_time(check: Awaitable[bool]) -> bool:
    try:
        async with asyncio.timeout(CHECK_WITHIN.total_seconds()):
            return await check
    except TimeoutError:
        return False
