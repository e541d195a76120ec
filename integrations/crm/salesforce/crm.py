"""Salesforce as a CRM, through simple-salesforce."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import structlog

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.delivery.limits import LimitState
from domain.errors import ConflictError, ForbiddenError, HoldfastError, NotFoundError
from integrations.checks import Finding
from integrations.crm.base import CrmNote, CustomerReference
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.crm.salesforce.api import SalesforceApi, SalesforceSettings
from integrations.crm.salesforce.context import (
    CASE,
    EMAIL,
    ENTITLEMENT,
    OPPORTUNITY,
    PHONES,
    SEARCHED,
    STANDARD_FACTS,
    WHO,
    Record,
    Wanted,
    case_query,
    context_of,
    context_queries,
    found_in,
    wanted,
    who_query,
)
from integrations.crm.salesforce.identity import (
    Addresses,
    Holders,
    addresses_of,
    holders_from,
    holders_from_search,
    holders_query,
    identity_of,
    linked_to,
    searchable,
    sole,
)
from integrations.crm.salesforce.refusals import UnsearchableFieldError

log = structlog.get_logger()

MAX_SUBJECT_CHARACTERS = 255
MAX_NOTE_CHARACTERS = 32_000


class SalesforceCrm:
    """Finds contacts by id, the company's own number, email or phone; keeps notes as completed tasks."""

    settings_class: ClassVar[type[SalesforceSettings]] = SalesforceSettings
    standard_facts: ClassVar[frozenset[str]] = STANDARD_FACTS

    def __init__(self, settings: SalesforceSettings, api: SalesforceApi | None = None) -> None:
        self._settings = settings
        self._api = api or SalesforceApi(settings)
        self._unsearchable: list[str] = []

    @property
    def allowance(self) -> ApiAllowance:
        """What is known of the day's API calls; the processes of an installation share it (integrations.limits)."""
        return self._api.allowance

    @property
    def limit_state(self) -> LimitState:
        """How many of the day's API calls are used, for people who watch it."""
        return self._api.allowance.state

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        """Facts of the one contact that fits, in one call once they are linked. A claimed reference opens none."""
        found = await self._search(reference, lambda sought: self._context_queries(reference, sought, fields))
        if found is None:
            return CustomerContext(matches=0)
        sought, answers = found
        linked = self._searchable(linked_to(reference, self._settings.phone_region))
        told = holders_from(linked, answers.pop("holders", []))
        everyone = _records(answers["contact"])
        contacts = found_in(everyone, sought)
        if len(contacts) != 1 or not reference.verified:
            return CustomerContext(matches=len(contacts), missing=() if contacts else self._not_searched(reference))
        told = told.joined(holders_from_search(reference, everyone, self._settings.phone_region, self._unsearchable))
        identity = await self._identity(contacts[0], told)
        return context_of(contacts[0], answers, fields, identity, as_of=datetime.now(UTC))

    async def _search(
        self, reference: CustomerReference, queries: Callable[[Wanted], Mapping[str, str]]
    ) -> tuple[Wanted, dict[str, Any]] | None:
        """Whom we look for, and the answers to the queries about them; None where nothing is known to look for.

        A field that cannot be searched is left out from then on, and the others are asked. Raises
        UnsearchableFieldError where no other is known.
        """
        while True:
            sought = wanted(reference, self._settings, self._unsearchable)
            if sought is None:
                if wanted(reference, self._settings) is not None:
                    raise UnsearchableFieldError(" or ".join(self._unsearchable))
                return None
            answers = await self._api.query_together(queries(sought))
            refused = answers["contact"]
            if not self._learns_from(refused):
                return sought, answers

    def _learns_from(self, refused: object) -> bool:
        """Whether an answer names a field that we search by and did not know to be unsearchable."""
        if not isinstance(refused, UnsearchableFieldError) or refused.field not in SEARCHED:
            return False
        if refused.field in self._unsearchable:
            return False
        self._unsearchable.append(refused.field)
        log.warning("salesforce_field_cannot_be_searched", field=refused.field)
        return True

    def _context_queries(
        self, reference: CustomerReference, sought: Wanted, fields: Mapping[str, str]
    ) -> Mapping[str, str]:
        if not reference.verified:
            return {"contact": who_query(sought)}
        linked = self._searchable(linked_to(reference, self._settings.phone_region))
        return {**context_queries(sought, fields, self._settings), **holders_query(linked)}

    def _not_searched(self, reference: CustomerReference) -> tuple[str, ...]:
        """What nobody could look for, when nothing was found by the rest."""
        known = {*((EMAIL,) if reference.email else ()), *(PHONES if reference.phone else ())}
        return tuple(f"salesforce {field} (cannot be searched)" for field in self._unsearchable if field in known)

    def _searchable(self, addresses: Addresses) -> Addresses:
        return searchable(addresses, self._unsearchable)

    async def _identity(self, contact: Record, told: Holders) -> ContactIdentity:
        """By what this contact alone is known. What nothing was told of yet takes a second call."""
        region = self._settings.phone_region
        whole = identity_of(contact, region)
        unsettled = self._searchable(addresses_of([whole], region)).without(told.asked)
        if query := holders_query(unsettled):
            try:
                answers = await self._api.query_together(query)
                told = told.joined(holders_from(unsettled, answers["holders"]))
            except HoldfastError:
                pass  # The facts are there; the next turn asks again.
        return sole(whole, told, region)

    async def add_note(self, organisation: str, reference: CustomerReference, note: CrmNote) -> None:
        """A completed task of the contact, and of their case where exactly one is open.

        Raises NotFoundError or ConflictError where not exactly one contact fits, and ForbiddenError for a reference
        that was merely claimed, besides what every call raises.
        """
        if not reference.verified:
            raise ForbiddenError("No note was written: it is not verified who the customer is.")
        values = {**await self._place_of_note(reference), **_task(note)}
        try:
            await self._api.upsert("Task", self._settings.note_key_field, note.key, values)
        except ConflictError:
            return  # The field is not unique, and the note is there more than once already.

    async def _place_of_note(self, reference: CustomerReference) -> dict[str, str]:
        found = await self._search(
            reference, lambda sought: {"contact": who_query(sought), "cases": case_query(sought)}
        )
        if found is None:
            raise NotFoundError("No note was written: nothing is known that finds the contact in Salesforce.")
        sought, answers = found
        contacts = found_in(_records(answers["contact"]), sought)
        if not contacts:
            raise NotFoundError("No note was written: Salesforce has no such contact.")
        if len(contacts) > 1:
            raise ConflictError("No note was written: several contacts of Salesforce fit.")
        cases = [case for case in _records(answers["cases"]) if case["ContactId"] == contacts[0]["Id"]]
        about = {"WhatId": cases[0]["Id"]} if len(cases) == 1 else {}
        return {"WhoId": contacts[0]["Id"], **about}

    async def check(self) -> Sequence[Finding]:
        """Whether we can sign in, read what the context needs and write notes, and what is left of the day's calls."""
        objects = _objects(self._settings)
        try:
            described = await self._api.read_together({one.name: f"sobjects/{one.name}/describe" for one in objects})
        except HoldfastError as error:
            return [Finding(name="connection", ok=False, detail=str(error))]
        flow = self._settings.flow.replace("_", " ")
        return [
            Finding(name="connection", ok=True, detail=f"Signed in by {flow}."),
            *(_object_finding(one, described[one.name]) for one in objects),
            _limit_finding(self.limit_state),
        ]


def _records(answer: Sequence[Mapping[str, Any]] | HoldfastError) -> Sequence[Mapping[str, Any]]:
    if isinstance(answer, HoldfastError):
        raise answer
    return answer


def _task(note: CrmNote) -> dict[str, str]:
    return {
        "Subject": note.subject[:MAX_SUBJECT_CHARACTERS],
        "Description": note.text[:MAX_NOTE_CHARACTERS],
        "Status": "Completed",
        "ActivityDate": note.at.date().isoformat(),
    }


class _Object(NamedTuple):
    """What we need of an object of Salesforce."""

    name: str
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()


def _objects(settings: SalesforceSettings) -> list[_Object]:
    own = (settings.external_id_field,) if settings.external_id_field else ()
    objects = [
        _Object("Contact", readable=(*WHO, "Name", "Title"), keys=own, searched=(*SEARCHED, *own)),
        _Object("Account", readable=("Id", "Name")),
        _Object("Case", readable=(*CASE, "IsClosed")),
        _Object("Opportunity", readable=(*OPPORTUNITY, "IsClosed")),
    ]
    if settings.entitlements:
        objects.append(_Object("Entitlement", readable=ENTITLEMENT))
    writable = ("WhoId", "WhatId", "Subject", "Description", "Status", "ActivityDate")
    return [*objects, _Object("Task", writable=writable, keys=(settings.note_key_field,))]


def _object_finding(needed: _Object, described: Any) -> Finding:
    if isinstance(described, NotFoundError):
        detail = f"{needed.name} is not there for our user: give its permission set read access to it."
        return Finding(name=needed.name, ok=False, detail=detail)
    if isinstance(described, HoldfastError):
        return Finding(name=needed.name, ok=False, detail=str(described))
    problems = list(_problems(needed, described))
    return Finding(name=needed.name, ok=not problems, detail=" ".join(problems) or "All that we need of it is there.")


def _problems(needed: _Object, described: Mapping[str, Any]) -> Iterator[str]:
    fields = {field["name"]: field for field in described["fields"]}
    asked = (*needed.readable, *needed.writable, *needed.keys)
    if unseen := [name for name in asked if name not in fields]:
        yield f"Our user does not see {', '.join(unseen)}: give its permission set field access, or create the field."
    if no_keys := [name for name in needed.keys if name in fields and not fields[name]["externalId"]]:
        yield f"{', '.join(no_keys)} must be marked as an external id."
    if encrypted := [name for name in needed.searched if name in fields and not fields[name]["filterable"]]:
        yield f"{', '.join(encrypted)} cannot be searched, as a rule because of encryption: encrypt deterministically."
    if needed.writable and not described["createable"]:
        yield f"Our user may not create {needed.name}: give it the permission Edit Tasks."
    locked = [name for name in (*needed.writable, *needed.keys) if needed.writable and name in fields]
    if locked := [name for name in locked if not fields[name]["createable"]]:
        yield f"Our user may not write {', '.join(locked)}: give its permission set edit access to the field."


def _limit_finding(limit: LimitState) -> Finding:
    if limit.state == "unknown":
        return Finding(name="API calls", ok=True, detail="Salesforce did not say how many calls are used.")
    detail = (
        f"{limit.used:,} of {limit.total:,} calls of the last 24 hours are used; {limit.reserved_calls:,} are kept "
        "for people."
    )
    return Finding(name="API calls", ok=limit.state == "open", detail=detail)
