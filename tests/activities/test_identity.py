"""The code leaves once, by an address that the CRM knows, and stands nowhere but in that message."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities import identity
from activities.identity import IdentityActivities
from domain.delivery.inbound import ConsentChange, InboundMessage, Sender
from domain.errors import NotFoundError, UnavailableError
from domain.identity.check import (
    MASK,
    MAX_TRIED_AT_ONCE,
    AnswerIdentityCheckInput,
    IdentityAnswer,
    SendIdentityCodeInput,
    SentIdentityCode,
    hash_of,
)
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.specification.organisation import ChannelSpec, SpecVersion
from integrations.channels.base import OutboundMessage, SendReceipt
from integrations.crm.directory import DirectoryCrm
from storage.database import Database, connect
from storage.identity import IdentityRepository
from storage.inbox import InboxRepository
from tests.organisation import VERSION
from tests.pigeons import PigeonChannel
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, later, message, staged

ADA = Contact(id="ada", account="velo", name="Ada", email="ada@velo.example", phone="+4930123456")
BEN = Contact(id="ben", account="velo", name="Ben", email="ben@velo.example", phone="+4930777")
CAL = Contact(id="cal", account="velo", name="Cal", email="cal@velo.example", phone="+4930777")
DIRECTORY = DirectoryImport(
    accounts=(Account(id="velo", name="Velo", plan="Racing", seats=3, status="active"),), contacts=(ADA, BEN, CAL)
)
CODE = re.compile(r"\b\d{6}\b")


class LateChannel(PigeonChannel):
    """Takes a message, and the word of it is lost on its way back; can it tell later?"""

    def __init__(self, *, remembers: bool) -> None:
        super().__init__()
        self._remembers = remembers
        self._loses_word = True
        self.asked: list[OutboundMessage] = []

    async def send(self, message: OutboundMessage) -> SendReceipt:
        receipt = await super().send(message)
        if self._loses_word:
            self._loses_word = False
            raise UnavailableError("The line was cut.")
        return receipt

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        self.asked.append(message)
        return await super().find_sent(message) if self._remembers else None


class Office:
    """An organisation with a directory, and the channels over which codes go."""

    def __init__(self, database: Database, stage: Stage) -> None:
        self.database = database
        self.stage = stage
        self.email: PigeonChannel = PigeonChannel()
        self.sms: PigeonChannel = PigeonChannel()
        self.kinds: tuple[str, ...] = ("email", "sms")
        self.worker = self.starts()

    def starts(self) -> IdentityActivities:
        """A worker process that remembers nothing."""
        channels = {"email": self.email, "sms": self.sms}
        customers = self.stage.customers
        crms = {"directory": DirectoryCrm(customers)}
        return IdentityActivities(IdentityRepository(self.database), customers, crms, channels, self._load)

    async def _load(self, _: str) -> SpecVersion:
        channels = {kind: ChannelSpec() for kind in self.kinds}
        return VERSION.model_copy(
            update={"specification": VERSION.specification.model_copy(update={"channels": channels})}
        )

    async def claims(self, email: str | None, phone: str | None = None) -> SendIdentityCodeInput:
        customer_id = await self.stage.customers.create(ORGANISATION, email=email)
        await self.database.fetchval("UPDATE customers SET phone = $2 WHERE customer_id = $1", customer_id, phone)
        return SendIdentityCodeInput(
            organisation=ORGANISATION,
            conversation_id=CONVERSATION,
            spec_hash=VERSION.content_hash,
            check_id="k-1",
            channel="email",
            customer_id=customer_id,
            source="directory",
            expected_revision=0,
        )

    async def hears_of(self, channel: str, to: str, said: str, *, event_id: str = "c-1") -> None:
        """A customer wrote from this address once, in another conversation, and says STOP or START there."""
        inbox = InboxRepository(self.database)
        named = {"channel": channel, "thread": f"{to} ours", "at": NOW}
        sender = Sender(phone=to) if channel == "sms" else Sender(email=to)
        first = InboundMessage(**named, event_id="first", sender=sender, address={"to": to}, text="Hello")
        await inbox.keep(ORGANISATION, first, NOW)
        await inbox.keep(ORGANISATION, ConsentChange(**named, event_id=event_id, opted_out=said == "STOP"), NOW)

    async def writes_in(self, thread: str, input: SendIdentityCodeInput, used_at: datetime = NOW) -> None:
        """The customer wrote by email in this thread of the conversation."""
        await self.database.fetchval(
            "INSERT INTO channel_threads "
            "(organisation, channel, thread, conversation_id, customer_id, address, used_at) "
            "VALUES ($1, 'email', $2, $3, $4, $5, $6)",
            ORGANISATION,
            thread,
            CONVERSATION,
            input.customer_id,
            {"to": "Ada@velo.example", "references": [f"<{thread}@velo>"]},
            used_at,
        )

    async def send(self, input: SendIdentityCodeInput) -> SentIdentityCode:
        return await ActivityEnvironment().run(self.worker.send_identity_code, input)

    async def hear(self, text: str, revision: int = 1) -> IdentityAnswer:
        input = AnswerIdentityCheckInput(
            organisation=ORGANISATION,
            conversation_id=CONVERSATION,
            check_id="k-1",
            revision=revision,
            messages=(message(f"m-{revision}", text),),
        )
        return await ActivityEnvironment().run(self.worker.answer_identity_check, input)

    def codes(self, channel: PigeonChannel) -> list[str]:
        return [found[0] for sent in channel.sent if (found := CODE.search(sent.text))]


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    database = await connect(database_url)
    stage = await staged(database)
    await stage.customers.import_directory(ORGANISATION, DIRECTORY)
    yield Office(database, stage)
    await database.close()


async def test_a_code_goes_to_the_known_address_once(office: Office) -> None:
    input = await office.claims("ada@velo.example")
    first, again = await office.send(input), await office.send(input)
    assert first == again
    assert first.check
    assert first.check.address == "a…@v…"
    (sent,) = office.email.sent
    assert (sent.address["to"], sent.idempotency_key) == ("ada@velo.example", "k-1")
    (code,) = office.codes(office.email)
    stored = await office.database.fetchval("SELECT k::text FROM identity_checks k")
    assert code not in stored
    assert (await office.hear(f"it is {code}")).verdict == "right"
    assert await office.stage.said() == [(1, "customer", f"it is {MASK}")]


async def test_without_email_the_code_goes_by_sms(office: Office) -> None:
    office.kinds = ("sms",)
    sent = await office.send(await office.claims("ada@velo.example"))
    assert sent.check
    assert (sent.check.address, office.sms.sent[0].address["to"]) == ("…56", "+4930123456")


async def test_where_the_customer_writes_by_the_same_channel_the_code_goes_in_their_thread(office: Office) -> None:
    input = await office.claims("ada@velo.example")
    await office.writes_in("t-1", input)
    await office.send(input)
    assert office.email.sent[0].address == {"to": "Ada@velo.example", "references": ["<t-1@velo>"]}


async def test_a_number_that_said_stop_gets_no_code(office: Office) -> None:
    office.kinds = ("sms",)
    await office.hears_of("sms", "+4930123456", "STOP")
    input = await office.claims("ada@velo.example")
    assert (await office.send(input)).status == "impossible"
    assert office.sms.sent == []
    await office.hears_of("sms", "+4930123456", "START", event_id="c-2")
    assert (await office.send(input)).status == "sent"


async def test_another_number_that_said_stop_is_another_number(office: Office) -> None:
    office.kinds = ("sms",)
    await office.hears_of("sms", "+4930123457", "STOP")
    assert (await office.send(await office.claims("ada@velo.example"))).status == "sent"


@pytest.mark.parametrize(
    ("stopped", "to", "used"), [("sms", "+4930123456", "email"), ("email", "Ada@velo.example", "sms")]
)
async def test_who_wants_no_messages_by_one_channel_gets_the_code_by_the_other(
    office: Office, stopped: str, to: str, used: str
) -> None:
    await office.hears_of(stopped, to, "STOP")
    sent = await office.send(await office.claims("ada@velo.example"))
    assert sent.check
    assert sent.check.address == {"email": "a…@v…", "sms": "…56"}[used]
    assert [len(office.email.sent), len(office.sms.sent)] == [used == "email", used == "sms"]


async def test_a_stop_between_two_attempts_sends_the_code_the_other_way(office: Office) -> None:
    office.email.failures = [UnavailableError("The line is cut.")]
    input = await office.claims("ada@velo.example")
    with pytest.raises(UnavailableError):
        await office.send(input)
    await office.hears_of("email", "ada@velo.example", "STOP")
    sent = await office.send(input)
    assert sent.check
    assert (sent.check.address, len(office.sms.sent)) == ("…56", 1)
    assert await office.database.fetchval("SELECT sent_by FROM identity_checks") == "sms"
    assert (await office.hear(office.codes(office.sms)[0])).verdict == "right"


async def test_no_code_to_a_number_that_a_colleague_reads_as_well(office: Office) -> None:
    office.kinds = ("sms",)
    assert (await office.send(await office.claims("ben@velo.example"))).status == "impossible"
    assert office.sms.sent == []


@pytest.mark.parametrize(("email", "phone"), [("eve@velo.example", None), (None, "+4930777"), (None, None)])
async def test_no_code_for_nobody_or_several(office: Office, email: str | None, phone: str | None) -> None:
    assert (await office.send(await office.claims(email, phone))).status == "impossible"
    assert office.email.sent == []


async def test_no_code_without_a_channel_to_send_it_by(office: Office) -> None:
    office.kinds = ("web_chat",)
    assert (await office.send(await office.claims("ada@velo.example"))).status == "impossible"


@pytest.mark.parametrize("remembers", [True, False])
async def test_a_lost_word_makes_no_second_code_in_the_same_process(office: Office, remembers: bool) -> None:
    office.email = LateChannel(remembers=remembers)
    office.worker = office.starts()
    input = await office.claims("ada@velo.example")
    with pytest.raises(UnavailableError):
        await office.send(input)
    await office.send(input)
    codes = office.codes(office.email)
    assert len(codes) == (1 if remembers else 2)
    assert len(set(codes)) == 1
    assert (await office.hear(codes[0])).verdict == "right"


@pytest.mark.parametrize("remembers", [True, False])
async def test_after_a_crash_the_last_code_counts(office: Office, remembers: bool) -> None:
    office.email = LateChannel(remembers=remembers)
    office.worker = office.starts()
    input = await office.claims("ada@velo.example")
    with pytest.raises(UnavailableError):
        await office.send(input)
    office.worker = office.starts()
    await office.send(input)
    codes = office.codes(office.email)
    assert len(codes) == (1 if remembers else 2)
    assert (await office.hear(codes[-1])).verdict == "right"


async def _lost(office: Office) -> LateChannel:
    """The code has left by email, and nobody knows."""
    office.email = late = LateChannel(remembers=True)
    office.worker = office.starts()
    input = await office.claims("ada@velo.example")
    await office.writes_in("t-1", input)
    with pytest.raises(UnavailableError):
        await office.send(input)
    return late


async def test_a_code_in_doubt_is_looked_for_in_the_thread_where_it_was_tried(office: Office) -> None:
    """In the customer's newer thread it would not be found, and leave a second time."""
    late = await _lost(office)
    input = await office.claims("ada@velo.example")
    await office.writes_in("t-2", input, later(5))
    assert (await office.send(input)).status == "sent"
    (sent,), (asked,) = late.sent, late.asked
    assert (asked.address, asked.claimed_at) == (sent.address, sent.claimed_at)
    assert asked.address["references"] == ["<t-1@velo>"]


async def test_a_code_in_doubt_is_looked_for_before_it_goes_the_other_way(office: Office) -> None:
    await _lost(office)
    await office.hears_of("email", "ada@velo.example", "STOP")
    sent = await office.send(await office.claims("ada@velo.example"))
    assert sent.check
    assert (sent.check.address, office.sms.sent) == ("a…@v…", [])
    assert (await office.hear(office.codes(office.email)[0])).verdict == "right"


async def test_a_flood_of_numbers_is_one_attempt_of_a_few_codes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.send(await office.claims("ada@velo.example"))
    hashed: list[str] = []

    def counted(code: str, salt: bytes) -> bytes:
        hashed.append(code)
        return hash_of(code, salt)

    monkeypatch.setattr(identity, "hash_of", counted)
    (code,) = office.codes(office.email)
    flood = " ".join(f"{number:06}" for number in range(2000) if number != int(code))
    assert (await office.hear(flood)).verdict == "wrong"
    assert len(hashed) == MAX_TRIED_AT_ONCE
    assert await office.stage.said() == [(1, "customer", flood)]


async def test_an_answer_to_no_check_is_an_error(office: Office) -> None:
    with pytest.raises(NotFoundError):
        await office.hear("123456")
