"""What all stand-ins have in common: a journal, faults on demand, webhooks to the product, and control routes.

`GET /sandbox/journal` shows what was received and sent. `GET`, `POST` and `DELETE /sandbox/faults` show, add and clear
faults; `PUT /sandbox/webhooks` troubles the webhooks; `POST /sandbox/reset` starts afresh.
"""

import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, Literal

import anyio
import httpx
from fastapi import FastAPI, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REMEMBERED_ENTRIES = 1000
MAX_SHOWN_BYTES = 20_000
CONTROL = "/sandbox/"
NOT_ANSWERED = 0

Direction = Literal["received", "sent"]


class Entry(BaseModel):
    """One thing that a vendor received or sent."""

    number: int
    at: datetime
    direction: Direction
    what: str
    detail: dict[str, Any]


class Journal:
    """What a stand-in received and sent, the newest last."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=REMEMBERED_ENTRIES)
        self._numbers = count(1)

    def note(self, direction: Direction, what: str, **detail: Any) -> None:
        """`detail` is JSON."""
        entry = Entry(number=next(self._numbers), at=datetime.now(UTC), direction=direction, what=what, detail=detail)
        self.entries.append(entry)


class Fault(BaseModel):
    """What requests meet whose path the regular expression `path` finds, after so many `seconds`.

    `delay` does no more, `fail` answers with the status, `cut` drops the connection. `times` requests meet it, or with
    `lasting_seconds` all within that time. With `handled` the vendor does what was asked, and the answer alone is lost.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["delay", "fail", "cut"]
    path: str = ""
    times: int = Field(1, ge=1)
    lasting_seconds: float | None = Field(None, gt=0)
    seconds: float = Field(0, ge=0)
    status: int = Field(503, ge=400, le=599)
    headers: dict[str, str] = {}
    body: str = ""
    handled: bool = False

    @field_validator("path")
    @classmethod
    def _is_an_expression(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return path


class PendingFault(BaseModel):
    """A fault, and how often it is still met, or until when by the clock."""

    fault: Fault
    left: int
    until: float | None = None


class Faults:
    """Faults in waiting. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pending: list[PendingFault] = []

    def add(self, *faults: Fault) -> None:
        now = self._clock()
        for fault in faults:
            until = now + fault.lasting_seconds if fault.lasting_seconds else None
            self._pending.append(PendingFault(fault=fault, left=fault.times, until=until))

    def clear(self) -> None:
        self._pending = []

    def pending(self) -> list[PendingFault]:
        """What can still be met."""
        now = self._clock()
        self._pending = [one for one in self._pending if one.left and (one.until is None or now < one.until)]
        return self._pending

    def shown(self) -> list[dict[str, Any]]:
        """The faults in waiting, each with what is `left` of its times or seconds."""
        now = self._clock()
        return [
            {**one.fault.model_dump(), "left": one.left if one.until is None else round(one.until - now, 1)}
            for one in self.pending()
        ]

    async def meet(self, path: str) -> Fault | None:
        """The first fault that fits, counted down, once its seconds are over."""
        for one in self.pending():
            if re.search(one.fault.path, path):
                one.left -= one.until is None
                await anyio.sleep(one.fault.seconds)
                return one.fault
        return None


class WebhookTrouble(BaseModel):
    """What befalls webhooks until it is taken back.

    Each is posted `duplicate` more times, each first waits for `delay_seconds`, with `reorder` every second one
    overtakes the one before it, and with `lose` none is posted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    duplicate: int = Field(0, ge=0, le=10)
    reorder: bool = False
    lose: bool = False
    delay_seconds: float = Field(0, ge=0)


class Webhook(BaseModel):
    """A signed request to the product."""

    url: str
    body: bytes
    headers: dict[str, str]


@cache
def _trust() -> ssl.SSLContext:
    """Made once: reading all authorities takes longer than everything else about a webhook."""
    return ssl.create_default_context()


class Webhooks:
    """Posts to the product as the vendor would, at most `attempts` times while `is_retried` says so of the status.

    `pauses_seconds` lie between the attempts, the last one for all further ones. `retry_headers` says what attempt
    2, 3, … adds after that status. Status 0 means that the product did not answer.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        attempts: int,
        pauses_seconds: tuple[float, ...] = (0,),
        timeout_seconds: float = 10,
        is_retried: Callable[[int], bool] = lambda status: not 200 <= status < 300,
        retry_headers: Callable[[int, int], Mapping[str, str]] = lambda attempt, status: {},
    ) -> None:
        self.journal = journal
        self.attempts = attempts
        self.pauses_seconds = pauses_seconds
        self.timeout_seconds = timeout_seconds
        self.is_retried = is_retried
        self.retry_headers = retry_headers
        self.held: Webhook | None = None
        self.trouble(WebhookTrouble())

    def trouble(self, trouble: WebhookTrouble) -> None:
        """Trouble all webhooks from now on; the default takes it back."""
        self.duplicate = trouble.duplicate
        self.reorder = trouble.reorder
        self.lose = trouble.lose
        self.delay_seconds = trouble.delay_seconds

    def shown(self) -> dict[str, Any]:
        """The trouble at present."""
        return {name: getattr(self, name) for name in WebhookTrouble.model_fields}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post an event, with the trouble at present. Returns the last status; 0 if nothing was posted."""
        webhook = Webhook(url=url, body=body, headers=dict(headers))
        if self.lose:
            self.journal.note("sent", f"POST {url} (lost)", body=shown_body(body))
            return NOT_ANSWERED
        await anyio.sleep(self.delay_seconds)
        if self.reorder and self.held is None:
            self.held = webhook
            return NOT_ANSWERED
        statuses = [await self._deliver(webhook) for _ in range(1 + self.duplicate)]
        await self.release()
        return statuses[-1]

    async def release(self) -> None:
        """Post what was held back to be overtaken."""
        held, self.held = self.held, None
        if held is not None:
            await self._deliver(held)

    async def ask(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response | None:
        """Post and hand back the product's answer, for vendors that act upon it; None if there was none."""
        webhook = Webhook(url=url, body=body, headers=dict(headers))
        return await self._attempt(webhook, 1, {})

    async def _deliver(self, webhook: Webhook) -> int:
        status, more = NOT_ANSWERED, dict[str, str]()
        for attempt in range(1, self.attempts + 1):
            response = await self._attempt(webhook, attempt, more)
            status = NOT_ANSWERED if response is None else response.status_code
            if not self.is_retried(status) or attempt == self.attempts:
                break
            await anyio.sleep(self.pauses_seconds[min(attempt, len(self.pauses_seconds)) - 1])
            more = dict(self.retry_headers(attempt + 1, status))
        return status

    async def _attempt(self, webhook: Webhook, attempt: int, more: Mapping[str, str]) -> httpx.Response | None:
        response: httpx.Response | None = None
        async with httpx.AsyncClient(trust_env=False, timeout=self.timeout_seconds, verify=_trust()) as client:
            with suppress(httpx.TransportError):
                response = await client.post(webhook.url, content=webhook.body, headers={**webhook.headers, **more})
        self.journal.note(
            "sent",
            f"POST {webhook.url}",
            attempt=attempt,
            body=shown_body(webhook.body),
            status=NOT_ANSWERED if response is None else response.status_code,
            answer="" if response is None else shown_body(response.content),
        )
        return response


class StandIn:
    """Base of the stand-ins. A subclass adds its routes in `app`, and forgets in `reset`.

    Whoever serves it sets `address`, as links in its answers need it, and may set `furnish`, which puts in what it is
    to hold after each restart.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""
        self.furnish: Callable[[], None] = lambda: None
        self.journal = Journal()
        self.faults = Faults()
        self.webhooks = Webhooks(self.journal, attempts=1)

    def reset(self) -> None:
        """Forget what was said; overridden by stand-ins that remember."""

    def failure(self, fault: Fault) -> Response:
        """The answer of a request that is to fail; a vendor may word it in its own way."""
        return Response(fault.body, fault.status, fault.headers, media_type="application/json")

    def restart(self) -> None:
        """As new: no entries, no faults, no trouble, nothing remembered but what it is furnished with."""
        self.journal.entries.clear()
        self.faults.clear()
        self.webhooks.trouble(WebhookTrouble())
        self.webhooks.held = None
        self.reset()
        self.furnish()

    def app(self) -> FastAPI:
        """The HTTP application, with the control routes; its requests meet the faults and go into the journal."""
        app = FastAPI(title=f"{self.name} stand-in", openapi_url=None)
        app.add_middleware(Intercept, stand_in=self)
        for path, method, route in self.controls():
            app.add_api_route(f"{CONTROL}{path}", route, methods=[method])
        return app

    def controls(self) -> Iterable[tuple[str, str, Callable[..., Any]]]:
        return (
            ("journal", "GET", self._journal),
            ("faults", "GET", self._faults),
            ("faults", "POST", self._add_faults),
            ("faults", "DELETE", self._clear_faults),
            ("webhooks", "PUT", self._trouble_webhooks),
            ("reset", "POST", self._restart),
        )

    async def _journal(self, after: int = 0) -> list[Entry]:
        return [entry for entry in self.journal.entries if entry.number > after]

    async def _faults(self) -> dict[str, Any]:
        return {"faults": self.faults.shown(), "webhooks": self.webhooks.shown()}

    async def _add_faults(self, faults: list[Fault]) -> dict[str, Any]:
        self.faults.add(*faults)
        return await self._faults()

    async def _clear_faults(self) -> dict[str, Any]:
        self.faults.clear()
        return await self._trouble_webhooks(WebhookTrouble())

    async def _trouble_webhooks(self, trouble: WebhookTrouble) -> dict[str, Any]:
        self.webhooks.trouble(trouble)
        if not trouble.reorder:
            await self.webhooks.release()
        return await self._faults()

    async def _restart(self) -> dict[str, Any]:
        self.restart()
        return await self._faults()


class CutResponse(Response):
    """Promises more bytes than it sends, whereupon the server drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Exchange:
    """One request as it passes: what was asked, and what was answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.asked = b""
        self.answered = b""
        self.status = NOT_ANSWERED
        self.is_lost = False
        self._ends: Callable[[], None] | None = None

    def at_its_end(self, do: Callable[[], None]) -> None:
        """Before whoever asked has the last of the answer, so that the journal is never behind them."""
        self._ends = do

    def end(self) -> None:
        if self._ends:
            self._ends()
        self._ends = None

    async def receive(self) -> Message:
        message = await self._receive()
        self.asked += message.get("body", b"")[: MAX_SHOWN_BYTES + 1 - len(self.asked)]
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on; of one that is to be lost, the first half of its first part."""
        body = message.get("body", b"")
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif self.is_lost:
            message = {**message, "body": b"" if self.answered else body[: len(body) // 2], "more_body": True}
        self.answered += body[: MAX_SHOWN_BYTES + 1 - len(self.answered)]
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.end()
        await self._send(message)

    def note(self, journal: Journal, fault: Fault | None) -> None:
        query = self.scope["query_string"].decode("latin-1")
        what = f"{self.scope['method']} {self.scope['path']}" + (f"?{query}" if query else "")
        met = {"fault": fault.kind} if fault else {}
        journal.note(
            "received", what, body=shown_body(self.asked), status=self.status, answer=shown_body(self.answered), **met
        )


class Intercept:
    """Leads every request but those for control past the faults, and notes it in the journal."""

    def __init__(self, app: ASGIApp, stand_in: StandIn) -> None:
        self.app = app
        self.stand_in = stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        fault = await self.stand_in.faults.meet(scope["path"])
        exchange.is_lost = fault is not None and fault.handled
        exchange.at_its_end(lambda: exchange.note(self.stand_in.journal, fault))
        try:
            await self._answering(fault)(scope, exchange.receive, exchange.send)
        finally:
            exchange.end()

    def _answering(self, fault: Fault | None) -> ASGIApp:
        if fault is None or fault.handled or fault.kind == "delay":
            return self.app
        return CutResponse() if fault.kind == "cut" else self.stand_in.failure(fault)


def shown_body(body: bytes) -> str:
    """A body for the journal: text, at most so much of it."""
    text = body[:MAX_SHOWN_BYTES].decode(errors="replace")
    return text if len(body) <= MAX_SHOWN_BYTES else f"{text}…"
