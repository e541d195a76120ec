"""By what a contact may be recognised elsewhere: never by what somebody else has, nor by what was not asked about."""

from typing import Any

import pytest

from domain.conversation.turn import ContactIdentity
from domain.errors import UnavailableError
from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.context import MAX_CONTACTS
from integrations.crm.salesforce.identity import (
    MAX_HOLDERS,
    MAX_LINKED,
    Addresses,
    Holders,
    addresses_of,
    holders_from,
    holders_from_search,
    holders_query,
    identity_of,
    linked_to,
    sole,
)

EMAIL, PHONE = "erika@bikes.example", "+493055501140"
ERIKA = ContactIdentity(contact_id="003E", email=EMAIL, phone=PHONE)
ASKED = Addresses(frozenset({EMAIL}), frozenset({PHONE}))


def contact(contact_id: str, email: str | None = None, mobile: str | None = None, phone: str | None = None) -> Any:
    return {"Id": contact_id, "Email": email, "MobilePhone": mobile, "Phone": phone}


def recognised(*others: Any, asked: Addresses = ASKED) -> tuple[str | None, str | None]:
    """Erika's email and phone, as far as these other contacts leave them to her."""
    own = contact("003E", EMAIL, PHONE)
    left = sole(ERIKA, Holders(asked, (own, *others)), "DE")
    assert left.contact_id == "003E"
    return left.email, left.phone


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (contact("003X", "max@bikes.example", "+4989123456"), (EMAIL, PHONE)),
        (contact("003X", EMAIL), (None, PHONE)),
        (contact("003X", EMAIL.upper()), (None, PHONE)),
        (contact("003X", mobile="030 5550-1140"), (EMAIL, None)),
        (contact("003X", phone="(030) 5550 1140"), (EMAIL, None)),
        (contact("003X", phone="0049 30 55501140"), (EMAIL, None)),
        (contact("003X", EMAIL, phone=PHONE), (None, None)),
        (contact("003X"), (EMAIL, PHONE)),
    ],
)
def test_what_another_contact_has_is_no_sign_of_erika(other: Any, expected: tuple[str | None, str | None]) -> None:
    assert recognised(other) == expected


def test_her_own_record_is_no_other_contact() -> None:
    assert recognised() == (EMAIL, PHONE)
    assert recognised(contact("003E", EMAIL, PHONE)) == (EMAIL, PHONE)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Addresses(), (None, None)),
        (Addresses(emails=frozenset({EMAIL})), (EMAIL, None)),
        (Addresses(phones=frozenset({PHONE})), (None, PHONE)),
    ],
)
def test_what_was_not_asked_about_may_be_anybodys(asked: Addresses, expected: tuple[str | None, str | None]) -> None:
    assert recognised(asked=asked) == expected


def test_a_failure_or_too_many_answers_tell_nothing() -> None:
    one = contact("003X", EMAIL)
    assert holders_from(ASKED, UnavailableError("away")) == Holders()
    assert holders_from(ASKED, [one] * MAX_HOLDERS) == Holders()
    assert holders_from(ASKED, [one] * (MAX_HOLDERS - 1)).asked == ASKED
    assert holders_from(ASKED, []) == Holders(ASKED, ())


def test_a_search_by_address_tells_who_has_it_and_one_by_id_does_not() -> None:
    by_email = CustomerReference(email=EMAIL.upper(), verified=True)
    one = contact("003X", EMAIL)
    assert holders_from_search(by_email, [one], "DE") == Holders(Addresses(emails=frozenset({EMAIL})), (one,))
    assert holders_from_search(by_email, [one] * MAX_CONTACTS, "DE") == Holders()
    by_id = CustomerReference(contact_id="003E", email=EMAIL, verified=True)
    assert holders_from_search(by_id, [one], "DE") == Holders()


def test_numbers_are_as_channels_name_them() -> None:
    known: list[ContactIdentity | CustomerReference] = [
        CustomerReference(phone="030 5550-1140"),
        ContactIdentity(phone=PHONE),
        ContactIdentity(phone="extension"),
    ]
    assert addresses_of(known, "DE") == Addresses(phones=frozenset({PHONE}))
    assert addresses_of(known[:1], None) == Addresses()


@pytest.mark.parametrize(
    ("mobile", "phone", "expected"),
    [
        ("0171 1234567", PHONE, "+491711234567"),
        (None, PHONE, None),
        ("none", PHONE, None),
        ("+1 202 555 0123", None, "+12025550123"),
    ],
)
def test_a_mobile_phone_alone_is_a_persons_own(mobile: str | None, phone: str | None, expected: str | None) -> None:
    identity = identity_of(contact("003E", EMAIL, mobile, phone), "DE")
    assert (identity.contact_id, identity.email, identity.phone) == ("003E", EMAIL, expected)


def test_of_very_many_links_the_newest_are_asked_about() -> None:
    linked = tuple(ContactIdentity(email=f"{number}@bikes.example") for number in range(MAX_LINKED + 1))
    asked = linked_to(CustomerReference(linked=linked), "DE")
    assert asked.emails == {f"{number}@bikes.example" for number in range(MAX_LINKED)}


def test_for_no_address_nothing_is_asked() -> None:
    assert holders_query(Addresses()) == {}
    (query,) = holders_query(ASKED).values()
    assert f"Email = '{EMAIL}'" in query
    assert f"LIMIT {MAX_HOLDERS}" in query


def test_an_address_cannot_leave_its_literal() -> None:
    (query,) = holders_query(Addresses(emails=frozenset({"x' OR Name != '@bikes.example"}))).values()
    assert r"x\' OR Name != \'@bikes.example" in query


def test_addresses_are_joined_and_taken_away() -> None:
    both = ASKED.joined(Addresses(frozenset({"max@bikes.example"})))
    assert both.without(ASKED) == Addresses(frozenset({"max@bikes.example"}))
    assert ASKED.without(ASKED) == Addresses()
    assert Holders(ASKED, ("a",)).joined(Holders(both, ("b",))) == Holders(both, ("a", "b"))  # type: ignore[arg-type]
