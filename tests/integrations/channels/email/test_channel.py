"""Email through aiosmtplib and imapclient, against the stand-in over TLS, with a password and with access tokens."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from domain.delivery.inbound import DeliveryReport, InboundMessage, Unreadable
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.channels.base import Channel, Cursor, MessageReader
from integrations.channels.email.channel import EmailChannel
from integrations.channels.email.filter import MAX_MAILS_PER_HOUR
from integrations.channels.email.threading import own_message_id
from integrations.checks import Checkable
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, HOST, SENT, MailStandIn, Security
from tests.integrations.channels.email.mail_setup import (
    CUSTOMER,
    Setup,
    a_message,
    first_message,
    from_now,
    messages,
    reply,
    set_up,
    taken,
)

pytestmark = pytest.mark.integrations

LOGIN = "/imap/(login|authenticate)"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["password", "oauth"])
def way_in(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def signed_in(mail: MailStandIn, authority: Authority, way_in: str, security: Security = "tls") -> Iterator[Setup]:
    with set_up(mail, authority, security) as setup:
        setup.signs_in = setup.by_password if way_in == "password" else setup.by_oauth
        yield setup


@pytest.fixture
def setup(authority: Authority, way_in: str) -> Iterator[Setup]:
    with signed_in(MailStandIn(), authority, way_in) as setup:
        yield setup


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
    assert as_channel


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
        await setup.mail.someone_idles()
        await setup.mail.write(CUSTOMER, "Are you there?")
        assert [event.text for event in messages([await waiting])] == ["Are you there?"]


async def test_a_server_without_idle_is_asked_again(authority: Authority) -> None:
    mail = MailStandIn(can_idle=False)
    with set_up(mail, authority) as setup:
        channel = setup.channel(poll_seconds=1)
        async with aclosing(channel.read_from(None)) as batches:  # type: ignore[type-var]
            await anext(batches)
            await anext(batches)
            await mail.write(CUSTOMER, "Are you there?")
            assert len(messages([await anext(batches)])) == 1
        assert "IMAP IDLE" not in {entry.what for entry in mail.journal.entries}
        assert any("No IDLE" in finding.detail for finding in await channel.check())


async def test_after_a_change_of_uidvalidity_nothing_is_missed_and_nothing_from_before_is_read(setup: Setup) -> None:
    channel = setup.channel()
    long_ago = datetime.now(UTC) - timedelta(hours=1)
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


async def test_a_connection_that_ends_is_an_outage_and_the_next_reader_goes_on(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "First")
    setup.mail.faults.add(Fault(kind="cut", path="/imap/uid-fetch"))
    with pytest.raises(UnavailableError, match="ended the connection"):
        await taken(channel, cursor)
    message, _ = await first_message(channel, cursor)
    assert message.text == "First"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="fail", path=LOGIN, times=2, body="[AUTHENTICATIONFAILED] Invalid"), CredentialsError),
        (Fault(kind="fail", path=LOGIN, body="[UNAVAILABLE] Later"), UnavailableError),
        (Fault(kind="fail", path=LOGIN, body="[ALERT] Too many simultaneous connections"), RateLimitedError),
        (Fault(kind="cut", path=LOGIN), UnavailableError),
        (Fault(kind="fail", path="/imap/list", body="User is authenticated but not connected."), UnavailableError),
        (Fault(kind="fail", path="/imap/examine", body="[UNAVAILABLE] Later"), UnavailableError),
        (Fault(kind="fail", path="/imap/noop", body="[THROTTLED] Slow down"), RateLimitedError),
        (Fault(kind="delay", path="/imap/noop", seconds=3), UnavailableError),
    ],
)
async def test_what_goes_wrong_with_imap(setup: Setup, fault: Fault, error: type[HoldfastError]) -> None:
    setup.mail.faults.add(fault)
    with pytest.raises(error) as raised:
        await taken(setup.channel(timeout_seconds=1), None)
    assert ADDRESS not in str(raised.value)


async def test_a_mail_that_the_server_does_not_hand_out_goes_to_quarantine(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Refused")
    await setup.mail.write(CUSTOMER, "Next")
    setup.mail.faults.add(Fault(kind="fail", path="/imap/uid-fetch", body="[SERVERBUG] Cannot read it"))
    batches, _ = await taken(channel, cursor)
    assert [one.reason for one in batches[0].unreadable] == ["The IMAP server does not hand this mail out."]
    assert [event.text for event in messages(batches)] == ["Next"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("[UNAVAILABLE] Later", UnavailableError),
        ("Server Unavailable. 15", UnavailableError),
        ("[THROTTLED] Slow down", RateLimitedError),
    ],
)
async def test_a_mail_is_not_given_up_for_an_outage(setup: Setup, said: str, error: type[HoldfastError]) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    setup.mail.faults.add(Fault(kind="fail", path="/imap/uid-fetch", body=said))
    with pytest.raises(error):
        await taken(channel, cursor)
    batches, _ = await taken(channel, cursor)
    assert [event.text for event in messages(batches)] == ["Hello"]


async def test_an_unreadable_mail_goes_to_quarantine_whole(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    raw = b"Subject: From nobody\r\n\r\nHello\r\n"
    await setup.mail.arrive(raw, sender="x@y.example")
    batches, _ = await taken(channel, cursor)
    found = batches[0].unreadable[0]
    assert found.content.endswith(raw)
    assert "names no sender" in found.reason


async def test_automatic_mail_is_passed_over_and_stays(setup: Setup) -> None:
    channel = setup.channel(mark_seen=True)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "I am away", Auto_Submitted="auto-replied")
    await setup.mail.arrive(b"From: erika@customer.example\r\nSubject: x\r\n\r\nFrom nobody\r\n")
    await setup.mail.write(ADDRESS, "Our own words")
    await setup.mail.write(CUSTOMER, "I am back")
    batches, cursor = await taken(channel, cursor)
    await taken_nothing(channel, cursor)
    assert [event.text for event in messages(batches)] == ["I am back"]
    assert len(await setup.mail.folder("INBOX")) == 4


async def test_what_is_passed_over_is_kept_whole_and_can_be_taken_in(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Is the lamp there?", List_Id="<desk.lists.example>")
    batches, _ = await taken(channel, cursor)
    (kept,) = batches[0].unreadable
    assert (batches[0].events, kept.kind) == ((), "mailing_list")
    event = channel.taken_in(kept)
    assert isinstance(event, InboundMessage)
    assert (event.event_id, "Is the lamp there?" in event.text) == (kept.event_id, True)
    assert (await first_message(setup.channel(groups="desk.lists.example"), cursor))[0] == event


async def test_a_mail_that_we_sent_is_nothing_to_keep(setup: Setup) -> None:
    channel = setup.channel()
    message = await a_message(setup)
    cursor = await from_now(channel)
    ours = own_message_id("k1", str(message.address["thread"]), ADDRESS)
    await setup.mail.arrive(f"From: {ADDRESS}\r\nMessage-ID: {ours}\r\n\r\nHi\r\n".encode())
    await setup.mail.write(CUSTOMER, "Thanks")
    batches, _ = await taken(channel, cursor)
    assert [event.text for event in messages(batches)] == ["Thanks"]
    assert [one for batch in batches for one in batch.unreadable] == []


async def test_what_no_message_can_be_made_of_says_why(setup: Setup) -> None:
    broken = Unreadable(
        channel="email", event_id="mail-1", at=datetime.now(UTC), reason="", content=b"Subject: x\r\n\r\nHi"
    )
    with pytest.raises(InvalidInputError, match="names no sender"):
        setup.channel().taken_in(broken)


async def taken_nothing(channel: EmailChannel, cursor: Cursor) -> None:
    async with aclosing(channel.read_from(cursor)) as batches:  # type: ignore[type-var]
        assert [(await anext(batches)).events for _ in range(2)] == [(), ()]


async def test_mail_that_became_a_message_is_marked_where_that_is_wanted(setup: Setup) -> None:
    channel = setup.channel(mark_seen=True)
    await setup.mail.write(CUSTOMER, "I am away", Auto_Submitted="auto-replied")
    async with aclosing(channel.read_from(await from_now(setup.channel()))) as batches:  # type: ignore[type-var]
        await anext(batches)
        await setup.mail.write(CUSTOMER, "Read me")
        while not (await anext(batches)).events:
            pass
        await anext(batches)
    assert [sorted(mail.flags) for mail in await setup.mail.folder("INBOX")] == [[], ["\\Seen"]]


async def test_a_machine_that_answers_everything_is_stopped(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    for number in range(MAX_MAILS_PER_HOUR + 1):
        await setup.mail.write(CUSTOMER, f"Answer {number}")
    batches, _ = await taken(channel, cursor, MAX_MAILS_PER_HOUR // 5 + 1)
    assert len(messages(batches)) == MAX_MAILS_PER_HOUR
    assert "probably a machine" in batches[-1].unreadable[0].reason


async def test_a_mail_that_is_too_large_is_read_as_far_as_allowed(setup: Setup) -> None:
    channel = setup.channel(max_mail_bytes=10_000)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Begin " + "word " * 4000)
    message, _ = await first_message(channel, cursor)
    assert message.text.startswith("Begin word")
    assert "This mail is too large." in message.text


async def test_a_returned_mail_is_reported_as_failed(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    message, cursor = await first_message(channel, cursor)
    setup.mail.bouncing.add(CUSTOMER)
    receipt = await channel.send(reply(message))
    batches, _ = await taken(channel, cursor)
    report = batches[0].events[0]
    assert isinstance(report, DeliveryReport)
    assert (report.provider_message_id, report.status, report.code) == (receipt.provider_message_id, "failed", "5.1.1")


async def test_a_second_reply_follows_the_first(setup: Setup) -> None:
    channel = setup.channel(plus_address=True, subject_token=True)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello", subject="Order 7")
    message, cursor = await first_message(channel, cursor)
    receipt = await channel.send(reply(message))
    assert receipt.address is not None
    again = reply(message, key="k2").model_copy(update={"address": message.address | receipt.address})
    await channel.send(again)
    first, second = setup.mail.received
    assert second.headers["In-Reply-To"] == first.headers["Message-ID"]
    assert second.headers["References"].split() == [*first.headers["References"].split(), first.headers["Message-ID"]]
    await setup.mail.write(CUSTOMER, "A new mail to the address that was given", answers=second, subject="Other")
    answer, _ = await first_message(channel, cursor)
    assert answer.thread == message.thread


async def test_a_mail_is_found_in_the_sent_folder_or_sent_again_as_the_same(setup: Setup) -> None:
    channel = setup.channel(sent_folder=SENT, append_sent=True)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    message, _ = await first_message(channel, cursor)
    outbound = reply(message)
    assert await channel.find_sent(outbound) is None
    assert await setup.channel().find_sent(outbound) is None
    sent = await channel.send(outbound)
    assert await channel.find_sent(outbound) == sent
    assert await channel.find_sent(reply(message, key="k2")) is None
    await channel.send(outbound)
    assert len({mail.headers["Message-ID"] for mail in setup.mail.received}) == 1


async def test_a_mail_whose_answer_was_lost_is_in_the_sent_folder_of_the_provider(setup: Setup) -> None:
    setup.mail.keeps_sent = True
    channel = setup.channel(sent_folder=SENT)
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    message, _ = await first_message(channel, cursor)
    setup.mail.faults.add(Fault(kind="cut", path="/smtp/data", handled=True))
    with pytest.raises(UnavailableError):
        await channel.send(reply(message))
    assert await channel.find_sent(reply(message)) is not None
    assert len(setup.mail.received) == 1


async def test_a_sent_folder_that_takes_nothing_does_not_make_it_unsent(setup: Setup) -> None:
    channel = setup.channel(sent_folder="None such", append_sent=True)
    await channel.send(reply(await a_message(setup)))
    assert len(setup.mail.received) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="fail", path="/smtp/auth", times=3, status=535, body="5.7.8 Bad credentials"), CredentialsError),
        (Fault(kind="fail", path="/smtp/auth", times=3, status=454, body="4.7.0 Temporary failure"), RateLimitedError),
        (Fault(kind="fail", path="/smtp/mail", status=451), UnavailableError),
        (Fault(kind="fail", path="/smtp/mail", status=553, body="5.7.1 Not yours"), CredentialsError),
        (Fault(kind="fail", path="/smtp/rcpt", status=450, body="4.2.1 Try later"), UnavailableError),
        (
            Fault(kind="fail", path="/smtp/rcpt", status=550, body="5.1.1 erika@customer.example unknown"),
            InvalidInputError,
        ),
        (Fault(kind="fail", path="/smtp/data", status=421, body="4.7.28 Rate limit exceeded"), RateLimitedError),
        (Fault(kind="fail", path="/smtp/data", status=552, body="5.3.4 Too large"), InvalidInputError),
        (Fault(kind="cut", path="/smtp/ehlo"), UnavailableError),
        (Fault(kind="cut", path="/smtp/data"), UnavailableError),
        (Fault(kind="delay", path="/smtp/data", seconds=3), UnavailableError),
    ],
)
async def test_what_goes_wrong_with_smtp(setup: Setup, fault: Fault, error: type[HoldfastError]) -> None:
    message = await a_message(setup)
    setup.mail.faults.add(fault)
    with pytest.raises(error) as raised:
        await setup.channel(timeout_seconds=1).send(reply(message))
    assert CUSTOMER not in str(raised.value)
    assert "customer.example" not in str(raised.value)


async def test_nobody_to_send_to(setup: Setup) -> None:
    message = await a_message(setup)
    with pytest.raises(InvalidInputError, match="has not written by email yet"):
        await setup.channel().send(reply(message).model_copy(update={"address": {}}))


@pytest.mark.parametrize("way_in", ["password"], indirect=True)
async def test_servers_that_are_not_there_or_not_trusted(setup: Setup) -> None:
    message = await a_message(setup)
    with pytest.raises(UnavailableError, match="SMTP server's certificate"):
        await setup.channel(ca_file=None).send(reply(message))
    with pytest.raises(UnavailableError, match="IMAP server's certificate"):
        await taken(setup.channel(ca_file=None), None)
    with pytest.raises(UnavailableError, match="SMTP server does not answer"):
        await setup.channel(smtp_port=1).send(reply(message))
    with pytest.raises(UnavailableError, match="IMAP server does not answer"):
        await taken(setup.channel(imap_port=1), None)


async def test_starttls(authority: Authority, way_in: str) -> None:
    mail = MailStandIn()
    with signed_in(mail, authority, way_in, "starttls") as setup:
        await setup.channel().send(reply(await a_message(setup)))
        assert len(mail.received) == 1
        async with aclosing(setup.channel().read_from(None)) as batches:  # type: ignore[type-var]
            await anext(batches)
            await anext(batches)
            waiting = asyncio.ensure_future(anext(batches))
            await mail.someone_idles()
            await mail.write(CUSTOMER, "Hello")
            assert len(messages([await waiting])) == 1


async def test_the_check_tells_that_all_is_well(setup: Setup) -> None:
    await setup.mail.write(CUSTOMER, "Hello")
    findings = await setup.channel(sent_folder=SENT).check()
    assert [finding.name for finding in findings if not finding.ok] == []
    assert len(findings) == (5 if setup.signs_in == setup.by_password else 6)
    assert setup.mail.received == []


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        (
            {"address": "other@techflow.example", "username": ADDRESS},
            "SMTP: send as the address",
            "HOLDFAST_EMAIL_ADDRESS",
        ),
        ({"folder": "Support"}, "IMAP: folder Support", "no folder Support"),
        ({"sent_folder": "Gone"}, "IMAP: folder Gone", "no folder Gone"),
        ({"trusted_authserv": "mx.other.example"}, "Senders are proved", HOST),
    ],
)
async def test_the_check_tells_what_is_missing(setup: Setup, changes: dict[str, object], name: str, words: str) -> None:
    await setup.mail.write(CUSTOMER, "Hello")
    findings = {finding.name: finding for finding in await setup.channel(**changes).check()}
    assert not findings[name].ok
    assert words in findings[name].detail


@pytest.mark.parametrize("way_in", ["password"], indirect=True)
async def test_the_check_tells_that_the_password_is_wrong(setup: Setup) -> None:
    findings = {finding.name: finding for finding in await setup.channel(password="wrong").check()}
    for name in ("SMTP: send as the address", "IMAP: sign in"):
        assert not findings[name].ok
        assert "HOLDFAST_EMAIL_PASSWORD" in findings[name].detail


async def test_without_a_trusted_host_the_check_says_whose_results_there_are(setup: Setup) -> None:
    await setup.mail.write(CUSTOMER, "Hello")
    findings = {finding.name: finding for finding in await setup.channel(trusted_authserv="").check()}
    assert findings["Senders are proved"].ok
    assert HOST in findings["Senders are proved"].detail
