"""Load: customers of the organisation, and their counterpart for the bare workflow."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Protocol
from uuid import uuid4

from temporalio.client import WorkflowHandle

from bench.announcements import Announcements
from bench.bare import BareWorkflow
from bench.organisation import QUESTION, SUPERVISED_QUESTION
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import DecideApproval, StartConversation
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import ChannelKind
from gateway.signals import ConversationSignals
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository

APPROVER = Person(id="bench-approver", roles=("approver",))
AT_ONCE = 50
OPEN_AT_ONCE = 200
ANNOUNCED_BEFORE_A_REPLY = 1
"""The recording of the message: too early to look for a reply."""


class LoadClient(Protocol):
    """Somebody whose turns can be timed."""

    async def says(self) -> float:
        """Write, wait for the answer, and return the milliseconds between."""


@dataclass(frozen=True)
class Access:
    """The way to the organisation: messages go in as the gateway sends them, replies are announced by the store."""

    conversations: ConversationSignals
    transcripts: ConversationRepository
    approvals: ApprovalRepository
    announcements: Announcements


class Customer:
    """One conversation, by the web chat unless it has another channel."""

    def __init__(
        self, access: Access, organisation: str, *, conversation_id: str = "", channel: ChannelKind = WEB_CHAT
    ) -> None:
        self.conversation_id = conversation_id or f"cv_{uuid4().hex}"
        self.written = 0
        self._access = access
        self._organisation = organisation
        self._channel = channel
        self._replies = self._seen = self._heard = self._approvals_heard = 0

    async def says(self) -> float:
        started = perf_counter()
        await self.writes(QUESTION)
        await self.is_answered()
        return (perf_counter() - started) * 1000

    async def writes(self, text: str = QUESTION) -> None:
        self.written += 1
        message_id = f"{self.conversation_id}-said-{self.written}"
        start = StartConversation(organisation=self._organisation, conversation_id=self.conversation_id)
        message = CustomerMessage(
            message_id=message_id, text=text, channel=self._channel, received_at=datetime.now(UTC)
        )
        await self._access.conversations.receive(start, message)

    async def is_answered(self) -> None:
        """Read the transcript when it is announced, as the gateway does, until every message has its reply."""
        event, heard = (self.conversation_id, "message"), self._heard + ANNOUNCED_BEFORE_A_REPLY
        while self._replies < self.written:
            heard = await self._access.announcements.wait_beyond(event, heard)
            await self._read()
        self._heard = heard

    async def _read(self) -> None:
        for message in await self._access.transcripts.messages_after(self.conversation_id, self._seen):
            self._seen = message.seq
            self._replies += message.kind == "reply"

    async def asks_for_approval(self) -> None:
        """Write what a person has to approve the reply to; return when the draft waits."""
        event = self.conversation_id, "approval"
        await self.writes(SUPERVISED_QUESTION)
        self._approvals_heard = await self._access.announcements.wait_beyond(event, self._approvals_heard)

    async def is_approved(self) -> None:
        """A person approves the draft that waits, and the reply comes."""
        waiting = await self._access.approvals.list(self._organisation, "open", limit=OPEN_AT_ONCE)
        request = DecideApproval(
            request_id=f"{self.conversation_id}-decision-{self.written}",
            by=APPROVER,
            approval_id=next(
                one.approval.approval_id for one in waiting if one.conversation_id == self.conversation_id
            ),
            action="approve",
        )
        await self._access.conversations.request(self.conversation_id, request)
        await self.is_answered()

    async def transcript(self) -> list[str]:
        """The kinds of everything in it, in its order."""
        return [message.kind for message in await self._access.transcripts.messages_after(self.conversation_id, 0)]


class BareLoadClient:
    """The same for a bare workflow."""

    def __init__(self, handle: WorkflowHandle[BareWorkflow, None], announcements: Announcements) -> None:
        self._handle = handle
        self._announcements = announcements
        self._turns = 0

    async def says(self) -> float:
        started = perf_counter()
        await self._handle.signal(BareWorkflow.receive, QUESTION)
        self._turns = await self._announcements.wait_beyond((self._handle.id, "turn"), self._turns)
        return (perf_counter() - started) * 1000


async def run_load(clients: Sequence[LoadClient], seconds: float, pause_seconds: float = 0.0) -> list[float]:
    """All write at once for so long, each pausing before each message; the milliseconds of every turn."""
    deadline = perf_counter() + seconds
    random = Random(20260101)  # noqa: S311

    async def one(client: LoadClient) -> list[float]:
        turns = []
        while perf_counter() + (pause := pause_seconds * random.uniform(0.5, 1.5)) < deadline:
            await asyncio.sleep(pause)
            turns.append(await client.says())
        return turns

    return [milliseconds for turns in await asyncio.gather(*map(one, clients)) for milliseconds in turns]


async def at_full_speed(clients: Sequence[LoadClient], seconds: float) -> tuple[float, list[float]]:
    """Turns per second, and the milliseconds of each; turns under way at the end are waited for."""
    started = perf_counter()
    turns = await run_load(clients, seconds)
    return len(turns) / (perf_counter() - started), turns


async def each(clients: Sequence[Customer], act: Callable[[Customer], Awaitable[object]]) -> None:
    """Let all act, some at once, until all have."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(customer: Customer) -> None:
        async with turnstile:
            await act(customer)

    await asyncio.gather(*map(one, clients))
