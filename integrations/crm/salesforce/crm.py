"""Salesforce as a CRM, through simple-salesforce."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.errors import ConflictError, ForbiddenError, HoldfastError, NotFoundError
from integrations.checks import Finding
from integrations.crm.base import CrmNote, CustomerReference
from integrations.crm.salesforce.allowance import LimitState
from integrations.crm.salesforce.api import SalesforceApi, SalesforceSettings
from integrations.crm.salesforce.context import (
    CASE,
    ENTITLEMENT,
    OPPORTUNITY,
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
    Holders,
    addresses_of,
    holders_query,
    identity_of,
    linked_to,
    sole,
    told_by,
    told_by_search,
)

MOST_SUBJECT_CHARACTERS = 255
MOST_NOTE_CHARACTERS = 32_000


class SalesforceCrm:
    """Finds contacts by id, the company's own number, email or phone; keeps notes as completed tasks."""

    settings_class: ClassVar[type[SalesforceSettings]] = SalesforceSettings

    def __init__(self, settings: SalesforceSettings, api: SalesforceApi | None = None) -> None:
        self._settings = settings
        self._api = api or SalesforceApi(settings)

    @property
    def limit_state(self) -> LimitState:
        """How many of the day's API calls are used, for people who watch it."""
        return self._api.allowance.state

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        """Facts of the one contact that fits, in one call once they are linked. A claimed reference opens none."""
        sought = wanted(reference, self._settings)
        if sought is None:
            return CustomerContext(matches=0)
        if not reference.verified:
            claimed = await self._api.query_together({"contact": who_query(sought)})
            return CustomerContext(matches=len(found_in(_records(claimed["contact"]), sought)))
        linked = linked_to(reference, self._settings.phone_region)
        queries = {**context_queries(sought, fields, self._settings), **holders_query(linked)}
        answers = await self._api.query_together(queries)
        told = told_by(linked, answers.pop("holders", []))
        everyone = _records(answers["contact"])
        contacts = found_in(everyone, sought)
        if len(contacts) != 1:
            return CustomerContext(matches=len(contacts))
        told = told.joined(told_by_search(reference, everyone, self._settings.phone_region))
        identity = await self._identity(contacts[0], told)
        return context_of(contacts[0], answers, fields, identity, as_of=datetime.now(UTC))

    async def _identity(self, contact: Record, told: Holders) -> ContactIdentity:
        """By what this contact alone is known. What nothing was told of yet takes a second call."""
        region = self._settings.phone_region
        whole = identity_of(contact, region)
        unsettled = addresses_of([whole], region).without(told.asked)
        if query := holders_query(unsettled):
            try:
                answers = await self._api.query_together(query)
                told = told.joined(told_by(unsettled, answers["holders"]))
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
        sought = wanted(reference, self._settings)
        values = {**await self._place_of_note(sought), **_task(note)}
        try:
            await self._api.upsert("Task", self._settings.note_key_field, note.key, values)
        except ConflictError:
            return  # The field is not unique, and the note is there more than once already.

    async def _place_of_note(self, sought: Wanted | None) -> dict[str, str]:
        if sought is None:
            raise NotFoundError("No note was written: nothing is known that finds the contact in Salesforce.")
        answers = await self._api.query_together({"contact": who_query(sought), "cases": case_query(sought)})
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
        "Subject": note.subject[:MOST_SUBJECT_CHARACTERS],
        "Description": note.text[:MOST_NOTE_CHARACTERS],
        "Status": "Completed",
        "ActivityDate": note.at.date().isoformat(),
    }


class _Object(NamedTuple):
    """What we need of an object of Salesforce."""

    name: str
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def _objects(settings: SalesforceSettings) -> list[_Object]:
    own = (settings.external_id_field,) if settings.external_id_field else ()
    objects = [
        _Object("Contact", readable=(*WHO, "Name", "Title"), keys=own),
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
