"""PostgreSQL and Temporal restored from backups that are out of step: nothing is sent again, nothing lost in silence.

Customers write by a vendor who remembers what was sent, and brings every note again when it is asked. Two backups are
taken while conversations go on, and conversations go on after both. Then all is lost but the two backups.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from domain.conversation.ownership import Status
from domain.conversation.requests import HandBack, Resolve, SendHumanReply, TakeOver
from domain.conversation.restoring import LOOK_FIRST, Finding, Verdict, missing
from embedded.postgres import EmbeddedPostgres
from integrations.channels.base import OutboundMessage, SendReceipt
from storage.database import Database, connect
from storage.restoring import RestoreRepository
from tests.chaos.backups import Backup, back_up, restored_database, temporal_on
from tests.e2e.bikeshop import PASSWORD, REFUND, publish
from tests.e2e.house import ANNA, House, Seen, Talk
from tests.e2e.loft import Loft
from tests.organisation import SPECIFICATION
from tests.pigeons import KIND, PigeonChannel
from tests.workflows.fakes import Gate
from workers.reconciliation import Reconciliation

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
WITH_PEOPLE = {Status.WITH_HUMAN, Status.AWAITING_APPROVAL}
QUARANTINED = "SELECT count(*) FROM quarantine"
LATE_REPLY = "Here is Anna, late."
REPLY = "Here is Anna."


class RememberedPigeons(PigeonChannel):
    """The vendor: outlives every restore. `gate` stops a message that has left and is not reported yet."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate | None = None

    async def send(self, message: OutboundMessage) -> SendReceipt:
        receipt = await super().send(message)
        gate, self.gate = self.gate, None
        if gate:
            await gate.pass_through()
        return receipt

    @property
    def replies(self) -> list[str]:
        return [message.text for message in self.sent if message.kind != "notice"]


@dataclass(frozen=True)
class Note:
    event_id: str
    loft: str
    text: str
    at: datetime

    @property
    def fields(self) -> dict[str, Any]:
        return {"thread": self.loft, "at": self.at.isoformat(), "sender": {"external_id": self.loft, "verified": True}}


@dataclass
class Town:
    """The platform, and the world outside it."""

    house: House
    way: Loft
    pigeons: RememberedPigeons
    written: list[Note] = field(default_factory=list)

    async def writes(self, loft: str, text: str = PASSWORD) -> Talk:
        """A customer writes; no text comes twice."""
        number = len(self.written) + 1
        note = Note(f"n-{number}", f"loft-{loft}", f"{text} {number}", datetime.now(UTC))
        self.written.append(note)
        return await self.brings(note)

    async def brings(self, note: Note) -> Talk:
        return await self.way.brings(note.event_id, note.text, **note.fields)

    async def asks(self, loft: str) -> Talk:
        """And is answered."""
        talk = await self.writes(loft)
        await self.answers(self.written[-1])
        await talk.rests()
        return talk

    async def answers(self, note: Note) -> None:
        async with asyncio.timeout(60):
            while True:
                if any(note.text in reply for reply in self.pigeons.replies):
                    return
                await asyncio.sleep(0.02)


@asynccontextmanager
async def town(client: Client, database: Database, url: str, pigeons: RememberedPigeons) -> AsyncIterator[Town]:
    """Gateway and workers run as long as it lasts."""
    async with House(client, database, url) as house, house.workers(further_channels={KIND: pigeons}):
        way = Loft(house)
        forwarding = asyncio.create_task(way.forwarder.run())
        try:
            yield Town(house, way, pigeons)
        finally:
            forwarding.cancel()


class Story:
    """What happens before the first backup, between the two, and after the second."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.talks: dict[str, Talk] = {}
        self.gates: list[Gate] = []

    async def before(self) -> None:
        asking = ("quiet", "active", "tail", "taken", "replied", "replied late", "handed", "resolved", "unrecorded")
        for loft in asking:
            self.talks[loft] = await self.town.asks(loft)
        for loft in ("waiting", "approved", "approved late"):
            self.talks[loft] = await self.town.writes(loft, REFUND)
            await self.talks[loft].asked()
            await self.talks[loft].rests()
        await self.talks["handed"].ask(TakeOver(request_id="t1", by=ANNA))
        await self.talks["handed"].until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        for loft, moment in (("held", "before"), ("left", "after")):
            gate = self.town.house.gates.hold(moment, "deliver_message")  # type: ignore[arg-type]
            await self._stopped(loft, gate)
        self.town.pigeons.gate = Gate()
        await self._stopped("claimed", self.town.pigeons.gate)

    async def between(self) -> None:
        await self._go_on()
        for loft in ("active", "new"):
            self.talks[loft] = await self.town.asks(loft)
        await self.talks["approved"].decide("approve", "d1")
        await self.talks["taken"].ask(TakeOver(request_id="t2", by=ANNA))
        await self.talks["taken"].until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        await self.talks["replied"].ask(SendHumanReply(request_id="r1", by=ANNA, text=REPLY))
        await self.talks["replied"].until(lambda seen: REPLY in seen.replies)
        await self.talks["handed"].ask(HandBack(request_id="h1", by=ANNA))
        await self.talks["handed"].until(lambda seen: seen.row.owner.kind == "ai_agent")
        await self.town.asks("handed")
        await self.talks["resolved"].ask(Resolve(request_id="r2", by=ANNA))
        await self.talks["resolved"].until(lambda seen: seen.row.status is Status.RESOLVED)
        await self.talks["approved"].until(lambda seen: seen.effects == ["send"] and seen.answered)
        await self._stopped("unrecorded", self.town.house.gates.hold("before", "generate_reply"))

    async def after(self) -> None:
        await self._go_on()
        for loft in ("tail", "tail new"):
            await self.town.asks(loft)
        await self.talks["approved late"].decide("approve", "d2")
        await self.talks["approved late"].until(lambda seen: seen.effects == ["send"] and seen.answered)
        await self.talks["replied late"].ask(SendHumanReply(request_id="r3", by=ANNA, text=LATE_REPLY))
        await self.talks["replied late"].until(lambda seen: LATE_REPLY in seen.replies)

    async def _stopped(self, loft: str, gate: Gate) -> None:
        self.talks[loft] = await self.town.writes(loft)
        await gate.reached.wait()
        self.gates.append(gate)

    async def _go_on(self) -> None:
        for gate in self.gates:
            gate.opened.set()
        self.gates.clear()
        for note in self.town.written:
            if REFUND not in note.text:
                await self.town.answers(note)
        for talk in self.talks.values():
            await talk.rests()


@dataclass(frozen=True)
class Disaster:
    """What is left: the backups, and what the world outside remembers."""

    first: Backup
    second: Backup
    pigeons: RememberedPigeons
    written: list[Note]


@pytest.fixture
async def disaster(postgres: EmbeddedPostgres, database_url: str, tmp_path: Path) -> Disaster:
    file, pigeons = tmp_path / "temporal.db", RememberedPigeons()
    database = await connect(database_url)
    await publish(database)
    async with temporal_on(file) as client, town(client, database, database_url, pigeons) as lived:
        story = Story(lived)
        await story.before()
        first = await back_up(database_url, file, tmp_path / "first")
        await story.between()
        second = await back_up(database_url, file, tmp_path / "second")
        await story.after()
    await database.close()
    return Disaster(first, second, pigeons, lived.written)


@dataclass
class Restored:
    """Everything runs again; `findings` are those of the reconciliation, `sent_before` counts what had left by then."""

    town: Town
    findings: dict[str, Finding]
    sent_before: int

    async def verdicts(self) -> dict[str, Verdict]:
        """By the loft from which the customer wrote."""
        found = {
            note.loft.removeprefix("loft-"): self.findings.get((await self.talk(note)).id) for note in self.town.written
        }
        return {loft: one.verdict for loft, one in found.items() if one}

    async def talk(self, note: Note) -> Talk:
        """The conversation in which the record has it; brought once more, as a reader does."""
        return await self.town.brings(note)

    async def recorded(self, note: Note) -> Seen:
        talk = await self.talk(note)
        seen = await talk.until(lambda seen: any(note.text in message.text for message in seen.messages))
        await talk.rests()
        return await talk.seen() or seen


@asynccontextmanager
async def restored(
    postgres: EmbeddedPostgres, disaster: Disaster, *, of_postgres: Backup, of_temporal: Backup
) -> AsyncIterator[Restored]:
    url = await restored_database(postgres, of_postgres)
    async with AsyncExitStack() as stack:
        database = await connect(url)
        stack.push_async_callback(database.close)
        client = await stack.enter_async_context(temporal_on(of_temporal.temporal))
        both = Reconciliation(client, RestoreRepository(database), SPECIFICATION.organisation)
        findings = await both.findings()
        await both.carry_out(findings, datetime.now(UTC))
        running = await stack.enter_async_context(town(client, database, url, disaster.pigeons))
        running.written = list(disaster.written)
        yield Restored(running, {one.conversation_id: one for one in findings}, len(disaster.pigeons.sent))


AGREE = ("quiet", "tail", "replied late", "waiting", "approved late")
"""Nothing happened to them between the backups."""
TEMPORAL_OLDER = dict.fromkeys(AGREE, Verdict.AGREES) | {
    # The record has all of it, and nobody waits.
    **dict.fromkeys(("active", "new", "approved", "taken", "handed", "held", "left", "claimed"), Verdict.GOES_ON),
    "replied": Verdict.GOES_ON,
    "resolved": Verdict.CLOSED,
    # Its last note was given to a Temporal that is no more, and not recorded yet.
    "unrecorded": Verdict.AGREES,
}
POSTGRES_OLDER = dict.fromkeys(AGREE, Verdict.AGREES) | dict.fromkeys(
    ("active", "approved", "taken", "replied", "handed", "resolved", "unrecorded", "held", "claimed"), Verdict.PERSON
)
"""The thread of `new` is lost with the record, so what it brings again makes another conversation beside it."""
POSTGRES_OLDER["left"] = Verdict.AGREES
NEITHER_OLDER = dict.fromkeys(
    (*AGREE, "active", "approved", "taken", "replied", "handed", "resolved", "unrecorded"), Verdict.AGREES
) | dict.fromkeys(("held", "claimed"), Verdict.PERSON)
NEITHER_OLDER["left"] = Verdict.GOES_ON


@pytest.mark.parametrize(
    ("postgres_of", "temporal_of", "verdicts"),
    [("second", "first", TEMPORAL_OLDER), ("first", "second", POSTGRES_OLDER), ("first", "first", NEITHER_OLDER)],
    ids=["temporal is older", "postgres is older", "of one moment"],
)
async def test_restored_from_backups(
    postgres: EmbeddedPostgres, disaster: Disaster, postgres_of: str, temporal_of: str, verdicts: dict[str, Verdict]
) -> None:
    of_postgres, of_temporal = getattr(disaster, postgres_of), getattr(disaster, temporal_of)
    async with restored(postgres, disaster, of_postgres=of_postgres, of_temporal=of_temporal) as world:
        assert await world.verdicts() == verdicts
        await assert_people_are_told(world)
        seen = {note: await world.recorded(note) for note in disaster.written}
        assert_nothing_was_sent(world)
        assert await world.town.house.store.database.fetchval(QUARANTINED) == 0
        for note, found in seen.items():
            assert_nobody_waits_in_silence(world, note, found)
        await assert_waiting_approvals_go_on(world)
        await assert_everybody_is_heard(world)
        doubled = {text: times for text, times in Counter(disaster.pigeons.replies).items() if times > 1}
        assert doubled == {}


def assert_nothing_was_sent(world: Restored) -> None:
    """However often the vendor brings old notes again."""
    assert [message.text for message in world.town.pigeons.sent[world.sent_before :]] == []


def assert_nobody_waits_in_silence(world: Restored, note: Note, seen: Seen) -> None:
    """Answered, as the vendor has it, or before people; whoever reads there is told what is missing."""
    answered = any(note.text in reply for reply in world.town.pigeons.replies)
    assert answered or seen.row.status in WITH_PEOPLE, seen.told()


async def assert_people_are_told(world: Restored) -> None:
    """Whoever gets a conversation has a note, which quotes what left and is not in its record."""
    conversations = world.town.house.store.conversations
    for finding in world.findings.values():
        if finding.verdict is Verdict.PERSON:
            [note] = await conversations.notes(finding.conversation_id)
            lost = missing(finding.workflow, finding.stored).sent
            assert note.text.startswith(LOOK_FIRST)
            assert all(sent.text and sent.text in note.text for sent in lost)


async def assert_waiting_approvals_go_on(world: Restored) -> None:
    """One that waited through it all is decided; one that was carried out in the lost time is not carried out again."""
    for loft in ("waiting", "approved late"):
        talk = await world.talk(next(note for note in world.town.written if note.loft == f"loft-{loft}"))
        await talk.decide("approve", f"again-{loft}")
        await talk.until(lambda seen: "send" in seen.effects and seen.answered)


async def assert_everybody_is_heard(world: Restored) -> None:
    """The next note is answered, or lies before the person who has the conversation."""
    for loft in sorted({note.loft.removeprefix("loft-") for note in world.town.written}):
        talk = await world.town.writes(loft)
        note = world.town.written[-1]
        await talk.until(lambda seen, text=note.text: any(text in said.text for said in seen.messages))  # type: ignore[misc]
        await talk.until(lambda seen: seen.answered or seen.row.status in WITH_PEOPLE)
        await talk.rests()
