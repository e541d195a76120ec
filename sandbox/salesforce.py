"""A stand-in for Salesforce: sign-in, SOQL, describes, writes, composite calls, and the daily limit on all of them.

`POST /sandbox/customers` seeds it with accounts and contacts; `POST /sandbox/expire` ends every session;
`POST /sandbox/limit` says how many of the day's calls are used.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sandbox.frame import REMEMBERED_ENTRIES, Fault, StandIn
from sandbox.salesforce_objects import Field, SObject
from sandbox.salesforce_records import Organisation, Record, WriteError, stamp
from sandbox.salesforce_sign_in import App, SignIn, SignInError
from sandbox.soql import SoqlError, parse

DATA = re.compile(r"/services/data/v(?P<version>\d+\.0)/(?P<resource>.*)")
MAX_PARTS = 25
MAX_QUERIES = 5
PAGE_SIZE = 2000
REFERENCE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
CUSTOMER_FIELDS = {
    "plan": "Account.Plan__c",
    "seats": "Account.Seats__c",
    "status": "Account.Status__c",
    "renews": "Account.Renews__c",
    "invoice": "Account.Invoices__c",
    "balance": "Account.Balance__c",
}
"""Where `load_customers` puts what it is told of an account; a fact `csm` of its own stands in Account.Csm__c."""


class RefusedError(Exception):
    """A refused call: status, and Salesforce's list of errors."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = [{"message": message, "errorCode": code}]
        if fields is not None:
            self.errors = [{**self.errors[0], "fields": list(fields)}]  # type: ignore[dict-item]


class Answer:
    """What a resource says: a status, and a body or none."""

    def __init__(self, status: int, body: Any = None) -> None:
        self.status, self.body = status, body


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SalesforceStandIn(StandIn):
    """One organisation; custom fields hold customer numbers (Contact), keys of notes (Task), texts of articles."""

    def __init__(
        self,
        *,
        login: App | None = None,
        daily_limit: int = 100_000,
        page_size: int = PAGE_SIZE,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        super().__init__("salesforce")
        self.sign_in = SignIn(login or App(), now)
        self.daily_limit = daily_limit
        self.page_size = page_size
        self._now = now
        self.reset()

    def reset(self) -> None:
        self.sign_in.reset()
        self.used_calls = 0
        self.calls: deque[str] = deque(maxlen=REMEMBERED_ENTRIES)
        self.queries: deque[str] = deque(maxlen=REMEMBERED_ENTRIES)
        self.pages: dict[str, list[Record]] = {}
        self.organisation = Organisation(self._now)
        self.organisation.objects["Contact"].add(Field("Customer_Number__c", external_id=True))
        self.organisation.objects["Task"].add(Field("Holdfast_Key__c", external_id=True))
        self.organisation.objects["Knowledge__kav"].add(Field("Answer__c", "textarea", 131_072))

    # What the organisation holds.

    def add(self, kind: str, **values: Any) -> str:
        """A record as it stands, unchecked; returns its id."""
        return str(self.organisation.add(kind, **values)["Id"])

    def records(self, kind: str) -> list[Record]:
        return list(self.organisation.records.get(kind, {}).values())

    def publish(self, title: str, url_name: str, html: str, category: str = "", **values: Any) -> str:
        """An article that everybody may read; returns its id."""
        published = {"LastPublishedDate": stamp(self._now()), **values}
        article = self.add("Knowledge__kav", Title=title, UrlName=url_name, Answer__c=html, **published)
        if category:
            self.add("Knowledge__DataCategorySelection", ParentId=article, DataCategoryName=category)
        return article

    def load_customers(self, accounts: Iterable[Mapping[str, Any]], contacts: Iterable[Mapping[str, Any]]) -> None:
        """Accounts (id, name, plan, seats, status, renews, fields, invoices) and their contacts.

        A contact has id, account, name, email, phone and role; the id becomes the customer number.
        """
        known = ("Plan__c", "Status__c")
        self.organisation.objects["Account"].add(
            *(Field(name) for name in known),
            Field("Seats__c", "double"),
            Field("Renews__c", "date"),
            Field("Balance__c", "currency"),
            Field("Invoices__c", "textarea", 32000),
        )
        ids = {account["id"]: self._load_account(account) for account in accounts}
        for contact in contacts:
            first, _, last = contact["name"].rpartition(" ")
            self.add(
                "Contact",
                AccountId=ids.get(contact.get("account")),
                FirstName=first or None,
                LastName=last,
                Email=contact.get("email"),
                MobilePhone=contact.get("phone"),
                Title=contact.get("role") or None,
                Customer_Number__c=contact.get("id"),
            )

    def _load_account(self, account: Mapping[str, Any]) -> str:
        own = {_custom(name): value for name, value in (account.get("fields") or {}).items()}
        self.organisation.objects["Account"].add(*(Field(name) for name in own))
        invoices = sorted(account.get("invoices") or (), key=lambda one: str(one["issued"]), reverse=True)
        unpaid = [float(one["amount"]) for one in invoices if one["status"] in {"open", "overdue"}]
        return self.add(
            "Account",
            Name=account["name"],
            Plan__c=account.get("plan"),
            Seats__c=account.get("seats"),
            Status__c=str(account["status"]).replace("_", " ") if account.get("status") else None,
            Renews__c=str(account["renews"]) if account.get("renews") else None,
            Invoices__c="\n".join(_invoice(one) for one in invoices) or None,
            Balance__c=sum(unpaid) if invoices else None,
            **own,
        )

    # The HTTP application.

    def app(self) -> FastAPI:
        app = super().app()
        app.add_api_route("/services/oauth2/token", self._token, methods=["POST"])
        app.add_api_route("/services/data/{rest:path}", self._data, methods=["GET", "POST", "PATCH", "DELETE"])
        app.add_api_route("/sandbox/customers", self._customers, methods=["POST"], status_code=204)
        app.add_api_route("/sandbox/expire", self._expire, methods=["POST"], status_code=204)
        app.add_api_route("/sandbox/limit", self._use, methods=["POST"], status_code=204)
        return app

    def failure(self, fault: Fault) -> Response:
        errors = [{"message": "The server is not available.", "errorCode": "SERVER_UNAVAILABLE"}]
        body = fault.body or json.dumps(errors)
        return Response(body, fault.status, fault.headers, media_type="application/json")

    async def _customers(
        self, accounts: Annotated[list[dict[str, Any]], Body()], contacts: Annotated[list[dict[str, Any]], Body()]
    ) -> None:
        self.load_customers(accounts, contacts)

    async def _expire(self) -> None:
        self.sign_in.expire()

    async def _use(self, used: Annotated[int, Body(embed=True, ge=0)]) -> None:
        self.used_calls = used

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        instance_url = f"{request.url.scheme}://{request.url.netloc}"
        try:
            return JSONResponse(self.sign_in.token(form, request.headers.get("authorization", ""), instance_url))
        except SignInError as refused:
            return JSONResponse({"error": refused.error, "error_description": str(refused)}, status_code=400)

    async def _data(self, request: Request) -> Response:
        """Every call on data: the session, the daily limit, and then the resource."""
        path = request.scope["raw_path"].decode("ascii")
        address = path + (f"?{request.url.query}" if request.url.query else "")
        self.calls.append(f"{request.method} {address}")
        try:
            self._admit(request)
            answer = self._answer(request.method, address, await request.body())
        except RefusedError as refused:
            answer = Answer(refused.status, refused.errors)
        headers = {"Sforce-Limit-Info": f"api-usage={self.used_calls}/{self.daily_limit}"}
        if answer.status == 204:
            return Response(status_code=204, headers=headers)
        return JSONResponse(answer.body, status_code=answer.status, headers=headers)

    def _admit(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in {"bearer", "oauth"} or token not in self.sign_in.sessions:
            raise RefusedError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self.used_calls >= self.daily_limit:
            raise RefusedError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used_calls += 1

    def _answer(self, method: str, address: str, body: bytes) -> Answer:
        """Raises RefusedError."""
        if urlsplit(address).path.rstrip("/").endswith("/composite"):
            return self._composite(method, _json(body))
        return self._single(method, address, body)

    def _single(self, method: str, address: str, body: bytes) -> Answer:
        try:
            return self._resource(method, address, body)
        except SoqlError as refused:
            raise RefusedError(400, refused.code, f"\n{refused}") from None
        except WriteError as refused:
            raise RefusedError(refused.status, refused.code, str(refused), refused.fields) from None

    def _resource(self, method: str, address: str, body: bytes) -> Answer:
        parts = urlsplit(address)
        found = DATA.fullmatch(parts.path)
        if not found:
            raise _not_found()
        root = f"/services/data/v{found['version']}"
        match [method, *(unquote(step) for step in found["resource"].rstrip("/").split("/"))]:
            case ["GET", "query"]:
                return self._query(parse_qs(parts.query).get("q", [""])[0], root)
            case ["GET", "query", cursor]:
                return self._next_page(cursor, root)
            case ["GET", "limits"]:
                left = {"Max": self.daily_limit, "Remaining": self.daily_limit - self.used_calls}
                return Answer(200, {"DailyApiRequests": left})
            case ["GET", "sobjects", kind, "describe"]:
                return Answer(200, self._kind(kind).described(root))
            case ["POST", "sobjects", kind]:
                created = self.organisation.create(self._kind(kind), _json(body))
                return Answer(201, {"id": created["Id"], "success": True, "errors": []})
            case ["PATCH", "sobjects", kind, key_field, key]:
                return self._upsert(self._kind(kind), key_field, key, _json(body), root)
        raise _not_found()

    def _kind(self, name: str) -> SObject:
        kind = self.organisation.visible(name)
        if kind is None:
            raise _not_found()
        return kind

    def _query(self, soql: str, root: str) -> Answer:
        if not soql:
            raise RefusedError(400, "MALFORMED_QUERY", "A query string has to be specified")
        self.queries.append(soql)
        found = self.organisation.find(parse(soql))
        cursor = f"01gHf{len(self.pages):013}"
        self.pages[cursor] = [_linked(record, root) for record in found]
        return self._page(cursor, 0, root)

    def _next_page(self, name: str, root: str) -> Answer:
        cursor, _, start = name.partition("-")
        if cursor not in self.pages or not start.isdecimal():
            raise RefusedError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(cursor, int(start), root)

    def _page(self, cursor: str, start: int, root: str) -> Answer:
        found, end = self.pages[cursor], start + self.page_size
        page = {"totalSize": len(found), "done": end >= len(found), "records": found[start:end]}
        further = {} if page["done"] else {"nextRecordsUrl": f"{root}/query/{cursor}-{end}"}
        return Answer(200, {**page, **further})

    def _upsert(self, kind: SObject, key_field: str, key: str, values: Record, root: str) -> Answer:
        known = kind.find(key_field)
        if known is None or not known.external_id:
            text = f"Provided external ID field does not exist or is not accessible: {key_field}"
            raise RefusedError(404, "NOT_FOUND", text)
        same = [record for record in self.records(kind.name) if record[known.name] == key]
        if len(same) > 1:
            return Answer(300, [f"{root}/sobjects/{kind.name}/{record['Id']}" for record in same])
        if same:
            self.organisation.update(kind, same[0], values)
            return Answer(200, {"id": same[0]["Id"], "success": True, "errors": [], "created": False})
        created = self.organisation.create(kind, {**values, known.name: key})
        return Answer(201, {"id": created["Id"], "success": True, "errors": [], "created": True})

    def _composite(self, method: str, body: Record) -> Answer:
        parts = body.get("compositeRequest")
        if method != "POST" or not isinstance(parts, list):
            raise RefusedError(400, "JSON_PARSER_ERROR", "compositeRequest is missing")
        queries = [part for part in parts if "/query" in part.get("url", "")]
        if len(parts) > MAX_PARTS or len(queries) > MAX_QUERIES:
            text = f"Limit exceeded: {MAX_PARTS} subrequests, {MAX_QUERIES} queries"
            raise RefusedError(400, "LIMIT_EXCEEDED", text)
        names = [str(part.get("referenceId", "")) for part in parts]
        if len(set(names)) < len(names) or not all(REFERENCE_ID.fullmatch(name) for name in names):
            raise RefusedError(400, "INVALID_INPUT", "Invalid reference ID")
        return Answer(200, {"compositeResponse": [self._part(part) for part in parts]})

    def _part(self, part: Mapping[str, Any]) -> Record:
        try:
            inside = json.dumps(part["body"]).encode() if "body" in part else b""
            answer = self._single(part["method"], part["url"], inside)
        except RefusedError as refused:
            answer = Answer(refused.status, refused.errors)
        named = {"httpHeaders": {}, "httpStatusCode": answer.status, "referenceId": part["referenceId"]}
        return {"body": answer.body, **named}


def _not_found() -> RefusedError:
    return RefusedError(404, "NOT_FOUND", "The requested resource does not exist")


def _json(body: bytes) -> Record:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise RefusedError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has none.")
    return parsed


def _linked(record: Record, root: str) -> Record:
    """The record with the addresses of itself and of what is in it."""
    linked = dict(record)
    for name, value in record.items():
        if name == "attributes":
            linked[name] = {**value, "url": f"{root}/sobjects/{value['type']}/{value['url']}"}
        elif isinstance(value, dict) and "records" in value:
            linked[name] = {**value, "records": [_linked(one, root) for one in value["records"]]}
        elif isinstance(value, dict):
            linked[name] = _linked(value, root)
    return linked


def _custom(name: str) -> str:
    """The API name of the custom field for a fact: automation_runs is Automation_Runs__c."""
    return "_".join(word.capitalize() for word in re.split(r"\W|_", name) if word) + "__c"


def _invoice(invoice: Mapping[str, Any]) -> str:
    issued, due = (_spoken(date.fromisoformat(str(invoice[key]))) for key in ("issued", "due"))
    return f"{invoice['number']}: {float(invoice['amount']):.2f}, issued {issued}, due {due}, {invoice['status']}"


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
