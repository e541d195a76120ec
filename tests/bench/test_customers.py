"""Load of the benchmark: how long its clients write, and how many at once."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bench.customers import AT_ONCE, each, run_load


@dataclass
class Echo:
    """Is answered soon, and says so many milliseconds; counts its turns."""

    milliseconds: float = 1.0
    turns: int = 0

    async def says(self) -> float:
        self.turns += 1
        await asyncio.sleep(0.05)
        return self.milliseconds


@dataclass
class Crowd:
    """How many act at the moment, and how many did at most."""

    now: int = 0
    most: int = 0
    acted: list[int] = field(default_factory=list)

    async def act(self, number: int) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        self.acted.append(number)


async def test_every_turn_of_everybody_is_timed() -> None:
    clients = [Echo(1.0), Echo(2.0)]
    milliseconds = await run_load(clients, 0.8)
    assert all(client.turns > 0 for client in clients)
    assert milliseconds.count(1.0) == clients[0].turns
    assert milliseconds.count(2.0) == clients[1].turns


@pytest.mark.parametrize(("seconds", "pause"), [(0, 0), (-1, 0), (0.01, 60)])
async def test_nobody_begins_a_turn_for_which_there_is_no_time(seconds: float, pause: float) -> None:
    client = Echo()
    assert await run_load([client], seconds, pause) == []
    assert client.turns == 0


async def test_nobody_talks_where_nobody_is() -> None:
    assert await run_load([], 1) == []


async def test_a_turn_that_fails_fails_the_measurement() -> None:
    class Broken:
        async def says(self) -> float:
            raise RuntimeError("no answer")

    with pytest.raises(RuntimeError, match="no answer"):
        await run_load([Broken()], 60)


async def test_all_act_and_never_more_than_so_many_at_once() -> None:
    crowd = Crowd()
    await each(list(range(AT_ONCE * 3)), crowd.act)  # type: ignore[arg-type]
    assert sorted(crowd.acted) == list(range(AT_ONCE * 3))
    assert crowd.most == AT_ONCE


async def test_few_act_all_at_once() -> None:
    crowd = Crowd()
    await each([1, 2, 3], crowd.act)  # type: ignore[arg-type,list-item]
    assert crowd.most == 3
