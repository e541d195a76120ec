"""Using tools that write, with a real database and real tool servers."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.testing import ActivityEnvironment

from activities.tools import ToolActivities
from domain.approvals.approval import Approval
from domain.conversation.activity_models import ApprovalClosure
from domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from domain.specification.organisation import SpecVersion
from domain.specification.tools import ToolServerSpec
from domain.tools.actions import ProposedAction
from domain.tools.calls import CalledTool
from integrations.tools import mcp
from integrations.tools.pinning import with_tools
from sandbox.frame import Fault
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from storage.tool_calls import ToolCallRepository
from tests.integrations.tools.shop import ShopServer, address, connect, shop, version_with
from tests.storage.conftest import database, stage
from tests.storage.stage import Stage, approval, decide
from tests.storage.test_tool_calls import call

__all__ = ["database", "shop", "stage"]
pytestmark = pytest.mark.integrations


def action(tool: str = "refund", **arguments: Any) -> ProposedAction:
    return ProposedAction(server="shop", tool=tool, arguments={"order_id": "A-1001", "amount": 49.5, **arguments})


def approving(*actions: ProposedAction) -> Approval:
    return approval().model_copy(update={"actions": actions})


class House:
    """A conversation with a draft, a published version, and the tool server that answers at present."""

    def __init__(self, stage: Stage, version: SpecVersion, server: ToolServerSpec) -> None:
        self.stage = stage
        self.version = version
        self.server = server
        self._activities = ToolActivities(
            ToolCallRepository(stage.database), self._load, lambda *_: connect(self.server)
        )

    async def _load(self, _: str) -> SpecVersion:
        return self.version

    async def use(self, action: ProposedAction, **rest: Any) -> CalledTool:
        input = call(action=action, **rest)
        called: CalledTool = await ActivityEnvironment().run(self._activities.call_tool, input)
        return called

    async def recorded(self) -> list[str]:
        rows = await self.stage.database.fetch("SELECT state FROM tool_calls ORDER BY claimed_at")
        return [row["state"] for row in rows]


@pytest.fixture
def stand_in() -> ToolServerStandIn:
    return ToolServerStandIn()


@pytest.fixture
async def house(stage: Stage, stand_in: ToolServerStandIn) -> AsyncIterator[House]:
    with serving(stand_in.app()) as url:
        yield await opened(stage, address(f"{url}/mcp"))


async def opened(stage: Stage, server: ToolServerSpec) -> House:
    await stage.drafted()
    return House(stage, await with_tools(version_with(server), connect), server)


async def test_a_tool_is_used_once(house: House, stand_in: ToolServerStandIn) -> None:
    first, second = [await house.use(action()) for _ in range(2)]
    assert (first.status, first.text) == ("done", "49.5 EUR are paid back for the order A-1001.")
    assert second == first
    assert [(done.amount, done.key) for done in stand_in.shop.book] == [(Decimal("49.5"), "call-1")]
    assert await house.recorded() == ["done"]


async def test_a_tool_that_says_no_has_failed(house: House) -> None:
    called = await house.use(action(order_id="Z-9"))
    assert called.status == "failed"
    assert "There is no order Z-9" in called.text
    assert await house.recorded() == ["failed"]


@pytest.mark.parametrize(
    ("wrong", "rest", "error"),
    [
        (action("order_status"), {}, ForbiddenError),
        (action("pay_out"), {}, ForbiddenError),
        (action(), {"ai_agent": "billing"}, ForbiddenError),
        (action(amount=100.01), {}, ForbiddenError),
        (action(amount="much"), {}, ForbiddenError),
        (action("issue_voucher", amount="much"), {}, InvalidInputError),
    ],
)
async def test_what_the_specification_does_not_allow_is_not_done(
    house: House, stand_in: ToolServerStandIn, wrong: ProposedAction, rest: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await house.use(wrong, **rest)
    assert (stand_in.shop.book, await house.recorded()) == ([], [])


async def test_an_approval_lets_a_higher_amount_go(stage: Stage, house: House, stand_in: ToolServerStandIn) -> None:
    await stage.awaiting_approval()
    closure = ApprovalClosure(approval=approving(action(amount=200)), decision=decide())
    with pytest.raises(ForbiddenError):
        await house.use(action(amount=240), closure=closure)
    assert (await house.use(action(amount=200), closure=closure)).status == "done"
    assert [done.amount for done in stand_in.shop.book] == [Decimal(200)]
    assert await stage.approval_state() == "approved"


async def test_a_conversation_that_moved_on_refuses(stage: Stage, house: House, stand_in: ToolServerStandIn) -> None:
    await stage.drafted("draft-2", revision=2)
    called = await house.use(action())
    assert (called.status, called.text) == ("refused", "moved_on")
    assert stand_in.shop.book == []


async def test_a_tool_that_was_not_published_or_has_changed_is_not_used(
    house: House, stand_in: ToolServerStandIn
) -> None:
    published = house.version
    changed = [tool.model_copy(update={"fingerprint": "0" * 64}) for tool in published.tools]
    for tools, error in (((), NotFoundError), (tuple(changed), ConflictError)):
        house.version = published.model_copy(update={"tools": tools})
        with pytest.raises(error):
            await house.use(action())
    assert (stand_in.shop.book, await house.recorded()) == ([], [])


async def test_a_server_that_is_away_before_anything_was_sent_is_tried_again(
    house: House, stand_in: ToolServerStandIn
) -> None:
    stand_in.faults.add(Fault(kind="fail", status=503))
    with pytest.raises(UnavailableError):
        await house.use(action("issue_voucher"))
    assert await house.recorded() == []
    assert (await house.use(action("issue_voucher"))).status == "done"
    assert len(stand_in.shop.book) == 1


@pytest.mark.parametrize("shop", ["stdio"], indirect=True)
@pytest.mark.parametrize(("tool", "status"), [("refund", "done"), ("issue_voucher", "in_doubt")])
async def test_after_a_death_in_the_middle_only_what_is_harmless_is_done_again(
    stage: Stage, shop: ShopServer, tool: str, status: str
) -> None:
    house = await opened(stage, shop.started())
    house.server = shop.started("--fault", "die")
    with pytest.raises(UnavailableError):
        await house.use(action(tool))
    assert await house.recorded() == ["claimed"]
    house.server = shop.started()
    assert [(await house.use(action(tool))).status for _ in range(2)] == [status, status]
    assert len(shop.done()) == 1


async def test_an_answer_that_cannot_be_used_leaves_it_in_doubt(
    house: House, stand_in: ToolServerStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp, "MAX_ANSWER_BYTES", 20_000)
    stand_in.shop.fault = "huge"
    assert (await house.use(action())).status == "in_doubt"
    assert await house.recorded() == ["in_doubt"]


class Busy:
    """Turns calls away, as a rate limit does, and lets everything else through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and dict(scope["headers"]).get(b"mcp-method") == b"tools/call":
            await send({"type": "http.response.start", "status": 429, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)


async def test_a_call_that_was_turned_away_is_not_in_doubt(house: House, stand_in: ToolServerStandIn) -> None:
    app = stand_in.app()
    app.add_middleware(Busy)
    usual = house.server
    with ExitStack() as stack:
        house.server = address(stack.enter_context(serving(app)) + "/mcp")
        with pytest.raises(RateLimitedError):
            await house.use(action("issue_voucher"))
    house.server = usual
    assert (await house.use(action("issue_voucher"))).status == "done"
