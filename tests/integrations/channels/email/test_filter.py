"""Mail that nobody wrote is recognised, and reports on mail of ours are read."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message

import pytest

from integrations.channels.email.filter import MAX_MAILS_PER_HOUR, MailKind, Report, is_flood, mail_kind, report
from integrations.channels.email.people import is_no_reply
from integrations.channels.email.threading import own_message_id, thread_key
from sandbox.mail import bounce

OWN = "support@techflow.example"
OURS = own_message_id("k1", thread_key("<a@b>", "erika@customer.example"), OWN)
ID = OURS.strip("<>")


def mail(*lines: str, body: str = "Hi") -> Message:
    given = "\r\n".join(lines)
    sender = "" if "From:" in given else "From: erika@customer.example\r\n"
    return message_from_bytes(f"{sender}{given}\r\n\r\n{body}".encode())


def found(*lines: str) -> MailKind:
    return mail_kind(mail(*lines), OWN, ("help@techflow.example",))


@pytest.mark.parametrize(
    "line",
    [
        "Subject: Automatic replies do not work",
        "Subject: Re: Automatic reply: I am away",
        "Auto-Submitted: no",
        "Precedence: normal",
        "Return-Path: <erika@customer.example>",
        "From: nora.reply@customer.example",
        "From: casino@reply.example",
        "From: no-reply@shop.example\r\nReply-To: erika@customer.example",
        "X-Auto-Response-Suppress: None",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: RN, NRN",
        "X-Auto-Response-Suppress: All",
        "Subject: Abwesenheit: wie trage ich sie ein?",
        "Subject: Auto: new brakes",
    ],
)
def test_a_mail_that_somebody_wrote(line: str) -> None:
    assert found(line) == "personal"


AUTOMATIC = (
    """
Automatic reply|Automatische Antwort|Automatisch antwoord|Réponse automatique|Respuesta automática|Resposta automática
Risposta automatica|Autosvar|Automatiskt svar|Automatisk svar|Automaattinen vastaus|Sjálfvirkt svar
Odpowiedź automatyczna|Automatická odpověď|Automatická odpoveď|Automatikus válasz|Răspuns automat|Αυτόματη απάντηση
Автоматический ответ|Автоответ|Автоматична відповідь|Otomatik yanıt|自動応答|자동 회신|自动回复|自動回覆
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Auto-Submitted: auto-notified; owner-email=x@y",
        "Return-Path: <>",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-POST-MessageClass: 9; Autoresponder",
        "Delivered-To: autoresponder",
        "Subject: Automatic reply: Order 7",
        "Subject: Out of Office: Order 7",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_Order?=",
        "Subject: Abwesenheitsnotiz: Order",
        "Subject: 自動返信：Order",
        *(f"Subject: {words}: Order" for words in AUTOMATIC),
    ],
)
def test_automatic_mail(line: str) -> None:
    assert found(line) == "automatic"


@pytest.mark.parametrize(
    "line",
    [
        "List-Id: <news.example>",
        "List-Unsubscribe: <mailto:x@y>",
        "Precedence: bulk",
        "Precedence: List",
        "Mailing-List: x",
    ],
)
def test_mailing_lists(line: str) -> None:
    assert found(line) == "mailing_list"


@pytest.mark.parametrize(
    "address",
    [
        "noreply@x.example",
        "no-reply@x.example",
        "no_reply+7@x.example",
        "do-not-reply@x.example",
        "donotreply@x.example",
        "orders-noreply@x.example",
        "noreply-7@x.example",
        "dont.answer@x.example",
    ],
)
def test_addresses_that_take_no_answer(address: str) -> None:
    assert is_no_reply(address)
    assert found(f"From: {address}") == "no_reply"
    assert found(f"Reply-To: {address}") == "no_reply"


@pytest.mark.parametrize(
    "line",
    [
        "From: TechFlow <Support@TechFlow.example>",
        "From: support+abc@techflow.example",
        "From: help@techflow.example",
        "From: support@techflow.example\r\nReply-To: help@techflow.example",
        "X-Loop: support@techflow.example",
    ],
)
def test_our_own_mail(line: str) -> None:
    assert found(line) == "own"


def test_a_mail_that_we_sent_ourselves_is_known_by_its_id() -> None:
    assert found(f"From: someone@list.example\r\nMessage-ID: {OURS}") == "sent_by_us"


@pytest.mark.parametrize(
    "line",
    [
        "From: Site <support@techflow.example>\r\nReply-To: erika@customer.example",
        "From: 'Erika' via Help <help@techflow.example>\r\nX-Original-From: Erika <erika@customer.example>",
        "Reply-To: support@techflow.example",
        "Reply-To: help@techflow.example, support+x@techflow.example",
    ],
)
def test_our_address_in_a_customers_mail_does_not_make_it_ours(line: str) -> None:
    assert found(line) == "personal"


@pytest.mark.parametrize(
    "lines",
    [
        "Precedence: list\r\nList-Id: <support.techflow.example>",
        "List-Id: Help desk <help.techflow.example>\r\nList-Unsubscribe: <https://groups.example/u>",
        "Mailing-list: list support@techflow.example; contact support+owners@techflow.example",
        "List-Post: <mailto:help@techflow.example>",
        "List-Id: <desk.lists.example>\r\nPrecedence: list",
        "List-Id: <x.y>\r\nX-Mailing-List: team@techflow.example",
    ],
)
def test_a_group_of_ours_brings_customers_mail(lines: str) -> None:
    ours, groups = ("help@techflow.example",), ("desk.lists.example", "team@techflow.example")
    assert mail_kind(mail(*lines.split("\r\n")), OWN, ours, groups) == "personal"
    others = "other@shop.example"
    assert mail_kind(mail(*lines.split("\r\n")), others) == "mailing_list"


@pytest.mark.parametrize("lines", ["Precedence: bulk", "Auto-Submitted: auto-generated"])
def test_what_a_program_sends_to_a_group_of_ours_is_not_a_customers(lines: str) -> None:
    assert found("List-Id: <support.techflow.example>", lines) != "personal"


def calendar(method: str, *lines: str, kind: str = "text/calendar") -> MailKind:
    body = "\r\n".join(["BEGIN:VCALENDAR", method, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    given = f"From: erika@customer.example\r\nSubject: Accepted: Call\r\nContent-Type: {kind}\r\n\r\n{body}"
    return mail_kind(message_from_bytes(given.encode()), OWN)


@pytest.mark.parametrize(
    ("found_in", "expected"),
    [
        (calendar("METHOD:REPLY"), "calendar_reply"),
        (calendar("VERSION:2.0", kind="text/calendar; method=REPLY"), "calendar_reply"),
        (calendar("METHOD:REPLY", "COMMENT:"), "calendar_reply"),
        (calendar("METHOD:REPLY", "COMMENT;LANGUAGE=en:Can we meet at 3?"), "personal"),
        (calendar("METHOD:REQUEST"), "personal"),
        (calendar("METHOD:COUNTER"), "personal"),
    ],
)
def test_a_calendars_answer_is_no_question(found_in: MailKind, expected: MailKind) -> None:
    assert found_in == expected


RETURNED = f"From: {OWN}\r\nTo: gone@customer.example\r\nMessage-ID: {OURS}\r\nSubject: Re: Order\r\n\r\nHello\r\n"


def dsn(action: str, status: str, returned: str = RETURNED, kind: str = "message/rfc822") -> Message:
    text = (
        "From: postmaster@mx.example\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; gone@customer.example\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: {kind}\r\n\r\n{returned}\r\n--b--\r\n"
    )
    return message_from_bytes(text.encode())


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("failed", "5.1.1", Report(ID, "failed", "5.1.1")),
        ("Failed", "5.7.0 (blocked)", Report(ID, "failed", "5.7.0")),
        ("delivered", "2.0.0", Report(ID, "delivered", "2.0.0")),
        ("relayed", "2.1.9", Report(ID, "sent", "2.1.9")),
        ("failed", "unknown", Report(ID, "failed", "")),
        ("delayed", "4.4.1", None),
    ],
)
@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_status(action: str, status: str, said: Report | None, kind: str) -> None:
    told = dsn(action, status, kind=kind)
    assert mail_kind(told, OWN) == "report"
    assert report(told, OWN) == said


def test_a_report_on_mail_of_others_says_nothing() -> None:
    assert report(dsn("failed", "5.1.1", RETURNED.replace("techflow", "other")), OWN) is None


def test_the_bounce_of_a_provider() -> None:
    told = message_from_bytes(bounce(RETURNED.encode(), "gone@customer.example", OWN))
    assert mail_kind(told, OWN) == "report"
    assert report(told, OWN) == Report(ID, "failed", "5.1.1")


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        (
            "From: MAILER-DAEMON@mx.example\r\nSubject: failure notice",
            f"Hi. This is the qmail-send program.\nSorry, no mailbox here. (#5.1.1)\n\nMessage-ID: {OURS}\n",
            Report(ID, "failed", "5.1.1"),
        ),
        (
            "From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nX-Failed-Recipients: gone@customer.example",
            f"550 No such user\n\nMessage-ID: {OURS}\n",
            Report(ID, "failed", ""),
        ),
        (
            "From: Mail Delivery System <Mailer-Daemon@mx.example>\r\nSubject: Warning: message 1x delayed 24 hours",
            f"We go on trying.\n\nMessage-ID: {OURS}\n",
            None,
        ),
        (
            f"From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example\r\nIn-Reply-To: {OURS}",
            "The address was not found. 550 5.1.10 RESOLVER.ADR.RecipientNotFound",
            Report(ID, "failed", "5.1.10"),
        ),
    ],
)
def test_a_report_in_a_programs_own_words(head: str, body: str, said: Report | None) -> None:
    told = mail(*head.split("\r\n"), body=body)
    assert mail_kind(told, OWN) == "report"
    assert report(told, OWN) == said


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        ("manual-action/MDN-sent-manually; displayed", "read"),
        ("automatic-action/MDN-sent-automatically; deleted", None),
    ],
)
def test_a_receipt(disposition: str, status: str | None) -> None:
    text = (
        "From: erika@customer.example\r\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt was read.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Original-Message-ID: {OURS}\r\nDisposition: {disposition}\r\n\r\n--b--\r\n"
    )
    told = message_from_bytes(text.encode())
    assert mail_kind(told, OWN) == "report"
    assert getattr(report(told, OWN), "status", None) == status


def test_a_flood_is_so_many_mails_within_an_hour() -> None:
    now = datetime(2025, 11, 3, 12, tzinfo=UTC)
    times = [now - timedelta(minutes=1)] * MAX_MAILS_PER_HOUR
    assert is_flood(times, now)
    assert not is_flood(times[1:], now)
    assert not is_flood(times, now + timedelta(hours=2))
