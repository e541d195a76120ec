"""kill -9 of a worker inside each activity, before and after its commit, and between each pair of activities.

One process is killed while every conversation stands at a point of its own; an ordinary worker takes over.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args

import pytest

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.requests import Resolve, TakeOver, workflow_id
from domain.queues import CONVERSATIONS
from domain.specification.organisation import ModelSpec
from embedded.temporal_server import TemporalServer
from tests.chaos.points import Moment, Point
from tests.chaos.processes import doomed_worker, ordinary_worker
from tests.e2e.bikeshop import DELIVERY, PASSWORD, PERSON, REFUND, publish
from tests.e2e.house import ANNA, House, Seen, Talk
from tests.e2e.promises import check_promises
from workflows.conversation.workflow import ConversationWorkflow

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(240)]
LONG = 150.0

Play = Callable[[Talk], Coroutine[Any, Any, Seen]]


async def answered(talk: Talk) -> Seen:
    await talk.says(PASSWORD, "m1")
    return await talk.until(lambda seen: seen.answered, LONG)


async def asked_by_another(talk: Talk) -> Seen:
    """What is known of one sender is not told to another, so the context is fetched again."""
    for number, customer_id in enumerate(("cu_one", "cu_another"), 1):
        said = CustomerMessage(
            message_id=f"m{number}", text=DELIVERY, received_at=datetime.now(UTC), customer_id=customer_id
        )
        await talk.receive(said)
        seen = await talk.until(lambda seen, number=number: len(seen.replies) == number, LONG)  # type: ignore[misc]
    return seen


async def approved(talk: Talk) -> Seen:
    await talk.says(REFUND, "m1")
    seen = await talk.until(lambda seen: seen.open_approval is not None, LONG)
    assert seen.open_approval
    await talk.decide("approve", f"d-{talk.id}", approval_id=seen.open_approval.approval.approval_id)
    return await talk.until(lambda seen: seen.answered and seen.effects == ["send"], LONG)


async def rejected(talk: Talk) -> Seen:
    await talk.says(REFUND, "m1")
    seen = await talk.until(lambda seen: seen.open_approval is not None, LONG)
    assert seen.open_approval
    first = seen.open_approval.approval.approval_id
    await talk.decide("reject", f"d-{talk.id}", approval_id=first, reason="name the 30 days")
    return await talk.until(lambda seen: [a.state for a in seen.approvals] == ["open", "rejected"], LONG)


async def taken_over(talk: Talk) -> Seen:
    await answered(talk)
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN, LONG)
    await talk.says(DELIVERY, "m2")
    return await talk.until(lambda seen: seen.said[-1] == ("customer", DELIVERY), LONG)


async def escalated(talk: Talk) -> Seen:
    await talk.says(PERSON, "m1")
    return await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN, LONG)


async def resolved(talk: Talk) -> Seen:
    await answered(talk)
    await talk.ask(Resolve(request_id="r1", by=ANNA))
    return await talk.until(lambda seen: seen.row.status is Status.RESOLVED, LONG)


async def reminded(talk: Talk) -> Seen:
    """An approval that has waited for longer than the first step of the ladder."""
    await talk.says(REFUND, "m1")
    await talk.until(lambda seen: seen.open_approval is not None, LONG)
    await talk.rests()
    state = await talk.handle.query(ConversationWorkflow.get_conversation)
    assert state.approval
    await talk.handle.terminate()
    waiting = state.approval.model_copy(update={"requested_at": state.approval.requested_at - timedelta(hours=2)})
    state.replace_approval(waiting)
    await talk.house.client.start_workflow(
        ConversationWorkflow.run, state, id=workflow_id(talk.id), task_queue=CONVERSATIONS
    )
    return await talk.until(lambda seen: "approval_reminded" in seen.kinds, LONG)


Steps = list[tuple[Play, int, tuple[str, ...]]]
"""What is played, how many replies it ends with, and the activities at which it is killed."""

STEPS: Steps = [
    (answered, 1, ("open_conversation", "generate_reply")),
    (asked_by_another, 2, ("fetch_customer_context",)),
    (approved, 1, ("generate_reply", "deliver_message")),
    (rejected, 0, ("record_decision",)),
    (taken_over, 1, ("change_ownership", "record_messages")),
    (escalated, 0, ("escalate_conversation",)),
    (resolved, 1, ("change_status",)),
    (reminded, 0, ("climb_ladder",)),
]


async def test_a_worker_killed_at_every_point_loses_nothing_and_doubles_nothing(
    house: House, database_url: str, temporal_server: TemporalServer
) -> None:
    await _killed_at_every_point(house, STEPS, (database_url, temporal_server.address), ordinary_worker)


async def test_a_worker_killed_while_a_validator_judges(
    house: House, database_url: str, temporal_server: TemporalServer
) -> None:
    await publish(house.store.database, model=ModelSpec(validator="scripted:double"))
    scripted_worker = partial(doomed_worker, points={})
    steps: Steps = [(answered, 1, ("score_confidence", "deliver_message")), (approved, 1, ("request_approval",))]
    await _killed_at_every_point(house, steps, (database_url, temporal_server.address), scripted_worker)


async def _killed_at_every_point(
    house: House,
    steps: Steps,
    addresses: tuple[str, str],
    next_worker: Callable[[str, str], AbstractAsyncContextManager[object]],
) -> None:
    plays = {
        house.talk(): (Point(moment, name), play, replies)
        for play, replies, names in steps
        for name in names
        for moment in get_args(Moment)
    }
    points = {talk.id: point for talk, (point, _, _) in plays.items()}
    async with doomed_worker(*addresses, points) as doomed:
        playing = [asyncio.create_task(play(talk)) for talk, (_, play, _) in plays.items()]
        await doomed.all_stopped()
        await doomed.kill()
        async with next_worker(*addresses):
            await asyncio.gather(*playing)
            for talk, (point, _, replies) in plays.items():
                seen = await check_promises(talk)
                assert len(seen.replies) == replies, f"{point}: {seen.told()}"
                assert [m.message_id for m in seen.messages if m.author == "customer"] in (["m1"], ["m1", "m2"])
            await asyncio.gather(*(_goes_on(talk) for talk in plays))


async def _goes_on(talk: Talk) -> None:
    """What the conversation is told next, it hears."""
    await talk.says(PASSWORD, "last")
    await talk.until(lambda seen: any(message.message_id == "last" for message in seen.messages), LONG)
    await talk.rests()
    await check_promises(talk)
