"""Email through aiosmtplib and imapclient, against the stand-in over TLS."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.conversation import Author
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from domain.inbound import DeliveryReport, InboundMessage
from integrations.channels.base import Batch, Channel, Cursor, MessageReader, OutboundMessage
from integrations.channels.email import EmailChannel, EmailSettings
from integrations.channels.email_filter import MOST_MAILS_PER_HOUR
from integrations.checks import Checkable
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, HOST, PASSWORD, SENT, MailStandIn, Security

pytestmark = pytest.mark.integrations

CUSTOMER = "erika@customer.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


class Setup:
    """A stand-in being served, and channels that are set up for it."""

    def __init__(self, mail: MailStandIn, smtp_port: int, imap_port: int, ca_file: Path, security: Security) -> None:
        self.mail = mail
        self.base: dict[str, object] = {
            "address": ADDRESS,
            "name": "TechFlow, Support",
            "password": PASSWORD,
            "smtp_host": "localhost",
            "smtp_port": smtp_port,
            "smtp_security": security,
            "imap_host": "localhost",
            "imap_port": imap_port,
            "imap_security": security,
            "ca_file": ca_file,
            "timeout_seconds": 5,
            "trusted_authserv": HOST,
        }

    def channel(self, **changes: object) -> EmailChannel:
        return EmailChannel(EmailSettings.model_validate(self.base | changes))


@pytest.fixture
def setup(authority: Authority) -> Iterator[Setup]:
    mail = MailStandIn()
    with mail.serving(authority) as ports:
        yield Setup(mail, ports.smtp, ports.imap, authority.ca_file, "tls")


async def taken(channel: EmailChannel, cursor: Cursor | None, most: int = 1) -> tuple[list[Batch], Cursor]:
    """Read until so many batches with something in them have come; the cursor is the last one's."""
    found: list[Batch] = []
    async with aclosing(channel.read_from(cursor)) as batches:  # type: ignore[type-var]
        async for batch in batches:
            cursor = batch.cursor
            found += [batch] if batch.events or batch.unreadable else []
            if len(found) >= most:
                break
    assert cursor is not None
    return found, cursor


async def from_now(channel: EmailChannel) -> Cursor:
    async with aclosing(channel.read_from(None)) as batches:  # type: ignore[type-var]
        return (await anext(batches)).cursor


async def first_message(channel: EmailChannel, cursor: Cursor) -> tuple[InboundMessage, Cursor]:
    batches, cursor = await taken(channel, cursor)
    message = batches[0].events[0]
    assert isinstance(message, InboundMessage)
    return message, cursor


def reply(message: InboundMessage, text: str = "It is on its way.", key: str = "k1") -> OutboundMessage:
    return OutboundMessage(
        idempotency_key=key,
        conversation_id="cv_0123456789",
        author=Author.AI_AGENT,
        kind="reply",
        text=text,
        address=message.address,
    )


async def test_a_mail_is_read_answered_and_the_answer_comes_back_to_the_same_thread(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Where is my order?", subject="Order 7")
    first, cursor = await first_message(channel, cursor)
    assert (first.text, first.sender.email, first.sender.verified) == ("Order 7\n\nWhere is my order?", CUSTOMER, True)
    receipt = await channel.send(reply(first))
    sent = setup.mail.received[0]
    assert (sent.to, sent.text.strip()) == (CUSTOMER, "It is on its way.")
    assert sent.headers["Subject"] == "Re: Order 7"
    assert sent.headers["In-Reply-To"] == sent.headers["References"]
    assert sent.headers["Message-ID"] == f"<{receipt.provider_message_id}>"
    assert sent.headers["Auto-Submitted"] == "auto-replied"
    quoted = "On Mon, 3 Nov 2025 at 9:00, TechFlow <s@t.example> wrote:\n> It is on its way."
    await setup.mail.write(CUSTOMER, f"Thanks!\n\n{quoted}", answers=sent)
    second, _ = await first_message(channel, cursor)
    assert (second.text, second.thread) == ("Thanks!", first.thread)


def test_it_is_what_its_ports_ask_for(setup: Setup) -> None:
    channel = setup.channel()
    assert isinstance(channel, MessageReader)
    assert isinstance(channel, Checkable)
    as_channel: Channel = channel
    assert not as_channel.stored


async def test_it_goes_on_where_it_stopped(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    for number in range(7):
        await setup.mail.write(CUSTOMER, f"Number {number}")
    batches, cursor = await taken(channel, cursor)
    assert [event.text for event in messages(batches)] == [f"Number {number}" for number in range(5)]
    batches, cursor = await taken(channel, cursor)
    assert [event.text for event in messages(batches)] == ["Number 5", "Number 6"]


async def test_a_new_reader_leaves_the_old_mail_alone(setup: Setup) -> None:
    await setup.mail.write(CUSTOMER, "Old")
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "New")
    message, _ = await first_message(channel, cursor)
    assert message.text == "New"


async def test_a_waiting_reader_is_told_of_a_mail(setup: Setup) -> None:
    channel = setup.channel()
    async with aclosing(channel.read_from(None)) as batches:  # type: ignore[type-var]
        await anext(batches)
        await anext(batches)
        waiting = asyncio.ensure_future(anext(batches))
        while not any(entry.what == "IMAP IDLE" for entry in setup.mail.journal.entries):
            await asyncio.sleep(0)
        await setup.mail.write(CUSTOMER, "Are you there?")
        assert [event.text for event in messages([await waiting])] == ["Are you there?"]


async def test_after_a_change_of_uidvalidity_nothing_is_missed_and_nothing_from_before_is_read(setup: Setup) -> None:
    channel = setup.channel()
    long_ago = datetime.now(UTC) - timedelta(days=30)
    await setup.mail.deliver_at(b"From: a@b.example\r\nSubject: old\r\n\r\nOld\r\n", long_ago)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Before")
    before, cursor = await first_message(channel, cursor)
    await setup.mail.write(CUSTOMER, "Meanwhile")
    await setup.mail.renumber()
    batches, renewed = await taken(channel, cursor)
    again = messages(batches)
    assert [event.text for event in again] == ["Before", "Meanwhile"]
    assert again[0].event_id == before.event_id
    assert renewed["uidvalidity"] != cursor["uidvalidity"]


def messages(batches: list[Batch]) -> list[InboundMessage]:
    return [event for batch in batches for event in batch.events if isinstance(event, InboundMessage)]
