"""What Zendesk knows of a customer, as facts.

The names, which an AI agent's `customer_facts` may list: name, email, organisation, tags, open_tickets (how many),
ticket (one for each of those that changed last), and what the specification maps. It maps a fact to `user.<field>`,
`user.user_fields.<key>`, `organization.<field>`, `organization.organization_fields.<key>`, or
`ticket.custom_fields.<id>`: the field of the open ticket that changed last.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.conversation.turn import CustomerContext, Fact
from domain.errors import InvalidInputError

SOURCE = "zendesk"
FIELD_PATH = re.compile(
    r"user\.(user_fields\.)?\w{1,80}|organization\.(organization_fields\.)?\w{1,80}|ticket\.custom_fields\.\d{1,20}",
    re.ASCII,
)
SEARCHABLE = re.compile(r'[^"*\\\s]+')
MAX_TICKETS = 5
MAX_CHARACTERS = 500
KNOWN = {"name": "user.name", "email": "user.email", "organisation": "organization.name", "tags": "user.tags"}
STANDARD_FACTS = frozenset({*KNOWN, "open_tickets", "ticket"})
"""The names of the facts that it knows without any mapping."""

Record = Mapping[str, Any]


def check_fields(fields: Mapping[str, str]) -> None:
    """Raises InvalidInputError for a path that leads nowhere."""
    for name, path in fields.items():
        if not FIELD_PATH.fullmatch(path):
            text = f"The specification maps {name!r} to {path!r}, which is no field here: write user.user_fields.<key>."
            raise InvalidInputError(text)


def search_for(*, email: str | None, phone: str | None) -> str:
    """Zendesk's search for a customer; empty where there is nothing to search by, or it could match anybody."""
    name, value = ("email", email) if email else ("phone", phone)
    return f'role:end-user {name}:"{value}"' if value and SEARCHABLE.fullmatch(value) else ""


def is_customer(user: Record) -> bool:
    return user.get("role") == "end-user" and not user.get("suspended") and user.get("active") is not False


def context_of(
    user: Record,
    organization: Record | None,
    open_tickets: int,
    tickets: Sequence[Record],
    fields: Mapping[str, str],
    as_of: datetime,
) -> CustomerContext:
    """The context of the one customer who was found. `tickets` are the open ones that changed last, newest first."""
    newest = {str(field["id"]): field["value"] for field in tickets[0].get("custom_fields") or ()} if tickets else {}
    records = {"user": user, "organization": organization or {}, "ticket": {"custom_fields": newest}}
    values = [(name, _shown(_at(records, path))) for name, path in {**KNOWN, **fields}.items()]
    values += [("open_tickets", str(open_tickets)), *_described(tickets)]
    facts = (Fact(name=name, value=value, source=SOURCE, as_of=as_of) for name, value in values if value)
    return CustomerContext(facts=tuple(facts), matches=1)


def _described(tickets: Sequence[Record]) -> Iterator[tuple[str, str]]:
    for ticket in tickets:
        day = datetime.fromisoformat(ticket["updated_at"])
        subject = (ticket.get("subject") or "no subject")[:MAX_CHARACTERS]
        yield "ticket", f"{ticket['id']}: {subject}, {ticket['status']}, changed {day.day} {day:%B %Y}"


def _at(records: Record, path: str) -> Any:
    found: Any = records
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))[:MAX_CHARACTERS]
    return "" if value is None or isinstance(value, dict) else str(value)[:MAX_CHARACTERS]
