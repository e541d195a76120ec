"""`/v1/journeys`: who is on which journey, what people and systems ask of it, and how customers fare."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from domain.conversation.requests import EnterJourney
from domain.errors import ConflictError, ForbiddenError, NotFoundError
from domain.journeys.funnel import StepFunnel
from domain.journeys.run import (
    AnyJourneyRequest,
    ConfirmStep,
    LeaveJourney,
    PauseJourney,
    ResumeJourney,
    SkipStep,
    StepPath,
    TellEvent,
)
from domain.model import Frozen
from domain.specification.model import Key
from gateway.acknowledgement import ask, sent
from gateway.api.conversations import find_conversation
from gateway.api.requests import Acknowledgement, Ask, ServicesDependency
from gateway.auth import INTEGRATION, Caller, HumanAgent, Viewer, authenticated
from gateway.services import Services
from storage.journeys import JourneyAnswer, JourneyView, StepView
from storage.views import ConversationView

router = APIRouter(prefix="/v1", tags=["journeys"])


class JourneyDetails(Frozen):
    """A journey with its steps in the order in which they began."""

    journey: JourneyView
    steps: tuple[StepView, ...]


class AskEnter(Ask):
    journey: Key = Field(description="Id of the journey, as the specification has it.")


class AskSkip(Ask):
    step: StepPath


class AskConfirm(Ask):
    step: StepPath
    note: str = Field("", max_length=4000, description="For your colleagues.")


class AskEvent(Ask):
    event: Key = Field(description="Name of the event, as steps name it.")


async def human_agent_or_integration(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
    """People, and the organisation's own systems."""
    if not (caller.may("human_agent") or caller.may(INTEGRATION)):
        raise ForbiddenError("This needs the role human_agent or integration. Use a key that has one of them.")
    return caller


Asker = Annotated[Caller, Depends(human_agent_or_integration)]


@router.get("/journeys")
async def list_journeys(
    caller: Viewer,
    services: ServicesDependency,
    conversation_id: str | None = None,
    journey: Key | None = None,
    under_way: Annotated[bool, Query(description="Only those that have not ended.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[JourneyView]:
    """The newest first."""
    return await services.store.journeys.listed(
        caller.organisation, conversation_id=conversation_id, journey=journey, only_open=under_way, limit=limit
    )


@router.get("/journeys/funnel/{journey}")
async def funnel(
    journey: Key,
    caller: Viewer,
    services: ServicesDependency,
    days: Annotated[int, Query(ge=1, le=3660, description="Of journeys that began in the last so many days.")] = 90,
) -> list[StepFunnel]:
    """Step by step: how many came, what became of them, who dropped off, and how long it took."""
    since = services.now() - timedelta(days=days)
    return await services.store.journeys.funnel(caller.organisation, journey, since)


@router.get("/journeys/{run_id}")
async def show_journey(run_id: str, caller: Viewer, services: ServicesDependency) -> JourneyDetails:
    """Where it stands."""
    found = await _find(services, caller, run_id)
    return JourneyDetails(journey=found, steps=tuple(await services.store.journeys.steps(run_id)))


@router.post("/conversations/{conversation_id}/journeys")
async def enter(
    conversation_id: str, caller: Asker, services: ServicesDependency, response: Response, body: AskEnter
) -> Acknowledgement:
    """Begin a journey with the customer of a conversation."""
    conversation = await find_conversation(services, caller, conversation_id)
    answer = await services.store.journeys.answer_to(conversation_id, body.request_id)
    if answer is None:
        await _check_entry(services, caller, conversation, body.journey)
        request = EnterJourney(request_id=body.request_id, by=caller.person, via=caller.via, journey=body.journey)
        answer = await ask(
            services,
            conversation_id,
            request,
            lambda: services.store.journeys.answer_to(conversation_id, body.request_id),
        )
    return _acknowledged(body.request_id, answer, response)


@router.post("/conversations/{conversation_id}/events", status_code=202)
async def tell_event_of_customer(
    conversation_id: str, caller: Asker, services: ServicesDependency, body: AskEvent
) -> Acknowledgement:
    """Say the same to every journey that the customer of a conversation is on: a system need not know which."""
    await find_conversation(services, caller, conversation_id)
    under_way = await services.store.journeys.listed(
        caller.organisation, conversation_id=conversation_id, only_open=True
    )
    if not under_way:
        raise ConflictError("The customer is on no journey.")
    for view in under_way:
        own_id = f"{body.request_id}-{view.run_id[-12:]}"
        request = TellEvent(request_id=own_id, by=caller.person, via=caller.via, event=body.event)
        await services.conversations.request_of_journey(view.workflow_id, request)
    return Acknowledgement(request_id=body.request_id, state="accepted")


async def _check_entry(services: Services, caller: Caller, conversation: ConversationView, key: str) -> None:
    """Raises NotFoundError, ForbiddenError or ConflictError where it cannot begin."""
    specification = await services.specifications.version(conversation.spec_hash)
    journey = specification.journey(key)
    if journey is None or not journey.runs:
        raise NotFoundError(f"The specification of this conversation has no journey {key} that is carried out.")
    by = "person" if caller.may("human_agent") else "api"
    if by not in journey.enter_by:
        raise ForbiddenError(f"The journey {key} is not entered by {by}: see its enter_by.")
    under_way = await services.store.journeys.listed(
        caller.organisation, conversation_id=conversation.conversation_id, journey=key, only_open=True
    )
    if under_way:
        raise ConflictError(f"The customer is on this journey already: {under_way[0].run_id}.")


@router.post("/journeys/{run_id}/pause")
async def pause(
    run_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: Ask
) -> Acknowledgement:
    """Let it stand still: nothing more is said."""
    request = PauseJourney(request_id=body.request_id, by=caller.person, via=caller.via)
    return await _ask(services, caller, run_id, request, response)


@router.post("/journeys/{run_id}/resume")
async def resume(
    run_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: Ask
) -> Acknowledgement:
    """Let it go on, and try again what failed."""
    request = ResumeJourney(request_id=body.request_id, by=caller.person, via=caller.via)
    return await _ask(services, caller, run_id, request, response)


@router.post("/journeys/{run_id}/skip")
async def skip(
    run_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskSkip
) -> Acknowledgement:
    """Go on behind a step without it."""
    request = SkipStep(request_id=body.request_id, by=caller.person, via=caller.via, step=body.step)
    return await _ask(services, caller, run_id, request, response)


@router.post("/journeys/{run_id}/leave")
async def leave(
    run_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: Ask
) -> Acknowledgement:
    """End it where it stands."""
    request = LeaveJourney(request_id=body.request_id, by=caller.person, via=caller.via)
    return await _ask(services, caller, run_id, request, response)


@router.post("/journeys/{run_id}/events")
async def tell_event(
    run_id: str, caller: Asker, services: ServicesDependency, response: Response, body: AskEvent
) -> Acknowledgement:
    """Say that something happened which a step may wait for."""
    request = TellEvent(request_id=body.request_id, by=caller.person, via=caller.via, event=body.event)
    return await _ask(services, caller, run_id, request, response)


@router.post("/journeys/{run_id}/confirm")
async def confirm(
    run_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskConfirm
) -> Acknowledgement:
    """Confirm a check-in, or that a promise was kept."""
    request = ConfirmStep(request_id=body.request_id, by=caller.person, via=caller.via, step=body.step, note=body.note)
    return await _ask(services, caller, run_id, request, response)


async def _find(services: Services, caller: Caller, run_id: str) -> JourneyView:
    """A journey of the caller's organisation. NotFoundError for every other one."""
    found = await services.store.journeys.get(run_id)
    if found is None or found.organisation != caller.organisation:
        raise NotFoundError("There is no such journey. List them with GET /v1/journeys.")
    return found


async def _ask(
    services: Services, caller: Caller, run_id: str, request: AnyJourneyRequest, response: Response
) -> Acknowledgement:
    found = await _find(services, caller, run_id)
    answer = await services.store.journeys.answer_to(found.conversation_id, request.request_id)
    if answer is None:
        if found.ended_at:
            raise ConflictError("The journey has ended. List those under way with GET /v1/journeys.")
        answer = await sent(
            services,
            found.conversation_id,
            lambda: services.conversations.request_of_journey(found.workflow_id, request),
            lambda: services.store.journeys.answer_to(found.conversation_id, request.request_id),
        )
    return _acknowledged(request.request_id, answer, response)


def _acknowledged(request_id: str, answer: JourneyAnswer | None, response: Response) -> Acknowledgement:
    """Raises ConflictError for what the journey refused."""
    if answer is not None and answer.refused:
        raise ConflictError(answer.refused)
    response.status_code = 202 if answer is None else 200
    return Acknowledgement(request_id=request_id, state="accepted" if answer is None else "acknowledged")
