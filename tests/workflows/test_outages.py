"""A model that is silent: the customer is told, the conversation waits, and a person gets it in the end."""

from datetime import UTC, datetime, timedelta

from temporalio.exceptions import ApplicationError

from domain.calendar_spec import QuietHours
from domain.conversation import SendHumanReply, Status
from domain.policy import Policy
from domain.spec import ServiceLevels
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
        parked = await conversation.until(lambda state: state.parked_since is not None)
        assert parked.status is Status.OPEN
        await conversation.until(lambda state: any(one.kind == "notice" for one in activities.deliveries))
        activities.failures["generate_reply"].clear()
        state = await conversation.until(lambda state: state.answered.exchanges == 1)
    assert state.parked_since is None
    assert [change.event for change in activities.statuses] == ["parked"]
    assert [one.kind for one in activities.deliveries] == ["notice", "reply"]


async def test_who_writes_while_it_is_parked_is_answered_once(converse: Converse) -> None:
    activities = fakes(service_levels=SOON)
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda state: state.parked_since is not None)
        await conversation.says("hello?")
        await conversation.until(lambda _: len(activities.recorded) == 2)
        activities.failures["generate_reply"].clear()
        await conversation.until(lambda state: state.answered.exchanges == 1)
    assert [one.kind for one in activities.deliveries] == ["notice", "reply"]
    assert [change.event for change in activities.statuses] == ["parked"]


async def test_a_model_that_never_comes_back_is_no_reason_to_wait_for_ever(converse: Converse) -> None:
    activities = fakes(service_levels=ServiceLevels(park_after_seconds=5, parked_at_most_hours=0.001))
    activities.failures["generate_reply"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.status is Status.WITH_HUMAN)
    assert state.escalation_reason == "model_failed"
    assert state.parked_since is None


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
        await conversation.until(lambda state: state.answered.exchanges == 1)
    assert len(activities.delivered) == 1


async def test_a_person_is_not_bound_by_quiet_hours(converse: Converse) -> None:
    activities = fakes(**quiet_for_an_hour())
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "generate_reply" in activities.log)
        await conversation.ask(SendHumanReply(request_id="r-1", by=ANNA, text="Here it is."))
        await conversation.until(lambda _: len(activities.delivered) == 1)
    assert activities.deliveries[-1].text == "Here it is."
