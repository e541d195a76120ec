"""`/v1/supervision`: the wall of conversations that AI agents own, the riskiest first."""

from typing import Annotated

from fastapi import APIRouter, Query

from domain.conversation.risk import WallRow, wall
from domain.model import Frozen
from gateway.api.requests import ServicesDependency
from gateway.api.specification import active_specification
from gateway.auth import Viewer
from storage.supervision import MOST_WATCHED

router = APIRouter(prefix="/v1/supervision", tags=["supervision"])


class Wall(Frozen):
    """`rows` sorted by risk; `total` are the open conversations of AI agents that were looked at."""

    total: int
    rows: tuple[WallRow, ...]


@router.get("")
async def show_wall(
    caller: Viewer,
    services: ServicesDependency,
    ai_agent: Annotated[str | None, Query(max_length=100, description="Only this AI agent's.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_WATCHED)] = 100,
) -> Wall:
    """Open conversations of AI agents with confidence, risk and its causes; the riskiest first.

    `approval_id` is what a click decides: approve lets the draft go, reject or take_over stops it. 404 while nothing is
    published.
    """
    specification = await active_specification(services, caller.organisation)
    watched = await services.store.supervision.watched(caller.organisation, ai_agent)
    rows = wall(watched, specification.thresholds, specification.service_levels, services.now())
    return Wall(total=len(rows), rows=rows[:limit])
