from datetime import timedelta

import asyncpg
import pytest

from domain.conversation.activity_models import ApprovalClosure
from domain.conversation.ownership import Owner, Status
from domain.conversation.turn import Outcome
from domain.errors import NotFoundError, UnavailableError
from storage.deliveries import LEASE
from storage.migrate import SCHEMA, read_migrations
from storage.records import RecordRepository
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NOW,
    Stage,
    approval,
    decide,
    escalation,
    human_reply,
    later,
    message,
    ownership,
    record,
    reply,
    status_change,
)


async def test_a_stored_reply_is_delivered_once_with_its_decision_record(stage: Stage) -> None:
    await stage.drafted()
    first = await stage.deliveries.deliver_stored(reply(record=record()), NOW)
    again = await stage.deliveries.deliver_stored(reply(record=record()), later(5))

    assert (first.status, again.status, again.at) == ("delivered", "delivered", NOW)
    assert await stage.said() == [(1, "customer", "Where is my parcel?"), (2, "reply", "It is on its way.")]
    assert await stage.conversations.unanswered(CONVERSATION) == []
    assert await stage.events() == ["conversation_opened", "message_received", "turn_decided", "message_delivered"]
    decided = await stage.database.fetchrow("SELECT * FROM turns WHERE draft_id = 'draft-1'")
    assert decided is not None
    assert (decided["confidence"], decided["outcome"], decided["decided_at"]) == (0.9, Outcome.SEND, NOW)


async def test_a_reply_brings_its_citations(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(), NOW)
    sent = (await stage.conversations.messages_after(CONVERSATION, 1))[0]
    assert [citation.source_id for citation in sent.citations] == ["delivery"]


async def test_a_given_text_goes_out_instead_of_the_draft(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(text="Which parcel?", kind="clarification"), NOW)
    assert (await stage.said())[-1] == (2, "clarification", "Which parcel?")


async def test_an_overtaken_draft_is_refused_and_leaves_no_trace_but_the_refusal(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])

    for _ in range(2):
        delivered = await stage.deliveries.deliver_stored(reply(record=record()), NOW)
        assert delivered.status == "refused"

    assert len(await stage.said()) == 2
    events = await stage.events()
    assert events.count("delivery_refused") == 1
    assert "turn_decided" not in events


async def test_after_a_takeover_the_ai_agent_is_refused_whatever_the_revision(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(revision=1), NOW)
    for revision in (1, None):
        delivered = await stage.deliveries.deliver_stored(reply(expected_revision=revision), NOW)
        assert delivered.status == "refused"


async def test_a_person_who_does_not_own_the_conversation_is_refused(stage: Stage) -> None:
    await stage.drafted()
    assert (await stage.deliveries.deliver_stored(human_reply(), NOW)).status == "refused"


async def test_a_reply_without_a_text_is_never_claimed(stage: Stage) -> None:
    await stage.drafted()
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.deliveries.deliver_stored(reply(text=""), NOW)
    with pytest.raises(asyncpg.NotNullViolationError):
        await stage.deliveries.deliver_stored(reply("unknown"), NOW)


async def test_a_claim_is_in_doubt_until_it_is_completed(stage: Stage) -> None:
    await stage.drafted()
    claimed = await stage.deliveries.claim(reply(record=record()), NOW)
    await stage.deliveries.end_attempt("draft-1")
    doubted = await stage.deliveries.claim(reply(record=record()), later(1))
    completed = await stage.deliveries.complete("draft-1", "provider-1", later(2))
    repeated = await stage.deliveries.complete("draft-1", "provider-1", later(3))
    delivered = await stage.deliveries.claim(reply(record=record()), later(4))

    assert [claim.status for claim in (claimed, doubted, delivered)] == ["claimed", "in_doubt", "delivered"]
    assert {claim.text for claim in (claimed, doubted, delivered)} == {"It is on its way."}
    assert completed.at == repeated.at == delivered.at == later(2)
    assert len(await stage.said()) == 2


async def test_what_left_is_known_by_the_ids_of_its_vendor(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    records = RecordRepository(stage.database)
    assert await records.receipts(CONVERSATION) == []
    await stage.deliveries.complete("draft-1", "vendor-7", NOW)
    (receipt,) = await records.receipts(CONVERSATION)
    assert (receipt.message_key, receipt.provider_message_id) == ("draft-1", "vendor-7")


async def test_completing_what_nobody_claimed_says_so(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="no claim for the message nothing"):
        await stage.deliveries.complete("nothing", "provider-1", NOW)


async def test_a_message_between_claim_and_completion_stays_unanswered(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b", "One more thing")])
    await stage.deliveries.complete("draft-1", "provider-1", NOW)

    assert [text for _, _, text in await stage.said()][1:] == ["One more thing", "It is on its way."]
    assert await stage.conversations.unanswered(CONVERSATION) == ["One more thing"]


async def test_a_takeover_waits_for_a_reply_that_is_leaving(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.conversations.change_ownership(ownership(), later(1))
    await stage.deliveries.complete("draft-1", "provider-1", later(2))
    await stage.conversations.change_ownership(ownership(), later(3))
    assert (await stage.conversation()).status is Status.WITH_HUMAN


@pytest.mark.parametrize("again", [False, True])
async def test_a_lease_runs_by_the_clock_of_the_database(stage: Stage, again: bool) -> None:
    """The clock of the worker that took the claim is slow, that of the one that takes over is fast."""
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    if again:
        await stage.deliveries.end_attempt("draft-1")
        assert await stage.deliveries.claim_again(reply(), NOW)
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.conversations.change_ownership(ownership(), NOW + 2 * LEASE)


async def test_who_waits_for_a_reply_asks_it_to_stop_and_no_other_attempt_begins(stage: Stage) -> None:
    """Else another attempt might begin between two tries of the takeover, again and again."""
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    assert not await stage.deliveries.is_to_stop("draft-1")
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.conversations.change_ownership(ownership(), later(1))
    assert await stage.deliveries.is_to_stop("draft-1")
    await stage.deliveries.end_attempt("draft-1")
    left = await stage.database.fetchval("SELECT leased_until - clock_timestamp() FROM deliveries")
    assert left <= timedelta(seconds=1)
    assert not await stage.deliveries.claim_again(reply(), later(2))
    await stage.conversations.change_ownership(ownership(), later(3))
    assert (await stage.conversation()).owner.id == "anna"
    refused = [event.data["refusal"] for event in await stage.audit.events(CONVERSATION) if "refusal" in event.data]
    assert refused == ["stopped"]


async def test_only_what_is_leaving_is_asked_to_stop(stage: Stage) -> None:
    """Not what waits for another attempt, nor what a person wrote, nor another conversation's."""
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_lease("draft-1")
    await stage.conversations.change_ownership(ownership(), later(1))
    await stage.deliveries.claim(human_reply(), later(2))
    await stage.conversations.change_ownership(ownership(request_id="t-2", revision=3), later(3))
    for key in ("draft-1", "human-1", "unknown"):
        assert not await stage.deliveries.is_to_stop(key)


async def test_a_takeover_that_comes_again_stops_nothing(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.conversations.change_ownership(ownership(AI, request_id="back-1", revision=3), later(1))
    await stage.drafted("draft-2", revision=4)
    await stage.deliveries.claim(reply("draft-2", expected_revision=4), later(2))
    again = await stage.conversations.change_ownership(ownership(revision=5), later(3))
    assert again.repeated
    assert not await stage.deliveries.is_to_stop("draft-2")


async def test_a_takeover_after_an_escalation_waits_for_what_is_leaving_still(stage: Stage) -> None:
    """The workflow gave the delivery up; its last attempt goes on until its lease ends."""
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.escalate(escalation(reason="delivery_failed"), later(1))
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.conversations.change_ownership(ownership(revision=3), later(2))
    await stage.deliveries.complete("draft-1", "provider-1", later(3))
    await stage.conversations.change_ownership(ownership(revision=3), later(4))
    assert (await stage.conversation()).owner.id == "anna"


async def test_a_takeover_waits_no_longer_than_the_lease_and_then_stops_the_reply(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.database.fetchval("UPDATE deliveries SET leased_until = leased_until - $1::interval", LEASE)
    await stage.conversations.change_ownership(ownership(), later(1))
    assert (await stage.deliveries.claim(reply(), later(60))).status == "in_doubt"
    assert not await stage.deliveries.claim_again(reply(), later(60))
    assert (await stage.deliveries.claim(reply(), later(61))).status == "refused"
    assert "delivery_refused" in await stage.events()


async def test_an_attempt_that_certainly_sent_nothing_holds_nobody_up(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_lease("draft-1")
    await stage.conversations.change_ownership(ownership(), later(1))
    assert (await stage.conversation()).status is Status.WITH_HUMAN


async def test_another_attempt_takes_the_lease_again(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_attempt("draft-1")
    assert await stage.deliveries.claim_again(reply(), later(60))
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.conversations.change_ownership(ownership(), later(61))


async def test_no_attempt_begins_while_another_one_is_under_way(stage: Stage) -> None:
    """A worker that lost Temporal sends still, and what is leaving just now cannot be found at the vendor."""
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.deliveries.claim(reply(), later(60))
    await stage.deliveries.end_attempt("draft-1")
    for _ in range(2):
        assert (await stage.deliveries.claim(reply(), later(61))).status == "in_doubt"
    assert await stage.deliveries.claim_again(reply(), later(62))
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.deliveries.claim_again(reply(), later(63))


async def test_an_attempt_whose_worker_died_is_over_with_its_lease(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.database.fetchval("UPDATE deliveries SET leased_until = leased_until - $1::interval", LEASE)
    assert (await stage.deliveries.claim(reply(), later(60))).status == "in_doubt"
    assert await stage.deliveries.claim_again(reply(), later(60))


async def test_a_message_that_the_channel_refuses_is_withdrawn(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.withdraw(reply(), later(1))
    assert (await stage.deliveries.claim(reply(), later(2))).status == "refused"
    assert await stage.said() == [(1, "customer", "Where is my parcel?")]


async def test_what_is_given_up_unclaimed_can_never_be_claimed(stage: Stage) -> None:
    """A worker that had the task before it was given up may come at any time."""
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(), NOW)
    given_up = await stage.deliveries.give_up(human_reply(), NOW, looked=False)
    assert given_up.status == "refused"
    assert (await stage.deliveries.claim(human_reply(), later(1))).status == "refused"
    assert (await stage.deliveries.deliver_stored(human_reply(), later(2))).status == "refused"
    assert await stage.said() == [(1, "customer", "Where is my parcel?")]
    assert (await stage.events()).count("delivery_refused") == 1


async def test_what_is_given_up_while_a_worker_looks_it_up_is_not_sent_again(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.claim(human_reply(), NOW)
    await stage.deliveries.end_lease("human-1")
    assert (await stage.deliveries.claim(human_reply(), later(1))).status == "in_doubt"
    assert (await stage.deliveries.give_up(human_reply(), later(2), looked=True)).status == "refused"
    assert not await stage.deliveries.claim_again(human_reply(), later(3))
    assert (await stage.deliveries.claim(human_reply(), later(4))).status == "refused"


async def test_what_may_have_left_is_in_doubt_until_its_channel_was_asked(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.claim(human_reply(), NOW)
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.deliveries.give_up(human_reply(), later(1), looked=True)
    await stage.database.fetchval("UPDATE deliveries SET leased_until = leased_until - $1::interval", LEASE)
    doubted = await stage.deliveries.give_up(human_reply(), later(2), looked=False)
    assert (doubted.status, doubted.text, doubted.at) == ("in_doubt", "I looked: it arrives today.", NOW)
    assert await stage.database.fetchval("SELECT state FROM deliveries") == "claimed"
    for seconds in (3, 4):
        assert (await stage.deliveries.give_up(human_reply(), later(seconds), looked=True)).status == "refused"
    refused = [event.data["refusal"] for event in await stage.audit.events(CONVERSATION) if "refusal" in event.data]
    assert refused == ["given_up"]


async def test_what_has_left_is_not_given_up(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.claim(human_reply(), NOW)
    await stage.deliveries.complete("human-1", "provider-1", later(1))
    given_up = await stage.deliveries.give_up(human_reply(), later(2), looked=False)
    assert (given_up.status, given_up.at) == ("delivered", later(1))
    with pytest.raises(UnavailableError, match="leaving"):
        await stage.deliveries.claim_again(human_reply(), later(3))


async def test_a_message_without_a_text_is_given_up_too(stage: Stage) -> None:
    """It could never be claimed, so nothing needs to say that it never may be."""
    for empty in (human_reply(text=""), reply("unknown", draft_id=None)):
        assert (await stage.deliveries.give_up(empty, NOW, looked=False)).status == "refused"
    assert await stage.database.fetchval("SELECT count(*) FROM deliveries") == 0


async def test_a_draft_is_given_up_with_its_text(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.give_up(reply(), NOW, looked=False)
    kept = await stage.database.fetchrow("SELECT state, text FROM deliveries")
    assert kept is not None
    assert tuple(kept) == ("withdrawn", "It is on its way.")


async def test_what_was_given_up_in_a_version_before_is_withdrawn_by_a_migration(stage: Stage) -> None:
    """It is known by what was recorded then: a person was told, or the conversation was escalated."""
    (script,) = (one for one in read_migrations(SCHEMA) if one.name == "0013_given_up")
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_lease("draft-1")
    await stage.deliveries.escalate(escalation(reason="delivery_failed"), later(1))
    await stage.conversations.change_ownership(ownership(revision=3), later(2))
    for request in ("told", "waits", "leaves"):
        await stage.deliveries.claim(human_reply(f"{CONVERSATION}-human-{request}"), later(3))
        if request != "leaves":
            await stage.deliveries.end_lease(f"{CONVERSATION}-human-{request}")
    for request in ("told", "leaves"):
        told = status_change("delivery_failed", Status.WITH_HUMAN, request_id=f"{request}-failed", revision=3)
        await stage.conversations.change_status(told, later(4))
    await stage.database.fetchval(script.sql)
    rows = await stage.database.fetch("SELECT message_key, state FROM deliveries ORDER BY message_key")
    assert {row["message_key"].rpartition("-")[2]: row["state"] for row in rows} == {
        "leaves": "claimed",
        "told": "withdrawn",
        "waits": "claimed",
        "1": "withdrawn",
    }


async def test_a_notice_answers_nothing(stage: Stage) -> None:
    await stage.drafted()
    notice = reply("notice-1", kind="notice", author="system", author_id="platform", text="A moment.", draft_id=None)
    await stage.deliveries.deliver_stored(notice, NOW)
    assert await stage.conversations.unanswered(CONVERSATION) == ["Where is my parcel?"]


async def test_a_reply_that_a_colleague_sent_elsewhere_is_recorded_under_its_id(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    sent = human_reply().model_copy(update={"sent_as": "ticket-comment-7"})
    await stage.deliveries.deliver_stored(sent, NOW)
    receipt = await stage.database.fetchval("SELECT provider_message_id FROM deliveries")
    assert receipt == "ticket-comment-7"


async def test_an_approved_reply_closes_its_approval_in_the_same_transaction(stage: Stage) -> None:
    await stage.awaiting_approval()
    closure = ApprovalClosure(approval=approval(), decision=decide("edit", text="It arrives today."))
    await stage.deliveries.deliver_stored(reply(text="It arrives today.", closure=closure), later(60))

    view = await stage.approvals.get("approval-1")
    decision = await stage.approvals.decision("decision-1")
    assert view is not None
    assert decision is not None
    assert (view.state, view.closed_by, view.closed_at) == ("approved", "bo", later(60))
    assert (decision.action, decision.effect, decision.text) == ("edit", "send", "It arrives today.")
    assert (await stage.conversation()).status is Status.OPEN


async def test_an_approval_that_is_not_open_sends_nothing(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])
    closure = ApprovalClosure(approval=approval(), decision=decide())
    delivered = await stage.deliveries.deliver_stored(reply(closure=closure, expected_revision=None), NOW)

    assert delivered.status == "refused"
    assert await stage.approvals.decision("decision-1") is None


async def test_an_approved_reply_is_tried_again_under_the_approval_that_its_claim_has_closed(stage: Stage) -> None:
    await stage.awaiting_approval()
    approved = reply(closure=ApprovalClosure(approval=approval(), decision=decide()))
    assert (await stage.deliveries.claim(approved, NOW)).status == "claimed"
    await stage.deliveries.end_attempt("draft-1")
    assert await stage.deliveries.claim_again(approved, later(60))


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        ("UPDATE conversations SET revision = 2", "moved_on"),
        ("UPDATE conversations SET owner_kind = 'human_agent'", "changed_hands"),
        ("UPDATE conversations SET merged_into = conversation_id", "merged"),
    ],
)
async def test_what_refuses_a_first_attempt_refuses_a_further_one(stage: Stage, meanwhile: str, refusal: str) -> None:
    await stage.drafted()
    await stage.drafted("draft-2")
    await stage.deliveries.claim(reply(), NOW)
    await stage.deliveries.end_attempt("draft-1")
    await stage.database.fetchval(meanwhile)
    assert not await stage.deliveries.claim_again(reply(), later(60))
    assert (await stage.deliveries.claim(reply("draft-2"), later(61))).status == "refused"
    refused = [event.data["refusal"] for event in await stage.audit.events(CONVERSATION) if "refusal" in event.data]
    assert refused == [refusal, refusal]


async def test_an_escalation_gives_the_conversation_to_the_queue_once(stage: Stage) -> None:
    await stage.awaiting_approval()
    input = escalation(messages=(message("b"),), draft_id="draft-1", record=record(Outcome.ESCALATE))
    first = await stage.deliveries.escalate(input, NOW)
    again = await stage.deliveries.escalate(input, later(9))

    conversation = await stage.conversation()
    assert (first.status, again.status, again.at) == ("delivered", "delivered", NOW)
    assert (conversation.owner, conversation.status) == (Owner(kind="human_agent"), Status.WITH_HUMAN)
    assert (conversation.escalation_reason, conversation.revision) == ("no_answer", 2)
    assert [kind for _, kind, _ in await stage.said()] == ["customer", "customer", "notice"]
    assert await stage.approval_state() == "stale"
    assert (await stage.events()).count("escalated") == 1


async def test_an_escalation_without_a_notice_says_nothing(stage: Stage) -> None:
    await stage.deliveries.escalate(escalation(notice=""), NOW)
    assert await stage.said() == []


async def test_an_escalation_does_not_take_the_conversation_from_a_person(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    refused = await stage.deliveries.escalate(escalation(revision=3, messages=(message("b"),)), NOW)

    assert refused.status == "refused"
    assert (await stage.conversation()).owner.id == "anna"
    assert [kind for _, kind, _ in await stage.said()] == ["customer"]
