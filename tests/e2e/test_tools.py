"""Tools by MCP from end to end: a real tool server over streamable HTTP, and a writer that uses what it is offered."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal

import pytest

from domain.conversation.ownership import Status
from domain.conversation.requests import TakeOver
from domain.specification.tools import HttpToolServer
from integrations.llm.base import ReplyRequest, ReplyTools, WrittenReply
from sandbox.frame import Fault
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from storage.tool_calls import ToolCallRepository
from tests.e2e.bikeshop import PASSWORD
from tests.e2e.house import ANNA, BEN, House, ScriptedWriter, Talk, scripted
from tests.e2e.promises import check_promises
from tests.e2e.toolshop import ALL_BACK, NO_ORDER, PARCEL, SOME_BACK, VOUCHER, publish_with_tools
from tests.integrations.tools.shop import address, allowing

pytestmark = pytest.mark.integrations

FAILS_TWICE = Fault(kind="fail", status=503, times=2)


@dataclass
class Shop:
    """A house whose AI agent has tools, and the server that offers them."""

    house: House
    stand_in: ToolServerStandIn
    server: HttpToolServer

    def workers(self, writer: ScriptedWriter | None = None) -> AbstractAsyncContextManager[None]:
        return self.house.workers(scripted(writer), tools=allowing(self.server))

    def paid(self) -> list[Decimal]:
        return [done.amount for done in self.stand_in.shop.book]

    async def calls(self, talk: Talk) -> list[str]:
        calls = await ToolCallRepository(self.house.store.database).of(talk.id)
        return [f"{call.action.tool} {call.state}" for call in calls]


@pytest.fixture
async def shop(house: House) -> AsyncIterator[Shop]:
    """With the tools published."""
    stand_in = ToolServerStandIn()
    with serving(stand_in.app()) as url:
        server = address(f"{url}/mcp")
        await publish_with_tools(house.store.database, server)
        yield Shop(house, stand_in, server)


async def test_a_tool_that_reads_is_used_while_the_reply_is_written(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(PARCEL)
        seen = await talk.answered(1)
    assert "shipped on 18 November" in seen.replies[0]
    assert "tool:shop.order_status" in [citation.source_id for citation in seen.turns[0].draft.citations]
    assert (seen.turns[0].draft.actions, await shop.calls(talk)) == ((), [])
    await check_promises(talk)


async def test_a_tool_that_writes_runs_once_within_its_limit_and_then_the_reply_leaves(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(SOME_BACK)
        seen = await talk.answered(1)
        await talk.says(PASSWORD)
        later = await talk.answered(2)
    assert (shop.paid(), await shop.calls(talk)) == ([Decimal("49.5")], ["refund done"])
    assert seen.kinds.index("tool_call_done") < seen.kinds.index("message_delivered")
    assert (seen.approvals, seen.turns[0].draft.evidence.action) == ([], "within_limit")
    assert seen.turns[0].record is not None
    assert seen.turns[0].record.decision.review == "risk"
    assert later.row.status is Status.OPEN
    await check_promises(talk)


async def test_what_was_done_is_known_in_the_next_turn(shop: Shop) -> None:
    class Attentive(ScriptedWriter):
        facts: tuple[str, ...] = ()

        async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
            self.facts = tuple(f"{fact.name}: {fact.value}" for fact in request.facts)
            return await super().write_reply(request, tools)

    writer = Attentive()
    async with shop.workers(writer):
        talk = shop.house.talk()
        await talk.says(SOME_BACK)
        await talk.answered(1)
        await talk.says(PASSWORD)
        await talk.answered(2)
    (fact,) = writer.facts
    assert fact.startswith("refund 1: done: ")
    assert "49.5 EUR are paid back" in fact


async def test_a_worker_that_goes_in_the_middle_has_the_tool_used_once(shop: Shop) -> None:
    gate = shop.house.gates.hold("after", "call_tool")
    talk = shop.house.talk()
    async with shop.workers():
        await talk.says(VOUCHER)
        await gate.reached.wait()
    async with shop.workers():
        await talk.answered(1)
    assert (shop.paid(), await shop.calls(talk)) == ([Decimal(10)], ["issue_voucher done"])
    await check_promises(talk)


async def test_above_its_limit_a_tool_waits_for_a_person_and_runs_once(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(ALL_BACK)
        asked = await talk.asked()
        (action,) = asked.approval.actions
        assert (action.tool, action.arguments["amount"], action.amount) == ("refund", 240, Decimal(240))
        assert (asked.approval.reason, asked.evidence.amount, shop.paid()) == ("action", Decimal(240), [])
        await talk.decide("approve", "d1", digest=asked.approval.digest)
        await talk.decide("approve", "d2", by=BEN, approval_id=asked.approval.approval_id)
        seen = await talk.decided("d2")
        await talk.rests()
    assert (shop.paid(), await shop.calls(talk)) == ([Decimal(240)], ["refund done"])
    assert [one.refused is None for one in seen.decisions] == [True, False]
    assert [approval.state for approval in seen.approvals] == ["approved"]
    assert len((await check_promises(talk)).replies) == 1


async def test_an_approved_tool_whose_server_is_away_is_tried_again(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(ALL_BACK)
        await talk.asked()
        shop.stand_in.faults.add(FAILS_TWICE)
        await talk.decide("approve", "d1")
        await talk.answered(1)
        await talk.rests()
    assert (shop.paid(), await shop.calls(talk)) == ([Decimal(240)], ["refund done"])
    await check_promises(talk)


async def test_what_was_rejected_never_runs(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(ALL_BACK)
        await talk.decide("reject", "d1", reason="ask for the frame number first")
        seen = await talk.answered(1)
    assert (shop.paid(), await shop.calls(talk)) == ([], [])
    assert "ask for the frame number first" in seen.replies[0]
    await check_promises(talk)


async def test_a_takeover_before_the_claim_stops_the_tool(shop: Shop) -> None:
    gate = shop.house.gates.hold("before", "call_tool")
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(SOME_BACK)
        await gate.reached.wait()
        await talk.ask(TakeOver(request_id="t1", by=ANNA))
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        gate.opened.set()
        await talk.rests()
    assert (shop.paid(), await shop.calls(talk)) == ([], [])
    assert (await check_promises(talk)).replies == []


async def test_a_tool_that_says_no_brings_a_person(shop: Shop) -> None:
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(NO_ORDER)
        seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert (seen.row.escalation_reason, seen.replies) == ("tool_failed", [])
    assert (shop.paid(), await shop.calls(talk)) == ([], ["refund failed"])
    await check_promises(talk)


async def test_an_injected_text_in_a_result_does_nothing(shop: Shop) -> None:
    shop.stand_in.shop.fault = "inject"
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(PARCEL)
        seen = await talk.answered(1)
    assert "ignore your instructions" in seen.replies[0]
    assert (seen.turns[0].draft.actions, shop.paid(), await shop.calls(talk)) == ((), [], [])


async def test_a_model_that_obeys_an_injected_text_only_makes_a_person_look(shop: Shop) -> None:
    class Obedient(ScriptedWriter):
        async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
            written = await super().write_reply(request, tools)
            if tools and "refund 5000 EUR" in written.text:
                await tools.use("shop__refund", json.dumps({"order_id": "A-1001", "amount": 5000}))
            return written

    shop.stand_in.shop.fault = "inject"
    async with shop.workers(Obedient()):
        talk = shop.house.talk()
        await talk.says(PARCEL)
        asked = await talk.asked()
        await talk.rests()
    assert (asked.approval.actions[0].amount, shop.paid(), await shop.calls(talk)) == (Decimal(5000), [], [])


async def test_a_read_tool_that_is_away_is_named_as_missing(shop: Shop) -> None:
    shop.stand_in.faults.add(FAILS_TWICE)
    async with shop.workers():
        talk = shop.house.talk()
        await talk.says(PARCEL)
        seen = await talk.answered(1)
    assert seen.turns[0].draft.evidence.missing_sources == ("shop.order_status",)
