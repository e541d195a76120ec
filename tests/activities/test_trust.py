"""What trust does where conversations are opened and replies are drafted, and what moves an AI agent down by itself."""

from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.at_once import AtOnce
from activities.conversation import ConversationActivities
from activities.reply import ReplyActivities
from activities.trust import TrustActivities
from answering.organisations import Organisations
from answering.topics.ngram import NgramTopicModel, train
from answering.understanding import DraftQuestion, OrganisationModels
from domain.conversation.activity_models import (
    FetchCustomerContextInput,
    FetchedContext,
    OpenConversationInput,
    OpenedConversation,
    ReviewedTrust,
    ReviewTrustInput,
)
from domain.conversation.confidence import Calibration
from domain.conversation.requests import StartConversation
from domain.conversation.turn import UNDERSTOOD, Draft
from domain.quality.topics import LabelledText
from domain.quality.trust import TrustChange
from domain.specification.modes import Mode
from domain.specification.organisation import AiAgentSpec, SpecVersion
from domain.specification.trust import StepDown, StepUp, TrustLadder
from integrations.knowledge.markdown import MarkdownKnowledge
from publishing.trust import Trust
from storage.approvals import ApprovalRepository
from storage.journeys import JourneyRepository
from storage.measures import MeasureRepository
from storage.tool_calls import ToolCallRepository
from storage.trust import TrustRepository
from storage.views import PublishedSpec
from tests.gateway.workers import NO_MODELS, no_tools
from tests.organisation import BILLING, SERVICE, SPECIFICATION, VERSION
from tests.storage.conftest import database, stage
from tests.storage.stage import NOW, ORGANISATION, Stage, draft, generate, message

__all__ = ["database", "stage"]

LADDER = TrustLadder(
    up=(StepUp(to=Mode.SUPERVISION, measure="drafts_unchanged", bound=0.5, conversations=5, days=30),),
    down=StepDown(measure="drafts_unchanged", bound=0.4, days=7),
)


def version(service: AiAgentSpec) -> SpecVersion:
    specification = SPECIFICATION.model_copy(update={"ai_agents": (service, BILLING)})
    return VERSION.model_copy(update={"specification": specification})


EARNING = version(SERVICE.model_copy(update={"trust": LADDER}))


@cache
def topics() -> NgramTopicModel:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return train(examples, SPECIFICATION.out_of_scope_examples)


def organisations(stage: Stage) -> Organisations:
    async def load(published: PublishedSpec) -> OrganisationModels:
        knowledge = MarkdownKnowledge(published.version.articles)
        return OrganisationModels(published.version, knowledge, topics(), published.calibration)

    level = TrustRepository(stage.database).level
    return Organisations(stage.specs, NO_MODELS, load, stage.turns.spent_since, no_tools, level_of=level)


async def publish(stage: Stage, published: SpecVersion = EARNING) -> None:
    await stage.specs.publish(published, b"", Calibration(), "lea")


async def trusted(stage: Stage, level: Mode) -> None:
    log = TrustRepository(stage.database)
    given = {"ai_agent": "service", "kind": "set", "before": Mode.CO_PILOT, "level": level, "by": "lea", "at": NOW}
    await log.keep(ORGANISATION, TrustChange.model_validate(given), after=await log.last(ORGANISATION, "service"))


async def opens(stage: Stage, conversation_id: str) -> OpenedConversation:
    async def no_context(_: FetchCustomerContextInput) -> FetchedContext:
        raise AssertionError("nobody asked for it")

    activities = ConversationActivities(stage.conversations, organisations(stage), no_context)
    start = StartConversation(organisation=ORGANISATION, conversation_id=conversation_id)
    opened = await ActivityEnvironment().run(activities.open_conversation, OpenConversationInput(start=start))
    return OpenedConversation.model_validate(opened)


@pytest.mark.parametrize(
    ("level", "mode", "owner"),
    [
        (None, Mode.CO_PILOT, "human_agent"),
        (Mode.CO_PILOT, Mode.CO_PILOT, "human_agent"),
        (Mode.SUPERVISION, Mode.SUPERVISION, "ai_agent"),
        (Mode.DELEGATION, Mode.DELEGATION, "ai_agent"),
    ],
)
async def test_a_new_conversation_begins_in_the_mode_that_was_earned(
    stage: Stage, level: Mode | None, mode: Mode, owner: str
) -> None:
    await publish(stage)
    if level:
        await trusted(stage, level)
    opened = await opens(stage, "conversation-new")
    assert (opened.mode, opened.owner.kind) == (mode, owner)


async def test_an_open_conversation_keeps_the_mode_with_which_it_began(stage: Stage) -> None:
    await publish(stage)
    assert (await opens(stage, "conversation-new")).mode is Mode.CO_PILOT
    await trusted(stage, Mode.DELEGATION)
    assert (await opens(stage, "conversation-new")).mode is Mode.CO_PILOT
    assert (await opens(stage, "conversation-newer")).mode is Mode.DELEGATION


async def test_trust_never_exceeds_the_card(stage: Stage) -> None:
    await publish(stage, version(SERVICE.model_copy(update={"trust": LADDER, "mode": Mode.SUPERVISION})))
    await trusted(stage, Mode.DELEGATION)
    assert (await opens(stage, "conversation-new")).mode is Mode.SUPERVISION


class Scripted:
    """Drafts always the same."""

    async def draft(self, question: DraftQuestion) -> Draft:
        return draft(question.draft_id)


async def drafts(stage: Stage, draft_id: str, **rest: Any) -> Draft:
    real = organisations(stage)

    class Serving:
        held_to = real.held_to

        async def served(self, content_hash: str) -> Any:
            return SimpleNamespace(drafter=Scripted(), version=EARNING, specification=EARNING.specification)

    approvals = ApprovalRepository(stage.database)
    at_once = AtOnce(stage.deliveries, approvals)
    calls, journeys = ToolCallRepository(stage.database), JourneyRepository(stage.database)
    activities = ReplyActivities(stage.turns, calls, approvals, journeys, cast("Any", Serving()), at_once)
    input = generate(draft_id, message(draft_id), understands=UNDERSTOOD, **rest)
    reply = await ActivityEnvironment().run(activities.generate_reply, input)
    assert reply.draft
    return Draft.model_validate(reply.draft)


async def test_a_draft_is_held_to_what_was_earned_by_then_and_stays_so(stage: Stage) -> None:
    assert (await drafts(stage, "draft-1")).held_to is Mode.CO_PILOT
    await trusted(stage, Mode.SUPERVISION)
    assert (await drafts(stage, "draft-2", revision=2)).held_to is Mode.SUPERVISION
    await trusted(stage, Mode.DELEGATION)
    assert (await drafts(stage, "draft-3", revision=3)).held_to is None
    assert (await drafts(stage, "draft-1")).held_to is Mode.CO_PILOT


@pytest.mark.parametrize(
    ("mode", "held_to"), [(Mode.CO_PILOT, Mode.CO_PILOT), (Mode.SUPERVISION, None), (Mode.DELEGATION, None)]
)
async def test_a_card_in_co_pilot_holds_its_drafts_without_trust(
    stage: Stage, mode: Mode, held_to: Mode | None
) -> None:
    specification = version(SERVICE.model_copy(update={"mode": mode})).specification
    assert await organisations(stage).held_to(specification, "service") is held_to


async def test_nobody_is_moved_where_nothing_was_measured(stage: Stage) -> None:
    await publish(stage)
    await trusted(stage, Mode.SUPERVISION)
    assert await reviewed(stage) == ReviewedTrust(reviewed=1)


async def test_a_bad_week_moves_down_and_is_told(stage: Stage) -> None:
    await publish(stage)
    await trusted(stage, Mode.SUPERVISION)
    await _decided(stage, "rejected", 12)
    assert await reviewed(stage) == ReviewedTrust(reviewed=1, moved_down=("service",))
    assert await TrustRepository(stage.database).level(ORGANISATION, "service") is Mode.CO_PILOT
    assert await reviewed(stage) == ReviewedTrust(reviewed=1)


async def test_who_may_move_up_waits_for_a_person(stage: Stage) -> None:
    await publish(stage)
    await _decided(stage, "approved", 12)
    assert await reviewed(stage) == ReviewedTrust(reviewed=1, may_move_up=("service",))
    assert await TrustRepository(stage.database).level(ORGANISATION, "service") is None


async def reviewed(stage: Stage) -> ReviewedTrust:
    trust = Trust(MeasureRepository(stage.database), TrustRepository(stage.database))
    activities = TrustActivities(organisations(stage), trust)
    found = await ActivityEnvironment().run(activities.review_trust, ReviewTrustInput(organisation=ORGANISATION))
    return ReviewedTrust.model_validate(found)


async def _decided(stage: Stage, state: str, count: int) -> None:
    """As many drafts that people have decided about a moment ago."""
    await stage.database.fetchval(
        """
        WITH opened AS (
            INSERT INTO conversations (conversation_id, organisation, channel, spec_hash, status, owner_kind, mode)
            SELECT 'decided-' || number, $1, 'web_chat', $2, 'open', 'ai_agent', 'supervision'
            FROM generate_series(1, $4::integer) number RETURNING conversation_id
        ), drafted AS (
            INSERT INTO turns (draft_id, conversation_id, turn, revision, ai_agent, draft)
            SELECT 'draft-' || conversation_id, conversation_id, 1, 1, 'service', '{"text": "Hello."}' FROM opened
            RETURNING draft_id, conversation_id
        )
        INSERT INTO approvals (approval_id, conversation_id, organisation, draft_id, digest, revision, state, document,
                               requested_at, closed_at, closed_by)
        SELECT draft_id, conversation_id, $1, draft_id, '', 1, $3, '{"text": "Hello.", "rungs_done": 0}', now(), now(),
            'bo' FROM drafted
        """,
        ORGANISATION,
        EARNING.content_hash,
        state,
        count,
    )
