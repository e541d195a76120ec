"""Conversations that anything may happen to: what is done to them, what the world outside saw, and what must hold."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import uuid4

from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from domain.conversation.messages import Author
from domain.conversation.ownership import Person, Status
from domain.conversation.requests import AnyRequest, DecideApproval, TakeOver
from domain.conversation.turn import Outcome
from domain.errors import ConflictError, UnavailableError
from integrations.channels.base import OutboundMessage, SendReceipt
from invariants.conversations import problems_at_rest
from invariants.records import Recorded
from tests.chaos.faults import Faults
from tests.e2e.gates import Moment
from tests.e2e.house import House, Seen, Talk
from tests.e2e.loft import Loft
from tests.e2e.promises import recorded
from tests.pigeons import KIND, PigeonChannel
from tests.replay.golden import replay
from tests.workflows.fakes import Gate
from workers.worker import Limits
from workflows.conversation.workflow import ConversationWorkflow

PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.03
HELD_SECONDS = 0.5
"""So long a takeover may wait for a step that is held; then all go on."""
HANDED_OVER = {"ownership_changed", "escalated", "resolved"}
WITH_PEOPLE = {Status.WITH_HUMAN, Status.AWAITING_APPROVAL}


class StumblingPigeons(PigeonChannel):
    """A vendor who now and then takes a message and does not say so, or does not take it. `forgets`: nobody can ask."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.forgets = False

    async def send(self, message: OutboundMessage) -> SendReceipt:
        receipt = await super().send(message)
        if self.silent:
            self.silent -= 1
            raise UnavailableError("no answer")
        return receipt

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return None if self.forgets else await super().find_sent(message)


class Crew:
    """Workers that come and go. They keep no workflow in memory, so every task replays its whole history."""

    def __init__(self, house: House, pigeons: PigeonChannel) -> None:
        self._house = house
        self._pigeons = pigeons
        self._leave = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def start(self) -> None:
        started, self._leave = asyncio.Event(), asyncio.Event()
        self._working = asyncio.create_task(self._work(started, self._leave))
        await started.wait()

    async def stop(self) -> None:
        """What is under way is cancelled, and is tried again by those who come next."""
        self._leave.set()
        if self._working:
            await self._working

    async def _work(self, started: asyncio.Event, leave: asyncio.Event) -> None:
        limits = Limits(cached_workflows=0)
        async with self._house.workers(further_channels={KIND: self._pigeons}, limits=limits):
            started.set()
            await leave.wait()


@dataclass
class World:
    """Everything around the conversations, the same for all of them."""

    house: House
    way: Loft
    pigeons: StumblingPigeons
    crew: Crew
    faults: Faults
    environment: WorkflowEnvironment
    held: list[Gate] = field(default_factory=list)
    patience_seconds: float = PATIENCE_SECONDS

    async def hold(self, moment: Moment, step: str) -> Gate:
        """The next run of a step stands still until everything goes on."""
        self.held.append(self.house.gates.hold(moment, step))
        return self.held[-1]

    async def go_on(self) -> None:
        for gate in self.held:
            gate.opened.set()
        self.held.clear()

    async def be_kind(self) -> None:
        """Nothing fails or stands still any more."""
        await self.go_on()
        self.faults.clear()
        self.pigeons.failures.clear()
        self.pigeons.silent = 0


@dataclass
class Life:
    """One conversation, and what its customer and its people did to it."""

    world: World
    by_pigeon: bool
    talk: Talk | None = None
    key: str = field(default_factory=lambda: uuid4().hex)
    written: list[str] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    owned_since: int | None = None

    async def writes(self, text: str, times: int) -> None:
        """The same message, so often; its text is like no other."""
        said = f"{text} {len(self.written) + 1}"
        self.written.append(said)
        message_id = f"{self.key}-{len(self.written)}"
        if self.by_pigeon:
            sender = {"external_id": self.key, "verified": True}
            for _ in range(times):
                self.talk = await self.world.way.brings(message_id, said, thread=self.key, sender=sender)
            return
        self.talk = self.talk or self.world.house.talk()
        for _ in range(times):
            await self.talk.says(said, message_id)

    async def comes_to(self, moment: Moment, step: str, text: str, *, within_seconds: float = HELD_SECONDS) -> None:
        """A message, and the step of it that now stands still, if the conversation comes there soon."""
        gate = await self.world.hold(moment, step)
        await self.writes(text, 1)
        with suppress(TimeoutError):
            await asyncio.wait_for(gate.reached.wait(), within_seconds)

    async def ask(self, request: AnyRequest, times: int = 1) -> None:
        """A closed or unborn conversation refuses, and says so."""
        if self.talk:
            with suppress(ConflictError):
                for _ in range(times):
                    await self.talk.ask(request)

    async def decide(self, action: str, by: Person, times: int, *, stale: bool) -> None:
        """On the approval that is open, if there is one, or on the first that ever was."""
        seen = await self.talk.seen() if self.talk else None
        if seen and seen.open_approval:
            self.approvals.append(seen.open_approval.approval.approval_id)
        if self.approvals:
            decision = {"request_id": uuid4().hex, "by": by, "action": action, "reason": "Be brief.", "text": "Edited."}
            approval_id = self.approvals[0 if stale else -1]
            await self.ask(DecideApproval.model_validate(decision | {"approval_id": approval_id}), times)

    async def take_over(self, request: TakeOver) -> None:
        """And wait until it is acknowledged."""
        talk = self.talk
        if talk is None or not await self._is_open():
            return
        await self.ask(request)
        key = f"request:{talk.id}:{request.request_id}"
        going_on = asyncio.get_running_loop().call_later(
            HELD_SECONDS, lambda: asyncio.ensure_future(self.world.go_on())
        )
        await self._until(partial(self._has_event, key), f"the takeover of {talk.id}")
        going_on.cancel()
        self.owned_since = await self._ai_messages()

    async def _is_open(self) -> bool:
        seen = await self.talk.seen() if self.talk else None
        return seen is not None and seen.row.status is not Status.RESOLVED

    async def _has_event(self, key: str) -> bool:
        query = "SELECT EXISTS (SELECT FROM audit_events WHERE event_key = $1)"
        return bool(await self.world.house.store.database.fetchval(query, key))

    async def _ai_messages(self) -> int:
        seen = await self.talk.seen() if self.talk else None
        return sum(message.author is Author.AI_AGENT for message in seen.messages) if seen else 0

    async def pass_time(self, duration: timedelta) -> None:
        if self.talk and self.written:
            await self._until(self._has_workflow, f"the workflow of {self.talk.id}")
            with suppress(RPCError):  # it has ended by itself
                await self.world.environment.fast_forward(self.talk.handle, duration)

    async def _has_workflow(self) -> bool:
        return self.talk is not None and await self.talk.seen() is not None

    async def is_heard(self) -> None:
        """The record has all that was written."""

        async def heard() -> bool:
            seen = await self.talk.seen() if self.talk else None
            return seen is not None and self._heard(seen) == self.written

        await self._until(heard, "the record of what was written")

    async def gets(self, messages: int) -> None:
        """The vendor has taken so many."""

        async def has() -> bool:
            return len(self.world.pigeons.sent) >= messages

        await self._until(has, "the vendor")

    async def settle(self) -> Seen | None:
        """Wait until nothing is under way any more."""
        await self.world.be_kind()
        if self.talk is None:
            return None
        await self._until(self._rests, f"{self.talk.id} to rest")
        return await self.talk.seen()

    async def _rests(self) -> bool:
        talk = self.talk
        seen = await talk.seen() if talk else None
        if talk is None or seen is None or len(self._heard(seen)) < len(self.written):
            return False
        described = (await talk.handle.describe()).raw_description
        if described.HasField("pending_workflow_task") or described.pending_activities:
            return False
        state = await talk.handle.query("get_conversation")
        return not (state["inbox"] or state["requests"] or (state["unanswered"] and state["status"] == "open"))

    @staticmethod
    def _heard(seen: Seen) -> list[str]:
        return [message.text for message in seen.messages if message.author is Author.CUSTOMER]

    async def _until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        try:
            async with asyncio.timeout(self.world.patience_seconds):
                while True:
                    if await holds():
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            seen = await self.talk.seen() if self.talk else None
            told = seen.told() if seen else "no record"
            raise AssertionError(f"waited in vain for {what}; written: {self.written}; {told}") from None

    # What must hold.

    async def check(self) -> None:
        """At rest."""
        seen = await self.settle()
        if seen is None or self.talk is None:
            return
        found = [*self._problems(seen), *problems_at_rest(_without_notices(await recorded(self.talk, seen)))]
        problems = [one for one in found if not one.endswith("is withdrawn")]
        assert not problems, (problems, seen.told())

    def _problems(self, seen: Seen) -> Iterator[str]:
        if self._heard(seen) != self.written:
            yield f"the customer wrote {self.written}, the record has {self._heard(seen)}"
        if not (seen.answered or seen.row.status in WITH_PEOPLE | {Status.SNOOZED}):
            yield "somebody waits for nobody"
        answers = Counter(
            asked for message in seen.messages if message.author is Author.AI_AGENT for asked in _answered(message.text)
        )
        yield from (f"{asked} was answered {times} times" for asked, times in answers.items() if times > 1)
        if seen.row.owner.kind == "ai_agent" and seen.row.status is Status.OPEN:
            forgotten = self.written[_in_peoples_hands(seen) :]
            yield from (f"{asked} was never answered" for asked in forgotten if not answers[asked])
        yield from self._without_approval(seen)
        ai_messages = sum(message.author is Author.AI_AGENT for message in seen.messages)
        if self.owned_since is not None and ai_messages != self.owned_since:
            yield "the AI agent wrote after an acknowledged takeover"
        if self.by_pigeon:
            yield from self._outside(seen)

    @staticmethod
    def _without_approval(seen: Seen) -> Iterator[str]:
        approved = {view.approval.draft_id for view in seen.approvals if view.state == "approved"}
        asked = {t.draft_id for t in seen.turns if t.record and t.record.decision.outcome is Outcome.ASK_APPROVAL}
        for message in seen.messages:
            if message.draft_id in asked - approved:
                yield f"the draft {message.draft_id} left without its approval"

    def _outside(self, seen: Seen) -> Iterator[str]:
        """What the customer's loft got, in its order, against the record."""
        conversation = seen.row.conversation_id
        sent = [message for message in self.world.pigeons.sent if message.conversation_id == conversation]
        keys = Counter(message.idempotency_key for message in sent)
        yield from (f"{key} was sent {times} times" for key, times in keys.items() if times > 1)
        told = [
            one.text
            for one in seen.messages
            if one.author is not Author.CUSTOMER and (one.kind != "notice" or one.message_id in keys)
        ]
        if [message.text for message in sent] != told:
            yield f"sent {[message.text for message in sent]}, recorded {told}"

    async def end(self) -> None:
        """Its history replays; then it is over."""
        if self.talk is None or await self.talk.seen() is None:
            return
        history = await self.talk.handle.fetch_history()
        await replay(history, ConversationWorkflow)
        with suppress(RPCError):  # it has ended by itself
            await self.talk.handle.terminate()


def _in_peoples_hands(seen: Seen) -> int:
    """How many of the customer's first messages a person answered, edited the answer to, or was given."""
    theirs = {one.seq for one in seen.messages if one.author is Author.HUMAN_AGENT or one.text == "Edited."}
    heard = in_hands = 0
    for event in seen.events:
        if event.kind == "message_received":
            heard += 1
        elif event.kind in HANDED_OVER or event.data.get("seq") in theirs:
            in_hands = heard
    return in_hands


def _without_notices(record: Recorded) -> Recorded:
    """Those that a channel pushes are claimed and audited like replies, and belong to no owner."""
    return record.model_copy(
        update={
            "claims": tuple(one for one in record.claims if not one.message_key.endswith("-notice")),
            "audit": tuple(one for one in record.audit if one.data.get("kind") != "notice"),
        }
    )


def _answered(reply: str) -> Iterator[str]:
    """The questions that a scripted reply repeats, one a line."""
    for line in reply.removeprefix("You asked: ").splitlines():
        yield line.removesuffix(" (Be brief.)")
