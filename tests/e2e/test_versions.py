"""Another version of the specification is published while conversations are open."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from temporalio.service import RPCError

from domain.conversation.requests import EnterJourney
from domain.journeys.run import ConfirmStep, JourneyRun, TellEvent, journey_workflow_id
from storage.specs import SpecRepository
from tests.e2e.bikeshop import DELIVERY, PASSWORD, REFUND, publish
from tests.e2e.house import ANNA, House, Talk
from tests.e2e.promises import check_promises
from tests.organisation import SPECIFICATION
from workflows.journeys.workflow import JourneyWorkflow

TOGETHER = 20


async def _each(talks: list[Talk], text: str, replies: int) -> None:
    """All say it and are answered, some at a time. Each turn ends: a message that comes before would hold a move up."""
    at_once = asyncio.Semaphore(TOGETHER)

    async def one(talk: Talk) -> None:
        async with at_once:
            await talk.says(text)
            await talk.answered(replies)
            await talk.rests()

    await asyncio.gather(*map(one, talks))


async def _decided_by(house: House) -> Counter[tuple[int, str]]:
    """How many turns of each number were decided by each version."""
    rows = await house.store.database.fetch("SELECT turn, spec_hash FROM turns WHERE record IS NOT NULL")
    return Counter((row["turn"], row["spec_hash"]) for row in rows)


async def _published(house: House, **changes: Any) -> str:
    return await publish(house.store.database, name="The second version", **changes)


async def test_200_open_conversations_move_after_their_next_turn_and_not_before(served: House) -> None:
    first = await publish(served.store.database)
    talks = [served.talk() for _ in range(200)]
    await _each(talks, PASSWORD, 1)
    second = await _published(served, open_conversations="move")
    assert await SpecRepository(served.store.database).open_conversations(SPECIFICATION.organisation) == {first: 200}
    await _each(talks, DELIVERY, 2)
    await _each(talks, PASSWORD, 3)
    assert await _decided_by(served) == {(1, first): 200, (2, first): 200, (3, second): 200}
    assert await SpecRepository(served.store.database).open_conversations(SPECIFICATION.organisation) == {second: 200}
    for talk in talks[:10]:
        await check_promises(talk)


async def test_unless_the_version_says_so_none_moves(served: House) -> None:
    first, talk = await publish(served.store.database), served.talk()
    await _each([talk], PASSWORD, 1)
    await _published(served)
    await _each([talk], DELIVERY, 2)
    await _each([talk], PASSWORD, 3)
    assert set(await _decided_by(served)) == {(1, first), (2, first), (3, first)}


async def test_a_draft_that_waits_for_people_is_decided_under_its_version(served: House) -> None:
    first, talk = await publish(served.store.database), served.talk()
    await talk.says(REFUND)
    await talk.asked()
    second = await _published(served, open_conversations="move")
    await talk.decide("approve", "d1")
    await talk.answered(1)
    await talk.rests()
    await _each([talk], PASSWORD, 2)
    await _each([talk], DELIVERY, 3)
    assert set(await _decided_by(served)) == {(1, first), (2, first), (3, second)}
    await check_promises(talk)


def _at(step: str) -> Callable[[JourneyRun], bool]:
    return lambda run: [one.path for one in run.progress.active] == [step]


async def _journey(talk: Talk, holds: Callable[[JourneyRun], bool]) -> JourneyRun:
    """Wait until its journey stands like this."""
    handle = talk.house.client.get_workflow_handle(journey_workflow_id(talk.id, "greeting"))
    while True:
        with suppress(RPCError):
            run: JourneyRun = await handle.query(JourneyWorkflow.get_journey)
            if holds(run):
                return run
        await asyncio.sleep(0.05)


async def test_a_journey_ends_as_it_began_although_its_conversation_moves_on_without_it(served: House) -> None:
    first, talk = await publish(served.store.database), served.talk()
    await _each([talk], PASSWORD, 1)
    await talk.ask(EnterJourney(request_id="e1", by=ANNA, journey="greeting"))
    await _journey(talk, _at("ride"))
    second = await _published(served, open_conversations="move", journeys=())
    await _each([talk], DELIVERY, 2)
    await _each([talk], PASSWORD, 3)
    handle = served.client.get_workflow_handle(journey_workflow_id(talk.id, "greeting"))
    await handle.signal(JourneyWorkflow.roll_over)
    await handle.signal(JourneyWorkflow.tell_event, TellEvent(request_id="r1", by=ANNA, event="first_ride"))
    await _journey(talk, _at("meet"))
    await handle.signal(JourneyWorkflow.confirm_step, ConfirmStep(request_id="r2", by=ANNA, step="meet"))
    run = await _journey(talk, lambda run: run.progress.ended is not None)
    assert (run.progress.ended, run.start.spec_hash) == ("completed", first)
    assert set(await _decided_by(served)) == {(1, first), (2, first), (3, second)}
    await check_promises(talk)


async def test_a_rollback_leaves_open_conversations_alone(served: House) -> None:
    specs = SpecRepository(served.store.database)
    first, talk = await publish(served.store.database, open_conversations="move"), served.talk()
    second = await _published(served, open_conversations="move")
    await _each([talk], PASSWORD, 1)
    await specs.roll_back(SPECIFICATION.organisation, first, "lea", "wrong", replaces=second)
    await _each([talk], DELIVERY, 2)
    await _each([talk], PASSWORD, 3)
    later = served.talk()
    await _each([later], PASSWORD, 1)
    assert await _decided_by(served) == {(1, second): 1, (2, second): 1, (3, second): 1, (1, first): 1}
