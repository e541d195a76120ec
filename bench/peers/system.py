"""What a system must offer to be compared, Holdfast as well as its peers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bench.peers.protocol import Point


class ComparedCustomer(Protocol):
    """One conversation. Every wait raises UnavailableError when nothing comes for minutes."""

    written: int

    async def says(self) -> float:
        """Write, wait for the reply, and return the milliseconds between."""

    async def writes(self) -> None: ...

    async def is_answered(self) -> None:
        """Return when every message has its reply. May be given up and asked again."""

    async def asks_for_approval(self) -> None:
        """Write what a person has to approve the reply to; return when it waits."""

    async def is_approved(self) -> None:
        """A person approves what waits, and the reply comes."""

    async def transcript(self) -> Sequence[str]:
        """The kinds of everything that is in it, in its order: `customer`, `reply`, and others that do not count."""


class System(Protocol):
    """A system with one process that does the work, which can be killed."""

    @property
    def name(self) -> str: ...

    @property
    def versions(self) -> Mapping[str, str]: ...

    def new_customers(self, number: int) -> Sequence[ComparedCustomer]: ...

    async def stop_at(self, point: Point, conversations: int) -> None:
        """Run anew, so that the process is killed when so many conversations stand at the point."""

    async def died(self) -> None:
        """Return when that has happened."""

    async def kill(self) -> None: ...

    async def start(self) -> None:
        """Start what was killed, as a supervisor would, and nothing else."""

    async def resume(self) -> None:
        """What the application itself has to do after a crash, where the library leaves that to it."""
