"""A peer in the comparison: its program, and the customers who write to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import uuid4

from bench.announcements import Announcements
from bench.organisation import QUESTION, SUPERVISED_QUESTION
from bench.peers.process import PeerProcess
from bench.peers.protocol import Approve, Point, Receive, Resume, Stop
from bench.peers.transcript import PeerTranscript
from domain.errors import UnavailableError

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class PeerAccess:
    """The way to a peer: messages go in as lines, replies are announced by its database and read there."""

    process: PeerProcess
    transcript: PeerTranscript
    announcements: Announcements


class PeerCustomer:
    """One conversation."""

    def __init__(self, access: PeerAccess) -> None:
        self.conversation_id = f"cv_{uuid4().hex}"
        self.written = 0
        self._access = access
        self._answered = self._seen = self._heard = self._approvals_heard = 0
        self._last = ""

    async def says(self) -> float:
        """The time ends with the reply, the turn with the answer to the call, so that a failure is not waited for."""
        started = perf_counter()
        milliseconds, _ = await asyncio.gather(
            self._answered_since(started), self._access.process.call(self._message(QUESTION))
        )
        return milliseconds

    async def writes(self) -> None:
        self._access.process.tell(self._message(QUESTION))

    async def is_answered(self) -> None:
        """Read the transcript when a reply is announced, until every message has its own."""
        event = self.conversation_id, "message"
        while self._answered < self.written:
            heard = await self._access.announcements.wait_beyond(event, self._heard)
            await self._read()
            self._heard = heard

    async def asks_for_approval(self) -> None:
        event = self.conversation_id, "approval"
        self._access.process.tell(self._message(SUPERVISED_QUESTION, needs_approval=True))
        self._approvals_heard = await self._access.announcements.wait_beyond(event, self._approvals_heard)

    async def is_approved(self) -> None:
        approval = Approve(conversation_id=self.conversation_id, message_id=self._message_id)
        await asyncio.gather(self.is_answered(), self._access.process.call(approval))

    async def transcript(self) -> Sequence[str]:
        return [kind for _, kind in await self._access.transcript.kinds_after(self.conversation_id, 0)]

    @property
    def _message_id(self) -> str:
        return f"{self.conversation_id}-said-{self.written}"

    def _message(self, text: str, *, needs_approval: bool = False) -> Receive:
        self.written += 1
        return Receive(
            conversation_id=self.conversation_id,
            message_id=self._message_id,
            text=text,
            needs_approval=needs_approval,
        )

    async def _answered_since(self, started: float) -> float:
        await self.is_answered()
        return (perf_counter() - started) * 1000

    async def _read(self) -> None:
        """A reply counts that stands right behind its message, so that a doubled one does not pass for the next."""
        for seq, kind in await self._access.transcript.kinds_after(self.conversation_id, self._seen):
            self._answered += (self._last, kind) == ("customer", "reply")
            self._seen, self._last = seq, kind


class PeerSystem:
    def __init__(self, name: str, access: PeerAccess) -> None:
        self.name = name
        self._access = access

    @property
    def versions(self) -> Mapping[str, str]:
        return self._access.process.versions

    def new_customers(self, number: int) -> Sequence[PeerCustomer]:
        return [PeerCustomer(self._access) for _ in range(number)]

    async def stop_at(self, point: Point, conversations: int) -> None:
        await self._access.process.kill()
        await self._access.process.start(Stop(point=point, conversations=conversations))

    async def died(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._access.process.died()
        except TimeoutError:
            raise UnavailableError(f"{self.name} is not measured: not every conversation came to the point.") from None

    async def kill(self) -> None:
        await self._access.process.kill()

    async def start(self) -> None:
        await self._access.process.start()

    async def resume(self) -> None:
        await self._access.process.call(Resume())
