"""Which version was active when, who made it so and why, and to which one may be gone back."""

from datetime import datetime

from domain.errors import ConflictError, NotFoundError
from domain.specification.publications import SHORT, Publication, periods, version_before
from storage.specs import SpecRepository
from storage.views import PublishedSpec


class KnownPublication(Publication):
    """With the time until which its version was the active one (None: it still is), and what is open on it now."""

    until: datetime | None
    open_conversations: int


async def history_of(specs: SpecRepository, organisation: str) -> list[KnownPublication]:
    """Every publication, the newest first."""
    found, open_on = periods(await specs.history(organisation)), await specs.open_conversations(organisation)
    return [
        KnownPublication(
            **one.publication.model_dump(),
            until=one.until,
            open_conversations=open_on.get(one.publication.content_hash, 0),
        )
        for one in found
    ]


async def version_to_go_back_to(
    specs: SpecRepository, organisation: str, version: str | None
) -> tuple[PublishedSpec, str]:
    """The version that was asked for, and the hash of the active one. Raises as `roll_back`; reads no model."""
    active = await specs.active(organisation)
    if active is None:
        raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
    wanted = await specs.find(organisation, version) if version else await _version_before(specs, organisation, active)
    if wanted == active:
        raise ConflictError(f"{active[:SHORT]} is the active version already; nothing was changed.")
    published = await specs.load(wanted)
    if not published.topic_model:
        raise ConflictError(f"{wanted[:SHORT]} was kept without models. Export its files, and publish them.")
    return published, active


async def _version_before(specs: SpecRepository, organisation: str, active: str) -> str:
    before = version_before(await specs.history(organisation))
    if before is None:
        raise NotFoundError(
            f"There is nothing to go back to: {active[:SHORT]} is the first version of {organisation}. Name another one"
            " if you want it; `holdfast spec history` lists them."
        )
    return before
