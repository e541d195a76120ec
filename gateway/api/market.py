"""`/v1/market`: AI agents and journeys as packages, looked at, and put into the caller's draft."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StringConstraints

from domain.errors import InvalidInputError
from domain.market.manifest import Manifest
from domain.market.records import MarketLock
from domain.model import Frozen
from domain.specification.drafts import FileChanges
from domain.specification.model import Key
from domain.specification.organisation import Mode
from gateway.api.requests import ServicesDependency
from gateway.api.specification_files import (
    DraftView,
    active_version,
    draft_of,
    edited_files,
    keep_changes,
    own_changes,
)
from gateway.auth import Caller, Lead, Viewer
from gateway.services import Services
from publishing.market.edited import installed_in, missing_from, plan_into
from publishing.market.needs import Missing
from publishing.market.package import Package
from publishing.market.shelf import SHIPPED
from publishing.sources import files_of_version
from publishing.specification import SpecificationError

router = APIRouter(prefix="/v1/market", tags=["specification"])


class PackageView(Frozen):
    """A package in its newest version. `installed` is the version that the active specification has."""

    manifest: Manifest
    digest: str
    installed: str | None


class PackageDetails(PackageView):
    """`permissions`: what it would use if a person allows it. `missing`: what the active version does not have."""

    permissions: tuple[str, ...]
    missing: Missing
    files: tuple[str, ...]


class AskInstall(Frozen):
    """`allow` names those of its permissions that it gets; its AI agent begins as a co-pilot unless a mode is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow: tuple[Annotated[str, StringConstraints(max_length=200)], ...] = Field((), max_length=100)
    mode: Mode | None = None


class Installed(Frozen):
    """What was put into the draft. `to_fill_in` counts the places marked {{…}} by file."""

    draft: DraftView
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]
    mode: Mode | None
    to_fill_in: dict[str, int]


@router.get("")
async def list_packages(caller: Viewer, services: ServicesDependency) -> list[PackageView]:
    """What the market of this installation has."""
    files = await _active_files(services, caller)
    return await asyncio.to_thread(_listed, caller.organisation, files)


@router.get("/{package}")
async def show_package(package: Key, caller: Viewer, services: ServicesDependency) -> PackageDetails:
    """What a package is, what it would use, and what of its needs the active specification does not have."""
    files = await _active_files(services, caller)
    return await asyncio.to_thread(_details, caller.organisation, files, package)


@router.post("/{package}/install")
async def install_package(package: Key, body: AskInstall, caller: Lead, services: ServicesDependency) -> Installed:
    """Put a package into your draft; nothing is published by it.

    409 when you have something of its name, when it is installed already, or when what it needs is not there.
    """
    changes = await own_changes(services, caller)
    files = await edited_files(services, caller, changes)
    found = await asyncio.to_thread(SHIPPED.package, package)
    try:
        plan, texts = await asyncio.to_thread(
            plan_into, caller.organisation, files, found, SHIPPED.source, body.allow, body.mode
        )
    except SpecificationError as error:
        raise InvalidInputError(f"{error.summary} Nothing was installed.") from error
    await keep_changes(services, caller, FileChanges(base=changes.base, files={**changes.files, **texts}))
    return Installed(
        draft=await draft_of(services, caller),
        granted=plan.granted,
        refused=plan.refused,
        left_out=plan.left_out,
        mode=plan.mode,
        to_fill_in=plan.to_fill_in,
    )


async def _active_files(services: Services, caller: Caller) -> dict[str, str]:
    active = await active_version(services, caller)
    return await files_of_version(services.store.specs, active.content_hash)


@cache
def _shipped() -> tuple[Package, ...]:
    """Reading and checking all of them takes a second, and they stay as they are while the gateway runs."""
    return tuple(SHIPPED.newest_packages())


def _listed(organisation: str, files: Mapping[str, str]) -> list[PackageView]:
    lock = installed_in(organisation, files)
    return [PackageView(**_shown(one, lock)) for one in _shipped()]


def _details(organisation: str, files: Mapping[str, str], name: str) -> PackageDetails:
    package, lock = SHIPPED.package(name), installed_in(organisation, files)
    return PackageDetails(
        **_shown(package, lock),
        permissions=package.permissions,
        missing=missing_from(organisation, files, package.manifest),
        files=tuple(sorted(package.contents)),
    )


def _shown(package: Package, lock: MarketLock) -> dict[str, object]:
    installed = lock.packages.get(package.manifest.name)
    return {
        "manifest": package.manifest,
        "digest": package.digest,
        "installed": installed.version if installed else None,
    }
