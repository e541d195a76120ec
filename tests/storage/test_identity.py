"""Identity checks: claimed once, answered once for each revision, and proved for one sender in one place."""

import asyncio
from typing import Any

import pytest

from domain.conversation.requests import StartConversation
from domain.conversation.turn import ContactIdentity
from domain.delivery.sending import SendingChange
from domain.errors import NotFoundError
from domain.identity.check import AnswerIdentityCheckInput, SendIdentityCodeInput, Verdict
from domain.specification.organisation import Mode
from storage.identity import CodeDestination, HashedCode, IdentityRepository
from storage.sending import SendingRepository
from tests.organisation import VERSION
from tests.storage.stage import AI, NOW, ORGANISATION, Stage, later, message, ownership

CONTACT = ContactIdentity(contact_id="ada", email="ada@velo.example", phone="+4930123456")
DESTINATION = CodeDestination(channel="sms", to="+4930123456", masked="…56", contact=CONTACT)
CODE = HashedCode(salt=b"salt", code_hash=b"hash")
BEFORE_EXPIRY, AFTER_EXPIRY = later(599), later(601)


@pytest.fixture
def checks(stage: Stage) -> IdentityRepository:
    return IdentityRepository(stage.database)


@pytest.fixture
async def claimed_id(stage: Stage) -> str:
    return await stage.customers.create(ORGANISATION, email="ada@velo.example")


def asking(claimed_id: str, check_id: str = "k-1", conversation_id: str = "conversation-1") -> SendIdentityCodeInput:
    return SendIdentityCodeInput(
        organisation=ORGANISATION,
        conversation_id=conversation_id,
        spec_hash=VERSION.content_hash,
        check_id=check_id,
        channel="email",
        customer_id=claimed_id,
        source="directory",
        expected_revision=0,
    )


def answer(revision: int, text: str = "••••••") -> AnswerIdentityCheckInput:
    return AnswerIdentityCheckInput(
        organisation=ORGANISATION,
        conversation_id="conversation-1",
        check_id="k-1",
        revision=revision,
        messages=(message(f"m-{revision}", text),),
    )


@pytest.fixture
async def sent(checks: IdentityRepository, claimed_id: str) -> None:
    await checks.claim(asking(claimed_id), DESTINATION, CODE, NOW)
    await checks.complete("k-1", NOW)


async def kept(stage: Stage) -> dict[str, Any]:
    row = await stage.database.fetchrow("SELECT * FROM identity_checks")
    assert row
    return dict(row)


async def test_a_check_is_claimed_once_and_known_when_its_code_has_left(
    checks: IdentityRepository, claimed_id: str
) -> None:
    claims = await asyncio.gather(*(checks.claim(asking(claimed_id), DESTINATION, CODE, NOW) for _ in range(4)))
    assert sorted(claims) == ["claimed", "in_doubt", "in_doubt", "in_doubt"]
    assert await checks.check("k-1") is None
    await checks.complete("k-1", later(5))
    check = await checks.check("k-1")
    assert check
    assert (check.address, check.until) == ("…56", later(605))
    assert await checks.claim(asking(claimed_id), DESTINATION, CODE, NOW) == "sent"


async def test_another_code_counts_only_until_the_first_has_left(
    stage: Stage, checks: IdentityRepository, claimed_id: str
) -> None:
    other = HashedCode(salt=b"other", code_hash=b"other")
    await checks.claim(asking(claimed_id), DESTINATION, CODE, NOW)
    await checks.replace_code("k-1", DESTINATION, other)
    await checks.complete("k-1", NOW)
    await checks.replace_code("k-1", DESTINATION, CODE)
    assert await checks.hashed_code("k-1") == other


async def test_nobody_tried_a_check_that_does_not_exist(checks: IdentityRepository) -> None:
    with pytest.raises(NotFoundError):
        await checks.attempt("k-1")


async def test_no_code_is_claimed_where_a_person_is_the_owner(
    stage: Stage, checks: IdentityRepository, claimed_id: str
) -> None:
    await stage.conversations.change_ownership(ownership(revision=0), NOW)
    assert await checks.claim(asking(claimed_id), DESTINATION, CODE, NOW) == "refused"


async def test_five_checks_a_day_for_one_contact(stage: Stage, checks: IdentityRepository, claimed_id: str) -> None:
    for number in range(6):
        conversation_id = f"conversation-{number}-of-many"
        start = StartConversation(organisation=ORGANISATION, conversation_id=conversation_id)
        await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
        claimed = await checks.claim(asking(claimed_id, f"k-{number}", conversation_id), DESTINATION, CODE, NOW)
        assert claimed == ("too_many" if number == 5 else "claimed")
    assert await checks.claim(asking(claimed_id, "k-9"), DESTINATION, CODE, later(86_401)) == "claimed"


@pytest.mark.usefixtures("sent")
async def test_the_right_code_proves_the_sender_in_this_conversation_and_channel_alone(
    stage: Stage, checks: IdentityRepository, claimed_id: str
) -> None:
    assert await checks.answer(answer(1), "right", BEFORE_EXPIRY) == "right"
    proved = await stage.customers.proved("conversation-1", "email", claimed_id)
    assert proved
    assert (proved.verified, proved.contact_id, proved.customer_id != claimed_id) == (True, "ada", True)
    for conversation_id, channel in (("conversation-1", "sms"), ("conversation-2", "email"), ("conversation-1", None)):
        other = await stage.customers.proved(conversation_id, channel, claimed_id)
        assert other
        assert (other.customer_id, other.verified) == (claimed_id, False)
    assert (await kept(stage))["contact"] is None
    assert (await stage.events())[-1] == "identity_verified"
    assert await stage.said() == [(1, "customer", "••••••")]


@pytest.mark.usefixtures("sent")
async def test_the_same_revision_is_the_same_answer(stage: Stage, checks: IdentityRepository) -> None:
    assert [await checks.answer(answer(1), "wrong", NOW) for _ in range(3)] == ["wrong"] * 3
    assert (await kept(stage))["attempts"] == 1


@pytest.mark.usefixtures("sent")
async def test_after_five_wrong_codes_the_right_one_proves_nothing(
    stage: Stage, checks: IdentityRepository, claimed_id: str
) -> None:
    given: list[Verdict] = [await checks.answer(answer(number), "wrong", NOW) for number in range(1, 6)]
    assert given == ["wrong"] * 4 + ["failed"]
    assert await checks.answer(answer(6), "right", NOW) == "failed"
    unproved = await stage.customers.proved("conversation-1", "email", claimed_id)
    assert unproved
    assert not unproved.verified


@pytest.mark.usefixtures("sent")
async def test_a_code_that_comes_too_late_proves_nothing(checks: IdentityRepository) -> None:
    assert await checks.answer(answer(1), "right", AFTER_EXPIRY) == "expired"
    assert await checks.answer(answer(2), "right", BEFORE_EXPIRY) == "failed"


@pytest.mark.usefixtures("sent")
async def test_words_without_a_code_are_recorded_and_count_as_nothing(stage: Stage, checks: IdentityRepository) -> None:
    assert await checks.answer(answer(1, "why do you ask?"), "none", NOW) == "none"
    assert (await kept(stage))["attempts"] == 0
    assert await stage.conversations.unanswered("conversation-1") == ["why do you ask?"]


@pytest.mark.usefixtures("sent")
async def test_nothing_that_is_kept_names_the_code_or_the_person_in_the_audit(stage: Stage) -> None:
    events = await stage.audit.events("conversation-1")
    told = " ".join(str(event.data) for event in events)
    assert "identity_code_sent" in [event.kind for event in events]
    assert not any(secret in told for secret in ("ada", "velo", "4930"))


async def test_no_code_is_sent_while_automatic_sending_is_stopped(
    stage: Stage, checks: IdentityRepository, claimed_id: str
) -> None:
    """The conversation goes to a person, as where there is no way to prove anything."""
    stop = SendingChange(request_id="s1", action="stop", by="lea", via="api", reason="prices", at=NOW)
    await SendingRepository(stage.database).change(ORGANISATION, stop)
    assert await checks.claim(asking(claimed_id), DESTINATION, CODE, NOW) == "too_many"
