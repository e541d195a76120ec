"""Whatever is done to the neighbours is taken back, also when the run is stopped in its middle."""

import asyncio
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.faults import OF_NEIGHBOURS, OFTEN, POSTING, VENDORS, Case
from chaos.model import Model
from chaos.stage import Stage
from sandbox.frame import StandIn, WebhookTrouble

FOR_EVER_SECONDS = 1000.0
MOMENT_SECONDS = 0.001
STEPS_TO_BEGIN = 10


class Lines:
    """A network that notes what is done to its relays."""

    def __init__(self) -> None:
        self.down_relays: list[str] = []
        self.delays: dict[str, float] = {}

    async def down(self, relay: str) -> None:
        self.down_relays.append(relay)

    async def up(self, relay: str) -> None:
        self.down_relays.remove(relay)

    def slow(self, relay: str, seconds: float) -> None:
        self.delays[relay] = seconds


class Place:
    """Neighbours without processes behind them."""

    def __init__(self) -> None:
        self.model = Model()
        self.stand_ins = {name: StandIn(name) for name in VENDORS}
        self.network = Lines()
        self.relays = {"slack": ("slack",), "mail": ("smtp", "imap")}

    def case(self, seconds: float) -> Case:
        return Case(cast(Stage, SimpleNamespace(neighbours=self)), seconds, Random(1))

    @property
    def troubled(self) -> bool:
        webhooks = [self.stand_ins[name].webhooks for name in POSTING]
        return any(
            (
                self.model.manner != "sound",
                any(one.faults.pending() for one in self.stand_ins.values()),
                any(one.shown() != WebhookTrouble().model_dump() for one in webhooks),
                self.network.down_relays,
                any(self.network.delays.values()),
            )
        )


@pytest.mark.parametrize("name", OF_NEIGHBOURS)
async def test_a_fault_is_over_when_it_returns(name: str) -> None:
    place = Place()
    await OF_NEIGHBOURS[name](place.case(MOMENT_SECONDS))
    assert not place.troubled


@pytest.mark.parametrize("name", OF_NEIGHBOURS)
async def test_a_fault_that_is_stopped_is_taken_back(name: str) -> None:
    place = Place()
    inflicting: asyncio.Task[Any] = asyncio.ensure_future(OF_NEIGHBOURS[name](place.case(FOR_EVER_SECONDS)))
    for _ in range(STEPS_TO_BEGIN):
        await asyncio.sleep(0)
    assert place.troubled
    inflicting.cancel()
    await asyncio.gather(inflicting, return_exceptions=True)
    assert not place.troubled


def test_what_comes_often_is_a_fault() -> None:
    assert all(number > 1 for number in OFTEN.values())
    assert not OFTEN.keys() & OF_NEIGHBOURS.keys()
