"""kill -9 of a worker around the use of a tool that writes: it is used once, or a person looks."""

from collections.abc import AsyncIterator
from typing import get_args

import pytest

from domain.conversation.ownership import Status
from embedded.temporal_server import TemporalServer
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from tests.chaos.points import Moment, Point
from tests.chaos.processes import doomed_worker
from tests.e2e.house import House
from tests.e2e.promises import check_promises
from tests.e2e.toolshop import SOME_BACK, VOUCHER, publish_with_tools
from tests.integrations.tools.shop import address

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]
LONG = 150.0


@pytest.fixture
async def shop(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ToolServerStandIn]:
    """The tool server of a shop that is published; the workers' processes may use it."""
    stand_in = ToolServerStandIn()
    with serving(stand_in.app()) as url:
        server = address(f"{url}/mcp")
        monkeypatch.setenv("HOLDFAST_TOOLS_ALLOWED", f'["{server.url}"]')
        await publish_with_tools(house.store.database, server)
        yield stand_in


async def test_a_worker_killed_around_a_tool_uses_it_once(
    house: House, shop: ToolServerStandIn, database_url: str, temporal_server: TemporalServer
) -> None:
    points = {house.talk(): Point(moment, "call_tool") for moment in get_args(Moment)}
    addresses = (database_url, temporal_server.address)
    async with doomed_worker(*addresses, {talk.id: point for talk, point in points.items()}) as doomed:
        for talk in points:
            await talk.says(VOUCHER)
        await doomed.all_stopped()
        await doomed.kill()
        async with doomed_worker(*addresses, {}):
            for talk in points:
                await talk.until(lambda seen: seen.answered, LONG)
                assert len((await check_promises(talk)).replies) == 1
    assert len(shop.shop.book) == len(points)


@pytest.mark.parametrize(("asked", "is_harmless"), [(SOME_BACK, True), (VOUCHER, False)])
async def test_a_worker_killed_while_a_tool_runs(
    house: House,
    shop: ToolServerStandIn,
    database_url: str,
    temporal_server: TemporalServer,
    asked: str,
    is_harmless: bool,
) -> None:
    """Only a server that does the same thing once for each key is asked again."""
    addresses, talk = (database_url, temporal_server.address), house.talk()
    shop.shop.fault = "hang"
    async with doomed_worker(*addresses, {}) as doomed:
        await talk.says(asked)
        await talk.until(lambda _: bool(shop.shop.book))
        await doomed.kill()
        shop.shop.fault = None
        async with doomed_worker(*addresses, {}):
            seen = await talk.until(lambda seen: seen.answered or seen.row.status is Status.WITH_HUMAN, LONG)
            await check_promises(talk)
    assert len(shop.shop.book) == 1
    assert (len(seen.replies), seen.row.escalation_reason) == ((1, None) if is_harmless else (0, "tool_failed"))
