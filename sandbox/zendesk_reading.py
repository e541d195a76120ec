"""The part of Zendesk's API that reads: pages by cursor and by number, searches, and the incremental export."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from sandbox.zendesk_account import Record, RefusedError, not_found

if TYPE_CHECKING:
    from sandbox.zendesk import ZendeskStandIn

TERM = re.compile(r'(\w+)(:|<)("[^"]*"|\S+)')


class Reading:
    """Routes of the API under /api/v2."""

    def __init__(self, stand_in: "ZendeskStandIn") -> None:
        self._stand_in = stand_in

    # Pages.

    def _page(self, request: Request, name: str, found: Sequence[Record]) -> Response:
        """By cursor if `page[size]` was asked for, else by number."""
        query = dict(request.query_params)
        size = min(self._stand_in.page_size, _whole(query, "page[size]" if "page[size]" in query else "per_page", 100))
        if "page[size]" in query:
            start = _whole(query, "page[after]", 0, least=0)
            more = start + size < len(found)
            after = str(start + size) if more else None
            link = self._link(request, {**query, "page[after]": after}) if more else None
            meta = {"has_more": more, "after_cursor": after, "before_cursor": None}
            return JSONResponse({name: found[start : start + size], "meta": meta, "links": {"next": link}})
        number = _whole(query, "page", 1)
        more = number * size < len(found)
        link = self._link(request, {**query, "page": number + 1}) if more else None
        part = found[(number - 1) * size : number * size]
        return JSONResponse({name: part, "count": len(found), "next_page": link, "previous_page": None})

    def _link(self, request: Request, query: dict[str, Any]) -> str:
        return f"{self._stand_in.address}{request.url.path}?{urlencode(query)}"

    # People.

    async def me(self, request: Request) -> Response:
        return JSONResponse({"user": self._stand_in.admit(request)})

    async def user(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        return JSONResponse({"user": self._stand_in.account.user(number)})

    async def users(self, request: Request, ids: str) -> Response:
        self._stand_in.admit(request)
        wanted = [int(one) for one in ids.split(",") if one.strip().isdecimal()]
        if len(wanted) > 100:
            raise RefusedError(400, {"error": "TooManyValues", "description": "At most 100 ids"})
        known = self._stand_in.account.users
        return self._page(request, "users", [known[one] for one in wanted if one in known])

    async def find_users(self, request: Request, query: str = "", external_id: str = "") -> Response:
        self._stand_in.admit(request)
        if bool(query) == bool(external_id):
            raise RefusedError(400, {"error": "InvalidValue", "description": "query or external_id"})
        wanted = {"external_id": external_id} if external_id else _terms(query, {"role", "email", "phone"})
        users = self._stand_in.account.users.values()
        return self._page(request, "users", [user for user in users if _fits(user, wanted)])

    async def organization(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        return JSONResponse({"organization": _known(self._stand_in.account.organizations, number)})

    # Tickets.

    async def ticket(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        return JSONResponse({"ticket": self._stand_in.account.ticket(number)})

    async def comments(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        self._stand_in.account.ticket(number)
        return self._page(request, "comments", self._stand_in.account.comments[number])

    async def audits(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        self._stand_in.account.ticket(number)
        return self._page(request, "audits", self._stand_in.account.audits[number])

    async def search(self, request: Request, query: str) -> Response:
        self._stand_in.admit(request)
        terms = _terms(query, {"type", "requester", "status"})
        if (
            terms.get("type") != "ticket"
            or terms.get("status") != "solved"
            or not terms.get("requester", "").isdecimal()
        ):
            raise RefusedError(422, {"error": "invalid", "description": "Invalid search: the stand-in knows one only"})
        found = self._stand_in.account.unsolved_of(int(terms["requester"]))
        return self._page(request, "results", [{**one, "result_type": "ticket"} for one in found])

    async def export(self, request: Request, start_time: int | None = None, cursor: str = "") -> Response:
        self._stand_in.admit(request, admin=True)
        until = self._stand_in.now() - timedelta(seconds=self._stand_in.export_lag_seconds)
        if (start_time is None) == (not cursor):
            raise RefusedError(400, {"error": "InvalidValue", "description": "start_time or cursor"})
        if start_time is not None and start_time > until.timestamp():
            description = "Too recent start_time. Use a start_time older than 60 seconds"
            raise RefusedError(400, {"error": "InvalidValue", "description": description})
        after = _place(cursor) if cursor else (float(start_time or 0), -1)
        tickets, place, ended = self._stand_in.account.export(after, until, self._stand_in.export_page_size)
        following = _cursor(place)
        link = self._link(request, {"cursor": following})
        return JSONResponse(
            {
                "tickets": tickets,
                "after_cursor": following,
                "after_url": link,
                "before_cursor": None,
                "before_url": None,
                "end_of_stream": ended,
            }
        )

    async def ticket_field(self, number: int, request: Request) -> Response:
        self._stand_in.admit(request)
        return JSONResponse({"ticket_field": _known(self._stand_in.account.fields, number)})

    async def file(self, number: int) -> Response:
        """Whoever has the link may read the file."""
        attachment, content = _known(self._stand_in.account.files, number)
        return Response(content, media_type=attachment["content_type"])

    # Help Center.

    async def articles(self, request: Request) -> Response:
        self._stand_in.admit(request)
        return self._page(request, "articles", list(self._stand_in.account.articles.values()))

    async def sections(self, request: Request) -> Response:
        self._stand_in.admit(request)
        return self._page(request, "sections", list(self._stand_in.account.sections.values()))

    # Webhooks.

    async def webhooks(self, request: Request, size: int = Query(100, alias="page[size]")) -> Response:
        self._stand_in.admit(request, admin=True)
        found = list(self._stand_in.account.webhooks.values())[:size]
        return JSONResponse({"webhooks": found, "meta": {"has_more": False, "after_cursor": None}, "links": {}})

    async def webhook_secret(self, webhook_id: str, request: Request) -> Response:
        self._stand_in.admit(request, admin=True)
        secret = _known(self._stand_in.account.secrets, webhook_id)
        return JSONResponse({"signing_secret": {"algorithm": "SHA256", "secret": secret}})


def add_reading_routes(app: FastAPI, stand_in: "ZendeskStandIn") -> None:
    reading = Reading(stand_in)
    routes: dict[str, Callable[..., Any]] = {
        "/api/v2/users/me.json": reading.me,
        "/api/v2/users/show_many.json": reading.users,
        "/api/v2/users/search.json": reading.find_users,
        "/api/v2/users/{number}.json": reading.user,
        "/api/v2/organizations/{number}.json": reading.organization,
        "/api/v2/tickets/{number}.json": reading.ticket,
        "/api/v2/tickets/{number}/comments.json": reading.comments,
        "/api/v2/tickets/{number}/audits.json": reading.audits,
        "/api/v2/search.json": reading.search,
        "/api/v2/incremental/tickets/cursor.json": reading.export,
        "/api/v2/ticket_fields/{number}.json": reading.ticket_field,
        "/attachments/token/{token}/{number}": reading.file,
        "/api/v2/help_center/articles.json": reading.articles,
        "/api/v2/help_center/sections.json": reading.sections,
        "/api/v2/webhooks": reading.webhooks,
        "/api/v2/webhooks/{webhook_id}/signing_secret": reading.webhook_secret,
    }
    for path, route in routes.items():
        app.add_api_route(path, route, methods=["GET"])


def _whole(query: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    """A whole number of the query. Raises RefusedError."""
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise RefusedError(400, {"error": "InvalidPaginationParameter", "description": f"{name} is invalid"})
    return int(text)


def _known(records: Any, number: Any) -> Any:
    if number not in records:
        raise not_found()
    return records[number]


def _terms(query: str, allowed: Iterable[str]) -> dict[str, str]:
    """The terms of a search. What the stand-in cannot search for it refuses, where Zendesk would find something."""
    terms = {name: value.strip('"') for name, _, value in TERM.findall(query)}
    if TERM.sub("", query).strip() or set(terms) - set(allowed):
        raise RefusedError(422, {"error": "invalid", "description": f"Invalid search: {query}"})
    return terms


def _fits(user: Record, wanted: dict[str, str]) -> bool:
    return all(str(user[name] or "").casefold() == value.casefold() for name, value in wanted.items())


def _cursor(place: tuple[float, int]) -> str:
    return base64.b64encode(f"{place[0]!r}||{place[1]}|".encode()).decode()


def _place(cursor: str) -> tuple[float, int]:
    try:
        at, _, number, _ = base64.b64decode(cursor, validate=True).decode().split("|")
        return float(at), int(number)
    except ValueError:
        raise RefusedError(400, {"error": "InvalidValue", "description": "cursor is invalid"}) from None
