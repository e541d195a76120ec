"""What a draft cost that was given up midway, with a real database."""

import asyncio
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.at_once import AtOnce
from activities.reply import ReplyActivities
from answering.understanding import DraftQuestion
from domain.conversation.turn import Draft, Usage
from integrations.llm.abandoned import abandon
from storage.approvals import ApprovalRepository
from storage.records import RecordRepository
from storage.tool_calls import ToolCallRepository
from tests.storage.conftest import database, stage
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, generate, message

__all__ = ["database", "stage"]

HEARD = Usage(model="openai:gpt", input_tokens=900, output_tokens=40, calls=1, estimated_calls=1, cost=Decimal("0.01"))


class OvertakenDrafter:
    """Its model has begun to answer when the customer writes again."""

    def __init__(self, *spent: Usage) -> None:
        self.spent = spent
        self.begun = asyncio.Event()

    async def draft(self, question: DraftQuestion) -> Draft:
        self.begun.set()
        try:
            return await asyncio.Future()
        finally:
            abandon(self.spent)


def activities(stage: Stage, drafter: OvertakenDrafter) -> ReplyActivities:
    served = SimpleNamespace(drafter=drafter, version=SimpleNamespace(tools=()))

    class Serving:
        async def served(self, content_hash: str) -> Any:
            return served

    approvals = ApprovalRepository(stage.database)
    at_once = AtOnce(stage.deliveries, approvals)
    return ReplyActivities(stage.turns, ToolCallRepository(stage.database), approvals, cast("Any", Serving()), at_once)


@pytest.mark.parametrize("spent", [(), (HEARD,)], ids=["not begun", "begun"])
async def test_a_draft_that_is_given_up_midway_counts(stage: Stage, spent: tuple[Usage, ...]) -> None:
    drafter, environment = OvertakenDrafter(*spent), ActivityEnvironment()
    generating = environment.run(activities(stage, drafter).generate_reply, generate("draft-1", message("message-1")))
    running = asyncio.ensure_future(generating)
    await drafter.begun.wait()
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    total = await RecordRepository(stage.database).usage(CONVERSATION)
    assert (total.calls, total.estimated_calls) == (len(spent), len(spent))
    assert total.input_tokens == 900 * len(spent)
    assert await stage.turns.spent_since(ORGANISATION, NOW) == sum((one.cost or 0 for one in spent), Decimal(0))
