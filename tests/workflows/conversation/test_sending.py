"""A message that cannot leave: it is given up for good, whatever it is, and whoever must know is told."""

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import AnyRequest, HandBack, SendHumanReply, TakeOver
from domain.delivery.channels import ChannelTraits
from domain.specification.organisation import ServiceLevels
from tests.workflows.conftest import ANNA, BEN, Converse
from tests.workflows.fakes import SURE, FakeActivities

PUSHED: dict[str, object] = {"channels": {"web_chat": ChannelTraits(stored=False)}}
SOON = ServiceLevels(delivery_patience_hours=0.001)
PERSON = SURE.model_copy(update={"asks_for_person": True})
REPLY = SendHumanReply(request_id="r1", by=ANNA, text="Here it is.")


def refusing(**policy: object) -> FakeActivities:
    activities = FakeActivities(Policy(default_ai_agent="general", **policy))
    activities.failures["deliver_message"] = [ApplicationError("no such address", type="PermanentError")]
    return activities


def silent() -> FakeActivities:
    activities = FakeActivities(Policy(default_ai_agent="general", service_levels=SOON, **PUSHED))
    activities.failures["deliver_message"] = [ApplicationError("down", type="UnavailableError") for _ in range(100)]
    return activities


@pytest.mark.parametrize("activities", [refusing(), refusing(**PUSHED), silent()], ids=["stored", "pushed", "silent"])
async def test_a_reply_of_a_person_is_given_up_and_its_author_is_told(
    converse: Converse, activities: FakeActivities
) -> None:
    async with converse(activities) as conversation:
        await conversation.ask(REPLY)
        await conversation.until(lambda _: len(activities.statuses) == 1)
        activities.failures.clear()
        await conversation.ask(REPLY.model_copy(update={"request_id": "r2"}))
        state = await conversation.until(lambda s: len(activities.delivered) == 1 and not s.mailbox.requests)
    key = f"{state.start.conversation_id}-human"
    assert (activities.given_up, activities.delivered) == ([f"{key}-r1"], [f"{key}-r2"])
    (told,) = activities.statuses
    assert (told.event, told.request_id, told.status) == ("delivery_failed", "r1-failed", Status.WITH_HUMAN)
    assert "It is not sent again" in told.note
    assert state.owner == Owner(kind="human_agent", id="anna")


async def test_a_reply_that_left_after_all_troubles_nobody(converse: Converse) -> None:
    activities = refusing()
    async with converse(activities) as conversation:
        key = f"{(await conversation.state()).start.conversation_id}-human-r1"
        activities.left_after_all = {key}
        await conversation.ask(REPLY)
        await conversation.until(lambda s: "give_up_delivery" in activities.log and not s.mailbox.requests)
        await conversation.says("thanks")
        await conversation.until(lambda _: len(activities.recorded) == 1)
    assert activities.statuses == []


@pytest.mark.parametrize("activities", [refusing(), silent()], ids=["refusing", "silent"])
async def test_a_reply_of_the_ai_agent_is_given_up_before_a_person_gets_the_conversation(
    converse: Converse, activities: FakeActivities
) -> None:
    async with converse(activities) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
    assert state.lifecycle.escalation_reason == "delivery_failed"
    assert activities.given_up == [f"{state.start.conversation_id}-1"]
    assert activities.log.index("give_up_delivery") < activities.log.index("escalate_conversation")


async def test_a_reply_of_the_ai_agent_that_left_after_all_is_its_answer(converse: Converse) -> None:
    activities = refusing()
    async with converse(activities) as conversation:
        activities.left_after_all = {f"{(await conversation.state()).start.conversation_id}-1"}
        await conversation.says("where is my invoice?")
        state = await conversation.answered(1)
    assert (state.status, state.answering.counts.exchanges) == (Status.OPEN, 1)
    assert activities.escalations == []


async def test_a_notice_is_given_up_and_holds_up_nothing(converse: Converse) -> None:
    activities = refusing(**PUSHED)
    activities.evidence = PERSON
    async with converse(activities) as conversation:
        await conversation.says("a human please")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN and len(activities.given_up) == 1)
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: s.owner.id == "anna")
    assert activities.given_up == [f"{state.start.conversation_id}-escalation-{state.revision}-notice"]
    assert activities.statuses == []


async def test_who_takes_over_while_a_reply_is_given_up_does_not_wait_for_it(converse: Converse) -> None:
    activities = refusing()
    async with converse(activities) as conversation:
        gate = activities.hold("give_up_delivery")
        await conversation.says("where is my invoice?")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: s.owner.id == "anna")
        gate.opened.set()
        await conversation.settled()
    assert activities.escalations == []


async def test_what_has_left_elsewhere_is_recorded_however_long_it_takes(converse: Converse) -> None:
    """The store may be away for longer than any channel is tried: a colleague's reply left by the vendor's own page."""
    activities = silent()
    async with converse(activities) as conversation:
        await conversation.ask(REPLY.model_copy(update={"sent_as": "comment-7"}))
        await conversation.until(lambda _: len(activities.deliveries) > 4)
        timeouts = [
            event.activity_task_scheduled_event_attributes.schedule_to_close_timeout.ToTimedelta().total_seconds()
            for event in (await conversation.handle.fetch_history()).events
            if event.activity_task_scheduled_event_attributes.activity_type.name == "deliver_message"
        ]
        activities.failures.clear()
        await conversation.until(lambda _: len(activities.delivered) == 1)
    assert timeouts == [0] or min(timeouts) > 24 * 3600
    assert activities.given_up == []


@pytest.mark.parametrize("opens", [True, False])
async def test_what_a_colleague_wrote_first_stands_before_what_the_customer_wrote(
    converse: Converse, opens: bool
) -> None:
    activities = FakeActivities(Policy(default_ai_agent="general", **PUSHED))
    async with converse(activities) as conversation:
        opening = activities.hold("open_conversation")
        await conversation.says("not well", "m1")
        await conversation.ask(REPLY.model_copy(update={"sent_as": "comment-7", "opens": opens}))
        await conversation.until(lambda s: bool(s.mailbox.inbox and s.mailbox.requests))
        delivering = activities.hold("deliver_message")
        opening.opened.set()
        await delivering.reached.wait()
        assert list(activities.recorded) == ([] if opens else ["m1"])
        delivering.opened.set()
        state = await conversation.until(lambda s: len(activities.delivered) == 1 and not s.mailbox.inbox)
        await conversation.until(lambda _: list(activities.recorded) == ["m1"])
    assert state.owner.id == "anna"
    assert "generate_reply" not in activities.log


async def test_who_replies_and_is_not_the_owner_any_more_is_told(converse: Converse) -> None:
    """By the store, which is asked last."""
    activities = FakeActivities(Policy(default_ai_agent="general"))
    async with converse(activities) as conversation:
        gate = activities.hold("deliver_message")
        await conversation.ask(REPLY)
        await gate.reached.wait()
        activities.owner = Owner(kind="ai_agent", id="general")
        gate.opened.set()
        await conversation.until(lambda _: len(activities.statuses) == 1)
    (told,) = activities.statuses
    assert (told.event, told.request_id) == ("delivery_failed", "r1-failed")
    assert "Take it over, and send it again" in told.note
    assert activities.delivered == []


@pytest.mark.parametrize("taking", [TakeOver(request_id="t1", by=ANNA), REPLY], ids=lambda one: one.kind)
@pytest.mark.parametrize("during", ["generate_reply", "deliver_message"])
async def test_who_asks_last_owns_the_conversation(converse: Converse, during: str, taking: AnyRequest) -> None:
    """A colleague handed it back just before; the takeover goes ahead of what waits, and the hand-back before it."""
    activities = FakeActivities(Policy(default_ai_agent="general"))
    async with converse(activities) as conversation:
        gate = activities.hold(during)
        await conversation.says("where is my invoice?")
        await gate.reached.wait()
        await conversation.ask(HandBack(request_id="h1", by=BEN, instruction="be brief"))
        await conversation.ask(taking)
        await conversation.until(lambda s: s.owner.id == "anna")
        gate.opened.set()
        state = await conversation.until(lambda s: not s.mailbox.requests and s.shown.text.startswith("with_human"))
        assert [one.author for one in activities.deliveries[during == "deliver_message" :]] in ([], ["human_agent"])
    assert state.owner.id == "anna"
    assert activities.log.count("change_ownership") == 2
    assert activities.statuses == []
