"""A workflow after PostgreSQL and Temporal were restored from backups."""

import pytest

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import HandBack, Resolve, SkipTurns, TakeOver
from domain.delivery.channels import ChannelTraits
from tests.workflows.conftest import ANNA, Conversation, Converse, message
from tests.workflows.fakes import FakeActivities
from workflows.conversation.workflow import ConversationWorkflow


def fakes(*, pushed: bool = True) -> FakeActivities:
    return FakeActivities(
        Policy(default_ai_agent="general", channels={"web_chat": ChannelTraits(stored=not pushed)})
    )  # fmt: skip


async def comes_again(conversation: Conversation, message_id: str) -> None:
    """What a vendor had before the restore."""
    doubtful = message("where is my invoice?", message_id).model_copy(update={"in_doubt": True})
    conversation.sent.add(message_id)
    await conversation.handle.signal(ConversationWorkflow.receive_message, doubtful)


@pytest.mark.parametrize("when", ["at first", "resolved", "drafting"])
async def test_what_may_have_been_answered_is_for_a_person(converse: Converse, when: str) -> None:
    activities = fakes()
    async with converse(activities) as conversation:
        if when == "resolved":
            await conversation.ask(Resolve(request_id="r1", by=ANNA))
            await conversation.until(lambda s: s.status is Status.RESOLVED and not s.mailbox.requests)
        if when == "drafting":
            gate = activities.hold("generate_reply")
            await conversation.says("hello", "m0")
            await gate.reached.wait()
            await comes_again(conversation, "m1")
            gate.opened.set()
        else:
            await comes_again(conversation, "m1")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert (state.lifecycle.escalation_reason, state.waiting.in_doubt) == ("restored", False)
        assert "m1" in activities.recorded
        assert activities.deliveries == []


async def test_whoever_has_looked_hands_back_and_the_ai_agent_answers(converse: Converse) -> None:
    activities = fakes(pushed=False)
    async with converse(activities) as conversation:
        await comes_again(conversation, "m1")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await conversation.ask(HandBack(request_id="h1", by=ANNA))
        await conversation.says("and now?", "m2")
        await conversation.until(lambda s: s.owned_by_ai and s.answering.counts.exchanges == 1)


async def test_a_person_who_has_the_conversation_keeps_it(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await comes_again(conversation, "m1")
        await conversation.until(lambda _: "m1" in conversation.fakes.recorded)
        state = await conversation.settled()
    assert (state.owner.id, conversation.fakes.escalations) == ("anna", [])


async def test_the_next_turn_is_later_than_those_of_the_lost_time(converse: Converse) -> None:
    activities = fakes(pushed=False)
    async with converse(activities) as conversation:
        await conversation.says("hello", "m1")
        await conversation.settled()
        for turn in (1001, 7):
            await conversation.handle.signal(ConversationWorkflow.skip_turns, SkipTurns(turn=turn))
        await conversation.says("and now?", "m2")
        await conversation.answered(1002)
        assert activities.delivered[-1].endswith("-1002")
