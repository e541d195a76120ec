"""The mail stand-in refuses what a provider refuses, and carries mail as one does."""

import smtplib
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from imaplib import IMAP4, IMAP4_SSL
from pathlib import Path

import pytest

from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, HOST, PASSWORD, SENT, MailStandIn, Ports
from sandbox.mail_submission import MAX_BYTES, refusal_of

CUSTOMER = "erika@customer.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def mail() -> MailStandIn:
    return MailStandIn()


@pytest.fixture
def ports(mail: MailStandIn, authority: Authority) -> Iterator[Ports]:
    with mail.serving(authority) as ports:
        yield ports


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.client_context()


@pytest.fixture
def smtp(ports: Ports, trust: ssl.SSLContext) -> Iterator[smtplib.SMTP_SSL]:
    with smtplib.SMTP_SSL("localhost", ports.smtp, context=trust, timeout=5) as client:
        yield client


@pytest.fixture
def imap(ports: Ports, trust: ssl.SSLContext) -> Iterator[IMAP4_SSL]:
    client = IMAP4_SSL("localhost", ports.imap, ssl_context=trust, timeout=5)
    yield client
    client.shutdown()


def written(**changes: str) -> EmailMessage:
    mail = EmailMessage()
    names = {"From": ADDRESS, "To": CUSTOMER, "Subject": "Hi", "Date": "Mon, 3 Nov 2025 12:00:00 +0000"}
    for name, value in {**names, "Message-ID": "<a@techflow.example>", **changes}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Hello")
    return mail


def test_a_mail_is_carried_to_the_customer(mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
    smtp.login(ADDRESS, PASSWORD)
    smtp.send_message(written())
    assert (mail.received[0].to, mail.received[0].text.strip()) == (CUSTOMER, "Hello")
    assert [entry.what for entry in mail.journal.entries][-3:] == ["SMTP MAIL", "SMTP RCPT", "SMTP DATA"]


def test_nothing_is_taken_without_a_login(smtp: smtplib.SMTP_SSL) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused) as raised:
        smtp.send_message(written())
    assert raised.value.smtp_code == 530
    with pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(ADDRESS, "wrong")


def test_somebody_elses_address_is_refused(smtp: smtplib.SMTP_SSL) -> None:
    smtp.login(ADDRESS, PASSWORD)
    with pytest.raises(smtplib.SMTPSenderRefused) as raised:
        smtp.sendmail("boss@techflow.example", [CUSTOMER], written().as_bytes())
    assert raised.value.smtp_code == 550


def test_an_unknown_recipient_is_refused(mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
    mail.unknown.add(CUSTOMER)
    smtp.login(ADDRESS, PASSWORD)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.send_message(written())


def test_a_mail_that_is_too_large_is_refused(smtp: smtplib.SMTP_SSL) -> None:
    smtp.login(ADDRESS, PASSWORD)
    assert smtp.docmd("MAIL", f"FROM:<{ADDRESS}> SIZE={MAX_BYTES + 1}")[0] == 552


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (written().as_bytes().replace(b"Date:", b"X-Date:"), "Date"),
        (written().as_bytes().replace(b"Message-ID:", b"X-Id:"), "Message-ID"),
        (b"Subject: again\n" + written().as_bytes(), "Subject"),
        (written(From="boss@techflow.example").as_bytes(), "permissions"),
        (b"X: \xff\r\n" + written().as_bytes().replace(b"\n", b"\r\n"), "malformed"),
        (written().as_bytes() + b"x" * 999, "malformed"),
    ],
)
def test_a_mail_that_breaks_the_rules_is_refused(raw: bytes, words: str) -> None:
    assert words in refusal_of(raw, ADDRESS)
    assert refusal_of(written().as_bytes(), ADDRESS) == ""


async def test_mail_to_the_mailbox_lands_in_it(mail: MailStandIn, ports: Ports, smtp: smtplib.SMTP_SSL) -> None:
    mail.keeps_sent = True
    smtp.login(ADDRESS, PASSWORD)
    smtp.send_message(written(), to_addrs=[ADDRESS])
    assert len(await mail.folder("INBOX")) == len(await mail.folder(SENT)) == 1
    assert mail.received == []


async def test_a_mail_to_a_dead_address_comes_back(mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
    mail.bouncing.add(CUSTOMER)
    smtp.login(ADDRESS, PASSWORD)
    smtp.send_message(written())
    returned = message_from_bytes((await mail.folder("INBOX"))[0].raw)
    kinds = [part.get_content_type() for part in returned.walk()]
    assert kinds[0] == "multipart/report"
    assert {"message/delivery-status", "message/rfc822"} <= set(kinds)
    assert returned["Return-Path"] == "<>"


async def test_a_customers_mail_has_what_the_receiving_host_found(mail: MailStandIn, ports: Ports) -> None:
    await mail.write(CUSTOMER, "Hello", subject="Hi")
    await mail.arrive(b"From: x@y.example\r\n\r\nHi", sender=CUSTOMER, proved=False)
    first, second = (message_from_bytes(kept.raw) for kept in await mail.folder("INBOX"))
    assert first["Authentication-Results"] == f"{HOST}; dkim=pass header.d=customer.example"
    assert second["Authentication-Results"] == f"{HOST}; dkim=none"


async def test_an_answer_is_threaded_and_goes_to_the_reply_address(
    mail: MailStandIn, ports: Ports, smtp: smtplib.SMTP_SSL
) -> None:
    smtp.login(ADDRESS, PASSWORD)
    smtp.send_message(written(Reply_To="support+x@techflow.example"))
    await mail.write(CUSTOMER, "Thanks", answers=mail.received[0])
    answer = message_from_bytes((await mail.folder("INBOX"))[0].raw)
    assert answer["In-Reply-To"] == answer["References"] == "<a@techflow.example>"
    assert answer["To"] == "support+x@techflow.example"


def test_the_mailbox_opens_for_its_owner_alone(imap: IMAP4_SSL) -> None:
    with pytest.raises(IMAP4.error):
        imap.login(ADDRESS, "wrong")
    imap.login(ADDRESS, PASSWORD)
    assert imap.select("None-such")[0] == "NO"
    assert imap.select("INBOX")[0] == "OK"


async def test_renumbered_mail_has_another_uidvalidity(
    mail: MailStandIn, ports: Ports, imap: IMAP4_SSL, trust: ssl.SSLContext
) -> None:
    await mail.write(CUSTOMER, "Hello")
    imap.login(ADDRESS, PASSWORD)
    before = imap.status("INBOX", "(UIDVALIDITY MESSAGES)")[1]
    await mail.renumber()
    with pytest.raises((IMAP4.abort, OSError)):
        imap.noop()
    again = IMAP4_SSL("localhost", ports.imap, ssl_context=trust, timeout=5)
    again.login(ADDRESS, PASSWORD)
    after = again.status("INBOX", "(UIDVALIDITY MESSAGES)")[1]
    again.shutdown()
    assert before != after
    assert before[0].count(b"MESSAGES 1") == after[0].count(b"MESSAGES 1") == 1


def test_faults_of_both_protocols(mail: MailStandIn, smtp: smtplib.SMTP_SSL, imap: IMAP4_SSL) -> None:
    mail.faults.add(
        Fault(kind="fail", path="/smtp/mail", status=451), Fault(kind="fail", path="/imap/login", body="Later")
    )
    smtp.login(ADDRESS, PASSWORD)
    with pytest.raises(smtplib.SMTPSenderRefused) as raised:
        smtp.send_message(written())
    assert raised.value.smtp_code == 451
    with pytest.raises(IMAP4.error, match="Later"):
        imap.login(ADDRESS, PASSWORD)
    mail.faults.add(Fault(kind="cut", path="/smtp/data", handled=True), Fault(kind="cut", path="/imap/noop"))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.send_message(written())
    assert len(mail.received) == 1
    with pytest.raises(IMAP4.abort):
        imap.noop()


async def test_a_restart_empties_everything(mail: MailStandIn, ports: Ports, smtp: smtplib.SMTP_SSL) -> None:
    await mail.write(CUSTOMER, "Hello")
    smtp.login(ADDRESS, PASSWORD)
    smtp.send_message(written())
    mail.restart()
    assert (mail.received, await mail.folder("INBOX"), list(mail.journal.entries)) == ([], [], [])


async def test_it_must_be_served_first(mail: MailStandIn) -> None:
    mail.restart()
    with pytest.raises(RuntimeError, match="not being served"):
        await mail.write(CUSTOMER, "Hello")


def test_starttls_is_required_where_the_connection_begins_in_the_clear(
    mail: MailStandIn, authority: Authority, trust: ssl.SSLContext, tmp_path: Path
) -> None:
    with (
        mail.serving(authority, security="starttls") as ports,
        smtplib.SMTP("localhost", ports.smtp, timeout=5) as client,
    ):
        assert client.docmd("MAIL", f"FROM:<{ADDRESS}>")[0] in {503, 530}
        client.starttls(context=trust)
        client.login(ADDRESS, PASSWORD)
        client.send_message(written())
        imap = IMAP4("localhost", ports.imap, timeout=5)
        with pytest.raises(IMAP4.error):
            imap.login(ADDRESS, PASSWORD)
        imap.starttls(trust)
        imap.login(ADDRESS, PASSWORD)
        imap.shutdown()
    assert len(mail.received) == 1
