"""`/v1/figures`: the figures of an organisation, and the conversations behind each."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from domain.conversation.costs import UsageTotal
from domain.errors import NotFoundError
from domain.model import Frozen
from domain.quality.figures import BY_KEY, Figure, Period, figures_of, period_of
from domain.quality.health import Measurement
from domain.quality.measures import Windows
from gateway.api.requests import Moment, ServicesDependency
from gateway.api.specification import active_specification
from gateway.auth import Viewer
from storage.figures import FigureRows, Page

router = APIRouter(prefix="/v1/figures", tags=["figures"])


class Figures(Frozen):
    """All figures of an organisation, with what models took and how service levels and success measures stand."""

    organisation: str
    period: Period
    timezone: str
    currency: str
    figures: tuple[Figure, ...]
    usage: UsageTotal
    service_levels: tuple[Measurement, ...]


Since = Annotated[Moment | None, Query(description="By default 30 days before `until`.")]
Until = Annotated[Moment | None, Query(description="By default now.")]
FURTHEST = 1_000_000


@router.get("")
async def show_figures(
    caller: Viewer, services: ServicesDependency, since: Since = None, until: Until = None
) -> Figures:
    """Every figure with its written definition, n, 95 % interval and days; cost; service levels with error budgets.

    404 while nothing is published.
    """
    specification = await active_specification(services, caller.organisation)
    period, zone = period_of(since, until, services.now()), specification.calendar.zone
    seconds = specification.service_levels.first_response_seconds
    days = max(round((period.until - period.since).total_seconds() / 86400), 1)
    store, organisation = services.store, caller.organisation
    groups, usage, health = await asyncio.gather(
        store.figures.groups(organisation, period, zone, seconds),
        store.figures.usage(organisation, period),
        store.measures.health(specification, Windows(until=period.until, days=days)),
    )
    return Figures(
        organisation=organisation,
        period=period,
        timezone=zone.key,
        currency=specification.currency,
        figures=figures_of(groups, period, zone),
        usage=usage,
        service_levels=health.measurements,
    )


@router.get("/{key}/rows")
async def show_rows(
    key: str,
    caller: Viewer,
    services: ServicesDependency,
    since: Since = None,
    until: Until = None,
    part: Annotated[str | None, Query(max_length=100, description="Only this part of the figure.")] = None,
    day: Annotated[date | None, Query(description="Only this day, by the organisation's clock.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=FURTHEST)] = 0,
) -> FigureRows:
    """What a figure counts, row by row, the newest first: `total` is the figure's n for the same time.

    Give the `period` of the figures that you saw, so that what happened since changes nothing.
    """
    definition = BY_KEY.get(key)
    if definition is None:
        raise NotFoundError("There is no such figure. GET /v1/figures lists all of them.")
    specification = await active_specification(services, caller.organisation)
    return await services.store.figures.rows(
        caller.organisation,
        definition,
        period_of(since, until, services.now()),
        specification.calendar.zone,
        specification.service_levels.first_response_seconds,
        Page(limit=limit, offset=offset, part=part, day=day),
    )
