"""A conversation that was merged into another one says nothing any more, so its journeys are left."""

import gc

import pytest

from domain.conversation.ownership import Owner, Status
from domain.conversation.requests import Resolve
from tests.domain.journeys.journeys import say, wait
from tests.workflows.conftest import ANNA
from tests.workflows.fakes import FakeActivities
from tests.workflows.journeys.conftest import Travel, Trip, on_way

TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it."}
HOLD = wait("hold", "next", event="go")


def merges(fakes: FakeActivities) -> None:
    """The store refuses whatever is to be said, and knows where the conversation goes on."""
    fakes.owner = Owner(kind="human_agent")
    fakes.opened = fakes.opened.model_copy(update={"merged_into": "cv_other"})


async def left_as_merged(trip: Trip) -> None:
    assert await trip.ended() == "left"
    [last] = [note for one in trip.fakes.journeys for note in one.notes if note.kind == "journey_left"]
    assert (last.by, last.text, trip.said()) == ("system", "merged", [])
    assert trip.fakes.journeys[-1].state == "left"


async def test_journeys_are_left_as_soon_as_the_conversation_is_merged(travel: Travel) -> None:
    async with travel(on_way(HOLD, say("next"))) as trip:
        await trip.at("hold")
        await trip.conversation.ask(Resolve(request_id="m-resolves", by=ANNA, merged=True))
        await left_as_merged(trip)
        state = await trip.conversation.until(lambda state: state.status is Status.RESOLVED)
        assert (state.journeys.merged_away, state.journeys.active) == (False, ())


async def test_a_person_who_resolves_leaves_no_journey(travel: Travel) -> None:
    async with travel(on_way(HOLD, say("next"))) as trip:
        await trip.at("hold")
        await trip.conversation.ask(Resolve(request_id="r1", by=ANNA))
        await trip.conversation.until(lambda state: state.status is Status.RESOLVED)
        await trip.at("hold")


@pytest.mark.parametrize("step", [say("next", ai_agent="general"), TELL | {"id": "next"}])
async def test_a_journey_that_finds_out_by_a_refusal_is_left(travel: Travel, step: dict[str, object]) -> None:
    fakes = on_way(HOLD, step)
    async with travel(fakes) as trip:
        await trip.at("hold")
        merges(fakes)
        await trip.ask("tell_event", event="go")
        await left_as_merged(trip)


async def test_one_that_is_entered_afterwards_is_left_at_its_first_word(travel: Travel) -> None:
    fakes = on_way(say("next", ai_agent="general"))
    merges(fakes)
    async with travel(fakes) as trip:
        await left_as_merged(trip)


async def test_journeys_that_are_gone_are_forgotten_and_are_no_error_in_the_log(
    travel: Travel, caplog: pytest.LogCaptureFixture
) -> None:
    async with travel(on_way(HOLD, say("next"))) as trip:
        await trip.at("hold")
        await trip.handle.terminate()
        await trip.conversation.ask(Resolve(request_id="m-resolves", by=ANNA, merged=True))
        await trip.conversation.until(lambda state: not state.journeys.active)
    gc.collect()
    assert "never retrieved" not in caplog.text
