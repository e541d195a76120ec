"""By what a contact of Salesforce may be recognised elsewhere: only by what no other contact has.

A mailbox such as info@ and the number of a switchboard are several people's. Linked to whichever of them was recognised
first, they would open that person's facts to the others.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import phonenumbers

from domain.conversation.turn import ContactIdentity
from domain.errors import HoldfastError
from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.context import (
    EMAIL,
    MAX_CONTACTS,
    PHONES,
    Record,
    has_email,
    has_number,
    having,
    who_has,
)
from integrations.phone_numbers import number_of

MAX_LINKED = 10
MAX_HOLDERS = 200


class Addresses(NamedTuple):
    """Emails in lower case, and phone numbers as channels name them."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def without(self, others: "Addresses") -> "Addresses":
        return Addresses(self.emails - others.emails, self.phones - others.phones)

    def joined(self, others: "Addresses") -> "Addresses":
        return Addresses(self.emails | others.emails, self.phones | others.phones)


class Holders(NamedTuple):
    """Who has what was asked about."""

    asked: Addresses = Addresses()
    contacts: tuple[Record, ...] = ()

    def joined(self, others: "Holders") -> "Holders":
        return Holders(self.asked.joined(others.asked), (*self.contacts, *others.contacts))


def addresses_of(known: Sequence[ContactIdentity | CustomerReference], region: str | None) -> Addresses:
    phones = (_as_dialled(one.phone, region) for one in known)
    emails = (one.email.lower() for one in known if one.email)
    return Addresses(frozenset(emails), frozenset(phone for phone in phones if phone))


def searchable(addresses: Addresses, unsearchable: Collection[str]) -> Addresses:
    """Those that can be searched in every field where they may stand: else nobody knows who has them."""
    return Addresses(
        frozenset() if EMAIL in unsearchable else addresses.emails,
        frozenset() if set(PHONES) & set(unsearchable) else addresses.phones,
    )


def linked_to(reference: CustomerReference, region: str | None) -> Addresses:
    """What to ask about at once; the newest, should there be very many."""
    return addresses_of(reference.linked[:MAX_LINKED], region)


def holders_query(addresses: Addresses) -> dict[str, str]:
    """Who has one of these, under its name; none for no address."""
    numbers = [phonenumbers.parse(phone) for phone in sorted(addresses.phones)]
    condition = having(sorted(addresses.emails), numbers)
    return {"holders": who_has(condition, MAX_HOLDERS)} if condition else {}


def holders_from(asked: Addresses, answer: Sequence[Record] | HoldfastError) -> Holders:
    """Nothing, where it failed or there are more than it brought."""
    if isinstance(answer, HoldfastError) or len(answer) >= MAX_HOLDERS:
        return Holders()
    return Holders(asked, tuple(answer))


def holders_from_search(
    reference: CustomerReference, found: Sequence[Record], region: str | None, unsearchable: Collection[str] = ()
) -> Holders:
    """A search by address found whoever has it, unless there were more than it brought."""
    if reference.contact_id is not None or len(found) >= MAX_CONTACTS:
        return Holders()
    return Holders(searchable(addresses_of([reference], region), unsearchable), tuple(found))


def identity_of(contact: Record, region: str | None) -> ContactIdentity:
    """A mobile phone is one person's; the other number may be a whole company's."""
    phone = _as_dialled(contact["MobilePhone"], region)
    return ContactIdentity(contact_id=contact["Id"], email=contact["Email"], phone=phone)


def _as_dialled(phone: str | None, region: str | None) -> str | None:
    number = number_of(phone, region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else None


def sole(identity: ContactIdentity, told: Holders, region: str | None) -> ContactIdentity:
    """The identity, by no more than is known to be nobody else's."""
    others = [one for one in told.contacts if one["Id"] != identity.contact_id]
    email, phone = identity.email, identity.phone
    if email and (email.lower() not in told.asked.emails or any(has_email(one, email) for one in others)):
        email = None
    if phone and (phone not in told.asked.phones or _has_another(others, phone, region)):
        phone = None
    return ContactIdentity(contact_id=identity.contact_id, email=email, phone=phone)


def _has_another(others: Sequence[Record], phone: str, region: str | None) -> bool:
    number = phonenumbers.parse(phone)
    return any(has_number(one, number, region) for one in others)
