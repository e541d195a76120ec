"""What has piled up in front of a model is drained in the order of who waits.

Temporal keeps the order within each partition of a queue, so over all of them it holds by and large.
"""

import asyncio
from statistics import mean

from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import ModelSpec
from integrations.llm.base import ReplyRequest, ReplyTools, WrittenReply
from storage.database import Database
from tests.e2e.bikeshop import PASSWORD, publish
from tests.e2e.house import House, ScriptedWriter, Talk, scripted
from tests.e2e.loft import Loft
from tests.pigeons import KIND, PigeonChannel
from tests.workflows.fakes import Gate
from workers.worker import Limits

ONE_AT_A_TIME = Limits(concurrent_activities=1)
OF_EACH = 8


class Noting(ScriptedWriter):
    """Notes in which order it was asked, and answers once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.gate: Gate = Gate()

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        self.asked.append(request.question.rpartition(" ")[2])
        return await super().write_reply(request, tools)


async def _waits_for_the_model(talk: Talk) -> None:
    await talk.until(lambda _: True)
    while True:
        pending = (await talk.handle.describe()).raw_description.pending_activities
        if any(step.activity_type.name == "generate_reply" for step in pending):
            return
        await asyncio.sleep(0.05)


async def test_who_waits_at_a_screen_is_answered_sooner_than_who_came_before_by_another_way(
    house: House, database: Database
) -> None:
    await publish(database, model=ModelSpec(writer="compatible:slow"))
    writer, post = Noting(), Loft(house)
    forwarding = asyncio.create_task(post.forwarder.run())
    async with house.workers(scripted(writer), channel=PigeonChannel(), limits=ONE_AT_A_TIME):
        talks = [await post.brings("n-0", f"{PASSWORD} {KIND}", thread="0")]
        await writer.gate.reached.wait()
        for number in range(1, 1 + OF_EACH):
            talks.append(await post.brings(f"n-{number}", f"{PASSWORD} {KIND}", thread=str(number)))
            await _waits_for_the_model(talks[-1])
        for _ in range(OF_EACH):
            talks.append(house.talk())
            await talks[-1].says(f"{PASSWORD} {WEB_CHAT}")
            await _waits_for_the_model(talks[-1])
        writer.gate.opened.set()
        for talk in talks:
            await talk.answered(1)
    forwarding.cancel()
    places = {kind: [place for place, one in enumerate(writer.asked) if one == kind] for kind in (KIND, WEB_CHAT)}
    assert [len(found) for found in places.values()] == [OF_EACH + 1, OF_EACH]
    assert mean(places[WEB_CHAT]) < mean(places[KIND][1:])
