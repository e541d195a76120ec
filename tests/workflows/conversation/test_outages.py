"""A model that is silent: the customer is told, the conversation waits, and a person gets it in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import ChangeMode, Resolve, SendHumanReply, Snooze, TakeOver
from domain.specification.calendar import QuietHours
from domain.specification.organisation import Mode, ServiceLevels
from tests.workflows.conftest import ANNA, Converse
from tests.workflows.fakes import FakeActivities

SOON = ServiceLevels(park_after_seconds=5, parked_at_most_hours=1)


def fakes(**policy: object) -> FakeActivities:
    return FakeActivities(Policy(default_ai_agent="general", **policy))


async def test_a_silent_model_parks_the_conversation_and_answers_when_it_is_back(converse: Converse) -> None:
    activities = fakes(service_levels=SOON)
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(12)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        parked = await conversation.until(lambda state: state.waiting.parked_since is not None)
        assert parked.status is Status.OPEN
        await conversation.until(lambda state: any(one.kind == "notice" for one in activities.deliveries))
        activities.failures["generate_reply"].clear()
        state = await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert state.waiting.parked_since is None
    assert [change.event for change in activities.statuses] == ["parked"]
    assert [one.kind for one in activities.deliveries] == ["notice", "reply"]


async def test_who_writes_while_it_is_parked_is_answered_once(converse: Converse) -> None:
    activities = fakes(service_levels=SOON)
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda state: state.waiting.parked_since is not None)
        await conversation.says("hello?")
        await conversation.until(lambda _: len(activities.recorded) == 2)
        activities.failures["generate_reply"].clear()
        await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert [one.kind for one in activities.deliveries] == ["notice", "reply"]
    assert [change.event for change in activities.statuses] == ["parked"]


async def test_a_model_that_never_comes_back_is_no_reason_to_wait_for_ever(converse: Converse) -> None:
    activities = fakes(service_levels=ServiceLevels(park_after_seconds=5, parked_at_most_hours=0.001))
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.status is Status.WITH_HUMAN)
    assert state.lifecycle.escalation_reason == "model_failed"
    assert state.waiting.parked_since is None


@pytest.mark.parametrize("kind", ["resolve", "snooze"])
async def test_what_a_person_sets_aside_waits_for_no_model_and_is_not_answered_afterwards(
    converse: Converse, kind: str
) -> None:
    activities = fakes(service_levels=SOON)
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    until = datetime.now(UTC) + timedelta(days=1)
    asked = {"resolve": Resolve(request_id="r1", by=ANNA), "snooze": Snooze(request_id="r1", by=ANNA, until=until)}
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda state: state.waiting.parked_since is not None)
        await conversation.ask(asked[kind])  # type: ignore[arg-type]
        state = await conversation.until(lambda state: not state.mailbox.requests and state.status is not Status.OPEN)
        assert activities.failures["generate_reply"]
        activities.failures["generate_reply"].clear()
        await conversation.says("anybody there?")
        await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert state.waiting.parked_since is None
    assert [one.kind for one in activities.deliveries] == ["notice", "reply"]


async def test_a_colleagues_reply_does_not_wait_for_a_suggestion(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.CO_PILOT))
        await conversation.until(lambda state: state.answering.mode is Mode.CO_PILOT and not state.mailbox.requests)
        gate = activities.hold("generate_reply")
        await conversation.says("where is my invoice?")
        await gate.reached.wait()
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="Here it is."))
        await conversation.until(lambda _: len(activities.delivered) == 1)
        gate.opened.set()


def quiet_for_an_hour() -> dict[str, object]:
    """Quiet hours that began an hour ago."""
    now = datetime.now(UTC)
    begins, ends = (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()
    return {"quiet_hours": {"web_chat": QuietHours(begins=begins, ends=ends)}}


async def test_a_reply_waits_for_the_end_of_quiet_hours(converse: Converse) -> None:
    activities = fakes(**quiet_for_an_hour())
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "generate_reply" in activities.log)
        await conversation.says("and the one before?")
        await conversation.until(lambda _: activities.log.count("generate_reply") == 2)
        assert activities.delivered == []
        await conversation.pass_time(timedelta(minutes=90))
        await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert len(activities.delivered) == 1


async def test_what_was_resolved_is_not_answered_after_quiet_hours(converse: Converse) -> None:
    activities = fakes(**quiet_for_an_hour())
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "generate_reply" in activities.log)
        await conversation.ask(Resolve(request_id="r1", by=ANNA))
        await conversation.until(lambda state: state.shown.text.startswith(Status.RESOLVED))
        await conversation.pass_time(timedelta(minutes=90))
        await conversation.state()
    assert activities.delivered == []


async def test_who_supervises_in_quiet_hours_is_asked_first(converse: Converse) -> None:
    activities = fakes(**quiet_for_an_hour())
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "generate_reply" in activities.log)
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.SUPERVISION))
        await conversation.until(lambda state: state.approval is not None)
    assert activities.delivered == []


async def test_a_person_is_not_bound_by_quiet_hours(converse: Converse) -> None:
    activities = fakes(**quiet_for_an_hour())
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "generate_reply" in activities.log)
        await conversation.ask(SendHumanReply(request_id="r-1", by=ANNA, text="Here it is."))
        await conversation.until(lambda _: len(activities.delivered) == 1)
    assert activities.deliveries[-1].text == "Here it is."
