"""A mail becomes a message, a report, nothing, or goes to quarantine; never an error."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import DeliveryReport, InboundMessage, Unreadable
from integrations.channels.email.inbound import RawMail, Reading, ReadMail, Skipped, event_id, read_mail, set_aside
from integrations.channels.email.threading import own_message_id, thread_key

PLAIN = Path(__file__).parents[5] / "shared" / "data" / "email" / "plain"
AT = datetime(2025, 11, 3, 12, tzinfo=UTC)
OWN = "support@techflow.example"
HOST = "mx.techflow.example"
READING = Reading(own=OWN, trusted_authserv=HOST)
HEAD = "From: Erika <erika@customer.example>\r\nMessage-ID: <a@customer.example>\r\n"


def understood(mail: str | bytes) -> ReadMail:
    return read_mail(RawMail(mail.encode() if isinstance(mail, str) else mail, AT), READING)


def message(mail: str) -> InboundMessage:
    found = understood(mail)
    assert isinstance(found, InboundMessage), found
    return found


def test_a_mail_as_a_message() -> None:
    found = message(f"{HEAD}Subject: Order 7\r\n\r\nWhere is it?\r\n")
    key = thread_key("<a@customer.example>", "erika@customer.example")
    assert found.text == "Order 7\n\nWhere is it?"
    assert (found.thread, found.references, found.at) == (key, (), AT)
    assert (found.sender.email, found.sender.name, found.sender.verified) == ("erika@customer.example", "Erika", False)
    assert found.address == {
        "to": "erika@customer.example",
        "subject": "Order 7",
        "thread": key,
        "references": ["<a@customer.example>"],
    }


def test_the_subject_of_an_answer_is_not_said_again() -> None:
    assert message(f"{HEAD}Subject: Re: Order 7\r\n\r\nWhere is it?").text == "Where is it?"


def test_the_answer_goes_where_it_is_wanted() -> None:
    found = message(f"{HEAD}Reply-To: other@customer.example\r\n\r\nHi")
    assert (found.sender.email, found.address["to"]) == ("erika@customer.example", "other@customer.example")


def test_behind_a_form_stands_who_filled_it_in() -> None:
    head = "From: no-reply@shop.example\r\nReply-To: Max <max@customer.example>\r\n"
    proof = f"Authentication-Results: {HOST}; dkim=pass header.d=shop.example\r\n"
    found = message(f"{proof}{head}\r\nHi")
    assert (found.sender.email, found.sender.verified) == ("max@customer.example", False)


@pytest.mark.parametrize(
    ("extra", "verified"),
    [
        ("", True),
        ("From: other@evil.example\r\n", False),
    ],
)
def test_a_proof_counts_for_the_only_sender(extra: str, verified: bool) -> None:
    proof = f"Authentication-Results: {HOST}; dkim=pass header.d=customer.example\r\n"
    assert message(f"{proof}{HEAD}{extra}\r\nHi").sender.verified is verified


def test_two_senders_in_one_header_prove_nothing() -> None:
    proof = f"Authentication-Results: {HOST}; dkim=pass header.d=customer.example\r\n"
    found = message(f"{proof}From: erika@customer.example, max@customer.example\r\n\r\nHi")
    assert not found.sender.verified


def test_what_was_cut_on_a_guess_goes_along_as_a_file() -> None:
    quoted = "From: TechFlow\nSent: Monday\nTo: Erika\nSubject: Order 7\n\nHello"
    found = message(f"{HEAD}In-Reply-To: <x@y>\r\n\r\nB, please.\n\n{quoted}")
    assert found.text == "B, please."
    assert [file.name for file in found.files] == ["mail.txt"]
    assert b"Hello" in found.files[0].content


def test_a_text_that_is_too_long_goes_along_as_a_file() -> None:
    found = message(f"{HEAD}\r\n" + "word " * 10_000)
    assert len(found.text) <= MAX_MESSAGE_CHARACTERS
    assert "mail.txt" in found.text
    assert found.files[-1].content.decode().count("word") == 10_000


def test_a_subject_alone_is_a_message_and_nothing_at_all_is_not() -> None:
    assert message(f"{HEAD}Subject: Call me\r\n\r\n").text == "Call me"
    found = understood(f"{HEAD}\r\n\r\n")
    assert isinstance(found, Unreadable)
    assert "neither a text nor a file" in found.reason


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ("Subject: Hi\r\n\r\nHi", "names no sender"),
        ("From: undisclosed:;\r\n\r\nHi", "names no sender"),
        (f"{HEAD}Content-Type: application/pkcs7-mime\r\n\r\nMII", "S/MIME"),
        ("", "names no sender"),
    ],
)
def test_a_mail_that_no_message_can_be_made_of(mail: str, words: str) -> None:
    found = understood(mail)
    assert isinstance(found, Unreadable)
    assert words in found.reason
    assert found.content == mail.encode()


def test_a_mail_that_is_nested_too_deeply_goes_to_quarantine() -> None:
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{depth}"\r\n\r\n--b{depth}\r\n' for depth in range(2000)
    )
    found = understood(f"{HEAD}{parts}\r\n\r\nHi")
    assert isinstance(found, Unreadable)
    assert "malformed" in found.reason


def test_a_report_on_ours_is_told_and_other_mail_of_machines_is_passed_over() -> None:
    ours = own_message_id("k1", thread_key("<a@b>", "erika@customer.example"), OWN)
    head = "From: MAILER-DAEMON@x.example\r\nReturn-Path: <>\r\n"
    found = understood(f"{head}\r\nMessage-ID: {ours}\r\n550 5.1.1 unknown")
    assert isinstance(found, DeliveryReport)
    assert f"<{found.provider_message_id}>" == ours
    assert understood(f"{head}\r\nunknown") == Skipped(standing="report")
    assert understood(f"{HEAD}List-Id: <x>\r\n\r\nHi") == Skipped(standing="mailing_list")


def test_a_copy_of_a_mail_is_the_same_event() -> None:
    mail = f"{HEAD}Subject: a\r\n b\r\n\r\nHi".encode()
    assert event_id(b"Received: from x\r\n" + mail) == event_id(mail)
    assert event_id(mail) != event_id(mail + b"!")
    assert event_id(mail) != event_id(mail.replace(b"<a@", b"<b@"))


BASE = f"{HEAD}Subject: a\r\nContent-Type: text/plain\r\n\r\nHi".encode()


@pytest.mark.parametrize(
    "other",
    [
        BASE.replace(b"text/plain", b"text/html"),
        b"Resent-From: max@customer.example\r\n" + BASE,
        b"Resent-Date: Mon, 3 Nov 2025 09:12:00 +0100\r\n" + BASE,
        b"Content-Transfer-Encoding: base64\r\n" + BASE,
        BASE.replace(b"Subject: a", b"Subject: b"),
    ],
)
def test_mails_that_differ_in_what_they_are_differ_as_events(other: bytes) -> None:
    assert event_id(other) != event_id(BASE)


@pytest.mark.parametrize(
    "copy",
    [
        b"Received: from x\r\n" + BASE,
        b"Authentication-Results: mx; dkim=pass\r\nX-Spam: no\r\n" + BASE,
        BASE.replace(b"Content-Type: text/plain", b"Content-Type:\r\n\ttext/plain"),
    ],
)
def test_the_way_a_mail_came_does_not_change_its_event(copy: bytes) -> None:
    assert event_id(copy) == event_id(BASE)


def test_junk_without_headers_is_told_apart() -> None:
    junk = (b"", b"a", b"b", b"\xff\xfe", b"X-A: 1\r\n\r\n", b"X-A: 2\r\n\r\n", b"\r\n\r\na")
    assert len({event_id(one) for one in junk}) == len(junk)


@pytest.mark.parametrize(
    ("head", "author", "answer_to"),
    [
        (f"From: Site <{OWN}>\r\nReply-To: Max <max@customer.example>", "max@customer.example", "max@customer.example"),
        (f"From: max@customer.example\r\nReply-To: {OWN}", "max@customer.example", "max@customer.example"),
        (f"From: {OWN}\r\nX-Original-From: max@customer.example", "max@customer.example", "max@customer.example"),
        (
            "From: max@customer.example\r\nReply-To: eva@customer.example",
            "max@customer.example",
            "eva@customer.example",
        ),
        ("From: Max max@customer.example", "max@customer.example", "max@customer.example"),
    ],
)
def test_who_wrote_and_who_is_answered(head: str, author: str, answer_to: str) -> None:
    found = message(f"{head}\r\n\r\nHi")
    assert (found.sender.email, found.address["to"]) == (author, answer_to)


def test_a_visitor_named_by_a_form_of_ours_is_not_proved() -> None:
    proof = f"Authentication-Results: {HOST}; dmarc=pass header.from=techflow.example\r\n"
    assert not message(f"{proof}From: {OWN}\r\nReply-To: max@customer.example\r\n\r\nHi").sender.verified


@pytest.mark.parametrize(
    "head",
    [
        f"{HEAD}Auto-Submitted: auto-replied\r\n",
        f"{HEAD}List-Id: <x>\r\n",
        "From: no-reply@shop.example\r\n",
        "From: MAILER-DAEMON@x.example\r\nReturn-Path: <>\r\n",
    ],
)
def test_a_person_may_have_any_mail_taken_in(head: str) -> None:
    raw = RawMail(f"{head}\r\nHi".encode(), AT)
    assert isinstance(read_mail(raw, READING), Skipped)
    found = read_mail(raw, READING.model_copy(update={"takes_all": True}))
    assert isinstance(found, InboundMessage)
    assert (found.text, found.event_id) == ("Hi", event_id(raw.raw))


def test_mail_of_ours_is_never_taken_in() -> None:
    ours = own_message_id("k1", thread_key("<a@b>", "erika@customer.example"), OWN)
    everything = READING.model_copy(update={"takes_all": True})
    sent = RawMail(f"From: {OWN}\r\nMessage-ID: {ours}\r\n\r\nHi".encode(), AT)
    assert read_mail(sent, everything) == Skipped(standing="sent_by_us")
    assert isinstance(read_mail(RawMail(f"From: {OWN}\r\n\r\nHi".encode(), AT), everything), Unreadable)


def test_what_is_skipped_is_kept_whole_with_a_reason() -> None:
    raw = RawMail(f"{HEAD}List-Id: <x>\r\n\r\nHi".encode(), AT)
    kept = set_aside(raw, "mailing_list")
    assert (kept.kind, kept.content, kept.event_id) == ("mailing_list", raw.raw, event_id(raw.raw))
    assert "HOLDFAST_EMAIL_GROUPS" in kept.reason


NASTY = (
    b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----\r\n',
    b"From: a@b.example\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
    b"From: a@b.example\r\nContent-Type: text/plain; name*0*=utf-8''%ff; name*1=x\r\n\r\nx",
    b"From: a@b.example\r\nContent-Type: message/delivery-status\r\n\r\n\r\n\r\n",
    b"From: a@b.example\r\nSubject: =?utf-8?b?////?=\r\n\r\nx\x00y",
    b"From: \xff\xfe <a@b.example>\r\nSubject: \x80\r\n\r\n\xff",
    b"From: a@b.example\r\nContent-Transfer-Encoding: uuencode\r\n\r\nbegin 666 x\r\n!!\r\nend",
    b"From: a@[1.2.3.4\r\n\r\nx",
    b"From: a@b.example\r\nContent-Type: text/html; charset=utf-16\r\n\r\n<p>\xd8",
)
NAMES = """From To Subject Reply-To Message-ID References Content-Type Return-Path Content-Transfer-Encoding
Content-Disposition Authentication-Results Auto-Submitted""".split()
VALUES = (
    b"a@b.example|text/html; charset=x|multipart/mixed; boundary=b|multipart/alternative; boundary=b|message/rfc822|"
    b"base64|quoted-printable|attachment; filename*=utf-8''%e4|uuencode|multipart/report; boundary=b|<a@b>|"
    b"=?utf-8?b?w6Q=?=|<>"
).split(b"|")
heads = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.binary(max_size=60), st.sampled_from(VALUES))), max_size=8
)


@given(
    head=heads,
    body=st.one_of(st.binary(max_size=300), st.just(b"--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>")),
)
def test_no_mail_is_an_error(head: list[tuple[str, bytes]], body: bytes) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in head) + b"\r\n" + body
    found = understood(raw)
    assert isinstance(found, InboundMessage | DeliveryReport | Unreadable | Skipped)
    if isinstance(found, Unreadable):
        assert found.content == raw
    if isinstance(found, InboundMessage):
        assert "\x00" not in found.model_dump_json(include={"text", "sender", "address", "thread", "references"})


@given(st.binary(max_size=2000))
@example(b"")
@example(NASTY[0])
def test_no_bytes_are_an_error(raw: bytes) -> None:
    assert understood(raw) is not None


@pytest.mark.parametrize("raw", NASTY)
def test_nasty_mails(raw: bytes) -> None:
    assert isinstance(understood(raw), InboundMessage | Unreadable | Skipped)


KNOWN = {
    "msg_10.txt": "¡This is a Quoted Printable encoded message!",
    "msg_07.txt": "Hi there,\n\nThis is the dingus fish.",
    "msg_45.txt": "This is the signed contents.",
    "msg_35.txt": "here's something interesting",
    "msg_15.txt": "Some removed test.",
}


def sample(name: str) -> bytes:
    if not PLAIN.exists():
        pytest.skip("needs the mails at ../shared/data/email/plain")
    return (PLAIN / name).read_bytes()


@pytest.mark.shared
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_mail_is_read(name: str) -> None:
    found = understood(sample(name))
    assert isinstance(found, InboundMessage)
    assert KNOWN[name] in found.text


@pytest.mark.shared
def test_every_known_mail_is_read_or_goes_to_quarantine() -> None:
    sample("msg_01.txt")
    found = [understood(path.read_bytes()) for path in sorted(PLAIN.glob("*.txt"))]
    assert len(found) == 48
    assert sum(isinstance(one, InboundMessage) for one in found) == 35
    reasons = {one.reason for one in found if isinstance(one, Unreadable)}
    assert reasons == {"The mail names no sender who could be answered."}


@pytest.mark.shared
def test_every_beginning_of_a_known_mail_is_read_or_goes_to_quarantine() -> None:
    raw = sample("msg_13.txt")
    for end in range(0, len(raw), 97):
        found = read_mail(RawMail(raw[:end], AT, is_cut=True), READING)
        assert isinstance(found, InboundMessage | Unreadable | Skipped)
