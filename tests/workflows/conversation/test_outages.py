"""A model that is silent: the customer is told, the conversation waits, and a person gets it in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import ChangeMode, Resolve, SendHumanReply, Snooze, TakeOver
from domain.specification.calendar import QuietHours
from domain.specification.organisation import Mode, ServiceLevels
from domain.tools.actions import ProposedAction
from tests.workflows.conftest import ANNA, Converse
from tests.workflows.fakes import SURE, FakeActivities

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


def away(times: int = 1000, *, at_once: bool = False) -> list[ApplicationError]:
    """PostgreSQL does not answer; `at_once`: for longer than anything is tried."""
    return [ApplicationError("down", type="StoreUnavailableError", non_retryable=at_once) for _ in range(times)]


async def test_a_store_that_is_away_longer_than_the_model_is_tried_is_waited_for(converse: Converse) -> None:
    activities = fakes(service_levels=SOON)
    activities.failures |= {"generate_reply": away(), "record_messages": away()}
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda _: "record_messages" in activities.log)
        await conversation.says("hello?")
        activities.failures.clear()
        state = await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert (state.status, state.waiting.parked_since) == (Status.OPEN, None)
    assert (activities.statuses, activities.escalations) == ([], [])
    assert list(activities.recorded.values()) == ["where is my invoice?", "hello?"]
    assert [one.kind for one in activities.deliveries] == ["reply"]


async def test_the_embedded_model_is_not_to_blame_for_a_store_that_is_away(converse: Converse) -> None:
    activities = fakes(model_is_embedded=True)
    activities.failures["generate_reply"] = away(2, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert (state.status, state.lifecycle.escalation_reason) == (Status.OPEN, None)
    assert (activities.statuses, activities.escalations) == ([], [])


async def test_a_store_that_goes_away_again_and_again_is_waited_for_each_time(converse: Converse) -> None:
    activities = fakes()
    activities.failures["generate_reply"] = away(3, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert (state.answering.turn, activities.log.count("record_messages")) == (4, 3)
    assert list(activities.recorded.values()) == ["where is my invoice?"]


async def test_a_model_that_fails_once_the_store_is_back_is_to_blame(converse: Converse) -> None:
    activities = fakes()
    no_key = ApplicationError("no key", type="CredentialsError", non_retryable=True)
    activities.failures["generate_reply"] = [*away(1, at_once=True), no_key]
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.status is Status.WITH_HUMAN)
    assert state.lifecycle.escalation_reason == "model_failed"


@pytest.mark.parametrize(("under_way", "tries_to_send"), [("generate_reply", 0), ("deliver_message", 2)])
async def test_who_takes_over_while_the_store_is_away_stops_what_was_under_way(
    converse: Converse, under_way: str, tries_to_send: int
) -> None:
    activities = fakes()
    activities.failures[under_way] = away(1, at_once=True)
    async with converse(activities) as conversation:
        gate = activities.hold("record_messages")
        await conversation.says("where is my invoice?")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        gate.opened.set()
        await conversation.until(lambda state: state.owner.id == "anna" and not state.mailbox.requests)
        await conversation.until(lambda _: len(activities.deliveries) == tries_to_send)
        await conversation.settled()
    assert activities.delivered == []


async def test_what_a_source_knows_is_asked_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes()
    activities.failures["fetch_customer_context"] = away(2, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.settled()
    assert (activities.generated[0].context_id, activities.generated[0].missing_sources) == ("cx_1", ())


async def test_a_verdict_is_asked_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes(validates=True)
    activities.failures["score_confidence"] = away(1, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda state: state.status is Status.WITH_HUMAN)
    assert activities.log.count("score_confidence") == 2


async def test_a_suggestion_is_made_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.CO_PILOT))
        await conversation.until(lambda state: state.answering.mode is Mode.CO_PILOT and not state.mailbox.requests)
        activities.failures["generate_reply"] = away(1, at_once=True)
        await conversation.says("where is my invoice?")
        await conversation.until(lambda state: activities.log.count("generate_reply") == 2)
    assert [one.suggestion for one in activities.generated] == [True, True]


async def test_a_reply_leaves_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes()
    activities.failures["deliver_message"] = away(1, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    assert [one.message_key for one in activities.deliveries] == [f"{state.start.conversation_id}-1"] * 2
    assert (len(activities.delivered), activities.given_up, activities.escalations) == (1, [], [])


async def test_a_tool_is_used_once_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes()
    activities.evidence = SURE.model_copy(update={"action": "within_limit"})
    activities.actions = (ProposedAction(server="shop", tool="refund", arguments={"order_id": "A-1001"}),)
    activities.failures["call_tool"] = away(1, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda state: state.answering.counts.exchanges == 1)
    first, second = activities.called
    assert first == second
    assert (len(activities.done), activities.escalations) == (1, [])


async def test_a_code_is_sent_when_the_store_is_back(converse: Converse) -> None:
    activities = fakes()
    activities.evidences = [SURE.model_copy(update={"identity": "to_verify"})]
    activities.failures["send_identity_code"] = away(1, at_once=True)
    async with converse(activities) as conversation:
        await conversation.says("which plan am I on?")
        await conversation.until(lambda state: state.waiting.identity_check is not None)
    first, second = activities.codes
    assert first == second
    assert activities.escalations == []


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
