"""Codes in what customers write, and what is left of them."""

from typing import Any

import pytest

from domain.conversation.turn import ContactIdentity
from domain.identity.check import MASK, codes_in, hash_of, masked, masked_address, ways_for_code, without_codes
from domain.identity.customer_facts import asks_for_any
from domain.specification.wording import Wording


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("123456", ["123456"]),
        ("it is 123 456, thanks", ["123456"]),
        ("123-456", ["123456"]),
        ("order 1234567", []),
        ("call +49 301 234 567 8", ["301234"]),
        ("12345", []),
        ("", []),
    ],
)
def test_codes_in(text: str, codes: list[str]) -> None:
    assert codes_in([text]) == codes


@pytest.mark.parametrize("texts", [["111111 222222 333333 444444"], ["111111", "222222 333333", "444444"]])
def test_only_so_many_codes_are_tried_at_once_however_many_messages_they_stand_in(texts: list[str]) -> None:
    assert codes_in(texts) == ["222222", "333333", "444444"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("123456", MASK),
        (" 123 456\n", MASK),
        ("654321", MASK),
        ("here: 123456. And order 654321?", f"here: {MASK}. And order 654321?"),
        ("no code came", "no code came"),
    ],
)
def test_the_code_is_masked_and_nothing_else_is_lost(text: str, kept: str) -> None:
    assert masked(text, {"123456"}) == kept


def test_what_says_no_more_than_a_code_is_no_question() -> None:
    assert without_codes(["which plan?", MASK]) == ["which plan?"]
    assert without_codes([MASK]) == [MASK]


@pytest.mark.parametrize(("address", "shown"), [("ada@velo.example", "a…@v…"), ("+4930123456", "…56"), ("@x", "…@x…")])
def test_a_masked_address_tells_nothing_to_a_stranger(address: str, shown: str) -> None:
    assert masked_address(address) == shown


def test_a_code_is_kept_as_a_salted_hash() -> None:
    assert hash_of("123456", b"salt") == hash_of("123456", b"salt")
    assert len({hash_of("123456", b"salt"), hash_of("123457", b"salt"), hash_of("123456", b"pepper")}) == 3


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("which plan am I on?", True),
        ("how many seats do we have", True),
        ("when does our subscription renew?", True),
        ("is my last invoice paid?", True),
        ("how do I change my plan?", False),
        ("how do I reset my password", False),
        ("what does a seat cost?", False),
    ],
)
def test_asking_for_personal_facts_is_known_without_the_facts(text: str, asks: bool) -> None:
    assert asks_for_any(text, ("plan", "seats", "renews", "invoice")) is asks
    assert not asks_for_any(text, ())


@pytest.mark.parametrize("wording", [{"verify": "I sent you a code."}, {"code": "Here you are."}])
def test_wording_says_where_the_code_went_and_what_it_is(wording: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="String should match pattern"):
        Wording.model_validate(wording)


@pytest.mark.parametrize(
    ("contact", "channels", "ways"),
    [
        ({"email": "a@b.example", "phone": "+4930"}, ["sms", "email"], [("email", "a@b.example"), ("sms", "+4930")]),
        ({"email": "a@b.example", "phone": "+4930"}, ["sms", "web_chat"], [("sms", "+4930")]),
        ({"phone": "+4930"}, ["email", "sms"], [("sms", "+4930")]),
        ({"email": "a@b.example"}, ["web_chat"], []),
        ({}, ["email", "sms"], []),
    ],
)
def test_a_code_goes_by_a_channel_of_the_organisation_to_an_address_of_the_contact(
    contact: dict[str, str], channels: list[str], ways: list[tuple[str, str]]
) -> None:
    assert ways_for_code(ContactIdentity(contact_id="c-1", **contact), channels) == ways
