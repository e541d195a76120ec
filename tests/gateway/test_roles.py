"""Who may do what: a row for every operation of the API. A new operation has a row here, or the first test fails.

Its ids come from tests/gateway/world.py.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from gateway.app import create_app
from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.conftest import Gateway, end_conversations
from tests.gateway.signing_in import SignInGateway, sign_in_gateway
from tests.gateway.workers import running_workers
from tests.gateway.world import Body, World, edited, make_world

Least = Literal[
    "public", "chat", "signed_in", "anybody", "viewer", "asker", "human_agent", "approver", "lead", "admin", "auditor"
]
"""What an operation needs at least. Each contains those before it, except:

public: nothing · chat: the token of a chat · signed_in: a sign-in, whatever the role · anybody: any key or sign-in
asker: human_agent or integration · auditor: auditor or lead
"""

ALLOWED: dict[Least, tuple[str, ...]] = {
    "anybody": ("viewer", "auditor", "integration"),
    "viewer": ("viewer", "auditor"),
    "asker": ("human_agent",),
    "human_agent": ("human_agent",),
    "approver": ("approver",),
    "lead": ("lead",),
    "admin": ("admin",),
    "auditor": ("auditor", "lead"),
}
"""Roles that pass, the first of those of the ladder."""

REFUSED: dict[Least, tuple[str, ...]] = {
    "viewer": ("integration", "tax_expert"),
    "asker": ("viewer", "auditor"),
    "human_agent": ("viewer", "auditor", "integration"),
    "approver": ("human_agent", "auditor", "integration"),
    "lead": ("approver", "auditor", "integration"),
    "admin": ("lead", "auditor", "integration"),
    "auditor": ("approver", "integration", "tax_expert"),
}
"""Roles that do not, the last of those of the ladder."""

Elsewhere = Literal["not_found", "nothing", "own", "each"]
"""What an administrator of another organisation gets: 404; an answer without anything of ours; what is their own; a
404 for each that is named.
"""
LONGEST_SECONDS = 300
"""Publishing is work of seconds; of minutes where much else goes on."""
STREAMED = "/v1/live"
"""Its answer has no end: only how it begins is read."""


@dataclass(frozen=True)
class Row:
    """An operation as the API's document names it, and what it needs at least.

    `acts`: who can do it in our world, where the specification asks for more. `within`: names of the path that mean
    something else of the world. `file`: a file is sent.
    """

    operation: str
    least: Least
    body: Body | None = None
    params: Body | None = None
    elsewhere: Elsewhere | None = None
    acts: str | None = None
    within: Mapping[str, str] | None = None
    file: bool = False

    @property
    def method(self) -> str:
        return self.operation.split()[0]

    @property
    def path(self) -> str:
        return self.operation.split()[1]

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def told_elsewhere(self) -> Elsewhere:
        return self.elsewhere or ("not_found" if "{" in self.path else "nothing")

    async def call(self, http: httpx.AsyncClient, world: World, headers: Mapping[str, str]) -> httpx.Response:
        within = {name: world[of] for name, of in (self.within or {}).items()}
        request = http.build_request(
            self.method,
            World(world | within).path(self.path),
            params=self.params(world) if self.params else None,
            headers=dict(headers),
            timeout=LONGEST_SECONDS,
            **self._content(world),
        )
        return await (_beginning(http, request) if self.path == STREAMED else http.send(request))

    def _content(self, world: World) -> dict[str, Any]:
        if self.reads or self.method == "DELETE":
            return {}
        if self.file:
            return {"files": {"file": ("list.txt", b"A list of bicycles.", "text/plain")}}
        return {"json": dict(self.body(world)) if self.body else {}}


async def _beginning(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """An answer that is not read to its end."""
    answer = await http.send(request, stream=True)
    try:
        return httpx.Response(answer.status_code, headers=answer.headers, content=await anext(answer.aiter_raw()))
    finally:
        await answer.aclose()


def _each(answer: httpx.Response) -> list[int]:
    """Of a request about several things: the status of what was refused for each, and 200."""
    found = answer.json()
    each = found if isinstance(found, list) else found["results"]
    return [one["problem"]["status"] if one["problem"] else 200 for one in each]


def _next_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).isoformat()


SUGGESTED = {"conversation_id": "suggested"}


# What ends something stands below what needs it.
ROWS: tuple[Row, ...] = (
    Row("GET /healthz", "public"),
    Row("GET /readyz", "public"),
    Row("POST /v1/chat/sessions", "public"),
    Row("POST /v1/chat/{conversation_id}/files", "chat", file=True),
    Row("GET /v1/chat/{conversation_id}/files/{attachment_id}", "chat"),
    Row("POST /v1/chat/{conversation_id}/ratings", "chat"),
    Row("GET /v1/me", "anybody"),
    Row("POST /v1/me/organisation", "signed_in", lambda _: {"organisation": "elsewhere"}),
    Row("POST /console/sign-out", "signed_in"),
    Row("GET /v1/console/settings", "viewer"),
    Row("GET /v1/vendors", "viewer"),
    Row("GET /v1/audit", "auditor"),
    Row("GET /v1/people", "viewer"),
    Row("GET /v1/absences", "viewer"),
    Row("PUT /v1/people/{person_id}/away", "human_agent", lambda _: {"until": _next_week()}, acts="lead"),
    Row("DELETE /v1/people/{person_id}/away", "human_agent", acts="lead"),
    Row("PUT /v1/people/{person_id}", "admin", lambda _: {"name": "Ben", "roles": ["viewer"]}, elsewhere="own"),
    Row("GET /v1/keys", "admin"),
    Row("POST /v1/keys", "admin", lambda _: {"person_id": "p_new", "roles": ["viewer"]}, elsewhere="own"),
    Row("DELETE /v1/keys/{person_id}", "admin"),
    Row("DELETE /v1/people/{person_id}", "admin"),
    Row("GET /v1/live", "viewer"),
    Row("GET /v1/inbox", "viewer"),
    Row("GET /v1/inbox/counts", "viewer"),
    Row("GET /v1/search", "viewer", params=lambda _: {"text": "refund"}),
    Row("GET /v1/supervision", "viewer", elsewhere="not_found"),
    Row("GET /v1/figures", "viewer", elsewhere="not_found"),
    Row("GET /v1/figures/{key}/rows", "viewer"),
    Row("GET /v1/rooms", "viewer"),
    Row("POST /v1/rooms", "human_agent", lambda _: {"kind": "team", "name": "returns"}, elsewhere="own"),
    Row("GET /v1/rooms/{room_id}", "viewer"),
    Row("GET /v1/rooms/{room_id}/messages", "viewer"),
    Row("POST /v1/rooms/{room_id}/messages", "human_agent", lambda _: {"text": "Who knows tyres?"}),
    Row("PUT /v1/rooms/{room_id}/read", "human_agent", lambda _: {"seq": 1}),
    Row("POST /v1/rooms/{room_id}/files", "human_agent", file=True),
    Row("GET /v1/rooms/{room_id}/files/{file_id}", "viewer"),
    Row("GET /v1/sending", "viewer"),
    Row("POST /v1/sending/stop", "lead", lambda _: {"reason": "It answers nonsense."}, elsewhere="own"),
    Row("POST /v1/sending/resume", "lead", elsewhere="own"),
    Row("GET /v1/specification/health", "viewer", elsewhere="not_found"),
    Row("GET /v1/trust", "viewer", elsewhere="not_found"),
    Row("GET /v1/trust/changes", "viewer"),
    Row(
        "POST /v1/trust/{ai_agent}/decisions",
        "lead",
        lambda _: {"action": "set", "level": "supervision", "reason": "good elsewhere"},
    ),
    Row("GET /v1/conversations", "viewer"),
    Row("GET /v1/conversations/{conversation_id}", "viewer"),
    Row("GET /v1/conversations/{conversation_id}/similar", "viewer"),
    Row("GET /v1/conversations/{conversation_id}/files/{attachment_id}", "viewer"),
    Row("POST /v1/conversations/{conversation_id}/files", "human_agent", file=True),
    Row("GET /v1/conversations/{conversation_id}/messages/{seq}/explanation", "viewer"),
    Row("GET /v1/conversations/{conversation_id}/co-pilot", "viewer", within=SUGGESTED),
    Row(
        "POST /v1/conversations/{conversation_id}/co-pilot/{suggestion_id}/use",
        "human_agent",
        lambda _: {"used": "as_is"},
        within=SUGGESTED,
    ),
    Row("GET /v1/journeys", "viewer"),
    Row("GET /v1/journeys/funnel/{journey}", "viewer", elsewhere="nothing"),
    Row("GET /v1/journeys/{run_id}", "viewer"),
    Row("POST /v1/journeys/{run_id}/pause", "human_agent"),
    Row("POST /v1/journeys/{run_id}/resume", "human_agent"),
    Row("POST /v1/journeys/{run_id}/skip", "human_agent", lambda _: {"step": "ride"}),
    Row("POST /v1/journeys/{run_id}/events", "asker", lambda _: {"event": "first_ride"}),
    Row("POST /v1/conversations/{conversation_id}/events", "asker", lambda _: {"event": "first_ride"}),
    Row("POST /v1/journeys/{run_id}/confirm", "human_agent", lambda _: {"step": "meet"}, acts="approver"),
    Row("POST /v1/conversations/{conversation_id}/journeys", "asker", lambda _: {"journey": "greeting"}),
    Row("POST /v1/journeys/{run_id}/leave", "human_agent"),
    Row("GET /v1/approvals", "viewer"),
    Row("GET /v1/approvals/{approval_id}", "viewer"),
    Row("GET /v1/approvals/{approval_id}/like", "viewer"),
    Row(
        "POST /v1/approvals/decisions",
        "human_agent",
        lambda world: {"decisions": [{"approval_id": world["approval_id"], "action": "reassign", "assignee": "lea"}]},
        elsewhere="each",
        acts="approver",
    ),
    Row(
        "POST /v1/approvals/reassign",
        "human_agent",
        lambda world: {"approval_ids": [world["approval_id"]], "assignee": "lea"},
        elsewhere="each",
        acts="approver",
    ),
    Row(
        "POST /v1/approvals/{approval_id}/decisions",
        "human_agent",
        lambda _: {"action": "take_over"},
        acts="approver",
    ),
    Row("GET /v1/guarded-calls", "viewer"),
    Row("GET /v1/guarded-calls/{call_id}", "viewer"),
    Row(
        "POST /v1/guarded-calls/{call_id}/decisions",
        "human_agent",
        lambda _: {"action": "reject", "reason": "Not this month."},
        acts="lead",
    ),
    Row("PUT /v1/conversations/{conversation_id}/presence", "human_agent", lambda _: {"state": "looking"}),
    Row("POST /v1/conversations/{conversation_id}/notes", "human_agent", lambda _: {"text": "Asks often."}),
    Row("POST /v1/conversations/{conversation_id}/take-over", "human_agent"),
    Row("POST /v1/conversations/{conversation_id}/replies", "human_agent", lambda _: {"text": "I looked."}),
    Row("POST /v1/conversations/{conversation_id}/hand-back", "human_agent"),
    Row("POST /v1/conversations/{conversation_id}/mode", "human_agent", lambda _: {"mode": "co_pilot"}),
    Row("POST /v1/conversations/{conversation_id}/snooze", "human_agent", lambda _: {"until": "2999-01-01T00:00:00Z"}),
    Row("POST /v1/conversations/{conversation_id}/reopen", "human_agent"),
    Row(
        "POST /v1/conversations/bulk",
        "human_agent",
        lambda world: {"conversation_ids": [world["conversation_id"]], "action": "take_over"},
        elsewhere="each",
    ),
    Row("POST /v1/conversations/{conversation_id}/merge", "human_agent", lambda world: {"into": world["into"]}),
    Row(
        "POST /v1/conversations/{conversation_id}/split",
        "human_agent",
        lambda _: {"channel": "email", "thread": "thread-1"},
    ),
    Row("POST /v1/conversations/{conversation_id}/resolve", "human_agent"),
    Row("GET /v1/specification", "viewer", elsewhere="not_found"),
    Row("GET /v1/specification/schemas", "viewer"),
    Row("GET /v1/specification/history", "viewer"),
    Row(
        "GET /v1/specification/changes",
        "viewer",
        params=lambda world: {"before": world["version"], "after": world["version"]},
        elsewhere="not_found",
    ),
    Row("GET /v1/specification/graph/{journey}", "viewer"),
    Row("GET /v1/market", "viewer", elsewhere="not_found"),
    Row("GET /v1/market/{package}", "viewer"),
    Row("POST /v1/market/{package}/install", "lead"),
    Row("PUT /v1/specification/draft", "lead", edited, elsewhere="not_found"),
    Row("GET /v1/specification/draft", "auditor", elsewhere="not_found"),
    Row("POST /v1/specification/check", "lead", edited, elsewhere="not_found"),
    Row("POST /v1/specification/plan", "lead", lambda _: {"conversations": 0}, elsewhere="not_found"),
    Row(
        "POST /v1/specification/publish",
        "lead",
        lambda world: {"base": world["version"], "reason": "without a model"},
        elsewhere="not_found",
    ),
    Row("POST /v1/specification/rollback", "lead", lambda _: {"reason": "with a model"}, elsewhere="not_found"),
    Row("DELETE /v1/specification/draft", "lead", elsewhere="own"),
)
GUARDED = tuple(row for row in ROWS if row.least not in {"public", "chat", "signed_in"})


@pytest.fixture
async def console(options: GatewayOptions, database: Database, temporal_client: Client) -> AsyncIterator[SignInGateway]:
    """A whole platform at which people sign in."""
    async with (
        sign_in_gateway(options, database, temporal_client) as console,
        running_workers(temporal_client, database),
    ):
        yield console
    await end_conversations(temporal_client)


@pytest.fixture
async def platform(console: SignInGateway) -> Gateway:
    return console.gateway


@pytest.fixture
async def world(platform: Gateway) -> World:
    return await make_world(platform)


def test_every_operation_has_a_row() -> None:
    app = create_app(
        GatewayOptions(
            organisation="shop",
            database_url=SecretStr("postgresql://nowhere"),
            temporal_address="127.0.0.1:1",
            chat_token_secret=SecretStr("a secret of the tests, long enough"),
        )
    )
    paths = app.openapi()["paths"]
    known = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    rows = [row.operation for row in ROWS]
    assert len(rows) == len(set(rows)), "An operation has two rows."
    assert not known - set(rows), "Add to ROWS in tests/gateway/test_roles.py what each of these needs at least."
    assert not set(rows) - known, "Take these rows out: the API has no such operations any more."


async def test_nothing_is_told_without_credentials(platform: Gateway, world: World) -> None:
    for row in ROWS:
        if row.least != "public":
            answer = await row.call(platform.http, world, {})
            assert answer.status_code == 401, f"{row.operation} without credentials: {answer.status_code} {answer.text}"


async def test_a_lesser_role_is_refused(platform: Gateway, world: World) -> None:
    for row in GUARDED:
        for role in REFUSED.get(row.least, ()):
            answer = await row.call(platform.http, world, await platform.key(role))
            assert answer.status_code == 403, f"{row.operation} as {role}: {answer.status_code} {answer.text}"


async def test_the_least_role_is_enough(platform: Gateway, world: World) -> None:
    for row in GUARDED:
        for role in (row.acts,) if row.acts else ALLOWED[row.least]:
            answer = await row.call(platform.http, world, await platform.key(role, person="lea"))
            told = [answer.status_code, *(_each(answer) if row.told_elsewhere == "each" else ())]
            passed = not {401, 403, 404, 405, 422} & set(told) and answer.status_code < 500
            assert passed, f"{row.operation} as {role}: {answer.status_code} {answer.text}"


async def test_another_organisation_has_nothing_to_do_with_ours(platform: Gateway, world: World) -> None:
    stranger = await platform.key("admin", organisation="elsewhere")
    before = await _known(platform)
    for row in sorted(GUARDED, key=lambda row: row.told_elsewhere == "own"):
        answer = await row.call(platform.http, world, stranger)
        match row.told_elsewhere:
            case "not_found":
                assert answer.status_code == 404, f"{row.operation} of another: {answer.status_code} {answer.text}"
            case "nothing":
                assert answer.status_code == 200, f"{row.operation} of another: {answer.status_code} {answer.text}"
                ours = [one for name, one in world.items() if name.endswith("_id") and one in answer.text]
                assert not ours, f"{row.operation} tells another organisation of {ours}"
            case "each":
                assert set(_each(answer)) == {404}, f"{row.operation} of another: {answer.text}"
            case "own":
                assert answer.status_code < 400, f"{row.operation} of one's own: {answer.status_code} {answer.text}"
    assert await _known(platform) == before, "Another organisation changed something of ours."


async def _known(platform: Gateway) -> list[tuple[Any, ...]]:
    """What an organisation can see of its own that changes with every change."""
    rows = await platform.database.fetch(
        "SELECT event_id FROM audit_events WHERE organisation <> 'elsewhere' AND kind <> 'api_key_created' ORDER BY 1"
    )
    return [tuple(row) for row in rows]


async def test_an_auditor_reads_what_a_lead_reads_and_changes_nothing(platform: Gateway, world: World) -> None:
    auditor = await platform.key("auditor")
    for row in GUARDED:
        answer = await row.call(platform.http, world, auditor)
        if row.reads and row.least != "admin":
            assert answer.status_code == 200, f"{row.operation} as auditor: {answer.status_code} {answer.text}"
        elif row.least != "anybody":
            assert answer.status_code == 403, f"{row.operation} as auditor: {answer.status_code} {answer.text}"


async def test_what_changes_something_needs_the_csrf_token(console: SignInGateway, world: World) -> None:
    await console.add("olga", "admin")
    browser = await console.signed_in("olga")
    for row in ROWS:
        if row.least not in {"public", "chat"} and not row.reads:
            for token in ({}, {"X-CSRF-Token": "made up"}):
                answer = await row.call(browser, world, token)
                assert answer.status_code == 403, f"{row.operation} without its token: {answer.status_code}"
    assert (await browser.get("/v1/me")).status_code == 200
