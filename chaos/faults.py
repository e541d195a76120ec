"""What goes wrong during a run: which faults there are, how each is made, and how it is taken back."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from chaos.model import Manner
from chaos.stage import POSTGRES, WORKERS, Stage, publish_again
from domain.errors import RetryableError
from sandbox.frame import Fault as Trouble
from sandbox.frame import WebhookTrouble

VERY_LONG_SECONDS = 3600.0
SLOW_SECONDS = 1.5
LOSES_ANSWERS = 0.5
LOST = {"mail": "^/(smtp/data|imap)"}
"""Of a mail provider the requests that matter: a connection that is cut before anything was said loses nothing."""

DIES_WITHIN_SECONDS = 20.0
LOOK_SECONDS = 0.05
DISK_FULL = "disk of PostgreSQL full"
GATEWAY, TEMPORAL = "gateway", "temporal"
VENDORS = ("salesforce", "zendesk", "twilio", "slack", "mail")
POSTING = ("zendesk", "twilio", "slack")


@dataclass(frozen=True)
class Case:
    """One fault that is being made: where, for how long, and by which chance."""

    stage: Stage
    seconds: float
    random: Random


Inflict = Callable[[Case], Awaitable[None]]
"""Returns when the fault is over: the part is ready again, or the trouble is taken back."""


def _killed(part: str) -> Inflict:
    async def inflict(case: Case) -> None:
        parts = case.stage.platform.parts
        await parts.ready(part)
        parts.kill(part)
        await parts.ready(part)

    return inflict


def _a_worker(act: Callable[[str], Inflict]) -> Inflict:
    async def inflict(case: Case) -> None:
        await act(case.random.choice(WORKERS))(case)

    return inflict


def _stopped(part: str) -> Inflict:
    """It stands still, and wakes up later with everything that it believed before."""

    async def inflict(case: Case) -> None:
        await case.stage.platform.parts.ready(part)
        process_id = _send(case, part, signal.SIGSTOP)
        try:
            await asyncio.sleep(case.seconds)
        finally:
            _signal(process_id, signal.SIGCONT)

    return inflict


def _killed_at_the_worst_moment(part: str) -> Inflict:
    """It kills itself right after, or before, something is done."""

    async def inflict(case: Case) -> None:
        parts = case.stage.platform.parts
        await parts.ready(part)
        doomed = _send(case, part, signal.SIGUSR1)
        with suppress(TimeoutError):
            async with asyncio.timeout(DIES_WITHIN_SECONDS):
                while parts.process_id(part) == doomed:  # noqa: ASYNC110 - another process decides when
                    await asyncio.sleep(LOOK_SECONDS)
        await parts.ready(part)

    return inflict


def _clock_jumps(part: str) -> Inflict:
    """Its clock is ahead of all others, and then back."""

    async def inflict(case: Case) -> None:
        await case.stage.platform.parts.ready(part)
        process_id = _send(case, part, signal.SIGUSR2)
        try:
            await asyncio.sleep(case.seconds)
        finally:
            if case.stage.platform.parts.process_id(part) == process_id:
                _signal(process_id, signal.SIGUSR2)

    return inflict


async def _workers_deployed(case: Case) -> None:
    """One after the other is told to end, ends what it does, and comes up anew, as when a new version is rolled out."""
    for part in WORKERS:
        await case.stage.platform.parts.restart(part)


async def _specification_published(case: Case) -> None:
    """It takes effect in new conversations and, where they continue as new, in old ones."""
    name = f"Chaos {case.random.randrange(1_000_000)}"
    while True:
        try:
            return await publish_again(case.stage.database, case.stage.neighbours, name)
        except RetryableError:
            await asyncio.sleep(1)


def _outage(vendor: str) -> Inflict:
    """At first it does what is asked and its answers get lost, then it answers everything with 503."""

    async def inflict(case: Case) -> None:
        faults = case.stage.neighbours.stand_ins[vendor].faults
        losing = case.seconds * LOSES_ANSWERS
        faults.add(Trouble(kind="cut", handled=True, path=LOST.get(vendor, ""), lasting_seconds=losing))
        faults.add(Trouble(kind="fail", path=LOST.get(vendor, ""), lasting_seconds=VERY_LONG_SECONDS))
        try:
            await asyncio.sleep(case.seconds)
        finally:
            faults.clear()

    return inflict


async def _stand_ins_killed(case: Case) -> None:
    """Every connection to one of them is reset and refused; like a vendor's own data, what it has taken stays."""
    neighbours = case.stage.neighbours
    relays = neighbours.relays[case.random.choice(sorted(neighbours.relays))]
    for relay in relays:
        await neighbours.network.down(relay)
    try:
        await asyncio.sleep(case.seconds)
    finally:
        for relay in relays:
            await neighbours.network.up(relay)


async def _slow_network(case: Case) -> None:
    """Whatever any of them answers comes late."""
    neighbours = case.stage.neighbours
    every = [relay for relays in neighbours.relays.values() for relay in relays]
    try:
        for relay in every:
            neighbours.network.slow(relay, SLOW_SECONDS * case.random.random())
        await asyncio.sleep(case.seconds)
    finally:
        for relay in every:
            neighbours.network.slow(relay, 0)


def _model(manner: Manner) -> Inflict:
    async def inflict(case: Case) -> None:
        model = case.stage.neighbours.model
        model.manner = manner
        try:
            await asyncio.sleep(case.seconds)
        finally:
            model.manner = "sound"

    return inflict


def _webhooks(trouble: WebhookTrouble) -> Inflict:
    async def inflict(case: Case) -> None:
        posting = [case.stage.neighbours.stand_ins[vendor].webhooks for vendor in POSTING]
        try:
            for webhooks in posting:
                webhooks.trouble(trouble)
            await asyncio.sleep(case.seconds)
        finally:
            for webhooks in posting:
                webhooks.trouble(WebhookTrouble())
                await webhooks.release()

    return inflict


async def _disk_full(case: Case) -> None:
    """PostgreSQL can write nothing more; it may crash of it, and must come back once there is room."""
    disk, parts = case.stage.disk, case.stage.platform.parts
    if disk is None:
        return
    await parts.ready(POSTGRES)
    disk.fill()
    try:
        await asyncio.sleep(case.seconds)
    finally:
        disk.empty()
    await parts.ready(POSTGRES)


OF_PROCESSES: Mapping[str, Inflict] = {
    "worker killed": _a_worker(_killed),
    "worker killed at the worst moment": _a_worker(_killed_at_the_worst_moment),
    "gateway killed": _killed(GATEWAY),
    "worker stopped": _a_worker(_stopped),
    "Temporal killed": _killed(TEMPORAL),
    "PostgreSQL killed": _killed(POSTGRES),
    "gateway stopped": _stopped(GATEWAY),
    "clock of a worker jumps": _a_worker(_clock_jumps),
    "workers deployed": _workers_deployed,
    "specification published": _specification_published,
    DISK_FULL: _disk_full,
}
OFTEN = {"worker killed at the worst moment": 3, "worker stopped": 2}
"""What comes more than once in a round: here most promises could be broken."""

OF_NEIGHBOURS: Mapping[str, Inflict] = {
    **{f"{vendor} out": _outage(vendor) for vendor in VENDORS},
    "stand-in killed": _stand_ins_killed,
    "network slow": _slow_network,
    "model limited": _model("limited"),
    "model failing": _model("failing"),
    "model talks nonsense": _model("nonsense"),
    "model silent": _model("silent"),
    "webhooks three times": _webhooks(WebhookTrouble(duplicate=2)),
    "webhooks late": _webhooks(WebhookTrouble(delay_seconds=2)),
    "webhooks out of order": _webhooks(WebhookTrouble(duplicate=1, reorder=True)),
}


def _send(case: Case, part: str, number: signal.Signals) -> int:
    process_id = case.stage.platform.parts.process_id(part) or 0
    _signal(process_id, number)
    return process_id


def _signal(process_id: int, number: signal.Signals) -> None:
    if process_id:
        with suppress(ProcessLookupError):
            os.kill(process_id, number)
