"""A customer in Salesforce: the queries that find one, and the facts that the records hold."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import phonenumbers

from domain.conversation.turn import ContactIdentity, CustomerContext, Fact
from domain.errors import HoldfastError, InvalidInputError
from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.api import SalesforceSettings, format_soql
from integrations.phone_numbers import number_of

SOURCE = "salesforce"
CONTACT_ID = re.compile(r"003[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?", re.ASCII)
FIELD_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79}){0,5}", re.ASCII)
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}[.\d]*(?:Z|[+-]\d{2}:?\d{2}))?", re.ASCII)
EMAIL = "Email"
PHONES = ("Phone", "MobilePhone")
SEARCHED = (EMAIL, *PHONES)
WHO = ("Id", "AccountId", *SEARCHED)
CASE = ("Id", "ContactId", "CaseNumber", "Subject", "Status", "CreatedDate")
OPPORTUNITY = ("AccountId", "Name", "StageName", "Amount", "CloseDate")
ENTITLEMENT = ("AccountId", "Name", "Status", "EndDate")
KNOWN = {"name": "Name", "email": "Email", "role": "Title", "account": "Account.Name"}
STANDARD_FACTS = frozenset({*KNOWN, "entitlement", "open_case", "opportunity"})
"""The names of the facts that it knows without any mapping."""
AMOUNTS = frozenset({"balance"})
MAX_CONTACTS = 20
MAX_RELATED = 10
MAX_LINES = 20
MAX_CHARACTERS = 500

Record = Mapping[str, Any]
Answers = Mapping[str, Sequence[Record] | HoldfastError]


class Wanted(NamedTuple):
    """Whom we look for: the condition on Contact, and what must fit exactly where the condition is broader."""

    condition: str
    email: str | None = None
    number: phonenumbers.PhoneNumber | None = None
    region: str | None = None

    def fits(self, contact: Record) -> bool:
        """A phone number is kept in any spelling, so the condition on it finds more than it should."""
        if self.number is None or (self.email and has_email(contact, self.email)):
            return True
        return has_number(contact, self.number, self.region)


def wanted(
    reference: CustomerReference, settings: SalesforceSettings, unsearchable: Collection[str] = ()
) -> Wanted | None:
    """By id where there is one (Salesforce's own, or the company's), else by email or phone; None by nothing.

    Fields that are `unsearchable` are left out.
    """
    if reference.contact_id is not None:
        return _by_id(reference.contact_id, settings.external_id_field)
    number = number_of(reference.phone, settings.phone_region)
    condition = having([reference.email] if reference.email else [], [number] if number else [], unsearchable)
    return Wanted(condition, reference.email, number, settings.phone_region) if condition else None


def having(
    emails: Iterable[str], numbers: Iterable[phonenumbers.PhoneNumber], unsearchable: Collection[str] = ()
) -> str:
    """The condition of having one of these in a field that can be searched; empty without any."""
    conditions = [format_soql("Email = {}", email) for email in emails if EMAIL not in unsearchable]
    phones = [field for field in PHONES if field not in unsearchable]
    for number in numbers:
        digits = "%".join(phonenumbers.national_significant_number(number))
        conditions += [format_soql("{:literal} LIKE {}", field, f"%{digits}%") for field in phones]
    return f"({' OR '.join(conditions)})" if conditions else ""


def _by_id(contact_id: str, external_id_field: str | None) -> Wanted | None:
    if CONTACT_ID.fullmatch(contact_id):
        return Wanted(format_soql("Id = {}", contact_id))
    if external_id_field is None:
        return None
    return Wanted(format_soql("{:literal} = {}", external_id_field, contact_id))


def has_number(contact: Record, number: phonenumbers.PhoneNumber, region: str | None) -> bool:
    """In whatever spelling, and whatever the extension: our side never knows it."""
    kept = (number_of(contact[field], region) for field in PHONES)
    sought = (number.country_code, number.national_number)
    return any(one is not None and (one.country_code, one.national_number) == sought for one in kept)


def has_email(contact: Record, email: str) -> bool:
    return (contact["Email"] or "").lower() == email.lower()


def who_query(sought: Wanted) -> str:
    """Who it may be, and nothing else about them."""
    return who_has(sought.condition, MAX_CONTACTS)


def who_has(condition: str, most: int) -> str:
    return _select(WHO, "Contact", condition, f"LIMIT {most}")


def case_query(sought: Wanted) -> str:
    """Their open cases, the newest first."""
    condition = f"IsClosed = false AND ContactId IN ({_select(['Id'], 'Contact', sought.condition)})"
    return _select(CASE, "Case", condition, f"ORDER BY CreatedDate DESC LIMIT {MAX_RELATED}")


def context_queries(sought: Wanted, fields: Mapping[str, str], settings: SalesforceSettings) -> dict[str, str]:
    """Everything about them. Raises InvalidInputError for a field that is none."""
    their_account = f"AccountId IN ({_select(['AccountId'], 'Contact', sought.condition)})"
    queries = {
        "contact": _select(_fields_asked(fields), "Contact", sought.condition, f"LIMIT {MAX_CONTACTS}"),
        "cases": case_query(sought),
        "opportunities": _select(
            OPPORTUNITY,
            "Opportunity",
            f"IsClosed = false AND {their_account}",
            f"ORDER BY CloseDate LIMIT {MAX_RELATED}",
        ),
    }
    if settings.entitlements:
        queries["entitlements"] = _select(
            ENTITLEMENT,
            "Entitlement",
            f"Status = 'Active' AND {their_account}",
            f"LIMIT {MAX_RELATED}",
        )
    return queries


def _select(fields: Iterable[str], kind: str, condition: str, then: str = "") -> str:
    return f"SELECT {', '.join(fields)} FROM {kind} WHERE {condition} {then}".rstrip()  # noqa: S608


def _fields_asked(fields: Mapping[str, str]) -> list[str]:
    """Salesforce refuses a field that is asked for twice, in whatever case."""
    for name, path in fields.items():
        if not FIELD_PATH.fullmatch(path):
            text = f"The specification maps {name!r} to {path!r}, which is no field of Contact: write Account.Field__c."
            raise InvalidInputError(text)
    return list({path.lower(): path for path in (*WHO, *KNOWN.values(), *fields.values())}.values())


def found_in(records: Sequence[Record], sought: Wanted) -> list[Record]:
    return [record for record in records if sought.fits(record)]


def context_of(
    contact: Record, answers: Answers, fields: Mapping[str, str], identity: ContactIdentity, as_of: datetime
) -> CustomerContext:
    """The context of the one contact who fits. Records that could not be read are named as missing."""
    mapped = {**KNOWN, **fields}
    values = [(name, value) for name, path in mapped.items() for value in _values(_at(contact, path), name)]
    related = _related(contact, answers)
    facts = (Fact(name=name, value=value, source=SOURCE, as_of=as_of) for name, value in [*values, *related] if value)
    missing = tuple(f"{SOURCE} {name}" for name, answer in answers.items() if isinstance(answer, HoldfastError))
    return CustomerContext(facts=tuple(facts), missing=missing, matches=1, contact=identity)


def _related(contact: Record, answers: Answers) -> Iterator[tuple[str, str]]:
    # Salesforce cannot sort entitlements.
    entitlements = _of(answers, "entitlements", "AccountId", contact["AccountId"])
    for entitlement in sorted(entitlements, key=lambda one: (one["EndDate"] or "9999", one["Name"])):
        until = entitlement["EndDate"]
        yield "entitlement", _joined(entitlement["Name"], until and f"until {_text(until)}")
    for case in _of(answers, "cases", "ContactId", contact["Id"]):
        told = _joined(case["Subject"], case["Status"], f"opened {_text(case['CreatedDate'])}")
        yield "open_case", f"{case['CaseNumber']}: {told}"
    for deal in _of(answers, "opportunities", "AccountId", contact["AccountId"]):
        amount = deal["Amount"] is not None and f"{deal['Amount']:.2f}"
        yield "opportunity", _joined(deal["Name"], deal["StageName"], amount, f"closes {_text(deal['CloseDate'])}")


def _of(answers: Answers, name: str, key: str, owner: str | None) -> Iterable[Record]:
    """The records of this owner; there are none where they could not be read."""
    records = answers.get(name, ())
    return () if isinstance(records, HoldfastError) else (one for one in records if owner and one[key] == owner)


def _joined(*parts: str | bool | None) -> str:
    return ", ".join(str(part) for part in parts if part)[:MAX_CHARACTERS]


def _at(record: Record, path: str) -> Any:
    """The value under a path; Salesforce answers with its own spelling of names."""
    value: Any = record
    for name in path.lower().split("."):
        value = {key.lower(): one for key, one in value.items()}.get(name) if isinstance(value, Mapping) else None
    return value


def _values(value: Any, name: str) -> list[str]:
    """What a field says: one fact, or one for each line of a long text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and name in AMOUNTS:
        return [f"{value:.2f}"]
    lines = (line.strip() for line in _text(value).splitlines())
    return [line[:MAX_CHARACTERS] for line in lines if line][:MAX_LINES]


def _text(value: Any) -> str:
    """Dates are written out; a compound field, such as an address, has no text of its own."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:.0f}" if value == int(value) else str(value)
        case str():
            day = DAY.fullmatch(value)
            return _spoken(date.fromisoformat(day.group(1))) if day else value
    return ""


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
