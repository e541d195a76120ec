"""What an account of Zendesk keeps, and its rules: people, tickets with comments and audits, articles, webhooks."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import quote

Record = dict[str, Any]

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
WRITABLE = frozenset(
    {
        "id",
        "comment",
        "status",
        "assignee_id",
        "tags",
        "custom_fields",
        "metadata",
        "subject",
        "requester_id",
        "requester",
        "priority",
        "safe_update",
        "updated_stamp",
    }
)
MAX_METADATA_BYTES = 1024


class RefusedError(Exception):
    """A request that Zendesk refuses, with its status and body."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def not_found() -> RefusedError:
    return RefusedError(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid(field: str, error: str | None, description: str, **more: Any) -> RefusedError:
    details = {field: [{"description": description, "error": error, **more}]}
    return RefusedError(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Account:
    """In memory. `address` says what stands in links."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self.ids = count(1001)
        self.users: dict[int, Record] = {}
        self.organizations: dict[int, Record] = {}
        self.tickets: dict[int, Record] = {}
        self.comments: dict[int, list[Record]] = {}
        self.audits: dict[int, list[Record]] = {}
        self.changed: dict[int, datetime] = {}
        self.files: dict[int, tuple[Record, bytes]] = {}
        self.uploads: dict[str, list[int]] = {}
        self.sections: dict[int, Record] = {}
        self.articles: dict[int, Record] = {}
        self.webhooks: dict[str, Record] = {}
        self.secrets: dict[str, str] = {}
        self.fields: dict[int, Record] = {}

    # People.

    def add_user(self, name: str, email: str, *, role: str = "end-user", **more: Any) -> Record:
        number = next(self.ids)
        self.users[number] = {
            "id": number,
            "name": name,
            "email": email,
            "role": role,
            "phone": None,
            "external_id": None,
            "organization_id": None,
            "verified": True,
            "suspended": False,
            "active": True,
            "tags": [],
            "user_fields": {},
            **more,
        }
        return self.users[number]

    def add_organization(self, name: str, **more: Any) -> Record:
        number = next(self.ids)
        self.organizations[number] = {"id": number, "name": name, "tags": [], "organization_fields": {}, **more}
        return self.organizations[number]

    def user(self, number: int) -> Record:
        if number not in self.users:
            raise not_found()
        return self.users[number]

    # Tickets.

    def ticket(self, number: int) -> Record:
        if number not in self.tickets:
            raise not_found()
        return self.tickets[number]

    def create(self, author: Record, asked: Mapping[str, Any], now: datetime, **more: Any) -> Record:
        """A ticket with its first comment. `more` are fields that Zendesk sets itself."""
        _check_comment(asked.get("comment"))
        number = next(self.ids)
        requester = asked.get("requester_id", author["id"])
        if requester not in self.users:
            raise invalid("requester", "InvalidValue", "Requester: is not valid")
        body = asked["comment"].get("body", "")
        ticket = {
            "id": number,
            "url": f"{self._address()}/api/v2/tickets/{number}.json",
            "requester_id": requester,
            "submitter_id": author["id"],
            "organization_id": self.users[requester]["organization_id"],
            "subject": asked.get("subject") or body[:80],
            "description": body,
            "status": "new",
            "assignee_id": None,
            "priority": asked.get("priority"),
            "tags": [],
            "custom_fields": [{"id": field, "value": None} for field in self.fields],
            "created_at": stamp(now),
            "updated_at": stamp(now),
            "satisfaction_rating": {"score": "unoffered"},
            "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
            **more,
        }
        self._check(ticket, asked)
        self.tickets[number], self.comments[number], self.audits[number] = ticket, [], []
        self.update(number, author, asked, now)
        return ticket

    def update(self, number: int, author: Record, asked: Mapping[str, Any], now: datetime) -> Record:
        """Change a ticket as Zendesk does, in one step or not at all. Returns the audit. Raises RefusedError."""
        ticket = self.ticket(number)
        self._check(ticket, asked)
        events: list[Record] = []
        if asked.get("comment"):
            events.append(self._add_comment(number, author, asked["comment"], asked.get("metadata"), now))
        events += self._changes(ticket, asked)
        audit = {
            "id": next(self.ids),
            "ticket_id": number,
            "author_id": author["id"],
            "created_at": stamp(now),
            "events": events,
            "metadata": {"custom": dict(asked.get("metadata") or {}), "system": {"client": "stand-in"}},
            "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
        }
        self.audits[number].append(audit)
        self.touch(ticket, now)
        return audit

    def touch(self, ticket: Record, now: datetime) -> None:
        ticket["updated_at"] = stamp(now)
        self.changed[ticket["id"]] = now

    def change_tags(self, number: int, tags: Iterable[str], now: datetime, *, add: bool) -> list[str]:
        ticket = self.ticket(number)
        if ticket["status"] == "closed":
            raise invalid("status", "InvalidStatus", "Status: closed prevents ticket update")
        kept = set(ticket["tags"])
        ticket["tags"] = sorted(kept | set(tags) if add else kept - set(tags))
        self.touch(ticket, now)
        return list(ticket["tags"])

    def rate(self, number: int, score: str, comment: str, now: datetime) -> None:
        """The requester's answer to the survey, which Zendesk takes for solved tickets only."""
        ticket = self.ticket(number)
        if ticket["status"] not in ("solved", "closed"):
            raise invalid("base", "InvalidValue", "Satisfaction rating can only be given to solved tickets")
        ticket["satisfaction_rating"] = {"id": next(self.ids), "score": score, "comment": comment}
        self.touch(ticket, now)

    def _check(self, ticket: Record, asked: Mapping[str, Any]) -> None:
        if unknown := set(asked) - WRITABLE:
            raise RefusedError(400, {"error": "UnpermittedParameters", "description": f"{sorted(unknown)}"})
        if ticket["status"] == "closed":
            raise invalid("status", "InvalidStatus", "Status: closed prevents ticket update")
        if asked.get("status", "open") not in STATUSES[:-1]:
            raise invalid("status", "InvalidValue", "Status: is not valid")
        if asked.get("status") == "solved" and not asked.get("assignee_id", ticket["assignee_id"]):
            needed = {"ticket_field_id": 360_001, "ticket_field_type": "FieldAssignee"}
            raise invalid("base", None, "Assignee: is required when solving a ticket", **needed)
        if "comment" in asked:
            _check_comment(asked["comment"])
            self._check_uploads(asked["comment"].get("uploads", ()))
        if len(str(asked.get("metadata") or "")) > MAX_METADATA_BYTES:
            raise invalid("metadata", "TooLong", "Metadata: is too long (maximum is 1024 bytes)")
        for field in asked.get("custom_fields", ()):
            if field.get("id") not in self.fields:
                raise invalid("custom_fields", "InvalidValue", f"Custom field {field.get('id')} does not exist")

    def _changes(self, ticket: Record, asked: Mapping[str, Any]) -> Iterator[Record]:
        for name in ("status", "assignee_id", "subject", "priority", "tags"):
            if name in asked and asked[name] != ticket[name]:
                yield self._change(name, asked[name], ticket[name])
                ticket[name] = asked[name]
        for field in asked.get("custom_fields", ()):
            mine = self._value_of(ticket, field["id"])
            yield self._change(str(field["id"]), field["value"], mine["value"])
            mine["value"] = field["value"]

    def _value_of(self, ticket: Record, field: int) -> Record:
        """The ticket's value of a custom field, also of one that is younger than the ticket."""
        known: list[Record] = [one for one in ticket["custom_fields"] if one["id"] == field]
        if not known:
            known = [{"id": field, "value": None}]
            ticket["custom_fields"].extend(known)
        return known[0]

    def _change(self, name: str, value: Any, previous: Any) -> Record:
        return {
            "id": next(self.ids),
            "type": "Change",
            "field_name": name,
            "value": value,
            "previous_value": previous,
        }

    def _add_comment(
        self, number: int, author: Record, asked: Mapping[str, Any], metadata: Any, now: datetime
    ) -> Record:
        public = asked.get("public", True)
        body = asked.get("body") or ""
        comment = {
            "id": next(self.ids),
            "type": "Comment",
            "author_id": asked.get("author_id", author["id"]),
            "body": body,
            "html_body": f'<div class="zd-comment">{body}</div>',
            "plain_body": body,
            "public": public,
            "attachments": [
                self.files[file][0] for token in asked.get("uploads", ()) for file in self.uploads.pop(token)
            ],
            "created_at": stamp(now),
            "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
            "metadata": {"system": {}, "custom": dict(metadata or {})},
        }
        self.comments[number].append(comment)
        return comment

    # Files.

    def upload(self, name: str, media_type: str, content: bytes, token: str | None = None) -> tuple[str, Record]:
        number = next(self.ids)
        token = token or secrets.token_urlsafe(12)
        attachment = {
            "id": number,
            "url": f"{self._address()}/api/v2/attachments/{number}.json",
            "file_name": name,
            "content_url": f"{self._address()}/attachments/token/{secrets.token_hex(8)}/{number}?name={quote(name)}",
            "content_type": media_type,
            "size": len(content),
            "inline": False,
            "deleted": False,
            "malware_scan_result": "malware_not_found",
        }
        self.files[number] = (attachment, content)
        self.uploads.setdefault(token, []).append(number)
        return token, attachment

    def _check_uploads(self, tokens: Sequence[str]) -> None:
        """A token is good for one comment."""
        if not self.uploads.keys() >= set(tokens) or len(set(tokens)) < len(tokens):
            raise invalid("base", "InvalidValue", "Upload token is invalid or was used before")

    # Reading.

    def export(
        self, after: tuple[float, int], until: datetime, size: int
    ) -> tuple[list[Record], tuple[float, int], bool]:
        """A page of the incremental export: tickets by their last change, the next cursor, whether it was the last."""
        changed = sorted((moment.timestamp(), number) for number, moment in self.changed.items() if moment <= until)
        behind = [place for place in changed if place > after]
        page = behind[:size]
        tickets = [{**self.tickets[number], "generated_timestamp": int(at)} for at, number in page]
        return tickets, page[-1] if page else after, len(behind) <= size

    def unsolved_of(self, requester: int) -> list[Record]:
        mine = [
            one
            for one in self.tickets.values()
            if one["requester_id"] == requester and STATUSES.index(one["status"]) < STATUSES.index("solved")
        ]
        return sorted(mine, key=lambda one: str(one["updated_at"]), reverse=True)

    # Help Center.

    def add_section(self, name: str) -> Record:
        number = next(self.ids)
        self.sections[number] = {"id": number, "name": name, "locale": "en-us"}
        return self.sections[number]

    def add_article(self, section: Record, title: str, body: str, now: datetime, **more: Any) -> Record:
        number = next(self.ids)
        self.articles[number] = {
            "id": number,
            "title": title,
            "body": body,
            "section_id": section["id"],
            "html_url": f"{self._address()}/hc/en-us/articles/{number}",
            "locale": "en-us",
            "draft": False,
            "user_segment_id": None,
            "created_at": stamp(now),
            "updated_at": stamp(now),
            "edited_at": stamp(now),
            "label_names": [],
            **more,
        }
        return self.articles[number]

    # Webhooks.

    def add_webhook(self, endpoint: str, secret: str, subscriptions: Iterable[str], **more: Any) -> Record:
        number = secrets.token_hex(8).upper()
        self.secrets[number] = secret
        self.webhooks[number] = {
            "id": number,
            "name": "Holdfast",
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": list(subscriptions),
            **more,
        }
        return self.webhooks[number]

    def add_field(self, title: str, kind: str = "text", **more: Any) -> Record:
        number = next(self.ids)
        self.fields[number] = {"id": number, "title": title, "type": kind, "active": True, **more}
        return self.fields[number]


def _check_comment(comment: Any) -> None:
    if not isinstance(comment, Mapping) or not (comment.get("body") or "").strip():
        raise invalid("comment", "BlankValue", "Comment: cannot be blank")
