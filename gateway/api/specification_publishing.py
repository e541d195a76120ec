"""`/v1/specification`: what publishing a draft would change, publishing it, the history, and the way back."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from domain.errors import ConflictError, NotFoundError
from domain.journeys.graph import JourneyGraph, graph_of
from domain.model import Frozen
from domain.specification.changes import changes_between
from domain.specification.drafts import FileChanges, VersionHash
from domain.specification.model import Key
from gateway.api.requests import ServicesDependency
from gateway.api.specification import active_specification
from gateway.api.specification_files import edited_files, own_changes, require_current
from gateway.auth import Caller, Lead, Viewer
from gateway.services import Services
from publishing.edits import Done, EditPlan, PlanEdit, PlannedChange, PublishEdit, RollBack
from publishing.history import KnownPublication, history_of, version_to_go_back_to

router = APIRouter(prefix="/v1/specification", tags=["specification"])


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())


Reason = Annotated[str, StringConstraints(max_length=500), AfterValidator(_on_one_line)]
Prefix = Annotated[str, Query(pattern="^[0-9a-f]{1,64}$", description="How the hash of a version begins.")]


class AskPlan(Frozen):
    """`conversations`: of so many of the last ones the turns are decided again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversations: int = Field(200, ge=0, le=2000)


class AskPublish(Frozen):
    """`base` is the version that you changed; when another one is active by now, nothing happens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: VersionHash
    reason: Reason = Field("", description="Why, for the record.")
    planned: VersionHash | None = Field(None, description="The hash of a plan: publish exactly that, or nothing.")


class AskRollback(Frozen):
    """Without a version the one before the active one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: VersionHash | None = None
    reason: Annotated[Reason, StringConstraints(min_length=1)] = Field(description="Why, for the record.")


@router.post("/plan")
async def plan_draft(body: AskPlan, caller: Lead, services: ServicesDependency) -> EditPlan:
    """What publishing your draft would change, and which recorded turns would be decided otherwise. Takes seconds.

    409 when somebody has published since its base, 400 when it has mistakes.
    """
    changes = await _changes(services, caller)
    await require_current(services, caller, changes.base)
    edit = PlanEdit(
        organisation=caller.organisation,
        base=changes.base,
        files=await edited_files(services, caller, changes),
        conversations=body.conversations,
    )
    return await services.apart.plan(edit)


@router.post("/publish")
async def publish_draft(body: AskPublish, caller: Lead, services: ServicesDependency) -> Done:
    """Make your draft the active version; new conversations follow it. Takes seconds, at the first time a minute.

    409 when somebody has published since its base, or when it would not be what was planned; 400 when it has mistakes.
    """
    store, person = services.store, caller.person.id
    kept = await store.drafts.of(caller.organisation, person)
    changes = await _changes(services, caller)
    await require_current(services, caller, body.base)
    await require_current(services, caller, changes.base)
    edit = PublishEdit(
        organisation=caller.organisation,
        base=body.base,
        files=await edited_files(services, caller, changes),
        by=person,
        via=caller.via,
        reason=body.reason,
        exactly=body.planned,
    )
    done = await services.apart.publish(edit)
    if kept:
        await store.drafts.drop(caller.organisation, person, saved_at=kept.saved_at)
    return done


@router.post("/rollback")
async def roll_back_specification(body: AskRollback, caller: Lead, services: ServicesDependency) -> Done:
    """Make an older version active again, as it was fitted then; conversations that are open keep theirs."""
    await version_to_go_back_to(services.store.specs, caller.organisation, body.version)
    asked = RollBack(
        organisation=caller.organisation,
        version=body.version,
        by=caller.person.id,
        via=caller.via,
        reason=body.reason,
    )
    return await services.apart.roll_back(asked)


@router.get("/history")
async def list_history(caller: Viewer, services: ServicesDependency) -> list[KnownPublication]:
    """Which version was active when, who made it so, how and why; the newest first."""
    return await history_of(services.store.specs, caller.organisation)


@router.get("/changes")
async def list_changes_of_version(
    caller: Viewer, services: ServicesDependency, before: Prefix, after: Prefix
) -> list[PlannedChange]:
    """What changes from one published version to another."""
    specs = services.store.specs
    old, new = [(await specs.load(await specs.find(caller.organisation, one))).version for one in (before, after)]
    return [PlannedChange(**change.model_dump()) for change in changes_between(old, new)]


@router.get("/graph/{journey}")
async def show_graph(
    journey: Key,
    caller: Viewer,
    services: ServicesDependency,
    days: Annotated[int, Query(ge=1, le=3660, description="Of journeys that began in the last so many days.")] = 90,
) -> JourneyGraph:
    """A journey's steps and the ways between them, with how many customers came to each and what became of them."""
    found = (await active_specification(services, caller.organisation)).journey(journey)
    if found is None:
        raise NotFoundError(f"The active version has no journey {journey}. GET /v1/specification lists them.")
    since = services.now() - timedelta(days=days)
    return graph_of(found, await services.store.journeys.funnel(caller.organisation, journey, since))


async def _changes(services: Services, caller: Caller) -> FileChanges:
    """Raises ConflictError where the caller has changed nothing."""
    changes = await own_changes(services, caller)
    if not changes.files:
        raise ConflictError("You have changed nothing. Keep a draft first: PUT /v1/specification/draft.")
    return changes
