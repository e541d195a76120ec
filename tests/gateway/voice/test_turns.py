"""A call: the vendor's request waits for words, and is answered with those that the caller has not heard."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from temporalio.client import Client

from domain.conversation.confidence import Calibration
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.specification.organisation import ChannelSpec
from gateway.app import create_app
from gateway.live import LiveUpdates
from gateway.options import GatewayOptions
from gateway.services import Services
from gateway.voice.turns import next_turn
from integrations.channels.base import TurnState, WebhookAnswer, WebhookRequest
from storage.database import Database
from storage.specs import SpecRepository
from tests.gateway.conftest import end_conversations, serving
from tests.gateway.workers import running_workers
from tests.organisation import VERSION
from tests.pigeons import KIND, PigeonChannel, note, signature
from tests.storage.stage import NOW

LOFT = "loft-9"
CONVERSATION = "cv_0123456789"


class Ringing(PigeonChannel):
    """A pigeon that stays until it is told what to carry; the answer is the whole state."""

    def thread(self, request: WebhookRequest) -> str:
        return LOFT

    def heard(self, request: WebhookRequest) -> int:
        return int(request.query.get("heard", "0"))

    def respond(self, request: WebhookRequest, state: TurnState) -> WebhookAnswer:
        return WebhookAnswer(body=state.model_dump_json())


@pytest.fixture
async def http(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(options, temporal=temporal_client, channels={KIND: Ringing()})
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield http
    await end_conversations(temporal_client)


async def rings(http: httpx.AsyncClient, *events: dict[str, Any], heard: int = 0) -> TurnState:
    body = json.dumps(events).encode()
    answer = await http.post(f"/webhooks/{KIND}?heard={heard}", content=body, headers={"X-Ring": signature(body)})
    return TurnState.model_validate(answer.json())


async def test_a_call_begins_with_the_greeting_of_the_specification(
    http: httpx.AsyncClient, database: Database
) -> None:
    greets = {KIND: ChannelSpec(greeting="Coo, this is the loft.", consent="Pigeons listen.")}
    specification = VERSION.specification.model_copy(update={"channels": greets})
    version = VERSION.model_copy(update={"specification": specification})
    await SpecRepository(database).publish(version, b"", Calibration(), "test")
    state = await rings(http)
    assert (state.greeting, state.consent, state.lines) == ("Coo, this is the loft.", "Pigeons listen.", ())


async def test_a_caller_hears_each_line_once_and_nothing_of_their_own(
    http: httpx.AsyncClient, database: Database, temporal_client: Client
) -> None:
    async with running_workers(temporal_client, database):
        first = await rings(http, note("n-1", thread=LOFT))
        while not first.lines:
            first = await rings(http)
    assert {line.author for line in first.lines}.isdisjoint({"customer"})
    last = max(line.seq for line in first.lines)
    again = await rings(http, heard=last)
    assert (again.lines, again.settled) == ((), True)


async def test_who_takes_over_is_told_what_the_caller_said(
    http: httpx.AsyncClient, database: Database, temporal_client: Client
) -> None:
    async with running_workers(temporal_client, database):
        state = await rings(http, note("n-1", "hello, person", thread=LOFT))
        while not state.settled:
            state = await rings(http)
    assert "They said: hello, person" in state.summary


class Answering:
    """A store in which the answer is written once so many questions were asked of it."""

    def __init__(self, live: LiveUpdates, after_questions: int) -> None:
        self.conversations = self.inbox = self
        self._live, self._left = live, after_questions

    def _is_answered(self) -> bool:
        self._left -= 1
        if self._left == 0:
            asyncio.get_running_loop().call_soon(self._live.wake, CONVERSATION)
        return self._left < 0

    async def conversation_of(self, *_: str) -> str:
        return CONVERSATION

    async def settled(self, _: str) -> bool:
        return self._is_answered()

    async def get(self, _: str) -> Any:
        self._is_answered()
        return SimpleNamespace(status=Status.OPEN, escalation_reason=None)

    async def messages_after(self, *_: object) -> list[Any]:
        said = [SimpleNamespace(seq=1, author=Author.CUSTOMER, text="Where is it?")]
        return said + [SimpleNamespace(seq=2, author=Author.AI_AGENT, text="Here.")] * self._is_answered()


@pytest.mark.parametrize("after_questions", range(4))
async def test_an_answer_that_comes_while_it_is_looked_for_is_heard(after_questions: int) -> None:
    live = LiveUpdates()
    options = SimpleNamespace(organisation="acme")
    services = SimpleNamespace(options=options, store=Answering(live, after_questions), live=live)
    posted = WebhookRequest(method="POST", url="https://us.example", headers={}, body=b"", received_at=NOW)
    state = await next_turn(cast(Services, services), KIND, Ringing(), posted)
    assert [line.text for line in state.lines] == ["Here."]
