"""`/v1/specification`: how the organisation keeps what its specification promises."""

from typing import Annotated

from fastapi import APIRouter, Query

from domain.errors import NotFoundError
from domain.quality.health import Health
from domain.quality.measures import LONGEST_DAYS, PERIOD_DAYS, Windows
from domain.specification.organisation import OrganisationSpec
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer
from gateway.services import Services

router = APIRouter(prefix="/v1/specification", tags=["specification"])


@router.get("/health")
async def specification_health(
    caller: Viewer,
    services: ServicesDependency,
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS, description="How far back is looked.")] = PERIOD_DAYS,
) -> Health:
    """Every success measure and service level of the active version: share, target, error budget, burn rate, state.

    404 while nothing is published.
    """
    specification = await active_specification(services, caller.organisation)
    return await services.store.measures.health(specification, Windows(until=services.now(), days=days))


async def active_specification(services: Services, organisation: str) -> OrganisationSpec:
    """Raises NotFoundError while nothing is published."""
    specification = await services.specifications.of(organisation)
    if specification is None:
        raise NotFoundError("No specification is published. Publish one with `holdfast spec publish`.")
    return specification
