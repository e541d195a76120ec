"""Forwarding: in order within a conversation, and none held up by another's event."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from domain.conversation.messages import CustomerMessage
from domain.conversation.requests import AnyRequest, SendHumanReply, StartConversation
from domain.delivery.inbound import ColleagueReply, InboundMessage, Sender
from domain.errors import ConflictError, UnavailableError
from gateway.forwarding import CONVERSATIONS_AT_ONCE, Forwarder, message_id
from storage.database import Database
from storage.inbox import WAITS_AT_MOST, InboxRepository
from storage.restoring import RestoreRepository
from tests.gateway.conftest import ORGANISATION
from tests.pigeons import KIND


class RecordedSignals:
    """Takes every message but those of some threads."""

    def __init__(self, *refused: str) -> None:
        self.taken: list[str] = []
        self.refused = set(refused)
        self.mistakes: list[Exception] = []

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
        if self.mistakes:
            raise self.mistakes.pop()
        if message.text.split()[0] in self.refused:
            raise UnavailableError("not now")
        self.taken.append(message.text)

    async def open_with(self, start: StartConversation, request: AnyRequest) -> None:
        assert isinstance(request, SendHumanReply)
        assert request.opens
        assert start.customer_id
        self.taken.append(f"{request.by.id}: {request.text} ({request.sent_as})")

    async def request(self, conversation_id: str, request: AnyRequest) -> None:
        raise ConflictError("This conversation is closed.")


async def keep(inbox: InboxRepository, *texts: str) -> None:
    for number, text in enumerate(texts):
        thread = text.split()[0]
        event = InboundMessage(
            channel=KIND,
            event_id=f"e-{number}",
            at=datetime.now(UTC),
            thread=thread,
            sender=Sender(external_id=thread, verified=True),
            text=text,
        )
        await inbox.keep(ORGANISATION, event, datetime.now(UTC))


async def test_an_event_that_cannot_be_forwarded_holds_up_its_own_conversation_only(database: Database) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals("ada")
    await keep(inbox, "ada 1", "bea 1", "ada 2", "cleo 1", "bea 2")
    await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert sorted(signals.taken) == ["bea 1", "bea 2", "cleo 1"]
    assert signals.taken.index("bea 1") < signals.taken.index("bea 2")
    signals.refused.clear()
    await database.fetchval("UPDATE inbox SET claimed_until = NULL")
    await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert signals.taken[3:] == ["ada 1", "ada 2"]


async def test_a_mistake_of_ours_with_one_event_holds_up_its_own_conversation_only(database: Database) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    signals.mistakes = [KeyError("person_id")]
    await keep(inbox, "ada 1", "bea 1", "ada 2")
    assert not await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert signals.taken == ["bea 1"]


async def test_without_temporal_the_rest_waits(database: Database) -> None:
    inbox, names = InboxRepository(database), [f"customer-{number}" for number in range(CONVERSATIONS_AT_ONCE + 5)]
    signals = RecordedSignals(*names[:CONVERSATIONS_AT_ONCE])
    await keep(inbox, *(f"{name} 1" for name in names))
    assert not await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert signals.taken == []


class MeetingSignals(RecordedSignals):
    """Takes messages only once those of so many conversations are there together."""

    def __init__(self, together: int) -> None:
        super().__init__()
        self._all_here = asyncio.Barrier(together)

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
        await self._all_here.wait()
        await super().receive(start, message)


async def test_conversations_do_not_wait_for_each_other(database: Database) -> None:
    inbox, signals = InboxRepository(database), MeetingSignals(together=3)
    texts = [f"{name} {number}" for number in (1, 2) for name in ("ada", "bea", "cleo")]
    await keep(inbox, *texts)
    assert await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert sorted(signals.taken) == sorted(texts)
    assert [text for text in signals.taken if text.startswith("ada")] == ["ada 1", "ada 2"]


async def test_when_the_store_goes_away_nobody_is_told_on(database: Database) -> None:
    silent = asyncio.Event()

    class LostInbox(InboxRepository):
        async def forwarded(self, inbox_id: int) -> None:
            raise UnavailableError("the store is away")

    class WaitingSignals(RecordedSignals):
        async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
            if message.text.startswith("bea"):
                await silent.wait()
            await super().receive(start, message)

    signals = WaitingSignals()
    await keep(InboxRepository(database), "ada 1", "bea 1")
    with pytest.raises(ExceptionGroup):
        await Forwarder(ORGANISATION, LostInbox(database), signals).forward_some()
    silent.set()
    await asyncio.sleep(0)
    assert signals.taken == ["ada 1"]


async def test_an_event_of_which_no_signal_can_be_made_goes_to_quarantine_and_holds_up_nothing(
    database: Database,
) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    await keep(inbox, "ada 1")
    empty = ColleagueReply(channel=KIND, event_id="c-1", at=datetime.now(UTC), thread="ada", person_id="anna", text="x")
    await inbox.keep(ORGANISATION, empty.model_copy(update={"text": ""}), datetime.now(UTC))
    forwarder = Forwarder(ORGANISATION, inbox, signals)
    await forwarder.forward_some()
    reason = await database.fetchval("SELECT reason FROM quarantine")
    assert reason == "A colleague_reply cannot be handed to its conversation: text."
    assert not await forwarder.forward_some()


async def test_what_a_colleague_wrote_after_the_end_is_kept_in_quarantine(database: Database) -> None:
    inbox = InboxRepository(database)
    await keep(inbox, "ada 1")
    late = ColleagueReply(
        channel=KIND, event_id="c-1", at=datetime.now(UTC), thread="ada", person_id="anna", text="So?"
    )
    await inbox.keep(ORGANISATION, late, datetime.now(UTC))
    await Forwarder(ORGANISATION, inbox, RecordedSignals()).forward_some()
    content = await database.fetchval("SELECT content FROM quarantine WHERE reason LIKE '%after the end%'")
    assert b"So?" in content


async def test_what_a_colleague_wrote_first_opens_the_conversation(database: Database) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    early = ColleagueReply(
        channel=KIND, event_id="c-1", at=datetime(2026, 1, 1, tzinfo=UTC), thread="ada", person_id="anna", text="Hello"
    )
    await inbox.keep(ORGANISATION, early, datetime.now(UTC))
    await keep(inbox, "ada 1")
    await Forwarder(ORGANISATION, inbox, signals).forward_some()
    assert signals.taken == ["anna: Hello (c-1)", "ada 1"]


async def newer(database: Database, event: dict[str, str], kind: str = "poke") -> None:
    """What a newer version writes into the inbox, for the conversation that is there."""
    await database.fetchval(
        """
        INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, event, received_at)
        SELECT organisation, channel, 'newer:' || $2, $2, conversation_id, $1, received_at FROM inbox LIMIT 1
        """,
        event,
        kind,
    )


async def test_what_only_a_newer_version_can_forward_stays_for_it_and_holds_up_nobody(database: Database) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    await keep(inbox, "ada 1")
    await newer(database, {"kind": "poke", "words": "Anybody there?"})
    await keep(inbox, "ada 1", "ada 2")
    forwarder = Forwarder(ORGANISATION, inbox, signals)
    while await forwarder.forward_some():
        pass
    assert signals.taken == ["ada 1", "ada 2"]
    row = await database.fetchrow("SELECT kind, event, claimed_until FROM inbox WHERE event IS NOT NULL")
    assert row is not None
    assert tuple(row) == ("poke", {"kind": "poke", "words": "Anybody there?"}, None)
    assert await database.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_what_waits_for_a_newer_version_is_logged_whenever_it_changes(database: Database) -> None:
    inbox = InboxRepository(database)
    forwarder = Forwarder(ORGANISATION, inbox, RecordedSignals())
    await keep(inbox, "ada 1")
    with capture_logs() as logs:
        await forwarder.report_unknown_kinds()
        await newer(database, {"kind": "poke"})
        await forwarder.report_unknown_kinds()
        await forwarder.report_unknown_kinds()
        await newer(database, {"kind": "nudge"}, "nudge")
        await forwarder.report_unknown_kinds()
    assert [(log["event"], log["waiting"]) for log in logs] == [
        ("events_of_unknown_kind_wait", {"poke": 1}),
        ("events_of_unknown_kind_wait", {"nudge": 1, "poke": 1}),
    ]


@pytest.mark.parametrize(
    ("event", "lacking"),
    [
        ({}, "it is of no kind that is known"),
        ({"kind": "poke"}, "it is of no kind that is known"),
        ({"kind": "message", "text": "ada 2"}, "event_id"),
    ],
)
async def test_an_event_that_is_not_what_its_kind_promises_goes_to_quarantine_whole(
    database: Database, event: dict[str, str], lacking: str
) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    await keep(inbox, "ada 1")
    await newer(database, event, "message")
    await Forwarder(ORGANISATION, inbox, signals).forward_some()
    row = await database.fetchrow("SELECT reason, content FROM quarantine")
    assert row is not None
    assert row["reason"] == f"A message cannot be handed to its conversation: {lacking}."
    assert json.loads(row["content"]) == event
    assert signals.taken == ["ada 1"]


async def test_forwarding_goes_on_whatever_went_wrong(database: Database) -> None:
    inbox, signals = InboxRepository(database), RecordedSignals()
    signals.mistakes = [RuntimeError("a mistake of ours")]
    await keep(inbox, "ada 1")
    forwarder = Forwarder(ORGANISATION, inbox, signals)
    running = asyncio.create_task(forwarder.run())
    while not signals.taken:
        assert not running.done()
        await database.fetchval("UPDATE inbox SET claimed_until = NULL")
        forwarder.wake()
        await asyncio.sleep(0.01)
    running.cancel()
    assert signals.taken == ["ada 1"]


def test_a_long_id_is_shortened_and_stays_the_same() -> None:
    assert message_id("email", "m-1") == "email:m-1"
    long = message_id("email", "x" * 200)
    assert len(long) <= 200
    assert long == message_id("email", "x" * 200) != message_id("email", "y" * 200)


async def test_what_waits_in_vain_comes_before_people_once_in_a_while(database: Database) -> None:
    inbox, long_ago = InboxRepository(database), datetime.now(UTC) - 2 * WAITS_AT_MOST
    early = ColleagueReply(channel=KIND, event_id="c-1", at=long_ago, thread="ada", person_id="anna", text="Hello")
    await inbox.keep(ORGANISATION, early, long_ago)
    forwarder = Forwarder(ORGANISATION, inbox, RecordedSignals())
    with capture_logs() as logs:
        await forwarder.tidy()
        await inbox.keep(ORGANISATION, early.model_copy(update={"event_id": "c-2"}), long_ago)
        await forwarder.tidy()
    assert [(line["event"], line["number"]) for line in logs] == [("events_waited_in_vain", 1)]
    assert await database.fetchval("SELECT count(*) FROM quarantine") == 1


async def test_what_was_written_before_a_restore_is_told_so(database: Database) -> None:
    inbox, doubtful = InboxRepository(database), list[bool]()

    class Doubts(RecordedSignals):
        async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
            doubtful.append(message.in_doubt)

    await keep(inbox, "before")
    await RestoreRepository(database).begin("restore-1", ORGANISATION, datetime.now(UTC))
    event = InboundMessage(
        channel=KIND,
        event_id="e-9",
        at=datetime.now(UTC) - timedelta(hours=1),
        thread="after",
        sender=Sender(external_id="ada", verified=True),
        text="after",
    )
    await inbox.keep(ORGANISATION, event, datetime.now(UTC))
    await Forwarder(ORGANISATION, inbox, Doubts()).forward_some()
    assert doubtful == [False, True]
