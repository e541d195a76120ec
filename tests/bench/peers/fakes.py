"""Systems in memory, to plant what a whole comparison has to bear."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.peers.protocol import Point
from domain.errors import UnavailableError

Step = Literal["says", "asks", "is approved", "stop at", "start"]


@dataclass
class FakeCustomer:
    system: "FakeSystem"
    written: int = 0
    kinds: list[str] = field(default_factory=list)

    async def says(self) -> float:
        self.system.comes_to("says")
        await self.writes()
        await asyncio.sleep(0.01)
        return self.system.milliseconds

    async def writes(self) -> None:
        self.written += 1
        self.kinds += ["customer", "reply"]

    async def is_answered(self) -> None: ...

    async def asks_for_approval(self) -> None:
        self.system.comes_to("asks")
        self.written += 1
        self.kinds.append("customer")

    async def is_approved(self) -> None:
        self.system.comes_to("is approved")
        self.kinds.append("reply")

    async def transcript(self) -> Sequence[str]:
        return self.kinds


@dataclass
class FakeSystem:
    """Fails when it comes to a step; notes what it comes to."""

    name: str
    milliseconds: float = 5.0
    fails_at: Step | None = None
    came_to: list[str] = field(default_factory=list)

    @property
    def versions(self) -> Mapping[str, str]:
        return {self.name.lower(): "1.0"}

    def new_customers(self, number: int) -> Sequence[FakeCustomer]:
        return [FakeCustomer(self) for _ in range(number)]

    async def stop_at(self, point: Point, conversations: int) -> None:
        self.comes_to("stop at")

    async def died(self) -> None: ...

    async def kill(self) -> None: ...

    async def start(self) -> None:
        self.comes_to("start")

    async def resume(self) -> None: ...

    def comes_to(self, step: Step) -> None:
        if step == self.fails_at:
            raise UnavailableError(f"{self.name} is not measured: planted at {step}.")
        self.came_to.append(step)
