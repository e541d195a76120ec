"""A stand-in for Zendesk: the API that agents use, signed webhooks, and people who write tickets.

Customers and colleagues are played by `write`, `add_comment` and `rate`, or by `POST /sandbox/tickets`,
`/sandbox/tickets/{id}/comments` and `/sandbox/tickets/{id}/rating`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.background import BackgroundTask

from sandbox.frame import Fault, StandIn, Webhooks
from sandbox.zendesk_account import Account, Record, RefusedError, stamp
from sandbox.zendesk_reading import add_reading_routes

EMAIL = "holdfast@example.com"
API_TOKEN = "stand-in-api-token"  # noqa: S105
OAUTH_TOKEN = "stand-in-oauth-token"  # noqa: S105
WEBHOOK_SECRET = "stand-in-webhook-secret"  # noqa: S105
ACCOUNT_ID = 12345
MAX_UPLOADED_BYTES = 50 * 1024 * 1024
RETRIED = frozenset({0, 409, 429, 503})


class SentFile(BaseModel):
    """A file that somebody sends along, base64."""

    name: str
    media_type: str = "application/octet-stream"
    content: str


class Written(BaseModel):
    """What somebody writes. Who is not known yet becomes an end user; `flags` are Zendesk's warnings about it."""

    author: str
    body: str
    subject: str = ""
    public: bool = True
    files: list[SentFile] = []
    flags: list[int] = []
    via: Record = {}


class Rated(BaseModel):
    """The requester's answer to the survey."""

    score: str
    comment: str = ""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZendeskStandIn(StandIn):
    """One account. `role` is the role of the agent whose credentials these are."""

    def __init__(
        self,
        *,
        email: str = EMAIL,
        api_token: str = API_TOKEN,
        oauth_token: str = OAUTH_TOKEN,
        role: str = "admin",
        page_size: int = 100,
        export_page_size: int = 1000,
        export_lag_seconds: float = 60,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__("zendesk")
        self.email, self.api_token, self.oauth_token = email, api_token, oauth_token
        self.role = role
        self.page_size, self.export_page_size = page_size, export_page_size
        self.export_lag_seconds = export_lag_seconds
        self.now = now
        self.webhooks = Webhooks(
            self.journal, attempts=4, timeout_seconds=10, is_retried=lambda status: status in RETRIED
        )
        self.reset()

    def reset(self) -> None:
        self.account = Account(lambda: self.address)
        self.us = self.account.add_user("Holdfast", self.email, role=self.role)

    def failure(self, fault: Fault) -> Response:
        words = {429: "APIRateLimitExceeded", 503: "ServiceUnavailable"}
        body = {"error": words.get(fault.status, "InternalError"), "description": "A fault of the stand-in"}
        content = fault.body or json.dumps(body)
        return Response(content, fault.status, fault.headers, media_type="application/json")

    # What people do.

    async def write(self, written: Written) -> int:
        """Somebody writes to support. Returns the new ticket's id."""
        author = self._person(written.author)
        asked = {"subject": written.subject, "comment": self._comment(written)}
        via = {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}, **written.via}
        ticket = self.account.create(author, asked, self.now(), via=via)
        self._flag(ticket["id"], written)
        await self.announce(ticket["id"], "ticket.created")
        return int(ticket["id"])

    async def add_comment(self, ticket_id: int, written: Written) -> int:
        """Somebody goes on in a ticket: a customer, or a colleague in Zendesk itself. Returns the comment's id."""
        author = self._person(written.author)
        asked: Record = {"comment": self._comment(written)}
        if author["role"] == "end-user":
            asked["status"] = "open"
        self.account.update(ticket_id, author, asked, self.now())
        self._flag(ticket_id, written)
        await self.announce(ticket_id, "ticket.comment_added")
        return int(self.account.comments[ticket_id][-1]["id"])

    def _person(self, email: str) -> Record:
        known = (user for user in self.account.users.values() if user["email"] == email)
        return next(known, None) or self.account.add_user(email.partition("@")[0].title(), email)

    def _comment(self, written: Written) -> Record:
        token = secrets.token_urlsafe(12)
        for file in written.files:
            self.account.upload(file.name, file.media_type, base64.b64decode(file.content), token)
        uploads = [token] if written.files else []
        return {"body": written.body, "public": written.public, "uploads": uploads}

    def _flag(self, ticket_id: int, written: Written) -> None:
        if written.flags:
            warned = {"flags": written.flags, "flags_options": {}, "trusted": False}
            self.account.comments[ticket_id][-1]["metadata"] |= warned

    # Webhooks.

    async def announce(self, ticket_id: int, event: str) -> None:
        """Post the event of the ticket's newest comment to every active webhook that is subscribed to it."""
        kind = f"zen:event-type:{event}"
        for webhook in list(self.account.webhooks.values()):
            if webhook["status"] == "active" and kind in webhook["subscriptions"]:
                body = json.dumps(self._event(ticket_id, kind)).encode()
                await self.webhooks.post(webhook["endpoint"], body, self._signed(webhook["id"], body))

    def _event(self, ticket_id: int, kind: str) -> Record:
        ticket, comment = self.account.tickets[ticket_id], self.account.comments[ticket_id][-1]
        author = self.account.users[comment["author_id"]]
        said = {
            "id": str(comment["id"]),
            "author": {"id": str(author["id"]), "is_staff": author["role"] != "end-user", "name": author["name"]},
            "body": comment["body"],
            "is_public": comment["public"],
        }
        event: Record = {"meta": {"sequence": {"id": secrets.token_hex(16).upper(), "position": 1}}}
        return {
            "account_id": ACCOUNT_ID,
            "detail": {
                "actor_id": str(author["id"]),
                "id": str(ticket_id),
                "is_public": True,
                "requester_id": str(ticket["requester_id"]),
                "status": str(ticket["status"]).upper(),
                "subject": ticket["subject"],
                "tags": ticket["tags"],
                "created_at": ticket["created_at"],
                "updated_at": ticket["updated_at"],
                "via": {"channel": ticket["via"]["channel"]},
            },
            "event": event if kind.endswith("created") else {**event, "comment": said},
            "id": secrets.token_hex(16),
            "subject": f"zen:ticket:{ticket_id}",
            "time": comment["created_at"],
            "type": kind,
            "zendesk_event_version": "2022-11-06",
        }

    def _signed(self, webhook_id: str, body: bytes) -> dict[str, str]:
        signed_at = stamp(self.now())
        key = self.account.secrets[webhook_id].encode()
        digest = hmac.new(key, signed_at.encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(ACCOUNT_ID),
            "X-Zendesk-Webhook-Id": webhook_id,
            "X-Zendesk-Webhook-Invocation-Id": secrets.token_hex(13).upper(),
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": signed_at,
        }

    # The API.

    def admit(self, request: Request, *, admin: bool = False) -> Record:
        """Who asks. Raises RefusedError for nobody, and for an agent where an administrator is needed."""
        us = self.account.users[self.us["id"]]
        basic = base64.b64encode(f"{self.email}/token:{self.api_token}".encode()).decode()
        given = request.headers.get("authorization", "").encode()
        allowed = (f"Basic {basic}".encode(), f"Bearer {self.oauth_token}".encode())
        if not any(hmac.compare_digest(given, one) for one in allowed):
            raise RefusedError(401, {"error": "Couldn't authenticate you"})
        if admin and us["role"] != "admin":
            message = "You do not have access to this page. Please contact the account owner of this help desk."
            raise RefusedError(403, {"error": {"title": "Forbidden", "message": message}})
        return us

    def app(self) -> FastAPI:
        app = super().app()
        app.add_exception_handler(RefusedError, _refuse)
        add_reading_routes(app, self)
        for path, method, route in self._writing():
            app.add_api_route(path, route, methods=[method])
        return app

    def _writing(self) -> Sequence[tuple[str, str, Callable[..., Any]]]:
        return (
            ("/api/v2/tickets.json", "POST", self._create_ticket),
            ("/api/v2/tickets/{ticket_id}.json", "PUT", self._update_ticket),
            ("/api/v2/tickets/{ticket_id}/tags.json", "PUT", self._add_tags),
            ("/api/v2/tickets/{ticket_id}/tags.json", "DELETE", self._delete_tags),
            ("/api/v2/uploads.json", "POST", self._upload),
            ("/sandbox/tickets", "POST", self.write),
            ("/sandbox/tickets/{ticket_id}/comments", "POST", self.add_comment),
            ("/sandbox/tickets/{ticket_id}/rating", "POST", self.rate),
        )

    async def rate(self, ticket_id: int, rated: Rated) -> None:
        """The customer answers the survey about a solved ticket."""
        self.account.rate(ticket_id, rated.score, rated.comment, self.now())

    async def _create_ticket(self, request: Request) -> Response:
        us = self.admit(request)
        ticket = self.account.create(us, _asked(await _json(request)), self.now())
        answer = {"ticket": ticket, "audit": self.account.audits[ticket["id"]][-1]}
        return JSONResponse(answer, 201, background=BackgroundTask(self.announce, ticket["id"], "ticket.created"))

    async def _update_ticket(self, ticket_id: int, request: Request) -> Response:
        us = self.admit(request)
        asked = _asked(await _json(request))
        audit = self.account.update(ticket_id, us, asked, self.now())
        announced = BackgroundTask(self.announce, ticket_id, "ticket.comment_added") if "comment" in asked else None
        return JSONResponse({"ticket": self.account.tickets[ticket_id], "audit": audit}, background=announced)

    async def _add_tags(self, ticket_id: int, request: Request) -> Response:
        return await self._change_tags(ticket_id, request, add=True)

    async def _delete_tags(self, ticket_id: int, request: Request) -> Response:
        return await self._change_tags(ticket_id, request, add=False)

    async def _change_tags(self, ticket_id: int, request: Request, *, add: bool) -> Response:
        self.admit(request)
        tags = (await _json(request)).get("tags")
        if not isinstance(tags, list):
            raise RefusedError(400, {"error": "InvalidTags", "description": "tags must be an array"})
        return JSONResponse({"tags": self.account.change_tags(ticket_id, tags, self.now(), add=add)})

    async def _upload(self, request: Request, filename: str = "", token: str | None = None) -> Response:
        self.admit(request)
        content = await request.body()
        if not filename or not content:
            raise RefusedError(
                400, {"error": "AttachmentUnprocessable", "description": "A file needs name and content"}
            )
        if len(content) > MAX_UPLOADED_BYTES:
            raise RefusedError(413, {"error": "AttachmentTooLarge", "description": "The file is larger than 50 MB"})
        media_type = request.headers.get("content-type", "application/octet-stream")
        token, attachment = self.account.upload(filename, media_type, content, token)
        return JSONResponse({"upload": {"token": token, "attachment": attachment, "attachments": [attachment]}}, 201)


async def _json(request: Request) -> Record:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise RefusedError(400, {"error": "Unprocessable JSON", "description": "The body is no JSON"}) from None
    if not isinstance(body, dict):
        raise RefusedError(400, {"error": "Unprocessable JSON", "description": "The body is no object"})
    return body


def _asked(body: Record) -> Record:
    ticket = body.get("ticket")
    if not isinstance(ticket, dict):
        raise RefusedError(400, {"error": {"title": "Invalid attribute", "message": "You must pass a ticket"}})
    return ticket


async def _refuse(_: Request, refused: Exception) -> Response:
    if not isinstance(refused, RefusedError):
        raise refused
    return JSONResponse(refused.body, refused.status, refused.headers)
