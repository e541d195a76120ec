"""From the inbox to the workflows: every event that was kept becomes a signal, however long Temporal is away."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol, assert_never

import structlog
from pydantic import ValidationError

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import AnyRequest, ReportFailure, Resolve, SendHumanReply, StartConversation
from domain.delivery.inbound import Unreadable
from domain.errors import ConflictError
from storage.inbox import InboxRepository, WaitingEvent
from storage.inbox_events import (
    WAITING,
    MergedAway,
    PassedOnMessage,
    WaitingColleagueReply,
    WaitingFailureReport,
    WaitingMessage,
    WaitingOpeningReply,
    WrittenByColleague,
)

LOOK_EVERY = timedelta(seconds=2)
TIDIES_EVERY = timedelta(hours=1)
FORWARDED_KEPT = timedelta(days=7)
"""How long the content of what Temporal has is kept, for the case that Temporal is restored from a backup."""

MAX_ID_CHARACTERS = 200
MAX_FAILURES = 3
"""Then it is Temporal that is away, and the rest waits."""
CONVERSATIONS_AT_ONCE = 16
"""One signal takes a busy Temporal a tenth of a second: one after the other, all vendors together had ten a second."""

log = structlog.get_logger()


class Signals(Protocol):
    """Signals to workflows. Raises UnavailableError while Temporal is away, ConflictError for one that has ended."""

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None: ...

    async def open_with(self, start: StartConversation, request: AnyRequest) -> None: ...

    async def request(self, conversation_id: str, request: AnyRequest) -> None: ...


class Forwarder:
    """One loop per gateway; several share the work, because each claims what it forwards."""

    def __init__(self, organisation: str, inbox: InboxRepository, conversations: Signals) -> None:
        self._organisation = organisation
        self._inbox = inbox
        self._conversations = conversations
        self._awake = asyncio.Event()
        self._unknown: dict[str, int] = {}
        self._tidies_at = datetime.min.replace(tzinfo=UTC)

    def wake(self) -> None:
        """Something new lies in the inbox."""
        self._awake.set()

    async def run(self) -> None:
        """Forward until cancelled; while a dependency is away, look again now and then."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):  # wait_for of Python 3.11 may swallow our end
                    await self._awake.wait()
            self._awake.clear()
            try:
                while await self.forward_some():
                    pass
                await self.report_unknown_kinds()
                await self.tidy()
            except Exception as error:  # noqa: BLE001 (the store, say; the next look may do better)
                log.warning("forwarding_interrupted", error=type(error).__name__)

    async def report_unknown_kinds(self) -> None:
        """Log what only a newer gateway can forward, whenever that has changed. It stays in the inbox meanwhile."""
        unknown = await self._inbox.unknown_kinds(self._organisation)
        if unknown and unknown != self._unknown:
            log.error("events_of_unknown_kind_wait", waiting=unknown)
        self._unknown = unknown

    async def tidy(self) -> None:
        """Once in a while: what waited in vain goes to people, and what Temporal has had for long is forgotten."""
        now = datetime.now(UTC)
        if now < self._tidies_at:
            return
        self._tidies_at = now + TIDIES_EVERY
        ended = await self._inbox.end_waiting(self._organisation, now)
        if ended:
            log.warning("events_waited_in_vain", number=ended)
        await self._inbox.forget_forwarded(self._organisation, now - FORWARDED_KEPT)

    async def forward_some(self) -> bool:
        """Whether there may be more. One event that cannot be forwarded holds up its own conversation only."""
        waiting = await self._inbox.claim_waiting(self._organisation, datetime.now(UTC))
        conversations = defaultdict[str, list[WaitingEvent]](list)
        for event in waiting:
            conversations[event.conversation_id].append(event)
        at_once, held_up = asyncio.Semaphore(CONVERSATIONS_AT_ONCE), set[str]()

        async def one(conversation_id: str, events: list[WaitingEvent]) -> None:
            async with at_once:
                if len(held_up) < MAX_FAILURES and not await self._forward_in_turn(events):
                    held_up.add(conversation_id)

        async with asyncio.TaskGroup() as telling:  # an error of the store ends all of them before it is raised
            for told in conversations.items():
                telling.create_task(one(*told))
        return bool(waiting) and not held_up

    async def _forward_in_turn(self, events: Sequence[WaitingEvent]) -> bool:
        """The events of one conversation; False as soon as one cannot be forwarded, and those after it wait."""
        for event in events:
            try:
                await self._forward(event)
            except ConflictError:
                log.warning("event_came_after_the_end", channel=event.channel, inbox_id=event.inbox_id)
                if event.kind == "colleague_reply":
                    await self._set_aside(event, "The reply of a colleague came after the end of its conversation.")
            except ValidationError as error:
                await self._set_aside(event, _mistake(event, error))
            except Exception as error:  # noqa: BLE001 (one mistake of ours must not stop what others wrote)
                kind = type(error).__name__
                log.warning("event_not_forwarded", channel=event.channel, inbox_id=event.inbox_id, error=kind)
                return False
            await self._inbox.forwarded(event.inbox_id)
        return True

    async def _set_aside(self, waiting: WaitingEvent, reason: str) -> None:
        """What no workflow can be told: a person finds it in quarantine, and what came after it goes on."""
        log.error("event_set_aside", channel=waiting.channel, inbox_id=waiting.inbox_id, reason=reason)
        broken = Unreadable(
            channel=waiting.channel,
            event_id=f"inbox-{waiting.inbox_id}",
            at=waiting.received_at,
            reason=reason[:500],
            content=json.dumps(waiting.event).encode(),
        )
        await self._inbox.quarantine(self._organisation, broken)

    async def _forward(self, waiting: WaitingEvent) -> None:
        event, conversation_id = WAITING.validate_python(waiting.event), waiting.conversation_id
        match event:
            case WaitingMessage() | PassedOnMessage():
                await self._conversations.receive(self._start(waiting), _message(waiting, event))
            case WaitingColleagueReply():
                await self._conversations.request(conversation_id, _reply(waiting, event))
            case WaitingOpeningReply():
                await self._conversations.open_with(self._start(waiting), _reply(waiting, event))
            case WaitingFailureReport():
                await self._conversations.request(conversation_id, _failure(waiting, event))
            case MergedAway():
                resolve = Resolve(request_id=event.request_id, by=Person(id=event.by), merged=True)
                await self._conversations.request(conversation_id, resolve)
            case _:
                assert_never(event)

    def _start(self, waiting: WaitingEvent) -> StartConversation:
        return StartConversation(
            organisation=self._organisation,
            conversation_id=waiting.conversation_id,
            channel=waiting.channel,
            customer_id=waiting.customer_id,
        )


def _message(waiting: WaitingEvent, event: WaitingMessage | PassedOnMessage) -> CustomerMessage:
    known = event.message_id if isinstance(event, PassedOnMessage) else message_id(waiting.channel, event.event_id)
    return CustomerMessage(
        message_id=known,
        text=event.text,
        channel=waiting.channel,
        received_at=waiting.received_at,
        attachments=event.attachments,
        customer_id=waiting.customer_id,
        in_doubt=event.in_doubt,
    )


def _reply(waiting: WaitingEvent, event: WrittenByColleague) -> SendHumanReply:
    return SendHumanReply(
        request_id=f"inbox-{waiting.inbox_id}",
        by=Person(id=event.person_id, roles=("human_agent",)),
        text=event.text,
        sent_as=event.event_id,
        opens=isinstance(event, WaitingOpeningReply),
    )


def _failure(waiting: WaitingEvent, event: WaitingFailureReport) -> ReportFailure:
    return ReportFailure(
        request_id=f"inbox-{waiting.inbox_id}",
        by=Person(id=waiting.channel),
        message_key=event.message_key,
        code=event.code,
    )


def _mistake(waiting: WaitingEvent, error: ValidationError) -> str:
    fields = ", ".join(sorted({str(problem["loc"][-1]) for problem in error.errors() if problem["loc"]}))
    return f"A {waiting.kind} cannot be handed to its conversation: {fields or 'it is of no kind that is known'}."


def message_id(channel: str, event_id: str) -> str:
    """The id of a vendor's message in its conversation, in which other channels may take part."""
    named = f"{channel}:{event_id}"
    return named if len(named) <= MAX_ID_CHARACTERS else f"{channel}:{sha256(event_id.encode()).hexdigest()}"
