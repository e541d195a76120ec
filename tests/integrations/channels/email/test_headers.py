"""Headers and charsets, right ones and wrong ones."""

from email import message_from_bytes
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.headers import (
    Mailbox,
    clean,
    decoded,
    domain_of,
    header,
    mailboxes,
    message_ids,
    one_line,
    raw_header,
)


def mail(head: bytes) -> Message:
    return message_from_bytes(head + b"\r\n\r\nHi")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?B?IQ==?=", "Grüße!"),
        ("=?utf-8?q?a=C3?=\r\n =?utf-8?q?=BCb?=", "aüb"),
        ("=?iso-8859-1?q?caf=E9?= =?utf-8?q?_=C3=BC?=", "café ü"),
        ("=?utf-8*de?q?Hallo?=", "Hallo"),
        ("=?x-none?b?SGk=?=", "Hi"),
        ("=?utf-8?b?SGk?=", "Hi"),
        ("=?utf-8?b?!?=", ""),
        ("Plain =?utf-8?q?=C3=A4?= C:\\users", "Plain ä C:\\users"),
        ("=?utf-8?q?not ended", "=?utf-8?q?not ended"),
        ('"=?utf-8?q?=C3=A4?="', '"ä"'),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert decoded(value) == text


def test_a_header_is_unfolded_and_its_raw_bytes_are_read() -> None:
    found = mail("Subject: Grüße\r\n aus Köln\r\nX-Latin: Köln".encode() + b"\r\nX-Old: K\xf6ln")
    assert header(found, "subject") == "Grüße aus Köln"
    assert header(found, "X-Old") == "Köln"
    assert header(found, "X-None") == ""
    assert raw_header(found, "X-Latin") == "Köln"


def test_the_topmost_header_counts() -> None:
    assert header(mail(b"X-A: first\r\nX-A: second"), "x-a") == "first"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Erika <Erika@Example.org>", [Mailbox("Erika", "erika@example.org")]),
        ("=?utf-8?q?J=C3=BCrgen=2C_X?= <j@example.org>", [Mailbox("Jürgen, X", "j@example.org")]),
        (
            "=?utf-8?q?=22x=22_=3Cevil=40example=2Eorg=3E?= <a@b.example>",
            [Mailbox('"x" <evil@example.org>', "a@b.example")],
        ),
        ('"Bob <bob@x.example>" <a@b.example>', [Mailbox("Bob <bob@x.example>", "a@b.example")]),
        ("a@b.example, c@d.example", [Mailbox("", "a@b.example"), Mailbox("", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("Erika <not an address>", []),
        ("<>", []),
        ("", []),
        (f"<{'a' * 65}@example.org>", []),
        ("Erika erika@example.org", [Mailbox("", "erika@example.org")]),
        ("Erika <Erika@Example.org", [Mailbox("Erika", "erika@example.org")]),
        ('"Erika <erika@example.org>', [Mailbox("", "erika@example.org")]),
        ("Erika [mailto:erika@example.org]", [Mailbox("", "erika@example.org")]),
        ("<<erika@example.org>>", [Mailbox("", "erika@example.org")]),
        ("=?utf-8?q?Erika_=3Cerika=40example=2Eorg=3E?=", [Mailbox("", "erika@example.org")]),
        ("Erika erika@example.org max@example.org", []),
    ],
)
def test_addresses(value: str, found: list[Mailbox]) -> None:
    assert mailboxes(mail(f"From: {value}".encode()), "From") == found


def test_message_ids_are_found_among_anything() -> None:
    value = b'References: <a@b> (comment) <c@d>\r\n <e@f> <no spaces> "<quoted@g>" <x@y'
    assert message_ids(mail(value), "References") == ["<a@b>", "<c@d>", "<e@f>", "<quoted@g>"]


ID = "<holdfast.a1@techflow.example>"


@pytest.mark.parametrize(
    "value",
    [
        ID,
        ID.strip("<>"),
        f"  {ID.strip('<>')}, ",
        "=?utf-8?q?=3Choldfast=2Ea1=40techflow=2Eexample=3E?=",
        "=?utf-8?b?PGhvbGRmYXN0LmExQHRlY2hmbG93LmV4YW1wbGU+?=",
        "=?us-ascii?Q?=3Choldfast=2Ea1=40tech?=\r\n =?us-ascii?Q?flow=2Eexample=3E?=",
        "<holdfast.a1@\r\n techflow.example>",
        f"Your mail of Monday {ID}",
    ],
)
def test_a_message_id_is_found_however_a_program_wrote_it(value: str) -> None:
    assert message_ids(mail(f"In-Reply-To: {value}".encode()), "In-Reply-To") == [ID]


@pytest.mark.parametrize("value", ["", "none", "<no id>", "your mail of Monday", "@", "a@"])
def test_what_is_no_message_id(value: str) -> None:
    assert message_ids(mail(f"In-Reply-To: {value}".encode()), "In-Reply-To") == []


def test_text_that_no_store_takes_is_cleaned() -> None:
    assert clean("a\x00b\r\nc\rd\ud800\x1be\tf") == "ab\nc\nde\tf"


@given(st.text())
def test_a_header_value_stays_on_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_the_domain_of_an_address() -> None:
    assert domain_of("a@Example.org.") == "example.org"
