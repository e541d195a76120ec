"""Runs the desks that are set up, beside the gateway: clicks are applied, cards kept, digests told.

Any number of gateways may do so at once: each click, card and digest is leased to one of them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from config.settings import read_vendor
from domain.errors import CredentialsError, InvalidInputError
from gateway.desk.applying import apply
from gateway.desk.keeping import keep_cards, keep_digest
from gateway.desk.office import Office
from gateway.desk.reception import DeskReception
from gateway.services import Services
from integrations.adapters import Adapters
from integrations.desk.base import ClickSource, Desk
from integrations.desk.registry import DESKS
from storage.notifications import NotificationListener

log = structlog.get_logger()

LOOKS_EVERY = timedelta(seconds=5)
SHORTEST_PAUSE = timedelta(milliseconds=200)
LISTENS_AGAIN = timedelta(seconds=5)


@dataclass(frozen=True)
class OpenDesk:
    """A desk that runs, and who takes what it tells."""

    office: Office
    reception: DeskReception


@asynccontextmanager
async def open_desks(
    services: Services, desks: Mapping[str, Desk] | None = None
) -> AsyncIterator[Mapping[str, OpenDesk]]:
    """Those that are set up; `desks` replaces those of the registry."""
    opened: dict[str, OpenDesk] = {}
    for name, desk in _set_up(desks).items():
        office = Office(name, desk, services)
        opened[name] = OpenDesk(office, DeskReception(office))
    loops = [loop for one in opened.values() for loop in _loops(one)]
    if opened:
        loops.append(_wake(services, [one.office.cards for one in opened.values()]))
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield opened
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _set_up(desks: Mapping[str, Desk] | None) -> Mapping[str, Desk]:
    if desks is not None:
        return desks
    adapters, found = Adapters[Desk](DESKS, read_vendor), dict[str, Desk]()
    for name in DESKS:
        try:
            found[name] = adapters[name]
        except CredentialsError:
            continue  # not set up
        except InvalidInputError as error:
            log.error("desk_settings_are_wrong", desk=name, reason=str(error))
    return found


def _loops(opened: OpenDesk) -> Sequence[Coroutine[Any, Any, None]]:
    office = opened.office
    loops = [_work(partial(_apply_all, office), office.clicks), _work(partial(_keep_all, office), office.cards)]
    return [*loops, _listen(office.desk, opened.reception)] if isinstance(office.desk, ClickSource) else loops


async def _work(once: Callable[[], Awaitable[bool]], wake: asyncio.Event) -> None:
    """Work whenever woken, and now and then; while a dependency is away, look again later."""
    while True:
        wake.clear()
        try:
            while await once():
                pass
        except Exception as error:  # noqa: BLE001 (the store, say; the next look may do better)
            log.warning("desk_interrupted", error=type(error).__name__)
        await asyncio.sleep(SHORTEST_PAUSE.total_seconds())
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_EVERY.total_seconds()):
                await wake.wait()


async def _apply_all(office: Office) -> bool:
    waiting = await office.services.store.desk_clicks.claim_due(office.organisation, office.name, office.now())
    await asyncio.gather(*(apply(office, one) for one in waiting))
    return bool(waiting)


async def _keep_all(office: Office) -> bool:
    await keep_digest(office)
    return await keep_cards(office)


async def _listen(source: ClickSource, reception: DeskReception) -> None:
    while True:
        try:
            await source.listen(reception)
            return
        except Exception as error:  # noqa: BLE001 (the desk's own client; a connection is made anew)
            log.warning("desk_not_heard", error=type(error).__name__)
        await asyncio.sleep(LISTENS_AGAIN.total_seconds())


async def _wake(services: Services, wakes: list[asyncio.Event]) -> None:
    url = services.options.database_url.get_secret_value()
    async for _ in NotificationListener(url).listen():
        for wake in wakes:
            wake.set()
