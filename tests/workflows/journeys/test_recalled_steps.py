"""A step that is skipped, or whose journey ends: what was drafted for it is not sent, and its approval is stale."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, Resolve, Snooze
from domain.specification.calendar import QuietHours
from tests.domain.journeys.journeys import say, use, wait
from tests.workflows.conftest import ANNA, Conversation
from tests.workflows.fakes import SURE, FakeActivities
from tests.workflows.journeys.conftest import Travel, Trip, on_way

TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it.", "next": "hold"}
HOLD = wait("hold", "bye", event="go")
NIGHT = Policy(default_ai_agent="general", quiet_hours={"web_chat": QuietHours(begins=time(0), ends=time(23, 59))})
MOVED_ON = "There is no open approval: it was decided already, or the conversation has moved on. Reload it."


async def skip(trip: Trip) -> None:
    [active] = (await trip.run()).progress.active
    await trip.ask("skip_step", step=active.path)


async def leave(trip: Trip) -> None:
    await trip.ask("leave_journey")


async def pause(trip: Trip) -> None:
    await trip.ask("pause_journey")


async def cancel(trip: Trip) -> None:
    await trip.handle.cancel()


Ends = Callable[[Trip], Awaitable[None]]
ENDINGS: list[Ends] = [skip, leave, pause, cancel]


def supervised(*steps: dict[str, Any]) -> FakeActivities:
    fakes = on_way(*steps, HOLD, say("bye"))
    fakes.evidence = SURE.model_copy(update={"supervised": True})
    fakes.tool_waits = True
    return fakes


def approve(conversation: Conversation) -> DecideApproval:
    approval_id = conversation.fakes.approvals[0].approval.approval_id
    return DecideApproval(request_id="d1", by=ANNA, action="approve", approval_id=approval_id)


async def recalled(trip: Trip) -> None:
    """Wait until the conversation knows that the step is wanted no more."""
    await trip.conversation.until(lambda state: not state.journeys.steps)


async def drafted(trip: Trip) -> None:
    """Wait until the draft of the step is there, and nothing is done with it."""
    await trip.conversation.until(lambda state: state.answering.ai_agent is not None)
    await trip.conversation.settled()


@pytest.mark.parametrize("step", [TELL, use("pay", "hold")], ids=["ai_agent", "tool"])
@pytest.mark.parametrize("end", ENDINGS)
async def test_its_approval_is_stale(travel: Travel, end: Ends, step: dict[str, Any]) -> None:
    fakes = supervised(step)
    async with travel(fakes) as trip:
        before = await trip.conversation.until(lambda state: state.approval is not None)
        await end(trip)
        state = await trip.conversation.until(lambda state: state.approval is None)
        assert (state.status, state.revision) == (Status.OPEN, before.revision + 1)
        await trip.conversation.ask(approve(trip.conversation))
        await trip.conversation.until(lambda _: bool(fakes.decisions))
        assert [(one.effect, one.refused) for one in fakes.decisions] == [("refused", MOVED_ON)]
        assert (fakes.revision, fakes.delivered, fakes.called) == (state.revision, [], [])


async def test_after_a_skip_the_journey_goes_on(travel: Travel) -> None:
    async with travel(supervised(TELL)) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        await skip(trip)
        await trip.at("hold")
        await trip.ask("tell_event", event="go")
        assert await trip.ended() == "completed"
        assert (trip.said(), trip.outcomes()[0]) == (["bye"], ("tell", "skipped"))


async def test_after_a_pause_it_is_asked_for_anew(travel: Travel) -> None:
    fakes = supervised(TELL)
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        await pause(trip)
        await trip.conversation.until(lambda state: state.approval is None)
        await trip.ask("resume_journey")
        await trip.conversation.until(lambda state: state.approval is not None)
        first, second = (one.approval for one in fakes.approvals)
        assert (first.text, first.digest != second.digest) == (second.text, True)


async def test_one_that_sleeps_is_stale_without_waking_the_conversation(travel: Travel) -> None:
    async with travel(supervised(TELL)) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        until = datetime.now(UTC) + timedelta(days=1)
        await trip.conversation.ask(Snooze(request_id="s1", by=ANNA, until=until))
        await trip.conversation.until(lambda state: state.status is Status.SNOOZED)
        await skip(trip)
        state = await trip.conversation.until(lambda state: state.approval is None)
        assert state.status is Status.SNOOZED


@pytest.mark.parametrize("held", ["generate_reply", "request_approval"])
@pytest.mark.parametrize("end", ENDINGS)
async def test_nothing_comes_of_what_is_being_drafted_or_put_before_people(
    travel: Travel, end: Ends, held: str
) -> None:
    fakes = supervised(TELL)
    gate = fakes.hold(held)
    async with travel(fakes) as trip:
        await gate.reached.wait()
        await end(trip)
        await recalled(trip)
        gate.opened.set()
        await drafted(trip)
        state = await trip.conversation.until(lambda state: state.approval is None)
        assert (state.status, fakes.delivered) == (Status.OPEN, [])
        assert len(fakes.approvals) == (1 if held == "request_approval" else 0)


@pytest.mark.parametrize("end", ENDINGS)
async def test_nothing_comes_of_what_waits_for_the_morning(travel: Travel, end: Ends) -> None:
    fakes = on_way(TELL, HOLD, policy=NIGHT)
    async with travel(fakes) as trip:
        await drafted(trip)
        await end(trip)
        await recalled(trip)
        await trip.conversation.ask(Resolve(request_id="r1", by=ANNA))
        await trip.conversation.until(lambda state: state.status is Status.RESOLVED)
        assert fakes.deliveries == []


async def test_what_a_person_approved_before_is_sent_once_and_the_journey_stays_left(travel: Travel) -> None:
    fakes = supervised(TELL)
    gate = fakes.hold("deliver_message")
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        await trip.conversation.ask(approve(trip.conversation))
        await gate.reached.wait()
        await leave(trip)
        await recalled(trip)
        gate.opened.set()
        await trip.conversation.until(lambda state: state.approval is None)
        assert await trip.ended() == "left"
        assert (len(fakes.delivered), fakes.decisions) == (1, [])


async def test_a_journey_that_is_cancelled_is_left_and_says_so(travel: Travel) -> None:
    async with travel(on_way(HOLD)) as trip:
        await trip.conversation.until(lambda _: bool(trip.fakes.journeys))
        await cancel(trip)
        assert await trip.ended() == "left"
        assert (trip.fakes.journeys[-1].state, trip.outcomes()) == ("left", [("hold", "left")])
        last = trip.fakes.journeys[-1].notes[-1]
        assert (last.kind, last.by, last.text) == ("journey_left", "system", "Its workflow was cancelled.")


async def test_one_that_is_cancelled_while_it_is_written_down_is_left(travel: Travel) -> None:
    fakes = on_way(HOLD)
    gate = fakes.hold("record_journey")
    async with travel(fakes) as trip:
        await gate.reached.wait()
        await cancel(trip)
        await trip.conversation.until(lambda state: not state.journeys.active)
        gate.opened.set()
        assert fakes.journeys[-1].state == "left"


async def test_one_that_is_cancelled_before_it_is_read_was_never_entered(travel: Travel) -> None:
    fakes = on_way(HOLD)
    gate = fakes.hold("open_journey")
    async with travel(fakes) as trip:
        await gate.reached.wait()
        await cancel(trip)
        await trip.conversation.until(lambda state: not state.journeys.active)
        gate.opened.set()
        assert fakes.journeys == []
