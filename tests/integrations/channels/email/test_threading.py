"""Which thread a mail belongs to."""

from email import message_from_bytes
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.threading import (
    MAX_REFERENCES,
    bare_subject,
    is_reply,
    own_message_id,
    own_message_ids,
    plus_address,
    references_after,
    reply_subject,
    shortened,
    thread_key,
    thread_keys,
    without_plus,
)

OWN = "support@techflow.example"
SENDER = "erika@customer.example"
KEY = thread_key("<first@customer.example>", SENDER)
OTHER = thread_key("<other@customer.example>", SENDER)


def mail(*lines: str) -> Message:
    return message_from_bytes("\r\n".join([*lines, "", "Hi"]).encode())


def keys(*lines: str, sender: str = SENDER) -> tuple[str, ...]:
    return thread_keys(mail(*lines), sender, OWN, "mail-0")


def test_a_first_mail_begins_a_thread() -> None:
    assert keys("Message-ID: <first@customer.example>") == (KEY,)


def test_without_any_id_a_mail_begins_a_thread_of_its_own() -> None:
    assert keys("Subject: Hi") == (thread_key("mail-0", SENDER),)


@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
def test_an_answer_to_a_mail_of_ours_goes_where_that_came_from(name: str) -> None:
    ours = own_message_id("k1", KEY, OWN)
    assert keys("Message-ID: <x@y>", f"{name}: {ours}")[0] == KEY
    assert keys("Message-ID: <x@y>", f"{name}: {ours}", sender="colleague@customer.example")[0] == KEY


@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
@pytest.mark.parametrize(
    "form", ["{bare}", "=?utf-8?q?=3C{bare}=3E?=", "=?utf-8?q?{bare}?=", "<first@x.example> <{bare}>"]
)
def test_an_id_of_ours_is_found_in_any_form(name: str, form: str) -> None:
    value = form.format(bare=own_message_id("k1", KEY, OWN).strip("<>"))
    assert keys("Message-ID: <x@y>", f"{name}: {value}")[0] == KEY


@pytest.mark.parametrize(
    "line",
    [
        f"To: TechFlow <support+{KEY}@techflow.example>",
        f"Delivered-To: SUPPORT+{KEY.upper()}@TechFlow.example",
        f"Cc: a@b.example, support+{KEY}@techflow.example",
        f"Subject: Re: Order 7 [#{KEY}]",
        f"Subject: AW: =?utf-8?q?Bestellung_=5B=23{KEY}=5D?=",
    ],
)
def test_a_token_tells_the_thread_where_a_program_lost_the_ids(line: str) -> None:
    assert keys("Message-ID: <x@y>", line)[0] == KEY


def test_the_likeliest_thread_comes_first_and_its_own_last() -> None:
    found = keys(
        "Message-ID: <x@y>",
        "References: <first@customer.example> <second@customer.example>",
        "In-Reply-To: <second@customer.example>",
        f"Subject: Re: [#{OTHER}]",
    )
    second = thread_key("<second@customer.example>", SENDER)
    assert found == (OTHER, KEY, second, thread_key("<x@y>", SENDER))


def test_two_people_who_answer_one_newsletter_have_two_threads() -> None:
    line = "References: <news@techflow.example>"
    assert keys(line)[0] != keys(line, sender="max@customer.example")[0]


def test_a_foreign_plus_address_or_id_tells_nothing() -> None:
    begun = thread_key("mail-0", SENDER)
    assert keys(f"To: other+{KEY}@techflow.example", "Cc: support+short@techflow.example") == (begun,)
    foreign = own_message_id("k1", KEY, "x@evil.example")
    assert KEY not in keys(f"In-Reply-To: {foreign}")
    assert own_message_ids(own_message_id("k1", KEY, OWN).replace(".example>", ".example.evil>"), OWN) == []


def test_our_message_id_is_the_same_for_each_attempt() -> None:
    assert own_message_id("k1", KEY, OWN) == own_message_id("k1", KEY, OWN)
    assert own_message_id("k1", KEY, OWN) != own_message_id("k2", KEY, OWN)
    assert own_message_id("k1", KEY, OWN).endswith(f".{KEY}@techflow.example>")


def test_an_answer_refers_to_all_before_it() -> None:
    assert references_after(mail("Message-ID: <b@x>", "References: <a@x>")) == ("<a@x>", "<b@x>")
    assert references_after(mail("Message-ID: <b@x>", "In-Reply-To: <a@x>")) == ("<a@x>", "<b@x>")
    assert references_after(mail("Subject: Hi")) == ()


@given(st.lists(st.integers(0, 60), max_size=60))
def test_long_references_keep_the_first_and_the_latest(numbers: list[int]) -> None:
    kept = shortened(map(str, numbers))
    every = list(dict.fromkeys(map(str, numbers)))
    assert len(kept) <= MAX_REFERENCES
    assert kept[:1] == tuple(every[:1])
    assert kept[-1:] == tuple(every[-1:])


@pytest.mark.parametrize(
    "subject",
    [
        "Order 7",
        "Re: Order 7",
        "RE: AW: Re[2]: Order 7",
        f"SV: Order 7 [#{KEY}]",
        "回复：Order 7",
        "Vá: Order 7",
        "ΑΠ: Order 7",
        "회신: Order 7",
    ],
)
def test_a_subject_is_answered_with_one_prefix(subject: str) -> None:
    assert bare_subject(subject) == "Order 7"
    assert reply_subject(subject, None) == "Re: Order 7"
    assert reply_subject(subject, KEY) == f"Re: Order 7 [#{KEY}]"


def test_what_is_an_answer() -> None:
    assert is_reply(mail("In-Reply-To: <a@x>"))
    assert is_reply(mail("References: <a@x>"))
    assert is_reply(mail("Subject: AW: Order"))
    assert not is_reply(mail("Subject: Reorder: yes"))


def test_plus_addresses() -> None:
    assert plus_address(OWN, KEY) == f"support+{KEY}@techflow.example"
    assert without_plus(f"Support+{KEY}@techflow.example") == OWN
