"""What a workflow knows, read from its history without a worker."""

import pytest

from domain.conversation.policy import Policy
from domain.conversation.requests import SendHumanReply, SkipTurns
from domain.conversation.restoring import WorkflowFacts
from tests.workflows.conftest import ANNA, Conversation, Converse, environment
from tests.workflows.conftest import converse as converse
from tests.workflows.fakes import SURE, FakeActivities
from workers.histories import read_workflow
from workflows.conversation.workflow import ConversationWorkflow

__all__ = ["converse", "environment"]


def fakes(*, at_once: bool = False, **changes: object) -> FakeActivities:
    evidence = SURE.model_copy(update=changes)
    made = FakeActivities(Policy(default_ai_agent="general", crm="directory"), evidence)
    made.carries_out = at_once
    return made


async def facts(conversation: Conversation) -> WorkflowFacts:
    key = conversation.handle.id.removeprefix("conversation-")
    found = await read_workflow(conversation.env.client, key)
    assert found
    return found


@pytest.mark.parametrize("at_once", [False, True])
async def test_an_answered_conversation(converse: Converse, at_once: bool) -> None:
    async with converse(fakes(at_once=at_once)) as conversation:
        await conversation.says("hello", "m1")
        state = await conversation.settled()
        await conversation.until(lambda s: s.shown.since is not None)
        known = await facts(conversation)
        assert known.start == state.start
        assert (known.revision, known.turn, known.owner_kind) == (state.revision, 1, "ai_agent")
        assert [one.message_id for one in known.messages] == ["m1"]
        assert [one.text for one in known.sent] == ["reply to hello"]
        assert known.sent[0].message_key.endswith("-1")


async def test_a_draft_that_may_leave_at_once_is_under_way_by_its_key(converse: Converse) -> None:
    async with converse(fakes(at_once=True)) as conversation:
        gate = conversation.fakes.hold("deliver_stored")
        await conversation.says("hello", "m1")
        await gate.reached.wait()
        known = await facts(conversation)
        gate.opened.set()
        assert known.under_way == (f"generate_reply {known.start.conversation_id}-1",)
        assert known.sent == ()


@pytest.mark.parametrize("at_once", [False, True])
async def test_what_waits_and_what_is_under_way(converse: Converse, at_once: bool) -> None:
    async with converse(fakes(at_once=at_once, supervised=True)) as conversation:
        await conversation.says("refund me", "m1")
        state = await conversation.asked(1)
        gate = conversation.fakes.hold("deliver_message")
        await conversation.ask(SendHumanReply(request_id="r1", by=ANNA, text="Here I am."))
        await gate.reached.wait()
        known = await facts(conversation)
        gate.opened.set()
        assert state.approval
        assert known.approval_id == state.approval.approval_id
        assert [request.request_id for request in known.requests] == ["r1"]
        assert known.under_way == (f"deliver_message {state.start.conversation_id}-human-r1",)
        assert known.revision > state.revision
        assert known.sent == ()


async def test_what_an_earlier_run_carried_over(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await conversation.says("hello", "m1")
        before = await conversation.settled()
        await conversation.handle.signal(ConversationWorkflow.roll_over)
        first = conversation.handle.result_run_id
        while (await conversation.handle.describe()).run_id == first:
            pass
        known = await facts(conversation)
        assert (known.revision, known.turn, known.messages) == (before.revision, before.answering.turn, ())


async def test_signals_that_nobody_has_worked_on(converse: Converse) -> None:
    """What does not decode is dropped by the workflow too, and turns that were skipped count."""
    async with converse(fakes()) as conversation:
        held = conversation.fakes.hold("open_conversation")
        await held.reached.wait()
        await conversation.handle.signal(ConversationWorkflow.skip_turns, SkipTurns(turn=1001))
        await conversation.handle.signal("take_over", {"note": "without an id"})
        await conversation.handle.signal("unknown", "what?")
        known = await facts(conversation)
        held.opened.set()
        assert (known.turn, known.requests, known.messages) == (1001, (), ())
        assert "open_conversation" in known.under_way


async def test_no_workflow_runs(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        client, key = conversation.env.client, conversation.handle.id.removeprefix("conversation-")
        assert await read_workflow(client, "cv_nobody_knows_it") is None
    assert await read_workflow(client, key) is None
