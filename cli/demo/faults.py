"""What is done to the platform while customers wait: kill -9 of a worker, kill -9 of Temporal."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from cli.demo.playing import Moment, Player
from cli.demo.records import Fault
from cli.platform.embedded import Platform

PLAN = (("worker-1", 0.25), ("temporal", 0.5))
"""The part, and the share of all turns after which it is killed."""

LOOK_SECONDS = 0.02
MANY_IN_FLIGHT = 4
PATIENCE = 0.1


async def inject(platform: Platform, players: Sequence[Player], moment: Moment) -> list[Fault]:
    """Kill each part once while turns are in flight, and wait until the supervisor has it running again."""
    return [await _kill(platform, players, part, share, moment) for part, share in PLAN]


async def _kill(platform: Platform, players: Sequence[Player], part: str, share: float, moment: Moment) -> Fault:
    while not _is_time(players, share) and any(player.state != "finished" for player in players):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    fault = Fault(part=part, at=datetime.now(UTC), in_flight=_in_flight(players))
    moment(f"kill -9 {part} · {fault.in_flight} customers wait for a reply")
    platform.parts.kill(part)
    await platform.parts.ready(part)
    return fault.model_copy(update={"back_at": datetime.now(UTC)})


def _is_time(players: Sequence[Player], share: float) -> bool:
    """When many wait for a reply; a while later, when anybody does."""
    done = sum(player.said for player in players) / sum(player.turns for player in players)
    return done >= share and _in_flight(players) >= (MANY_IN_FLIGHT if done < share + PATIENCE else 1)


def _in_flight(players: Sequence[Player]) -> int:
    return sum(player.waiting for player in players)
