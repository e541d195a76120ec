import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.context import CONTEXT_ATTEMPTS
from activities.delivery import ATTEMPT_SECONDS
from activities.options import FETCH_CUSTOMER_CONTEXT
from domain.conversation.messages import Author
from domain.conversation.turn import CustomerContext, Usage
from domain.errors import UnavailableError
from domain.specification.organisation import AiAgentSpec
from domain.specification.tools import HttpToolServer
from integrations import guarded
from integrations.channels.base import OutboundMessage, SendReceipt
from integrations.crm.base import CrmNote, CustomerReference
from integrations.guarded import (
    CONTEXT_SECONDS,
    SEND_SECONDS,
    Guard,
    GuardedChannel,
    GuardedCrm,
    GuardedNotes,
    GuardedToolServer,
    GuardedValidator,
    GuardedWriter,
)
from integrations.llm.base import DraftVerdict, ReplyRequest, ReplyTools, WrittenReply
from integrations.tools.base import ToolServer, ToolSettings
from integrations.tools.registry import tool_server

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Vendor:
    """Every port at once; answers what it is told to."""

    async def fetch_customer_context(self, *_: object) -> CustomerContext:
        return CustomerContext(matches=1)

    async def add_note(self, *_: object) -> None: ...

    async def send(self, message: OutboundMessage) -> SendReceipt:
        return SendReceipt(provider_message_id=message.idempotency_key)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return SendReceipt(provider_message_id=f"found-{message.idempotency_key}")

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        return WrittenReply(text=request.question, usage=Usage(model="m"))

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        return DraftVerdict(supported=0.5, usage=draft.usage)


MESSAGE = OutboundMessage(idempotency_key="k", conversation_id="c", author=Author.AI_AGENT, kind="reply", text="Hi")
AI_AGENT = AiAgentSpec(id="helper", name="Helper", role="helps", can_do=("help",))
REQUEST = ReplyRequest(organisation="o", language="en", ai_agent=AI_AGENT, question="Why?")
DRAFT = WrittenReply(text="Why?", usage=Usage(model="m"))
NOTE = CrmNote(key="k", subject="s", text="t", at=NOON)

CALLS: dict[str, Callable[[Guard], tuple[Awaitable[Any], Any]]] = {
    "crm": lambda guard: (
        GuardedCrm(Vendor(), guard).fetch_customer_context("o", CustomerReference(), {}),
        CustomerContext(matches=1),
    ),
    "notes": lambda guard: (GuardedNotes(Vendor(), guard).add_note("o", CustomerReference(), NOTE), None),
    "send": lambda guard: (GuardedChannel(Vendor(), guard).send(MESSAGE), SendReceipt(provider_message_id="k")),
    "find": lambda guard: (
        GuardedChannel(Vendor(), guard).find_sent(MESSAGE),
        SendReceipt(provider_message_id="found-k"),
    ),
    "writer": lambda guard: (GuardedWriter(Vendor(), guard).write_reply(REQUEST), DRAFT),
    "validator": lambda guard: (
        GuardedValidator(Vendor(), guard).validate_draft(REQUEST, DRAFT),
        DraftVerdict(supported=0.5, usage=Usage(model="m")),
    ),
}


class Breaker:
    """Lets calls through until it is opened; counts those that the vendor did not answer."""

    def __init__(self) -> None:
        self.opened = False
        self.silences = 0

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        if self.opened:
            raise UnavailableError("Salesforce does not answer.")
        try:
            yield
        except UnavailableError:
            self.silences += 1
            raise


@pytest.mark.parametrize("name", list(CALLS))
async def test_each_call_passes_through_the_breaker(name: str) -> None:
    breaker = Breaker()
    call, expected = CALLS[name](breaker.guard)
    assert await call == expected
    breaker.opened = True
    refused, _ = CALLS[name](breaker.guard)
    with pytest.raises(UnavailableError, match="does not answer"):
        await refused


class Silent(Vendor):
    """Takes a call, and says nothing."""

    async def fetch_customer_context(self, *_: object) -> CustomerContext:
        return await asyncio.Future()

    async def send(self, message: OutboundMessage) -> SendReceipt:
        return await asyncio.Future()

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return await asyncio.Future()


@pytest.mark.parametrize("name", ["crm", "send", "find"])
async def test_a_vendor_that_hangs_is_silent_before_the_attempt_ends(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaker, vendor = Breaker(), Silent()
    monkeypatch.setattr(guarded, "CONTEXT_SECONDS", 0.01)
    monkeypatch.setattr(guarded, "SEND_SECONDS", 0.01)
    channel = GuardedChannel(vendor, breaker.guard)
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "crm": lambda: GuardedCrm(vendor, breaker.guard).fetch_customer_context("o", CustomerReference(), {}),
        "send": lambda: channel.send(MESSAGE),
        "find": lambda: channel.find_sent(MESSAGE),
    }
    async with asyncio.timeout(5):
        with pytest.raises(UnavailableError, match="did not answer within"):
            await calls[name]()
    assert breaker.silences == 1


def test_there_is_time_for_every_attempt_to_end_by_itself() -> None:
    assert SEND_SECONDS < ATTEMPT_SECONDS
    options = FETCH_CUSTOMER_CONTEXT.options
    retries, whole = options["retry_policy"], options["schedule_to_close_timeout"]
    assert retries
    assert whole
    first = retries.initial_interval.total_seconds()
    pauses = sum(first * retries.backoff_coefficient**number for number in range(CONTEXT_ATTEMPTS - 1))
    assert CONTEXT_ATTEMPTS * CONTEXT_SECONDS + pauses < whole.total_seconds()


async def test_a_tool_server_is_not_connected_to_while_its_breaker_is_open_but_may_be_checked() -> None:
    breaker = Breaker()
    nobody = HttpToolServer(id="shop", transport="http", url="http://127.0.0.1:9/mcp")
    server: ToolServer = GuardedToolServer(tool_server(nobody, ToolSettings(allowed=(nobody.url,))), breaker.guard)
    for opened, error in ((False, "shop cannot be reached"), (True, "Salesforce does not answer")):
        breaker.opened = opened
        with pytest.raises(UnavailableError, match=error):
            await server.connect().__aenter__()
        assert "shop cannot be reached" in (await server.check())[0].detail
