"""The review of trust: a run that began before a change ends on today's code."""

from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.conversation.activity_models import ReviewTrustInput
from domain.queues import CONVERSATIONS
from tests.replay.golden import HISTORIES, check_commands, replay_golden
from tests.workflows.test_trust import reviewing
from workflows.trust import ReviewTrustWorkflow

TRUST = HISTORIES / "trust"


@pytest.mark.parametrize("path", sorted(TRUST.glob("*.json")), ids=lambda path: path.stem)
async def test_a_golden_history_of_a_review_replays(path: Path) -> None:
    await replay_golden(path, ReviewTrustWorkflow)


async def test_commands_are_those_of_the_golden_history(environment: WorkflowEnvironment) -> None:
    async with reviewing(environment):
        handle = await environment.client.start_workflow(
            ReviewTrustWorkflow.run,
            ReviewTrustInput(organisation="acme"),
            id=f"trust-{uuid4().hex}",
            task_queue=CONVERSATIONS,
        )
        await handle.result()
    check_commands(await handle.fetch_history(), TRUST / "reviewed.json")
