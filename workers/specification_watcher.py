"""Following what is published while a worker runs, so that `holdfast spec publish` is enough."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import uniform

import structlog

from domain.specification.organisation import OrganisationSpec
from storage.specs import SpecRepository

LOOK_EVERY = timedelta(seconds=5)
MAX_PAUSE = timedelta(minutes=1)

log = structlog.get_logger()

Fit = Callable[[OrganisationSpec], Awaitable[None]]
"""Makes something that runs in Temporal fit the specification; does nothing where it fits already."""


class SpecificationWatcher:
    """Fits what runs in Temporal to every version that is published, the first one included.

    It looks at one row every few seconds rather than listening for a notification: that is lost with its connection, so
    a listener would have to look as well. Looking needs no connection of its own, and no word from whoever publishes.
    Temporal hears nothing while nothing was published.
    """

    def __init__(self, organisation: str, specs: SpecRepository, fits: Sequence[Fit]) -> None:
        self._organisation = organisation
        self._specs = specs
        self._fits = fits
        self._followed: tuple[str, datetime] | None = None
        self._told = ""

    async def run(self) -> None:
        """Look until cancelled. Whatever goes wrong is told once and tried again; the worker serves on."""
        pause = LOOK_EVERY
        while True:
            try:
                await self._look()
                pause = LOOK_EVERY
            except Exception as error:  # noqa: BLE001 (the next look, or the next version, may do better)
                self._tell("specification_not_followed", type(error).__name__, str(error))
                pause = min(2 * pause, MAX_PAUSE)
            await asyncio.sleep(pause.total_seconds() * uniform(0.8, 1.2))  # noqa: S311 (spreads the workers)

    async def _look(self) -> None:
        published = await self._specs.last_published(self._organisation)
        if published is None:
            self._tell("no_specification_to_follow", "NothingPublished", "run `holdfast spec publish`")
            return
        publication = published.content_hash, published.published_at
        if publication != self._followed:
            specification = (await self._specs.load(published.content_hash)).version.specification
            for fit in self._fits:
                await fit(specification)
            self._followed = publication
            log.info("specification_followed", version=published.content_hash[:12])
        self._told = ""

    def _tell(self, event: str, error: str, reason: str) -> None:
        """Once until a look is good, so that an outage is one line."""
        if error != self._told:
            log.warning(event, error=error, reason=reason)
        self._told = error


@asynccontextmanager
async def watching_specifications(organisation: str, specs: SpecRepository, fits: Sequence[Fit]) -> AsyncIterator[None]:
    """For as long as the context lasts."""
    task = asyncio.create_task(SpecificationWatcher(organisation, specs, fits).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
