"""The inbox: kept once, whose it is, and what waits for Temporal."""

import asyncio
import json
from datetime import timedelta
from typing import Any, Literal

import pytest

from domain.conversation.turn import ContactIdentity
from domain.delivery.inbound import (
    AnyInboundEvent,
    Batch,
    ColleagueReply,
    ConsentChange,
    CustomerRating,
    DeliveryReport,
    InboundFile,
    InboundMessage,
    Sender,
    Unreadable,
)
from storage.conversations import ConversationRepository
from storage.inbox import WAITS_AT_MOST, InboxRepository
from storage.quarantine import QuarantineRepository
from storage.records import RecordRepository
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, later, reply

ADA = Sender(email="ada@velo.example", verified=True)


@pytest.fixture
def inbox(stage: Stage) -> InboxRepository:
    return InboxRepository(stage.database)


def wrote(event_id: str = "e-1", thread: str = "t-1", sender: Sender = ADA, **more: Any) -> InboundMessage:
    fields = {"channel": "email", "event_id": event_id, "at": NOW, "thread": thread, "sender": sender, "text": "Hello"}
    return InboundMessage.model_validate(fields | more)


async def test_an_event_is_kept_once(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    again = await inbox.keep(ORGANISATION, wrote(), later(5))
    assert (first.fresh, again.fresh) == (True, False)
    assert (first.inbox_id, first.conversation_id) == (again.inbox_id, again.conversation_id)
    assert len(await inbox.claim_waiting(ORGANISATION, later(3600))) == 1


async def test_the_same_event_many_times_at_once_is_one_event_of_one_conversation(inbox: InboxRepository) -> None:
    kept = await asyncio.gather(*(inbox.keep(ORGANISATION, wrote(), NOW) for _ in range(8)))
    assert sum(one.fresh for one in kept) == 1
    assert len({one.conversation_id for one in kept}) == 1


async def test_what_temporal_has_leaves_only_its_id(inbox: InboxRepository) -> None:
    kept = await inbox.keep(ORGANISATION, wrote(), NOW)
    await inbox.forwarded(kept.inbox_id)
    assert await inbox.claim_waiting(ORGANISATION, later(3600)) == []
    assert not (await inbox.keep(ORGANISATION, wrote(), NOW)).fresh


async def test_what_came_later_waits_until_temporal_has_what_came_earlier(inbox: InboxRepository) -> None:
    """One gateway holds the first message, because Temporal was away; the second must not overtake it."""
    first = await inbox.keep(ORGANISATION, wrote("e-1"), NOW)
    await inbox.claim_waiting(ORGANISATION, NOW)
    second = await inbox.keep(ORGANISATION, wrote("e-2"), later(1))
    other = await inbox.keep(ORGANISATION, wrote("e-3", thread="t-2"), later(1))

    async def claimed(seconds: float) -> list[int]:
        return [waiting.inbox_id for waiting in await inbox.claim_waiting(ORGANISATION, later(seconds))]

    assert await claimed(2) == [other.inbox_id]
    assert await claimed(30) == [first.inbox_id, second.inbox_id, other.inbox_id]
    third = await inbox.keep(ORGANISATION, wrote("e-4"), later(31))
    await inbox.forwarded(first.inbox_id)
    assert await claimed(32) == []
    await inbox.forwarded(second.inbox_id)
    assert await claimed(33) == [third.inbox_id]


async def test_messages_of_one_thread_belong_to_one_conversation(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote("e-1"), NOW)
    second = await inbox.keep(ORGANISATION, wrote("e-2"), NOW)
    other = await inbox.keep(ORGANISATION, wrote("e-3", thread="t-2"), NOW)
    assert first.conversation_id == second.conversation_id != other.conversation_id
    assert first.customer_id == other.customer_id


async def test_a_message_that_refers_to_a_known_thread_joins_it(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    answer = await inbox.keep(ORGANISATION, wrote("e-2", thread="t-9", references=("t-0", "t-1")), NOW)
    assert answer.conversation_id == first.conversation_id


async def test_somebody_else_who_names_a_thread_gets_a_conversation_of_their_own(
    inbox: InboxRepository, stage: Stage
) -> None:
    """A mail of ours was passed on: its answer goes to whoever it was written to, and nowhere else."""
    first = await inbox.keep(ORGANISATION, wrote(address={"to": "ada@velo.example"}), NOW)
    mallory = Sender(email="mallory@velo.example", verified=True)
    for event_id, thread in (("e-2", "t-1"), ("e-3", "t-7"), ("e-4", "t-1")):
        other = await inbox.keep(
            ORGANISATION,
            wrote(event_id, thread=thread, references=("t-1",), sender=mallory, address={"to": "mallory@velo.example"}),
            NOW,
        )
        assert other.conversation_id != first.conversation_id
    address = await stage.database.fetchval("SELECT address FROM channel_threads WHERE thread = 't-1'")
    assert address == {"to": "ada@velo.example"}


async def test_the_same_address_without_proof_goes_on_in_its_thread(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    again = await inbox.keep(ORGANISATION, wrote("e-2", sender=Sender(email="Ada@velo.example")), NOW)
    assert again.conversation_id == first.conversation_id


async def test_whom_the_vendor_itself_lets_in_writes_in_the_thread(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote(sender=Sender(external_id="u-1", verified=True)), NOW)
    other = await inbox.keep(ORGANISATION, wrote("e-2", sender=Sender(external_id="u-2", verified=True)), NOW)
    assert other.conversation_id == first.conversation_id


async def test_whoever_only_claims_an_address_is_somebody_else(inbox: InboxRepository) -> None:
    proved = await inbox.keep(ORGANISATION, wrote("e-1"), NOW)
    claimed = await inbox.keep(
        ORGANISATION, wrote("e-2", thread="t-2", sender=Sender(email="ada@velo.example")), NOW, across_channels=True
    )
    assert claimed.customer_id != proved.customer_id
    assert claimed.conversation_id != proved.conversation_id


@pytest.mark.parametrize("across", [True, False])
async def test_a_recognised_customer_goes_on_by_another_channel_where_the_specification_says_so(
    inbox: InboxRepository, stage: Stage, across: bool
) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW, across_channels=across)
    assert first.customer_id
    await stage.customers.link(ORGANISATION, first.customer_id, ContactIdentity(phone="+4930123456"), NOW)
    by_sms = wrote("s-1", thread="+4930123456", channel="sms", sender=Sender(phone="+4930123456", verified=True))
    second = await inbox.keep(ORGANISATION, by_sms, later(60), across_channels=across)
    assert second.customer_id == first.customer_id
    assert (second.conversation_id == first.conversation_id) is across


@pytest.mark.parametrize("told_of", ["sms", "email"])
async def test_who_was_two_customers_while_the_crm_was_away_is_one_as_soon_as_it_says_so(
    inbox: InboxRepository, stage: Stage, told_of: str
) -> None:
    by_sms = wrote("s-1", thread="+4930123456", channel="sms", sender=Sender(phone="+4930123456", verified=True))
    kept = {
        "sms": await inbox.keep(ORGANISATION, by_sms, NOW, across_channels=True),
        "email": await inbox.keep(ORGANISATION, wrote(), later(1), across_channels=True),
    }
    assert kept["sms"].conversation_id != kept["email"].conversation_id
    contact = ContactIdentity(contact_id="ada", email="ada@velo.example", phone="+4930123456")
    await stage.customers.link(ORGANISATION, kept[told_of].customer_id or "", contact, later(2))
    again = by_sms.model_copy(update={"event_id": "s-2", "thread": "+4930999999"})
    goes_on = [
        await inbox.keep(ORGANISATION, again, later(3), across_channels=True),
        await inbox.keep(ORGANISATION, wrote("e-2"), later(4)),
    ]
    assert {one.conversation_id for one in goes_on} == {kept["email"].conversation_id}
    assert len({one.customer_id for one in goes_on}) == 1


async def test_a_number_that_two_contacts_share_stays_whose_it_was(inbox: InboxRepository, stage: Stage) -> None:
    number = Sender(phone="+4930123456", verified=True)
    first = await inbox.keep(ORGANISATION, wrote("s-1", channel="sms", sender=number), NOW)
    ada = ContactIdentity(contact_id="ada", email="ada@velo.example", phone="+4930123456")
    await stage.customers.link(ORGANISATION, first.customer_id or "", ada, NOW)
    ben = await inbox.keep(ORGANISATION, wrote("e-1", sender=Sender(email="ben@velo.example", verified=True)), NOW)
    his = ContactIdentity(contact_id="ben", email="ben@velo.example", phone="+4930123456")
    await stage.customers.link(ORGANISATION, ben.customer_id or "", his, NOW)
    again = await inbox.keep(ORGANISATION, wrote("s-2", channel="sms", sender=number), NOW)
    assert again.customer_id == first.customer_id != ben.customer_id


async def test_a_file_whose_name_has_a_nul_stops_nothing(inbox: InboxRepository, stage: Stage) -> None:
    file = InboundFile(name="bill\x00.txt", media_type="text/plain", content=b"abc\x00")
    await inbox.keep(ORGANISATION, wrote(files=(file,)), NOW)
    row = await stage.database.fetchrow("SELECT name, content FROM attachments")
    assert row is not None
    assert tuple(row) == ("bill.txt", b"abc\x00")


async def test_files_become_attachments_of_the_conversation(inbox: InboxRepository, stage: Stage) -> None:
    file = InboundFile(name="a.txt", media_type="text/plain", content=b"abc")
    kept = await inbox.keep(ORGANISATION, wrote(files=(file,)), NOW)
    (waiting,) = await inbox.claim_waiting(ORGANISATION, later(3600))
    (attachment,) = waiting.event["attachments"]
    content = await stage.database.fetchval(
        "SELECT content FROM attachments WHERE attachment_id = $1 AND conversation_id = $2",
        attachment["attachment_id"],
        kept.conversation_id,
    )
    assert (content, "files" in waiting.event) == (b"abc", False)


async def test_the_address_of_the_last_message_is_where_the_answer_goes(inbox: InboxRepository, stage: Stage) -> None:
    kept = await inbox.keep(ORGANISATION, wrote(address={"to": "ada", "subject": "Hi"}), NOW)
    await inbox.keep(ORGANISATION, wrote("e-2", address={"to": "ada2"}), later(1))
    address = await stage.database.fetchval(
        "SELECT address FROM channel_threads WHERE conversation_id = $1", kept.conversation_id
    )
    assert address == {"to": "ada2", "subject": "Hi"}


async def test_who_stops_messages_is_remembered_until_they_write_again(inbox: InboxRepository, stage: Stage) -> None:
    await inbox.keep(ORGANISATION, wrote(), NOW)
    stop = ConsentChange(channel="email", event_id="c-1", at=NOW, thread="t-1", opted_out=True)
    await inbox.keep(ORGANISATION, stop, NOW)
    assert await stage.database.fetchval("SELECT opted_out FROM channel_threads") is True
    await inbox.keep(ORGANISATION, wrote("e-2"), later(1))
    assert await stage.database.fetchval("SELECT opted_out FROM channel_threads") is False


async def test_a_failed_message_waits_for_its_conversation_and_a_delivered_one_does_not(
    inbox: InboxRepository, stage: Stage
) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(channel="sms", sent_as="SM1"), NOW)
    statuses: tuple[Literal["delivered", "failed"], ...] = ("delivered", "failed")
    for status in statuses:
        report = DeliveryReport(
            channel="sms", event_id=f"SM1-{status}", at=NOW, provider_message_id="SM1", status=status, code="30003"
        )
        await inbox.keep(ORGANISATION, report, NOW)
    (waiting,) = await inbox.claim_waiting(ORGANISATION, later(3600))
    assert (waiting.event["status"], waiting.event["message_key"]) == ("failed", "draft-1")
    assert await stage.database.fetchval("SELECT report_code FROM deliveries") == "30003"


@pytest.mark.parametrize(
    ("told", "kept"),
    [("sent delivered", "delivered"), ("delivered sent", "delivered"), ("failed sent delivered", "failed")],
)
async def test_a_report_that_comes_late_takes_nothing_back(
    inbox: InboxRepository, stage: Stage, told: str, kept: str
) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(channel="sms", sent_as="SM1"), NOW)
    for status in told.split():
        code = "30003" if status == "failed" else ""
        about = {"channel": "sms", "event_id": status, "at": NOW, "provider_message_id": "SM1"}
        await inbox.keep(ORGANISATION, DeliveryReport.model_validate({**about, "status": status, "code": code}), NOW)
    (delivery,) = await RecordRepository(stage.database).deliveries(CONVERSATION)
    assert (delivery.state, delivery.report, delivery.report_code) == (
        "delivered",
        kept,
        "30003" if kept == "failed" else "",
    )


async def test_a_failure_that_is_reported_before_the_sending_is_recorded_waits_for_it(
    inbox: InboxRepository, stage: Stage
) -> None:
    report = DeliveryReport(channel="sms", event_id="r-1", at=NOW, provider_message_id="SM1", status="failed")
    await inbox.keep(ORGANISATION, report, NOW)
    assert await inbox.claim_waiting(ORGANISATION, later(3600)) == []
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(channel="sms", sent_as="SM1"), NOW)
    (waiting,) = await inbox.claim_waiting(ORGANISATION, later(3600))
    assert waiting.event["message_key"] == "draft-1"


async def test_a_colleagues_reply_concerns_the_conversation_of_its_ticket(inbox: InboxRepository) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    answered = ColleagueReply(channel="email", event_id="p-1", at=NOW, thread="t-1", person_id="anna", text="Done")
    assert (await inbox.keep(ORGANISATION, answered, NOW)).conversation_id == first.conversation_id
    elsewhere = answered.model_copy(update={"event_id": "p-2", "thread": "unknown"})
    assert (await inbox.keep(ORGANISATION, elsewhere, NOW)).conversation_id is None


def answered(event_id: str = "p-1", seconds: float = 0, **more: Any) -> ColleagueReply:
    fields = {"channel": "email", "event_id": event_id, "at": later(seconds), "thread": "t-1", "person_id": "anna"}
    return ColleagueReply.model_validate(fields | {"text": "Done"} | more)


async def waits(inbox: InboxRepository) -> list[tuple[str, str]]:
    """Kind and event id of what Temporal is to get, in the order in which it gets it."""
    waiting = await inbox.claim_waiting(ORGANISATION, later(3600))
    return [(one.kind, one.event["event_id"]) for one in waiting]


async def test_a_reply_waits_for_the_first_message_of_its_thread_and_follows_it(inbox: InboxRepository) -> None:
    """Its vendor's events came in the wrong order."""
    for _ in range(2):
        kept = await inbox.keep(ORGANISATION, answered(), NOW)
        assert kept.conversation_id is None
    assert await waits(inbox) == []
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    waiting = await inbox.claim_waiting(ORGANISATION, later(3600))
    assert [(one.kind, one.event["event_id"]) for one in waiting] == [("message", "e-1"), ("colleague_reply", "p-1")]
    assert {(one.conversation_id, one.customer_id) for one in waiting} == {(first.conversation_id, first.customer_id)}
    assert not (await inbox.keep(ORGANISATION, answered(), NOW)).fresh


async def test_a_conversation_opens_with_what_a_colleague_wrote_before_its_first_message(
    inbox: InboxRepository,
) -> None:
    await inbox.keep(ORGANISATION, answered("p-3", seconds=120), NOW)
    await inbox.keep(ORGANISATION, answered("p-1", seconds=-60), NOW)
    await inbox.keep(ORGANISATION, answered("p-2", seconds=60), NOW)
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    waiting = await inbox.claim_waiting(ORGANISATION, later(3600))
    assert [(one.kind, one.event["kind"], one.event["event_id"]) for one in waiting] == [
        ("opening_reply", "opening_reply", "p-1"),
        ("message", "message", "e-1"),
        ("colleague_reply", "colleague_reply", "p-2"),
        ("colleague_reply", "colleague_reply", "p-3"),
    ]
    assert {(one.conversation_id, one.customer_id) for one in waiting} == {(first.conversation_id, first.customer_id)}


async def test_an_early_reply_waits_for_its_own_thread_alone(inbox: InboxRepository) -> None:
    for other in (answered("p-1", thread="t-2"), answered("p-2", channel="slack"), answered("p-3")):
        await inbox.keep("another", other, NOW)
        if other.event_id != "p-3":
            await inbox.keep(ORGANISATION, other, NOW)
    await inbox.keep(ORGANISATION, wrote(), NOW)
    assert await waits(inbox) == [("message", "e-1")]
    await inbox.keep(ORGANISATION, wrote("e-2", thread="t-2"), NOW)
    assert await waits(inbox) == [("message", "e-2"), ("colleague_reply", "p-1")]


async def test_an_early_reply_is_taken_in_once(inbox: InboxRepository) -> None:
    await inbox.keep(ORGANISATION, answered(), NOW)
    await inbox.keep(ORGANISATION, wrote(), NOW)
    for waiting in await inbox.claim_waiting(ORGANISATION, later(3600)):
        await inbox.forwarded(waiting.inbox_id)
    await inbox.keep(ORGANISATION, wrote("e-2"), NOW)
    assert await waits(inbox) == [("message", "e-2")]


async def test_early_replies_of_one_batch_are_taken_in(inbox: InboxRepository) -> None:
    batch = Batch(events=(answered(), wrote(), answered("p-2")), cursor={"uid": 7})
    await inbox.keep_batch(ORGANISATION, "email", batch, NOW)
    assert await waits(inbox) == [("message", "e-1"), ("colleague_reply", "p-1"), ("colleague_reply", "p-2")]


async def test_a_reply_and_the_first_message_at_once_find_each_other(inbox: InboxRepository) -> None:
    keeping = [
        inbox.keep(ORGANISATION, event, NOW)
        for number in range(10)
        for event in (
            answered(f"p-{number}", thread=f"t-{number}"),
            wrote(f"e-{number}", thread=f"t-{number}"),
        )
    ]
    await asyncio.gather(*keeping)
    waiting = await inbox.claim_waiting(ORGANISATION, later(3600))
    of_thread = {one.event["thread"]: one.conversation_id for one in waiting if one.kind == "message"}
    replies = {one.event["thread"]: one.conversation_id for one in waiting if one.kind == "colleague_reply"}
    assert len(of_thread) == 10
    assert replies == of_thread


async def test_who_may_not_write_in_a_thread_takes_none_of_its_replies(inbox: InboxRepository) -> None:
    """A stranger who names the thread of another customer gets a conversation of their own."""
    await inbox.keep(ORGANISATION, wrote(), NOW)
    await inbox.keep(ORGANISATION, answered(), NOW)
    mallory = Sender(email="mallory@velo.example", verified=True)
    other = await inbox.keep(ORGANISATION, wrote("e-2", sender=mallory), NOW)
    waiting = await inbox.claim_waiting(ORGANISATION, later(3600))
    assert [one.event["event_id"] for one in waiting if one.conversation_id == other.conversation_id] == ["e-2"]


async def test_a_rating_is_kept_with_its_conversation_and_its_comment_in_no_other_place(
    inbox: InboxRepository, stage: Stage
) -> None:
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    conversation_id = str(first.conversation_id)
    bad = CustomerRating(channel="email", event_id="r-bad", at=NOW, thread="t-1", score="bad", comment="Too slow.")
    good = bad.model_copy(update={"event_id": "r-good", "at": later(60), "score": "good", "comment": ""})
    for rating in (bad, bad, good):
        await inbox.keep(ORGANISATION, rating, NOW)
    kept = await ConversationRepository(stage.database).ratings(conversation_id)
    assert [(rating.score, rating.comment, rating.channel) for rating in kept] == [
        ("bad", "Too slow.", "email"),
        ("good", "", "email"),
    ]
    rows = await stage.database.fetch("SELECT data FROM audit_events WHERE kind = 'rated' ORDER BY event_id")
    assert [row["data"] for row in rows] == [{"channel": "email", "score": s} for s in ("bad", "good")]
    assert [waiting.event["kind"] for waiting in await inbox.claim_waiting(ORGANISATION, later(3600))] == ["message"]
    assert not await stage.database.fetchval("SELECT count(*) FROM inbox WHERE event::text LIKE '%Too slow%'")


def rated(event_id: str = "r-1", **more: Any) -> CustomerRating:
    fields = {"channel": "email", "event_id": event_id, "at": NOW, "thread": "t-1", "score": "bad", "comment": "Slow."}
    return CustomerRating.model_validate(fields | more)


def consent(event_id: str, opted_out: bool, seconds: float) -> ConsentChange:
    return ConsentChange(channel="email", event_id=event_id, at=later(seconds), thread="t-1", opted_out=opted_out)


async def test_ratings_wait_for_the_first_message_of_their_thread_and_count_once(
    inbox: InboxRepository, stage: Stage
) -> None:
    for early in (rated("r-2", at=later(60), score="good"), rated(), rated(), rated("r-3", thread="t-2")):
        assert (await inbox.keep(ORGANISATION, early, NOW)).conversation_id is None
    await inbox.keep("another", rated(), NOW)
    first = await inbox.keep(ORGANISATION, wrote(), NOW)
    await inbox.keep(ORGANISATION, wrote("e-2"), NOW)
    assert not (await inbox.keep(ORGANISATION, rated(), NOW)).fresh
    kept = await ConversationRepository(stage.database).ratings(str(first.conversation_id))
    assert [(rating.score, rating.comment) for rating in kept] == [("bad", "Slow."), ("good", "Slow.")]
    assert await stage.database.fetchval("SELECT count(*) FROM audit_events WHERE kind = 'rated'") == 2
    assert await waits(inbox) == [("message", "e-1"), ("message", "e-2")]
    assert await stage.database.fetchval("SELECT count(*) FROM inbox WHERE event::text LIKE '%Slow%'") == 2


async def test_ratings_and_the_first_message_at_once_find_each_other(inbox: InboxRepository, stage: Stage) -> None:
    keeping = [
        inbox.keep(ORGANISATION, event, NOW)
        for number in range(10)
        for event in (rated(f"r-{number}", thread=f"t-{number}"), wrote(f"e-{number}", thread=f"t-{number}"))
    ]
    await asyncio.gather(*keeping)
    assert await stage.database.fetchval("SELECT count(DISTINCT conversation_id) FROM ratings") == 10


@pytest.mark.parametrize(
    ("changes", "opted_out"),
    [
        ([(True, 5)], True),
        ([(True, -5)], False),
        ([(False, 9), (True, 5)], False),
        ([(True, 9), (False, 5)], True),
        ([], False),
    ],
)
async def test_a_consent_that_came_before_the_message_that_it_follows_holds(
    inbox: InboxRepository, stage: Stage, changes: list[tuple[bool, float]], opted_out: bool
) -> None:
    """What was said before the message is not what the customer says now: they wrote after it."""
    for number, (out, seconds) in enumerate(changes):
        await inbox.keep(ORGANISATION, consent(f"c-{number}", out, seconds), NOW)
    await inbox.keep(ORGANISATION, wrote(), NOW)
    assert await stage.database.fetchval("SELECT opted_out FROM channel_threads") is opted_out
    assert await waits(inbox) == [("message", "e-1")]


async def test_what_waits_is_of_no_unknown_kind(inbox: InboxRepository) -> None:
    for early in (rated(), consent("c-1", True, 0), answered()):
        await inbox.keep(ORGANISATION, early, NOW)
    assert await inbox.unknown_kinds(ORGANISATION) == {}


REPORT = DeliveryReport(channel="sms", event_id="r-9", at=NOW, provider_message_id="SM9", status="failed")


@pytest.mark.parametrize("early", [answered(), rated(), consent("c-1", True, 0), REPORT], ids=lambda one: str(one.kind))
async def test_what_waits_in_vain_ends_in_quarantine_whole(
    inbox: InboxRepository, stage: Stage, early: AnyInboundEvent
) -> None:
    await inbox.keep(ORGANISATION, early, NOW)
    await inbox.keep("another", early, NOW)
    assert await inbox.end_waiting(ORGANISATION, NOW + WAITS_AT_MOST) == 0
    over = NOW + WAITS_AT_MOST + timedelta(seconds=1)
    assert [await inbox.end_waiting(ORGANISATION, over) for _ in range(2)] == [1, 0]
    (kept,) = await QuarantineRepository(stage.database).list(ORGANISATION)
    assert (kept.event_id, kept.kind) == (early.event_id, "waited_in_vain")
    assert f"A {early.kind.replace('_', ' ')} waited for 30 days" in kept.reason
    whole = await QuarantineRepository(stage.database).find(ORGANISATION, early.event_id)
    assert json.loads(whole.content)["event_id"] == early.event_id
    assert not (await inbox.keep(ORGANISATION, early, over)).fresh
    await inbox.keep(ORGANISATION, wrote(), over)
    assert [kind for kind, _ in await waits(inbox)] == ["message"]


async def test_what_found_its_thread_and_what_only_a_newer_version_knows_waits_on(
    inbox: InboxRepository, stage: Stage
) -> None:
    await inbox.keep(ORGANISATION, answered(), NOW)
    await inbox.keep(ORGANISATION, wrote(), NOW)
    await inbox.keep(ORGANISATION, answered("p-2", thread="t-2"), NOW)
    await stage.database.fetchval("UPDATE inbox SET kind = 'greeting' WHERE event_id = 'p-2'")
    assert await inbox.end_waiting(ORGANISATION, NOW + 2 * WAITS_AT_MOST) == 0


async def test_a_first_message_and_the_end_of_the_wait_at_once_lose_nothing(
    inbox: InboxRepository, stage: Stage
) -> None:
    """Each early reply ends in one of the two places."""
    for number in range(10):
        await inbox.keep(ORGANISATION, answered(f"p-{number}", thread=f"t-{number}"), NOW)
    over = NOW + 2 * WAITS_AT_MOST
    keeping = [inbox.keep(ORGANISATION, wrote(f"e-{number}", thread=f"t-{number}"), over) for number in range(10)]
    *_, ended = await asyncio.gather(*keeping, inbox.end_waiting(ORGANISATION, over))
    waiting = await stage.database.fetchval("SELECT count(*) FROM inbox WHERE kind <> 'message' AND event IS NOT NULL")
    assert ended + waiting == 10
    assert await stage.database.fetchval("SELECT count(*) FROM quarantine") == ended


async def test_a_batch_is_kept_together_with_where_to_go_on(inbox: InboxRepository, stage: Stage) -> None:
    broken = Unreadable(channel="email", event_id="u-1", at=NOW, reason="no header", content=b"\xff")
    batch = Batch(events=(wrote(),), unreadable=(broken,), cursor={"uid": 7})
    for _ in range(2):
        await inbox.keep_batch(ORGANISATION, "email", batch, NOW)
    assert await inbox.cursor(ORGANISATION, "email") == {"uid": 7}
    assert await stage.database.fetchval("SELECT count(*) FROM quarantine") == 1
    assert len(await inbox.claim_waiting(ORGANISATION, later(3600))) == 1
