"""`/v1/trust`: what AI agents are trusted with, and what leads decide about it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from domain.errors import InvalidInputError
from domain.model import Frozen
from domain.quality.trust import TrustChange
from domain.specification.modes import Mode
from gateway.api.requests import ServicesDependency
from gateway.api.specification import active_specification
from gateway.auth import Lead, Viewer
from gateway.services import Services
from publishing.trust import Trust, TrustStanding

router = APIRouter(prefix="/v1/trust", tags=["specification"])


class DecideTrust(Frozen):
    """`approve` and `refuse` answer to what the figures ask for; `set` gives a mode without them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["approve", "refuse", "set"]
    level: Mode | None = Field(None, description="For `set`: at most what the AI agent's card allows.")
    reason: str = Field(min_length=1, max_length=500, description="Why, for the record.")


@router.get("")
async def list_trust(caller: Viewer, services: ServicesDependency) -> list[TrustStanding]:
    """Every AI agent that earns trust, with its mode and what its figures say."""
    specification = await active_specification(services, caller.organisation)
    return await _trust(services).standings(specification, services.now())


@router.get("/changes")
async def list_changes(
    caller: Viewer,
    services: ServicesDependency,
    ai_agent: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[TrustChange]:
    """What was decided or happened by itself, the newest first."""
    return await services.store.trust.history(caller.organisation, ai_agent, limit=limit)


@router.post("/{ai_agent}/decisions")
async def decide_trust(ai_agent: str, body: DecideTrust, caller: Lead, services: ServicesDependency) -> TrustChange:
    """Decide about an AI agent. 409 when its figures ask for nothing, or somebody else was first."""
    specification = await active_specification(services, caller.organisation)
    trust, by, now = _trust(services), caller.person.id, services.now()
    match body.action:
        case "approve":
            return await trust.approve(specification, ai_agent, by, body.reason, now)
        case "refuse":
            return await trust.refuse(specification, ai_agent, by, body.reason, now)
    if body.level is None:
        raise InvalidInputError("`set` needs a level: co_pilot, supervision or delegation.")
    return await trust.set_level(specification, ai_agent, body.level, by, body.reason, now)


def _trust(services: Services) -> Trust:
    return Trust(services.store.measures, services.store.trust)
