"""`/v1/sending`: the switch that stops everything automatic."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from domain.delivery.sending import SendingChange, SendingStanding, SwitchAction
from gateway.api.requests import WITHOUT_NUL, Ask, ServicesDependency
from gateway.auth import Caller, Lead, Viewer
from gateway.services import Services

router = APIRouter(prefix="/v1/sending", tags=["sending"])

LEFT_WITHIN = timedelta(seconds=12)
LOOK_SECONDS = 0.25
"""How often it is looked whether what was leaving when it was stopped has left; usually nothing was."""


class AskStop(Ask):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=WITHOUT_NUL)] = Field(
        max_length=500, description="Why, for the record and for everybody who wonders."
    )


class AskResume(Ask):
    reason: str = Field("", max_length=500, description="Why, for the record.")


@router.get("")
async def show_sending(caller: Viewer, services: ServicesDependency) -> SendingStanding:
    """Whether automatic sending is stopped, by whom, since when and why."""
    return await services.store.sending.standing(caller.organisation)


@router.post("/stop")
async def stop_sending(body: AskStop, caller: Lead, services: ServicesDependency) -> SendingStanding:
    """Stop everything automatic. When this answers, nothing automatic begins to leave any more.

    What a vendor was taking just then is waited for; `leaving` counts what it still takes. What people write and
    approve leaves as ever, and what the AI agents would have sent waits for approval.
    """
    await _turn(services, caller, "stop", body.request_id, body.reason)
    standing = await services.store.sending.standing(caller.organisation)
    ends_at = services.now() + LEFT_WITHIN
    while standing.leaving and services.now() < ends_at:
        await asyncio.sleep(LOOK_SECONDS)
        standing = await services.store.sending.standing(caller.organisation)
    return standing


@router.post("/resume")
async def resume_sending(body: AskResume, caller: Lead, services: ServicesDependency) -> SendingStanding:
    """Let new turns be automatic again. What waits for approval by then goes on waiting for it."""
    await _turn(services, caller, "resume", body.request_id, body.reason)
    return await services.store.sending.standing(caller.organisation)


async def _turn(services: Services, caller: Caller, action: SwitchAction, request_id: str, reason: str) -> None:
    change = SendingChange(
        request_id=request_id, action=action, by=caller.person.id, via=caller.via, reason=reason, at=services.now()
    )
    await services.store.sending.change(caller.organisation, change)
