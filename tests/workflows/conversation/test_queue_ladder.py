"""A customer who waits for a person: somebody is reminded and others are asked, until a person has answered."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import AnyRequest, HandBack, Resolve, SendHumanReply, Snooze, TakeOver
from domain.specification.organisation import LadderRung
from tests.workflows.conftest import ANNA, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

LADDER = (
    LadderRung(after_minutes=30, action="remind"),
    LadderRung(after_minutes=120, action="widen", roles=("lead",)),
)
PERSON = SURE.model_copy(update={"asks_for_person": True})
HOUR = timedelta(hours=1)


def fakes(ladder: tuple[LadderRung, ...] = LADDER) -> FakeActivities:
    return FakeActivities(Policy(default_ai_agent="general", queue_ladder=ladder), PERSON)


async def escalated(conversation: Conversation) -> None:
    await conversation.says("a person, please")
    await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def test_who_waits_in_the_queue_is_not_forgotten(converse: Converse) -> None:
    made = fakes()
    async with converse(made) as conversation:
        await escalated(conversation)
        await conversation.pass_time(timedelta(minutes=29))
        assert made.queue_ladder == []
        await conversation.pass_time(timedelta(minutes=2))
        await conversation.until(lambda s: len(made.queue_ladder) == 1)
        await conversation.pass_time(2 * HOUR)
        state = await conversation.until(lambda s: len(made.queue_ladder) == 2)
        await conversation.pass_time(48 * HOUR)
    assert [(one.step.action, one.wait.who) for one in made.queue_ladder] == [
        ("remind", "human agents"),
        ("widen", "lead"),
    ]
    assert state.status is Status.WITH_HUMAN


async def test_who_takes_it_over_and_does_not_answer_is_reminded(converse: Converse) -> None:
    made = fakes()
    async with converse(made) as conversation:
        await escalated(conversation)
        await conversation.pass_time(timedelta(minutes=20))
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: s.owner.id == "anna")
        await conversation.pass_time(timedelta(minutes=11))
        await conversation.until(lambda s: len(made.queue_ladder) == 1)


@pytest.mark.parametrize(
    "request_",
    [
        SendHumanReply(request_id="r1", by=ANNA, text="Here it is."),
        HandBack(request_id="h1", by=ANNA),
        Resolve(request_id="x1", by=ANNA),
        Snooze(request_id="s1", by=ANNA, until=datetime(2100, 1, 1, tzinfo=UTC)),
    ],
    ids=lambda request: request.kind,
)
async def test_nobody_is_reminded_of_who_does_not_wait(converse: Converse, request_: AnyRequest) -> None:
    made = fakes()
    async with converse(made) as conversation:
        await escalated(conversation)
        await conversation.ask(request_)
        await conversation.until(lambda s: s.waiting.for_person is None and not s.mailbox.requests)
        await conversation.pass_time(3 * HOUR)
    assert made.queue_ladder == []


async def test_a_message_to_a_person_begins_the_wait_anew(converse: Converse) -> None:
    made = fakes()
    async with converse(made) as conversation:
        await escalated(conversation)
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="Here it is."))
        await conversation.until(lambda s: s.waiting.for_person is None)
        await conversation.pass_time(HOUR)
        await conversation.says("that is not it")
        waits = await conversation.until(lambda s: s.waiting.for_person is not None and not s.mailbox.inbox)
        await conversation.says("hello?")
        again = await conversation.until(lambda s: len(made.recorded) == 3 and not s.mailbox.inbox)
        assert waits.waiting.for_person == again.waiting.for_person
        await conversation.pass_time(timedelta(minutes=31))
        await conversation.until(lambda s: len(made.queue_ladder) == 1)


async def test_without_a_ladder_nobody_is_reminded(converse: Converse) -> None:
    made = fakes(())
    async with converse(made) as conversation:
        await escalated(conversation)
        await conversation.pass_time(24 * HOUR)
        assert (await conversation.state()).waiting.for_person
    assert made.queue_ladder == []
