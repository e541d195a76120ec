"""What the store refuses is said once it agrees, and a store that never does is not asked all the time."""

from datetime import timedelta

from tests.domain.journeys.journeys import say, wait
from tests.workflows.journeys.conftest import Travel, on_way


async def test_a_store_that_knows_better_is_believed_and_the_step_is_said(travel: Travel) -> None:
    fakes = on_way(wait("hold", "bye", event="go"), say("bye"))
    async with travel(fakes) as trip:
        await trip.at("hold")
        fakes.revision = 7
        fakes.opened = fakes.opened.model_copy(update={"revision": 7})
        await trip.ask("tell_event", event="go")
        assert await trip.ended() == "completed"
        assert trip.said() == ["bye"]


async def test_a_store_that_never_agrees_is_asked_again_after_an_hour(travel: Travel) -> None:
    fakes = on_way(wait("hold", "bye", event="go"), say("bye"))
    async with travel(fakes) as trip:
        await trip.at("hold")
        fakes.revision = 7
        await trip.ask("tell_event", event="go")
        state = await trip.conversation.until(lambda state: bool(state.journeys.not_before and state.journeys.steps))
        tried = len(fakes.deliveries)
        assert (trip.said(), state.revision) == ([], 0)
        fakes.revision = 0
        await trip.handle.terminate()  # time is skipped for no workflow whose child runs
        await trip.conversation.pass_time(timedelta(hours=1, minutes=1))
        await trip.conversation.until(lambda _: trip.said() == ["bye"])
        assert len(fakes.deliveries) == tried + 1


async def test_while_sending_is_stopped_a_journey_waits_and_says_the_same_afterwards(travel: Travel) -> None:
    fakes = on_way(wait("hold", "bye", event="go"), say("bye"))
    async with travel(fakes) as trip:
        await trip.at("hold")
        fakes.is_stopped = True
        await trip.ask("tell_event", event="go")
        state = await trip.conversation.until(lambda state: bool(state.journeys.not_before and state.journeys.steps))
        assert (trip.said(), state.approval) == ([], None)
        fakes.is_stopped = False
        await trip.handle.terminate()  # time is skipped for no workflow whose child runs
        await trip.conversation.pass_time(timedelta(minutes=11))
        await trip.conversation.until(lambda _: bool(fakes.delivered))
        assert len(fakes.delivered) == 1
