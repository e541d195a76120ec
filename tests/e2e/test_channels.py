"""A vendor's channel from end to end: inbox, signal, turn, claim, send; and people, failures and takeovers between."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.conversation.ownership import Status
from domain.conversation.requests import SendHumanReply, TakeOver
from domain.errors import InvalidInputError, RateLimitedError, UnavailableError
from domain.language.handoff_notices import handoff_notice
from invariants.conversations import one_decision_lets_a_draft_go
from storage.inbox import InboxRepository
from tests.e2e.bikeshop import PASSWORD, PERSON, REFUND
from tests.e2e.house import ANNA, BEN, House
from tests.e2e.loft import EVENT, Loft, loft
from tests.e2e.promises import recorded
from tests.organisation import SPECIFICATION
from tests.pigeons import KIND, PigeonChannel


def texts(pigeons: PigeonChannel) -> list[tuple[str, str]]:
    return [(message.kind, message.text) for message in pigeons.sent]


async def test_a_note_is_answered_where_it_came_from(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1")
        await way.brings("n-1")
        await talk.answered(1)
        await way.brings("n-2", "and again")
        seen = await talk.answered(2)
    assert [message.text for message in pigeons.sent] == seen.replies
    assert [message.address for message in pigeons.sent] == [{"loft": "north"}, {"loft": "north", "last": "ring-1"}]
    assert {message.channel for message in seen.messages} == {KIND}


async def test_a_handover_is_told_by_the_channel(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1", PERSON)
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN and len(seen.messages) == 2)
        await talk.ask(SendHumanReply(request_id="r-1", by=ANNA, text="Here I am."))
        await talk.until(lambda seen: "Here I am." in seen.replies)
    assert texts(pigeons) == [("notice", SPECIFICATION.wording.handoff), ("human_reply", "Here I am.")]


async def test_who_writes_in_another_language_is_handed_over_in_it(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1", "Hola, no puedo entrar en mi cuenta desde ayer.")
        seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN and len(seen.messages) == 2)
    assert texts(pigeons) == [("notice", handoff_notice("es", ["en"]))]
    assert seen.row.escalation_reason == "unsupported_language"


async def test_what_was_approved_is_called_back_while_its_vendor_is_down(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1", REFUND)
        first = (await talk.asked()).approval.approval_id
        await talk.until(lambda seen: len(seen.messages) == 2)
        pigeons.failures = [RateLimitedError("no wind") for _ in range(1000)]
        await talk.decide("approve", "d-1")
        await talk.until(lambda seen: [event.kind for event in seen.events].count("delivery_claimed") == 2)
        await talk.decide("revoke", "d-2", BEN, approval_id=first)
        await talk.decided("d-2")
        pigeons.failures = []
        again = await talk.asked()
        assert again.approval.approval_id != first
        await talk.decide("approve", "d-3")
        seen = await talk.answered(1)
    assert [kind for kind, _ in texts(pigeons)] == ["notice", "reply"]
    assert sorted((view.state, view.closed_by) for view in seen.approvals) == [("approved", "anna"), ("revoked", "ben")]
    assert list(one_decision_lets_a_draft_go(await recorded(talk, seen))) == []


async def test_who_waits_for_an_approval_is_told_and_then_answered(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1", REFUND)
        await talk.asked()
        await talk.until(lambda seen: len(seen.messages) == 2)
        await talk.decide("approve", "d-1")
        await talk.answered(1)
    assert [kind for kind, _ in texts(pigeons)] == ["notice", "reply"]


async def test_a_vendor_that_is_down_delays_and_doubles_nothing(house: House) -> None:
    pigeons = PigeonChannel()
    pigeons.failures = [UnavailableError("down"), RateLimitedError("slow"), UnavailableError("down")]
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1")
        await talk.answered(1)
    assert len(pigeons.sent) == 1


async def test_a_takeover_while_the_vendor_is_down_keeps_the_reply_from_ever_leaving(house: House) -> None:
    pigeons = PigeonChannel()
    pigeons.failures = [RateLimitedError("slow")] * 1000
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1")
        await talk.until(lambda seen: "delivery_claimed" in seen.kinds)
        await talk.ask(TakeOver(request_id="t-1", by=ANNA))
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        pigeons.failures.clear()
        await talk.until(lambda seen: "delivery_refused" in seen.kinds)
    assert pigeons.sent == []


async def test_a_reply_of_a_person_that_is_refused_is_said_to_them(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1", PERSON)
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN and len(seen.messages) == 2)
        pigeons.failures = [InvalidInputError("no such loft")]
        await talk.ask(SendHumanReply(request_id="r-1", by=ANNA, text="Here I am."))
        seen = await talk.until(lambda seen: "delivery_failed" in seen.kinds)
        (told,) = await house.store.conversations.notes(talk.id)
    assert "could not be delivered" in told.text
    assert "Here I am." not in seen.replies


async def test_a_colleague_who_answers_in_the_vendors_own_interface_owns_the_conversation(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1")
        await talk.answered(1)
        await way.brings("p-1", "I took care of it.", kind="colleague_reply", person_id="pigeon-7")
        seen = await talk.until(lambda seen: "I took care of it." in seen.replies)
    assert (seen.row.status, seen.row.owner.id) == (Status.WITH_HUMAN, "pigeon-7")
    assert len(pigeons.sent) == 1


@pytest.mark.parametrize("written", ["before", "after"])
async def test_a_colleagues_reply_that_comes_before_the_first_message_of_its_thread_is_kept(
    house: House, written: str
) -> None:
    """Written before it, it opens the conversation; written after it, its vendor's events came in the wrong order."""
    now = datetime.now(UTC)
    at = now + timedelta(seconds=-60 if written == "before" else 60)
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        for _ in range(2):
            early = {"kind": "colleague_reply", "person_id": "pigeon-7", "at": at.isoformat()}
            assert (await way.keeps("p-1", "I took care of it.", **early)).conversation_id is None
        talk = await way.brings("n-1", at=now.isoformat())
        seen = await talk.until(lambda seen: len(seen.messages) == 2)
        await way.brings("n-2", "Thank you!")
        seen = await talk.until(lambda seen: len(seen.messages) == 3)
        await talk.rests()
        unanswered = await house.store.conversations.unanswered(talk.id)
    assert unanswered == ([PASSWORD, "Thank you!"] if written == "before" else ["Thank you!"])
    assert (seen.row.status, seen.row.owner.id) == (Status.WITH_HUMAN, "pigeon-7")
    order = ["human_agent", "customer"] if written == "before" else ["customer", "human_agent"]
    assert [message.author for message in seen.messages] == [*order, "customer"]
    assert seen.replies == ["I took care of it."]
    assert pigeons.sent == []


async def test_a_message_that_never_arrived_is_given_to_a_person(house: House) -> None:
    pigeons = PigeonChannel()
    async with loft(house, pigeons) as way:
        talk = await way.brings("n-1")
        await talk.answered(1)
        report = {"channel": KIND, "event_id": "f-1", "at": datetime.now(UTC), "provider_message_id": "ring-1"}
        failed = EVENT.validate_python(report | {"kind": "delivery_report", "status": "failed", "code": "hawk"})
        await InboxRepository(house.store.database).keep(SPECIFICATION.organisation, failed, datetime.now(UTC))
        way.forwarder.wake()
        seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.row.escalation_reason == "delivery_failed"


async def test_what_came_in_while_temporal_was_away_is_forwarded_later(house: House) -> None:
    """No forwarder runs at first: the event is durable all the same."""
    pigeons = PigeonChannel()
    talk = await Loft(house).brings("n-1")
    assert await talk.seen() is None
    async with loft(house, pigeons):
        await talk.answered(1)
    assert len(pigeons.sent) == 1
