"""The IMAP side of the mail stand-in, as a client of the field meets it."""

import asyncio
import select
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, PASSWORD, SENT, MailStandIn

CUSTOMER = "erika@customer.example"


@pytest.fixture(scope="module")
def served(authority: Authority) -> Iterator[tuple[MailStandIn, int]]:
    mail = MailStandIn()
    with mail.serving(authority) as ports:
        yield mail, ports.imap


@pytest.fixture
def mail(served: tuple[MailStandIn, int]) -> MailStandIn:
    served[0].restart()
    return served[0]


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.client_context()


@pytest.fixture
def stranger(mail: MailStandIn, served: tuple[MailStandIn, int], trust: ssl.SSLContext) -> Iterator[IMAPClient]:
    client = IMAPClient("localhost", served[1], ssl_context=trust, timeout=10)
    yield client
    client.shutdown()


@pytest.fixture
def imap(stranger: IMAPClient) -> IMAPClient:
    stranger.login(ADDRESS, PASSWORD)
    return stranger


def subjects(imap: IMAPClient, criteria: list[object]) -> list[str]:
    found = imap.fetch(imap.search(criteria), ["BODY.PEEK[]"])
    return [str(message_from_bytes(data[b"BODY[]"])["Subject"]) for _, data in sorted(found.items())]


@pytest.mark.parametrize(("user", "password"), [(ADDRESS, "wrong"), ("other@techflow.example", PASSWORD)])
def test_a_wrong_login_opens_nothing(stranger: IMAPClient, user: str, password: str) -> None:
    with pytest.raises(LoginError):
        stranger.login(user, password)
    with pytest.raises(IMAPClientError):
        stranger.select_folder("INBOX")


async def test_mail_is_numbered_as_it_comes(mail: MailStandIn, imap: IMAPClient) -> None:
    for number in range(3):
        await mail.write(CUSTOMER, "Hello", subject=str(number))
    imap.select_folder("INBOX")
    assert imap.search(["ALL"]) == sorted(imap.search(["ALL"]))
    assert subjects(imap, ["ALL"]) == ["0", "1", "2"]
    second = imap.search(["ALL"])[1]
    assert subjects(imap, ["UID", f"{second}:*"]) == ["1", "2"]


async def test_what_is_marked_stays_marked_for_the_next_who_looks(
    mail: MailStandIn, imap: IMAPClient, served: tuple[MailStandIn, int], trust: ssl.SSLContext
) -> None:
    for subject in ("read", "unread"):
        await mail.write(CUSTOMER, "Hello", subject=subject)
    imap.select_folder("INBOX")
    imap.add_flags(imap.search(["SUBJECT", "read"])[:1], ["\\Seen"])
    with IMAPClient("localhost", served[1], ssl_context=trust, timeout=10) as other:
        other.login(ADDRESS, PASSWORD)
        other.select_folder("INBOX")
        assert subjects(other, ["UNSEEN"]) == ["unread"]
    assert [sorted(kept.flags) for kept in await mail.folder("INBOX")] == [["\\Seen"], []]


async def test_a_mail_lies_there_since_it_was_delivered(mail: MailStandIn, imap: IMAPClient) -> None:
    then = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
    await mail.deliver_at(b"Subject: old\r\n\r\nHello", then)
    await mail.write(CUSTOMER, "Hello", subject="new")
    imap.select_folder("INBOX")
    assert subjects(imap, ["SINCE", "02-Mar-2025"]) == ["new"]
    assert subjects(imap, ["BEFORE", "02-Mar-2025"]) == ["old"]


async def test_bytes_arrive_below_what_the_host_writes_and_unchanged(mail: MailStandIn, imap: IMAPClient) -> None:
    raw = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Odd: \xff\r\n\r\n" + bytes(range(32, 127)) + b"\r\n.\r\n"
    await mail.arrive(raw, sender=CUSTOMER)
    imap.select_folder("INBOX")
    ((_, data),) = imap.fetch(imap.search(["ALL"]), ["BODY.PEEK[]"]).items()
    assert data[b"BODY[]"].startswith(b"Return-Path: <erika@customer.example>\r\nAuthentication-Results: ")
    assert data[b"BODY[]"].endswith(raw)


async def test_renumbering_keeps_the_mails_and_cuts_everybody_off(
    mail: MailStandIn, imap: IMAPClient, served: tuple[MailStandIn, int], trust: ssl.SSLContext
) -> None:
    for number in range(2):
        await mail.write(CUSTOMER, "Hello", subject=str(number))
    before = imap.select_folder("INBOX")[b"UIDVALIDITY"]
    await mail.renumber()
    with pytest.raises((IMAPClientAbortError, OSError)):
        imap.noop()
    with IMAPClient("localhost", served[1], ssl_context=trust, timeout=10) as again:
        again.login(ADDRESS, PASSWORD)
        assert again.select_folder("INBOX")[b"UIDVALIDITY"] != before
        assert subjects(again, ["ALL"]) == ["0", "1"]
        assert again.folder_exists(SENT)


async def test_who_idles_is_told_of_new_mail(mail: MailStandIn, imap: IMAPClient) -> None:
    assert imap.has_capability("IDLE")
    imap.select_folder("INBOX")
    imap.idle()
    await mail.someone_idles()
    await mail.write(CUSTOMER, "Hello")
    # Not by its idle_check, which loses half a line that comes in two pieces.
    await asyncio.to_thread(select.select, [imap.socket()], [], [], 10)
    assert (1, b"EXISTS") in imap.idle_done()[1]


def test_a_server_without_idle_does_not_announce_it(authority: Authority, trust: ssl.SSLContext) -> None:
    plain = MailStandIn(can_idle=False, takes_tokens=False)
    with (
        plain.serving(authority) as ports,
        IMAPClient("localhost", ports.imap, ssl_context=trust, timeout=10) as client,
    ):
        assert not client.has_capability("AUTH=XOAUTH2")
        client.login(ADDRESS, PASSWORD)
        assert not client.has_capability("IDLE")


@pytest.mark.parametrize("command", ["login", "select", "search", "fetch"])
async def test_each_command_can_fail_once(mail: MailStandIn, stranger: IMAPClient, command: str) -> None:
    await mail.write(CUSTOMER, "Hello", subject="Hi")
    mail.faults.add(Fault(kind="fail", path=f"^/imap/(uid-)?{command}$", body="[INUSE] Later"))

    def whole() -> list[str]:
        stranger.login(ADDRESS, PASSWORD)
        stranger.select_folder("INBOX")
        return subjects(stranger, ["ALL"])

    with pytest.raises(IMAPClientError, match="Later"):
        whole()
    assert mail.faults.pending() == []
    if command == "login":
        assert whole() == ["Hi"]
    else:
        stranger.select_folder("INBOX")
        assert subjects(stranger, ["ALL"]) == ["Hi"]


def test_a_connection_can_be_cut_at_a_command(mail: MailStandIn, imap: IMAPClient) -> None:
    mail.faults.add(Fault(kind="cut", path="/imap/select"))
    with pytest.raises((IMAPClientAbortError, OSError)):
        imap.select_folder("INBOX")
    noted = [(entry.what, entry.detail) for entry in mail.journal.entries]
    assert noted[-1] == ("IMAP SELECT", {"fault": "cut"})


def test_the_journal_holds_commands_and_no_passwords(mail: MailStandIn, imap: IMAPClient) -> None:
    imap.select_folder("INBOX")
    imap.search(["TEXT", "secret words"])
    told = [entry.what for entry in mail.journal.entries]
    assert [what for what in told if what in {"IMAP LOGIN", "IMAP SELECT"}] == ["IMAP LOGIN", "IMAP SELECT"]
    shown = str([entry.model_dump() for entry in mail.journal.entries])
    assert PASSWORD not in shown
    assert "secret words" not in shown
