"""`/v1/specification`: the files of a version, what somebody changes about them, and the mistakes of that."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, JsonValue

from domain.errors import ConflictError, NotFoundError
from domain.model import Frozen
from domain.specification.drafts import FileChanges
from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.organisation import AiAgentSpec, Topic
from domain.specification.rules import Rule
from gateway.api.requests import ServicesDependency
from gateway.auth import Auditor, Caller, Lead, Viewer
from gateway.services import Services
from publishing.sources import as_folder, files_of_version
from publishing.specification.checking import CheckedFiles, check_own
from publishing.specification.schemas import generated_schemas
from storage.views import SpecSummary

router = APIRouter(prefix="/v1/specification", tags=["specification"])


class JourneySummary(Frozen):
    """A journey; GET /v1/specification/graph/{id} has its steps. `runs`: it is carried out, not only read."""

    id: str
    title: str
    topics: tuple[str, ...]
    enter_by: tuple[str, ...]
    steps: int
    runs: bool


class SpecificationView(Frozen):
    """A published version: its files, and what the most asked of them say."""

    content_hash: str
    organisation: str
    active: bool
    published_by: str | None = Field(description="Who made it the active version; null for one that is not active.")
    published_at: datetime | None
    as_written: bool = Field(description="The files are its author's own; otherwise written anew, without comments.")
    files: dict[str, str] = Field(description="The text of each file by its path.")
    ai_agents: tuple[AiAgentSpec, ...]
    topics: tuple[Topic, ...]
    rules: tuple[Rule, ...]
    guidelines: tuple[Guideline, ...]
    macros: tuple[Macro, ...]
    journeys: tuple[JourneySummary, ...]


class EditDraft(FileChanges):
    """A draft to keep or to check."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DraftView(Frozen):
    """What the caller changes. Without changes `files` is empty, and `saved_at` null."""

    base: str = Field(description="Hash of the version that it changes.")
    active: str = Field(description="Hash of the version that is active now.")
    files: dict[str, str | None] = Field(description="The whole text of each changed file; null is a removed one.")
    saved_at: datetime | None
    overtaken: tuple[str, ...] = Field(
        (), description="Files that it changes, and that somebody else has published another text of since its base."
    )

    @property
    def is_current(self) -> bool:
        return self.base == self.active


@router.get("")
async def show_specification(
    caller: Viewer,
    services: ServicesDependency,
    version: Annotated[
        str | None, Query(pattern="^[0-9a-f]{1,64}$", description="How its hash begins; by default the active one.")
    ] = None,
) -> SpecificationView:
    """The active version, or another one: its files as text, its AI agents, rules and journeys."""
    specs, active = services.store.specs, await active_version(services, caller)
    content_hash = await specs.find(caller.organisation, version) if version else active.content_hash
    specification = await services.specifications.version(content_hash)
    kept = await specs.files(content_hash)
    is_active = content_hash == active.content_hash
    return SpecificationView(
        content_hash=content_hash,
        organisation=caller.organisation,
        active=is_active,
        published_by=active.published_by if is_active else None,
        published_at=active.published_at if is_active else None,
        as_written=kept is not None,
        files=kept if kept is not None else await files_of_version(specs, content_hash),
        ai_agents=specification.ai_agents,
        topics=specification.topics,
        rules=specification.rules,
        guidelines=specification.guidelines,
        macros=specification.macros,
        journeys=tuple(
            JourneySummary(
                id=one.id,
                title=one.title,
                topics=one.topics,
                enter_by=one.enter_by,
                steps=len(one.steps),
                runs=one.runs,
            )
            for one in specification.journeys
        ),
    )


@router.get("/schemas")
async def show_schemas(_: Viewer) -> dict[str, JsonValue]:
    """The JSON Schema of every kind of file, for editors and forms."""
    return await asyncio.to_thread(_schemas)


@router.get("/draft")
async def show_draft(caller: Auditor, services: ServicesDependency) -> DraftView:
    """What you have changed and not published."""
    return await draft_of(services, caller)


@router.put("/draft")
async def keep_draft(body: EditDraft, caller: Lead, services: ServicesDependency) -> DraftView:
    """Keep what you change; it takes the place of what you kept before, and nothing is published by it.

    To take a draft over to a version that somebody else has published, keep it again with that version as its base.
    """
    await keep_changes(services, caller, body)
    return await draft_of(services, caller)


@router.delete("/draft", status_code=204)
async def drop_draft(caller: Lead, services: ServicesDependency) -> None:
    """Forget what you have changed."""
    await services.store.drafts.drop(caller.organisation, caller.person.id)


@router.post("/check")
async def check_draft(caller: Lead, services: ServicesDependency, body: EditDraft | None = None) -> CheckedFiles:
    """Every mistake with file, line, column and remedy, of what is sent, or of the draft that you keep."""
    changes = body or await own_changes(services, caller)
    files = await edited_files(services, caller, changes)
    return await asyncio.to_thread(_checked, caller.organisation, files)


async def active_version(services: Services, caller: Caller) -> SpecSummary:
    """Raises NotFoundError while nothing is published."""
    active = await services.store.specs.last_published(caller.organisation)
    if active is None:
        raise NotFoundError("No specification is published. Publish the first one with `holdfast spec publish`.")
    return active


async def own_changes(services: Services, caller: Caller) -> FileChanges:
    """The draft that the caller keeps; none of the active version where there is none."""
    kept = await services.store.drafts.of(caller.organisation, caller.person.id)
    if kept is not None:
        return kept.changes
    return FileChanges(base=(await active_version(services, caller)).content_hash, files={})


async def edited_files(services: Services, caller: Caller, changes: FileChanges) -> dict[str, str]:
    """Every file with the changes. Raises NotFoundError for a base that the organisation has not published."""
    base = await services.store.specs.find(caller.organisation, changes.base)
    return changes.applied_to(await files_of_version(services.store.specs, base))


async def keep_changes(services: Services, caller: Caller, changes: FileChanges) -> None:
    """As the caller's draft, without what is as in the base. Raises NotFoundError for an unknown base."""
    base = await services.store.specs.find(caller.organisation, changes.base)
    kept = changes.without_unchanged(await files_of_version(services.store.specs, base))
    await services.store.drafts.keep(caller.organisation, caller.person.id, kept, services.now())


async def draft_of(services: Services, caller: Caller) -> DraftView:
    """What the caller changes, against the version that is active now."""
    kept, active = await services.store.drafts.of(caller.organisation, caller.person.id), None
    active = (await active_version(services, caller)).content_hash
    if kept is None:
        return DraftView(base=active, active=active, files={}, saved_at=None)
    changes, overtaken = kept.changes, tuple[str, ...]()
    if changes.base != active:
        specs = services.store.specs
        overtaken = changes.overtaken(
            await files_of_version(specs, changes.base), await files_of_version(specs, active)
        )
    return DraftView(base=changes.base, active=active, files=changes.files, saved_at=kept.saved_at, overtaken=overtaken)


async def require_current(services: Services, caller: Caller, base: str) -> None:
    """Raises ConflictError when somebody has published since the base."""
    active = await active_version(services, caller)
    if active.content_hash != base:
        told = f"{active.published_by} published another version on {active.published_at:%Y-%m-%d at %H:%M} UTC"
        raise ConflictError(
            f"{told}, so nothing was changed. Look at its changes, take your draft over, and try again."
        )


def _checked(organisation: str, files: Mapping[str, str]) -> CheckedFiles:
    with as_folder(organisation, files) as folder:
        return check_own(folder)


@cache
def _schemas() -> dict[str, JsonValue]:
    return {name.removesuffix(".json"): json.loads(text) for name, text in generated_schemas().items()}
