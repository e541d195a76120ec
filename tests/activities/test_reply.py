"""Writing replies, with a real database: what is paid for drafts given up, and which version follows."""

import asyncio
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.at_once import AtOnce
from activities.reply import ReplyActivities
from answering.understanding import DraftQuestion
from domain.conversation.activity_models import GeneratedReply, Mandate
from domain.conversation.confidence import Calibration
from domain.conversation.policy import policy_of
from domain.conversation.turn import Draft, Usage
from domain.delivery.channels import WEB_CHAT
from domain.errors import UnavailableError
from domain.journeys.activity_models import JourneyState, RecordJourneyInput
from domain.journeys.progress import StepRecord
from domain.journeys.run import StartJourney
from domain.specification.journeys import Journey
from domain.specification.organisation import OrganisationSpec, SpecVersion
from integrations.llm.abandoned import abandon
from storage.approvals import ApprovalRepository
from storage.journeys import JourneyRepository
from storage.records import RecordRepository
from storage.specs import SpecRepository
from storage.tool_calls import ToolCallRepository
from tests.organisation import SPECIFICATION, VERSION
from tests.storage.conftest import database, stage
from tests.storage.stage import AI, CONVERSATION, NOW, ORGANISATION, Stage, draft, generate, message, reply

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
    calls, journeys = ToolCallRepository(stage.database), JourneyRepository(stage.database)
    return ReplyActivities(stage.turns, calls, approvals, journeys, cast("Any", Serving()), at_once)


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


class ReadyDrafter:
    async def draft(self, question: DraftQuestion) -> Draft:
        return draft(question.draft_id)


MANDATE = Mandate(channel=WEB_CHAT, owner=AI, exchanges=0, clarifications=0)
MOVES = SPECIFICATION.model_copy(update={"open_conversations": "move"})


WAY = Journey.model_validate(
    {
        "id": "way",
        "title": "A way",
        "steps": [
            {"id": "hold", "kind": "wait", "event": "go", "next": "tell"},
            {"id": "tell", "kind": "ai_agent", "ai_agent": "billing", "instruction": "Explain it.", "next": "meet"},
            {"id": "meet", "kind": "check_in", "role": "approver"},
        ],
    }
)
ON_A_WAY = SPECIFICATION.model_copy(update={"journeys": (WAY,)})
WITHOUT_BILLING = MOVES.model_copy(
    update={
        "ai_agents": tuple(one for one in MOVES.ai_agents if one.id != "billing"),
        "topics": tuple(topic for topic in MOVES.topics if topic.ai_agent != "billing"),
        "journeys": (),
    }
)
WITHOUT_JOURNEYS = MOVES.model_copy(update={"journeys": ()})
START = StartJourney(
    organisation=ORGANISATION,
    conversation_id=CONVERSATION,
    journey="way",
    spec_hash=VERSION.content_hash,
    entry="e1",
    by="anna",
)


class Served:
    """The version of the conversation, and a newer one; without a newer one it cannot be served."""

    def __init__(self, newer: OrganisationSpec | None) -> None:
        self._newer = newer

    async def held_to(self, specification: OrganisationSpec, ai_agent: str) -> None:
        return None

    async def served(self, content_hash: str) -> Any:
        specification = ON_A_WAY if content_hash == VERSION.content_hash else self._newer
        if specification is None:
            raise UnavailableError("Its embedding model is not here.")
        policy = policy_of(specification, Calibration(), {})
        version = SimpleNamespace(tools=())
        return SimpleNamespace(drafter=ReadyDrafter(), version=version, specification=specification, policy=policy)


async def answered(stage: Stage, newer: OrganisationSpec | None, mandate: Mandate | None = MANDATE) -> GeneratedReply:
    """What comes of a turn after another version was published."""
    published = SpecVersion(specification=newer or MOVES)
    await SpecRepository(stage.database).publish(published, b"", Calibration(), "lea")
    approvals = ApprovalRepository(stage.database)
    replies = ReplyActivities(
        stage.turns,
        ToolCallRepository(stage.database),
        approvals,
        JourneyRepository(stage.database),
        cast("Any", Served(newer)),
        AtOnce(stage.deliveries, approvals),
    )
    input = generate("draft-1", message("message-1"), mandate=mandate)
    return await ActivityEnvironment().run(replies.generate_reply, input)


async def test_an_open_conversation_moves_to_a_version_that_says_so(stage: Stage) -> None:
    reply = await answered(stage, MOVES)
    assert reply.newer is not None
    assert reply.newer.spec_hash == SpecVersion(specification=MOVES).content_hash
    assert reply.newer.policy.default_ai_agent == MOVES.default_ai_agent


OTHER_AI_AGENT = OrganisationSpec.model_validate_json(MOVES.model_dump_json().replace('"service"', '"reception"'))


@pytest.mark.parametrize(
    "newer",
    [
        SPECIFICATION.model_copy(update={"name": "Stays"}),
        OTHER_AI_AGENT,
        None,
    ],
    ids=["does not say so", "has another AI agent", "cannot be served here"],
)
async def test_else_it_stays_and_is_answered_all_the_same(stage: Stage, newer: OrganisationSpec | None) -> None:
    reply = await answered(stage, newer)
    assert reply.newer is None
    assert reply.carried_out or reply.draft


async def stands_at(stage: Stage, step: str, state: JourneyState = "under_way") -> None:
    """The customer is on a journey, and this step is under way."""
    ended = None if state == "under_way" else "done"
    at = {"began_at": NOW, "ended_at": ended and NOW, "outcome": ended}
    record = StepRecord.model_validate({"path": step, "visit": 1, "kind": "wait", "owner": "system"} | at)
    recorded = RecordJourneyInput(start=START, state=state, at=NOW, records=(record,))
    await JourneyRepository(stage.database).record(recorded)


@pytest.mark.parametrize(
    ("newer", "step", "moves"),
    [
        (WITHOUT_BILLING, "hold", False),
        (WITHOUT_BILLING, "tell", False),
        (WITHOUT_BILLING, "meet", True),
        (WITHOUT_JOURNEYS, "hold", True),
        (WITHOUT_JOURNEYS, "", False),
    ],
    ids=["still to come", "under way", "done", "nobody of it is missing", "not written down yet"],
)
async def test_a_journey_holds_what_its_steps_still_need(
    stage: Stage, newer: OrganisationSpec, step: str, moves: bool
) -> None:
    if step:
        await stands_at(stage, step)
    mandate = MANDATE.model_copy(update={"journeys": (START.workflow_id,)})
    assert bool((await answered(stage, newer, mandate)).newer) is moves


async def test_a_journey_that_has_ended_needs_nobody(stage: Stage) -> None:
    await stands_at(stage, "hold", "completed")
    assert (await answered(stage, WITHOUT_BILLING)).newer


async def test_a_suggestion_moves_nothing(stage: Stage) -> None:
    assert (await answered(stage, MOVES, None)).newer is None


class NotingDrafter(ReadyDrafter):
    """Remembers where its reply would be the first."""

    def __init__(self) -> None:
        self.first_on: list[str | None] = []

    async def draft(self, question: DraftQuestion) -> Draft:
        self.first_on.append(question.first_on)
        return await super().draft(question)


async def first_on(stage: Stage, draft_id: str, **asked: Any) -> str | None:
    drafter = NotingDrafter()
    served = SimpleNamespace(drafter=drafter, version=SimpleNamespace(tools=()), specification=SPECIFICATION)

    class Serving(Served):
        async def served(self, content_hash: str) -> Any:
            return served

    approvals = ApprovalRepository(stage.database)
    serving = cast("Any", Serving(None))
    at_once = AtOnce(stage.deliveries, approvals)
    calls, journeys = ToolCallRepository(stage.database), JourneyRepository(stage.database)
    replies = ReplyActivities(stage.turns, calls, approvals, journeys, serving, at_once)
    input = generate(draft_id, message(f"message-of-{draft_id}"), **asked)
    await ActivityEnvironment().run(replies.generate_reply, input)
    return drafter.first_on[0]


async def test_only_the_first_reply_that_customers_read_is_told_so(stage: Stage) -> None:
    assert await first_on(stage, "draft-1", channel="email", suggestion=True) is None
    assert await first_on(stage, "draft-2", channel="email") == "email"
    assert await first_on(stage, "draft-3", channel="sms") == "sms", "nothing was sent yet"
    await stage.deliveries.deliver_stored(reply("draft-3", expected_revision=None), NOW)
    assert await first_on(stage, "draft-4", channel="sms") is None
