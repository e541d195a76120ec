"""What is done to the platform while customers wait: kill -9 of a worker and of Temporal, an outage of Salesforce."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from demo.client_factory import ClientFactory
from demo.playing import Moment, Player
from demo.stage import Stage
from invariants.records import Fault
from sandbox.frame import Fault as Trouble

WORKER_AT, TEMPORAL_AT = 0.2, 0.4
"""The share of all turns after which it is killed."""

OUTAGE_SECONDS = 12.0
LONGER_THAN_THE_OUTAGE = 600.0
SALESFORCE = "salesforce"
LOOK_SECONDS = 0.02
MANY_IN_FLIGHT = 4
PATIENCE = 0.1


async def inject(stage: Stage, clients: ClientFactory, players: Sequence[Player], moment: Moment) -> list[Fault]:
    """One after the other while turns are in flight; each is over when the supervisor or the vendor has it back."""
    worker = await _kill(stage, players, "worker-1", WORKER_AT, moment)
    temporal = await _kill(stage, players, "temporal", TEMPORAL_AT, moment)
    return [worker, temporal, await _stop_salesforce(stage, clients, players, moment)]


async def _kill(stage: Stage, players: Sequence[Player], part: str, share: float, moment: Moment) -> Fault:
    await _time(players, share)
    fault = Fault(part=part, at=datetime.now(UTC), in_flight=_in_flight(players))
    moment(f"kill -9 {part} · {fault.in_flight} customers wait for a reply")
    stage.platform.parts.kill(part)
    await stage.platform.parts.ready(part)
    return fault.model_copy(update={"back_at": datetime.now(UTC)})


async def _stop_salesforce(stage: Stage, clients: ClientFactory, players: Sequence[Player], moment: Moment) -> Fault:
    """Once of all others everything is known; customers who come for the outage arrive then."""
    while not all(player.is_known for player in _from_the_start(players)):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    faults = stage.vendors.salesforce.stand_in.faults
    fault = Fault(part=SALESFORCE, at=datetime.now(UTC), in_flight=0)
    moment(f"outage of Salesforce · it answers 503 for {OUTAGE_SECONDS:.0f} s")
    faults.add(Trouble(kind="fail", lasting_seconds=LONGER_THAN_THE_OUTAGE))
    clients.outage.set()
    in_flight = await _most_in_flight(players, OUTAGE_SECONDS)
    faults.clear()
    clients.recovered.set()
    moment(f"Salesforce answers again · at most {in_flight} customers waited meanwhile")
    return fault.model_copy(update={"back_at": datetime.now(UTC), "in_flight": in_flight})


async def _most_in_flight(players: Sequence[Player], seconds: float) -> int:
    most, ends_at = 0, asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends_at:
        most = max(most, _in_flight(players))
        await asyncio.sleep(LOOK_SECONDS)
    return most


async def _time(players: Sequence[Player], share: float) -> None:
    first = _from_the_start(players)
    while not _is_time(players, share) and any(player.state != "finished" for player in first):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


def _from_the_start(players: Sequence[Player]) -> list[Player]:
    return [player for player in players if player.scenario.arrives == "at once"]


def _is_time(players: Sequence[Player], share: float) -> bool:
    """When many wait for a reply; a while later, when anybody does."""
    done = sum(player.said for player in players) / sum(player.turns for player in players)
    return done >= share and _in_flight(players) >= (MANY_IN_FLIGHT if done < share + PATIENCE else 1)


def _in_flight(players: Sequence[Player]) -> int:
    return sum(player.waiting for player in players)
