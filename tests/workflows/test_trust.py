"""The review of trust as a workflow, and a draft that trust holds to a stricter mode, with fake activities."""

from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.activity_models import ReviewedTrust, ReviewTrustInput
from domain.conversation.policy import Policy
from domain.queues import CONVERSATIONS
from domain.specification.organisation import Mode
from tests.workflows.conftest import Converse
from tests.workflows.fakes import SURE, FakeActivities
from workers.sandbox import workflow_runner
from workflows.trust import ReviewTrustWorkflow, review_id


class FakeReview:
    @activity.defn
    async def review_trust(self, input: ReviewTrustInput) -> ReviewedTrust:
        assert input.organisation == "acme"
        return ReviewedTrust(reviewed=3, moved_down=("billing", "service"))


def reviewing(environment: WorkflowEnvironment) -> Worker:
    """A worker with the workflow, and a review that always finds the same."""
    return Worker(
        environment.client,
        task_queue=CONVERSATIONS,
        workflows=[ReviewTrustWorkflow],
        activities=[FakeReview().review_trust],
        workflow_runner=workflow_runner(),
    )


async def test_a_run_says_who_moved_down_and_who_asks_to_move_up(environment: WorkflowEnvironment) -> None:
    input = ReviewTrustInput(organisation="acme")
    async with reviewing(environment):
        handle = await environment.client.start_workflow(
            ReviewTrustWorkflow.run, input, id=f"trust-{uuid4().hex}", task_queue=CONVERSATIONS
        )
        assert (await handle.result()).moved_down == ("billing", "service")
    assert review_id(input) == "trust-acme"


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("held_to", [Mode.SUPERVISION, Mode.CO_PILOT])
async def test_a_draft_that_is_held_to_a_stricter_mode_waits_for_people(
    converse: Converse, held_to: Mode, at_once: bool
) -> None:
    fakes = FakeActivities(Policy(default_ai_agent="general"), SURE)
    fakes.held_to, fakes.carries_out = held_to, at_once
    async with converse(fakes) as conversation:
        await conversation.says("where is my invoice?")
        state = await conversation.until(lambda s: s.approval is not None)
        assert state.approval
        assert state.approval.reason == "supervised"
        assert fakes.delivered == []


async def test_the_next_turn_follows_what_was_earned_meanwhile(converse: Converse) -> None:
    fakes = FakeActivities(Policy(default_ai_agent="general"), SURE)
    fakes.held_to = Mode.SUPERVISION
    async with converse(fakes) as conversation:
        await conversation.says("where is my invoice?")
        await conversation.until(lambda s: s.approval is not None)
        fakes.held_to = None
        await conversation.says("are you there?")
        state = await conversation.until(lambda s: not s.answering.unanswered and s.approval is None)
        assert fakes.delivered == [f"{state.start.conversation_id}-2"]


async def test_a_question_back_of_one_in_co_pilot_goes_to_a_person(converse: Converse) -> None:
    fakes = FakeActivities(Policy(default_ai_agent="general"), SURE.model_copy(update={"ambiguous": True}))
    fakes.held_to = Mode.CO_PILOT
    async with converse(fakes) as conversation:
        await conversation.says("it does not work")
        state = await conversation.until(lambda s: not s.owned_by_ai)
        assert (state.lifecycle.escalation_reason, fakes.delivered) == ("no_answer", [])
