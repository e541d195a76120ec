"""Merging and splitting: threads move, nothing that was said is lost, and nothing is answered twice."""

import asyncio
from typing import Any

import pytest

from domain.conversation.activity_models import DeliverMessageInput
from domain.conversation.messages import Author, CustomerMessage
from domain.conversation.ownership import Person, Status
from domain.conversation.requests import StartConversation
from domain.delivery.inbound import InboundMessage, Sender
from domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UnavailableError
from domain.specification.organisation import Mode
from storage.inbox import InboxRepository, KeptEvent
from storage.threads import ThreadRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    NOW,
    ORGANISATION,
    Stage,
    escalation,
    human_reply,
    later,
    ownership,
    reply,
    status_change,
)

BO = Person(id="bo", roles=("human_agent",))
LEA = Person(id="lea", roles=("human_agent", "lead"))
ADA = Sender(email="ada@velo.example", verified=True)
EVE = Sender(phone="+4930999", verified=True)
UNKNOWN = Sender(phone="+4930123456")


@pytest.fixture
def threads(stage: Stage) -> ThreadRepository:
    return ThreadRepository(stage.database)


@pytest.fixture
def inbox(stage: Stage) -> InboxRepository:
    return InboxRepository(stage.database)


def wrote(event_id: str, channel: str = "email", sender: Sender = ADA, **more: Any) -> InboundMessage:
    fields = {"channel": channel, "event_id": event_id, "at": NOW, "thread": f"{channel}-1", "text": f"Hi {event_id}"}
    return InboundMessage.model_validate({**fields, "sender": sender, **more})


async def began(stage: Stage, inbox: InboxRepository, event: InboundMessage) -> KeptEvent:
    """A conversation that Temporal has, with the message in it."""
    kept = await inbox.keep(ORGANISATION, event, NOW)
    conversation_id = kept.conversation_id or ""
    start = StartConversation(
        organisation=ORGANISATION,
        conversation_id=conversation_id,
        channel=event.channel,
        customer_id=kept.customer_id,
    )
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    await record(stage, conversation_id, event)
    await inbox.forwarded(kept.inbox_id)
    return kept


async def record(stage: Stage, conversation_id: str, event: InboundMessage, revision: int = 1) -> int:
    message = CustomerMessage(
        message_id=f"{event.channel}:{event.event_id}", text=event.text, channel=event.channel, received_at=event.at
    )
    return (await stage.conversations.record_messages(conversation_id, revision, [message])).recorded


@pytest.fixture
async def mail(stage: Stage, inbox: InboxRepository) -> str:
    return (await began(stage, inbox, wrote("e-1"))).conversation_id or ""


@pytest.fixture
async def sms(stage: Stage, inbox: InboxRepository) -> str:
    return (await began(stage, inbox, wrote("s-1", "sms", UNKNOWN))).conversation_id or ""


def reply_in(conversation_id: str, key: str = "r-1", **changes: Any) -> DeliverMessageInput:
    fields = {"conversation_id": conversation_id, "draft_id": None, "text": "Here it is.", **changes}
    return reply(key).model_copy(update=fields)


async def kinds(stage: Stage, conversation_id: str) -> list[str]:
    return [event.kind for event in await stage.audit.events(conversation_id)]


async def waiting(inbox: InboxRepository) -> list[tuple[str, str, str]]:
    """What Temporal is still to get: its kind, for which conversation, and the id of the message."""
    events = await inbox.claim_waiting(ORGANISATION, later(3600))
    return [(one.event["kind"], one.conversation_id, one.event.get("message_id", "")) for one in events]


async def test_threads_and_what_is_unanswered_go_to_the_target(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await threads.merge(sms, mail, "m-1", BO, NOW)
    assert sorted(thread.channel for thread in await threads.of(mail)) == ["email", "sms"]
    assert await waiting(inbox) == [("merged_message", mail, "sms:s-1"), ("merged", sms, "")]
    assert "merged_into" in await kinds(stage, sms)
    assert "merged_from" in await kinds(stage, mail)
    assert [note.text for note in await stage.conversations.notes(sms)] == [f"Merged into {mail}."]
    (told,) = await stage.conversations.notes(mail)
    assert "1 thread(s) go on here, 1 unanswered message(s) were taken over." in told.text
    source = await stage.conversations.get(sms)
    assert source
    assert (source.merged_into, source.answered_seq, source.revision) == (mail, 1, 2)


async def test_what_was_answered_stays_answered(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await stage.deliveries.deliver_stored(reply_in(sms), NOW)
    await threads.merge(sms, mail, "m-1", BO, NOW)
    assert [kind for kind, _, _ in await waiting(inbox)] == ["merged"]


async def test_the_same_request_merges_once(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await asyncio.gather(*(threads.merge(sms, mail, "m-1", BO, NOW) for _ in range(4)))
    assert len(await waiting(inbox)) == 2
    assert (await kinds(stage, mail)).count("merged_from") == 1


async def test_the_next_message_of_a_moved_thread_goes_to_the_target(
    inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await threads.merge(sms, mail, "m-1", BO, NOW)
    assert (await inbox.keep(ORGANISATION, wrote("s-2", "sms", UNKNOWN), NOW)).conversation_id == mail


async def test_what_waits_in_the_inbox_goes_to_the_target(
    inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await inbox.keep(ORGANISATION, wrote("s-2", "sms", UNKNOWN), NOW)
    await threads.merge(sms, mail, "m-1", BO, NOW)
    assert ("message", mail, "") in await waiting(inbox)


async def test_what_still_reaches_a_merged_conversation_is_passed_on_and_wakes_nobody(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    """A gateway had forwarded it before; its workflow records it after the merge."""
    await threads.merge(sms, mail, "m-1", BO, NOW)
    late = wrote("s-2", "sms", UNKNOWN)
    for _ in range(2):
        assert await record(stage, sms, late, revision=3) == 0
    assert [one for one in await waiting(inbox) if one[2] == "sms:s-2"] == [("merged_message", mail, "sms:s-2")]
    assert await stage.conversations.unanswered(sms) == []


async def test_no_reply_leaves_a_merged_conversation(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await threads.merge(sms, mail, "m-1", BO, NOW)
    for late in (reply_in(sms, expected_revision=2), human_reply().model_copy(update={"conversation_id": sms})):
        assert (await stage.deliveries.deliver_stored(late, NOW)).status == "refused"


async def test_merged_twice_goes_to_the_end_of_the_line(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    other = (await began(stage, inbox, wrote("n-1", "notes", UNKNOWN))).conversation_id or ""
    await threads.merge(sms, mail, "m-1", BO, NOW)
    await threads.merge(mail, other, "m-2", BO, NOW)
    await record(stage, sms, wrote("s-2", "sms", UNKNOWN), revision=3)
    assert ("merged_message", other, "sms:s-2") in await waiting(inbox)
    assert len(await threads.of(other)) == 3


async def test_what_cannot_be_merged(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    chat = "conversation-1"
    with pytest.raises(InvalidInputError):
        await threads.merge(sms, sms, "m-1", BO, NOW)
    await threads.merge(sms, chat, "m-3", BO, NOW)
    with pytest.raises(ConflictError, match="has been merged already"):
        await threads.merge(sms, mail, "m-4", BO, NOW)
    with pytest.raises(ConflictError, match="has been merged itself"):
        await threads.merge(mail, sms, "m-5", BO, NOW)
    with pytest.raises(NotFoundError):
        await threads.merge(mail, "nowhere-at-all", "m-6", BO, NOW)


async def test_a_conversation_from_which_a_message_is_leaving_is_not_merged(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    assert (await stage.deliveries.claim(reply_in(sms, channel="sms"), NOW)).status == "claimed"
    with pytest.raises(ConflictError, match="leaving"):
        await threads.merge(sms, mail, "m-1", BO, NOW)
    await stage.deliveries.complete("r-1", "SM1", NOW)
    await threads.merge(sms, mail, "m-1", BO, NOW)


async def test_a_reply_that_could_not_leave_holds_up_no_merge_once_a_person_is_the_owner(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    stuck = reply_in(sms, channel="sms")
    await stage.deliveries.claim(stuck, NOW)
    taken_over = ownership(conversation_id=sms)
    with pytest.raises(UnavailableError):
        await stage.conversations.change_ownership(taken_over, NOW)
    await stage.deliveries.end_lease(stuck.message_key)
    with pytest.raises(ConflictError, match="leaving"):
        await threads.merge(sms, mail, "m-1", BO, NOW)
    await stage.conversations.change_ownership(taken_over, NOW)
    await threads.merge(sms, mail, "m-1", BO, NOW)


async def test_a_reply_of_a_person_that_was_given_up_holds_up_no_merge(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    stuck = reply_in(
        sms, channel="sms", author=Author.HUMAN_AGENT, author_id="anna", kind="human_reply", expected_revision=None
    )
    await stage.conversations.change_ownership(ownership(conversation_id=sms), NOW)
    await stage.deliveries.claim(stuck, NOW)
    await stage.deliveries.end_lease(stuck.message_key)
    with pytest.raises(ConflictError, match="leaving"):
        await threads.merge(sms, mail, "m-1", BO, NOW)
    await stage.deliveries.give_up(stuck, NOW, looked=True)
    await threads.merge(sms, mail, "m-1", BO, NOW)


async def test_a_reply_of_the_ai_agent_that_was_given_up_holds_up_no_merge_after_a_hand_back(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    stuck = reply_in(sms, channel="sms")
    await stage.deliveries.claim(stuck, NOW)
    await stage.deliveries.end_lease(stuck.message_key)
    await stage.deliveries.give_up(stuck, NOW, looked=True)
    await stage.deliveries.escalate(escalation(conversation_id=sms, reason="delivery_failed"), NOW)
    handed_back = ownership(AI, revision=3, request_id="back-1", conversation_id=sms)
    await stage.conversations.change_ownership(handed_back, NOW)
    await threads.merge(sms, mail, "m-1", BO, NOW)


async def test_a_notice_that_could_not_leave_holds_up_no_merge_and_never_leaves(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    notice = reply_in(sms, channel="sms", author=Author.SYSTEM, kind="notice", expected_revision=None)
    await stage.deliveries.claim(notice, NOW)
    with pytest.raises(ConflictError, match="leaving"):
        await threads.merge(sms, mail, "m-1", BO, NOW)
    await stage.deliveries.end_lease(notice.message_key)
    await threads.merge(sms, mail, "m-1", BO, NOW)
    assert not await stage.deliveries.claim_again(notice, NOW)


@pytest.mark.parametrize("by", [LEA, Person(id="root", roles=("admin",))])
async def test_two_verified_customers_are_merged_by_a_lead_only(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, by: Person
) -> None:
    hers = (await began(stage, inbox, wrote("s-1", "sms", EVE))).conversation_id or ""
    with pytest.raises(ForbiddenError, match="lead"):
        await threads.merge(hers, mail, "m-1", BO, NOW)
    await threads.merge(hers, mail, "m-1", by, NOW)


async def test_a_merge_and_the_messages_that_come_meanwhile_lose_nothing(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    async def comes(number: int) -> None:
        await inbox.keep(ORGANISATION, wrote(f"s-{number}", "sms", UNKNOWN), NOW)

    await asyncio.gather(*(comes(number) for number in range(2, 6)), threads.merge(sms, mail, "m-1", BO, NOW))
    came = [where for kind, where, _ in await waiting(inbox) if kind in {"message", "merged_message"}]
    assert came == [mail] * 5


async def test_a_thread_that_is_split_off_gets_a_conversation_for_what_comes(
    stage: Stage, inbox: InboxRepository, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await threads.merge(sms, mail, "m-1", BO, NOW)
    fresh = [await threads.split(mail, "sms", "sms-1", "x-1", BO, NOW) for _ in range(2)]
    assert fresh[0] == fresh[1] not in {mail, sms}
    assert (await inbox.keep(ORGANISATION, wrote("s-2", "sms", UNKNOWN), NOW)).conversation_id == fresh[0]
    assert (await inbox.keep(ORGANISATION, wrote("e-2"), NOW)).conversation_id == mail
    assert (await kinds(stage, mail)).count("split_into") == 1
    assert await kinds(stage, fresh[0]) == ["split_from"]


async def test_what_was_written_before_a_split_is_still_answered_there(
    stage: Stage, threads: ThreadRepository, inbox: InboxRepository
) -> None:
    kept = await began(stage, inbox, wrote("e-1", address={"to": "ada"}))
    conversation_id = kept.conversation_id or ""
    await threads.split(conversation_id, "email", "email-1", "x-1", BO, NOW)
    claim = await stage.deliveries.claim(reply_in(conversation_id, channel="email"), NOW)
    assert (claim.status, claim.address) == ("claimed", {"to": "ada"})
    await stage.deliveries.keep_address("r-1", {"last": "m-9"})
    assert await stage.database.fetchval("SELECT address FROM channel_threads") == {"to": "ada", "last": "m-9"}


async def _claimed_before_another_thread(stage: Stage, inbox: InboxRepository) -> str:
    """A reply is claimed; then the same customer begins another thread of the same conversation."""
    kept = await began(stage, inbox, wrote("e-1", address={"to": "ada", "thread": "first"}))
    conversation_id = kept.conversation_id or ""
    await stage.deliveries.claim(reply_in(conversation_id, channel="email"), NOW)
    await stage.deliveries.end_attempt("r-1")
    again = wrote("e-2", thread="email-2", address={"to": "ada", "thread": "second"})
    joined = await inbox.keep(ORGANISATION, again, later(1), across_channels=True)
    assert joined.conversation_id == conversation_id
    return conversation_id


async def test_another_attempt_goes_where_the_first_one_went(stage: Stage, inbox: InboxRepository) -> None:
    """A vendor is asked for what it has in the thread of the first attempt: in another one it would not be found."""
    conversation_id = await _claimed_before_another_thread(stage, inbox)
    again = await stage.deliveries.claim(reply_in(conversation_id, channel="email"), later(2))
    assert (again.status, again.address) == ("in_doubt", {"to": "ada", "thread": "first"})


async def test_the_last_look_is_where_the_first_attempt_went(stage: Stage, inbox: InboxRepository) -> None:
    conversation_id = await _claimed_before_another_thread(stage, inbox)
    await stage.database.fetchval("UPDATE deliveries SET leased_until = NULL RETURNING 1")
    ended = await stage.deliveries.give_up(reply_in(conversation_id, channel="email"), later(60), looked=False)
    assert (ended.status, ended.address) == ("in_doubt", {"to": "ada", "thread": "first"})


async def test_what_sending_taught_is_kept_where_it_was_sent(stage: Stage, inbox: InboxRepository) -> None:
    await _claimed_before_another_thread(stage, inbox)
    await stage.deliveries.keep_address("r-1", {"last": "m-9"})
    rows = await stage.database.fetch("SELECT thread, address->>'last' AS last FROM channel_threads ORDER BY thread")
    assert [tuple(row) for row in rows] == [("email-1", "m-9"), ("email-2", None)]


async def test_the_next_message_goes_to_the_thread_used_last(stage: Stage, inbox: InboxRepository) -> None:
    conversation_id = await _claimed_before_another_thread(stage, inbox)
    following = reply_in(conversation_id, channel="email", message_key="r-2")
    assert (await stage.deliveries.claim(following, later(2))).address == {"to": "ada", "thread": "second"}


async def test_a_claim_of_the_version_before_goes_to_the_thread_used_last(stage: Stage, inbox: InboxRepository) -> None:
    """It did not keep its thread."""
    conversation_id = await _claimed_before_another_thread(stage, inbox)
    await stage.database.fetchval("UPDATE deliveries SET thread = NULL RETURNING 1")
    again = await stage.deliveries.claim(reply_in(conversation_id, channel="email"), later(2))
    assert again.address == {"to": "ada", "thread": "second"}


@pytest.mark.parametrize(("channel", "thread"), [("sms", "email-1"), ("email", "unknown")])
async def test_a_thread_of_another_conversation_is_not_split_off(
    threads: ThreadRepository, mail: str, sms: str, channel: str, thread: str
) -> None:
    with pytest.raises(NotFoundError):
        await threads.split(mail, channel, thread, "x-1", BO, NOW)


async def test_a_merged_conversation_is_resolved_by_its_own_workflow(
    stage: Stage, threads: ThreadRepository, mail: str, sms: str
) -> None:
    await threads.merge(sms, mail, "m-1", BO, NOW)
    resolved = status_change("resolved", Status.RESOLVED, request_id="m-1-resolves", revision=2)
    await stage.conversations.change_status(resolved.model_copy(update={"conversation_id": sms}), NOW)
    source = await stage.conversations.get(sms)
    assert source
    assert (source.status, source.merged_into) == (Status.RESOLVED, mail)
