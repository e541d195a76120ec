"""One customer on several channels from end to end: recognised, merged, split, and asked to prove who they are."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from domain.conversation.ownership import Person, Status
from domain.conversation.turn import Citation, Usage
from domain.delivery.inbound import InboundMessage, Sender
from domain.identity.check import MASK
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.specification.organisation import ChannelSpec, IdentityRules
from gateway.forwarding import Forwarder
from integrations.llm.base import ReplyRequest, ReplyTools, WrittenReply
from storage.customers import CustomerRepository
from storage.inbox import InboxRepository
from storage.threads import ThreadRepository
from tests.e2e.bikeshop import PASSWORD, PERSON, publish
from tests.e2e.house import House, Seen, Talk, scripted
from tests.organisation import SPECIFICATION
from tests.pigeons import PigeonChannel

ORGANISATION = SPECIFICATION.organisation
ANNA = Person(id="anna", roles=("human_agent",))
ORDER = "what is the status of my order?"
ADA_MAIL, ADA_PHONE = "ada@velo.example", "+4930123456"
PROVED, CLAIMED = Sender(email=ADA_MAIL, verified=True), Sender(email=ADA_MAIL)
DIRECTORY = DirectoryImport(
    accounts=(Account(id="velo", name="Velo", plan="Racing", seats=3, status="active", fields={"order": "packed"}),),
    contacts=(
        Contact(id="ada", account="velo", name="Ada", email=ADA_MAIL, phone=ADA_PHONE),
        Contact(id="ben", account="velo", name="Ben", email="info@velo.example", phone="+4930555022"),
        Contact(id="cal", account="velo", name="Cal", email="info@velo.example", phone="+4930555033"),
    ),
)


class FactsWriter:
    """Tells every fact that it is given."""

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        facts = [f"{fact.name}: {fact.value}" for fact in request.facts]
        cited = [Citation(source_id=f"fact:{fact.name}", title=fact.name) for fact in request.facts]
        told = ", ".join(facts) or "nothing"
        return WrittenReply(text=f"You asked: {request.question} I know {told}.", citations=tuple(cited), usage=USAGE)


USAGE = Usage(model="scripted")


class Post:
    """What customers write by email and by SMS, and what is written to them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._inbox = InboxRepository(house.store.database)
        self._number = 0
        self.threads = ThreadRepository(house.store.database)
        self.forwarder = Forwarder(ORGANISATION, self._inbox, house.way_in)
        self.email, self.sms = PigeonChannel(), PigeonChannel()

    async def brings(self, text: str, sender: Sender = PROVED, channel: str = "email", **more: Any) -> Talk:
        self._number += 1
        to = sender.email if channel == "email" else sender.phone
        event = InboundMessage.model_validate(
            {
                "channel": channel,
                "event_id": f"n-{self._number}",
                "at": datetime.now(UTC),
                "thread": f"{channel} of {to}",
                "sender": sender,
                "address": {"to": to},
                "text": text,
                **more,
            }
        )
        kept = await self._inbox.keep(ORGANISATION, event, datetime.now(UTC), across_channels=True)
        self.forwarder.wake()
        return Talk(self._house, kept.conversation_id or "")

    async def merge(self, source: Talk, target: Talk) -> None:
        await self.threads.merge(source.id, target.id, "m-1", ANNA, datetime.now(UTC))
        self.forwarder.wake()

    def code(self) -> str:
        """The newest code that was sent by email."""
        codes = [found for message in self.email.sent if (found := re.search(r"code is (\d{6})", message.text))]
        return codes[-1][1]


@pytest.fixture
async def post(house: House) -> AsyncIterator[Post]:
    quick = ChannelSpec(burst_window_seconds=0)
    database = house.store.database
    await publish(
        database,
        channels={"web_chat": quick, "email": quick, "sms": quick},
        identity=IdentityRules(one_conversation=True, verify_for=("personal_data",)),
    )
    await CustomerRepository(database).import_directory(ORGANISATION, DIRECTORY)
    async with at_work(house) as post:
        yield post


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[Post]:
    post = Post(house)
    forwarding = asyncio.create_task(post.forwarder.run())
    async with house.workers(scripted(FactsWriter()), further_channels={"email": post.email, "sms": post.sms}):
        yield post
    forwarding.cancel()


def asked_for_code(seen: Seen) -> bool:
    return any("a…@v…" in text for author, text in seen.said if author == "system")


def refused_times(times: int, seen: Seen) -> bool:
    return seen.kinds.count("identity_not_verified") == times


async def test_an_email_goes_on_by_sms_and_stays_one_conversation(post: Post) -> None:
    talk = await post.brings(PASSWORD)
    await talk.answered(1)
    again = await post.brings(ORDER, Sender(phone=ADA_PHONE, verified=True), "sms")
    assert again.id == talk.id
    seen = await talk.answered(2)
    assert [message.channel for message in seen.messages] == ["email", "email", "sms", "sms"]
    assert "order: packed" in post.sms.sent[0].text
    assert len(post.email.sent) == 1
    assert "channel_joined" in seen.kinds


async def test_a_colleague_who_writes_from_a_shared_mailbox_hears_nothing(post: Post) -> None:
    sms = await post.brings(ORDER, Sender(phone="+4930555022", verified=True), "sms")
    assert "order: packed" in (await sms.answered(1)).replies[0]
    mail = await post.brings(ORDER, Sender(email="info@velo.example", verified=True))
    assert mail.id != sms.id
    assert "nothing" in (await mail.answered(1)).replies[0]
    assert "packed" not in post.email.sent[-1].text


async def test_a_proved_sender_is_asked_for_nothing(post: Post) -> None:
    talk = await post.brings(ORDER)
    seen = await talk.answered(1)
    assert "order: packed" in seen.replies[0]
    assert len(post.email.sent) == 1


async def test_the_right_code_opens_personal_data_and_answers_the_question(post: Post, house: House) -> None:
    talk = await post.brings(ORDER, CLAIMED)
    await talk.until(asked_for_code)
    assert "packed" not in post.email.sent[-1].text
    code = post.code()
    await post.brings(f" {code[:3]} {code[3:]}", CLAIMED)
    seen = await talk.answered(1)
    assert seen.replies == [f"You asked: {ORDER} I know plan: Racing, order: packed."]
    assert [text for author, text in seen.said if author == "customer"] == [ORDER, MASK]
    assert code not in str(seen)
    assert [kind for kind in seen.kinds if kind.startswith("identity")] == [
        "identity_code_claimed",
        "identity_code_sent",
        "identity_verified",
    ]
    assert await house.store.database.fetchval("SELECT count(*) FROM identity_checks WHERE contact IS NOT NULL") == 0
    assert len(post.email.sent) == 3

    await post.brings("and again: " + ORDER, CLAIMED)
    assert "order: packed" in (await talk.answered(2)).replies[1]
    assert len(post.email.sent) == 4


async def test_the_code_is_in_no_history(post: Post) -> None:
    talk = await post.brings(ORDER, CLAIMED)
    await talk.until(asked_for_code)
    history = (await talk.handle.fetch_history()).to_json()
    assert "send_identity_code" in history
    assert post.code() not in history


async def test_five_wrong_codes_go_to_a_person(post: Post) -> None:
    talk = await post.brings(ORDER, CLAIMED)
    await talk.until(asked_for_code)
    wrong = f"{(int(post.code()) + 1) % 10**6:06}"
    for number in range(1, 6):
        await post.brings(wrong, CLAIMED)
        seen = await talk.until(partial(refused_times, number))
    seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.row.escalation_reason == "not_verified"
    assert seen.replies == []
    assert len([text for _, text in seen.said if text == SPECIFICATION.wording.wrong_code]) == 4
    await post.brings(post.code(), CLAIMED)
    later = await talk.until(lambda seen: len([1 for author, _ in seen.said if author == "customer"]) == 7)
    assert "identity_verified" not in later.kinds


async def test_a_code_that_comes_too_late_goes_to_a_person(post: Post, house: House) -> None:
    talk = await post.brings(ORDER, CLAIMED)
    await talk.until(asked_for_code)
    await house.store.database.fetchval("UPDATE identity_checks SET expires_at = $1", datetime.now(UTC) - timedelta(1))
    await post.brings(post.code(), CLAIMED)
    seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert (seen.row.escalation_reason, seen.replies) == ("not_verified", [])


async def test_nobody_is_sent_more_than_five_codes_a_day(post: Post) -> None:
    for number in range(6):
        talk = await post.brings(ORDER, CLAIMED, thread=f"mail {number}")
        await talk.until(lambda seen: asked_for_code(seen) or seen.row.status is Status.WITH_HUMAN)
    assert len([message for message in post.email.sent if "Your code is" in message.text]) == 5


async def test_whoever_fits_no_contact_is_sent_no_code(post: Post) -> None:
    talk = await post.brings(ORDER, Sender(email="eve@velo.example"))
    seen = await talk.answered(1)
    assert "nothing" in seen.replies[0]
    assert len(post.email.sent) == 1


async def test_merged_conversations_are_answered_in_one(post: Post) -> None:
    mail = await post.brings(PERSON)
    await mail.until(lambda seen: seen.row.status is Status.WITH_HUMAN and len(seen.messages) == 2)
    sms = await post.brings(PERSON, Sender(phone="+4930999"), "sms")
    await sms.until(lambda seen: seen.row.status is Status.WITH_HUMAN and len(seen.messages) == 2)
    await post.merge(sms, mail)
    seen = await mail.until(lambda seen: len([1 for author, _ in seen.said if author == "customer"]) == 2)
    assert [message.channel for message in seen.messages if message.author == "customer"] == ["email", "sms"]
    merged = await sms.until(lambda seen: seen.row.status is Status.RESOLVED)
    assert merged.row.merged_into == mail.id
    assert (await post.brings("hello?", Sender(phone="+4930999"), "sms")).id == mail.id
    await mail.until(lambda seen: "hello?" in [text for _, text in seen.said])


async def test_who_is_not_proved_hears_nothing_of_a_conversation_they_were_merged_into(post: Post) -> None:
    mail = await post.brings(ORDER)
    await mail.answered(1)
    stranger = Sender(phone="+4930999")
    sms = await post.brings(PASSWORD, stranger, "sms")
    await sms.answered(1)
    await post.merge(sms, mail)
    await post.brings(ORDER, stranger, "sms")
    seen = await mail.answered(2)
    assert "nothing" in seen.replies[1]
    assert "packed" not in post.sms.sent[-1].text


async def test_a_thread_that_is_split_off_is_answered_in_its_own_conversation(post: Post) -> None:
    talk = await post.brings(PASSWORD)
    await talk.answered(1)
    by_sms = Sender(phone=ADA_PHONE, verified=True)
    await post.brings(PASSWORD, by_sms, "sms")
    await talk.answered(2)
    fresh = await post.threads.split(talk.id, "sms", f"sms of {ADA_PHONE}", "x-1", ANNA, datetime.now(UTC))
    own = await post.brings(ORDER, by_sms, "sms")
    assert own.id == fresh != talk.id
    assert "order: packed" in (await own.answered(1)).replies[0]
    assert len(post.sms.sent) == 2
