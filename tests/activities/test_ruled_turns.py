"""A whole turn under rules, with a real database and topic model: drafted, measured, decided, carried out."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.at_once import AtOnce
from activities.reply import ReplyActivities
from answering.drafting import Drafter
from answering.topics.ngram import NgramTopicModel, train
from answering.understanding import OrganisationModels
from domain.conversation.activity_models import GeneratedReply, Mandate
from domain.conversation.confidence import Calibration
from domain.conversation.deciding import decide_draft
from domain.conversation.groups import Answered
from domain.conversation.policy import Policy, policy_of
from domain.conversation.turn import LATER_EVIDENCE, Decision
from domain.delivery.channels import EARLIER_TRAITS, WEB_CHAT
from domain.quality.topics import LabelledText
from domain.specification.organisation import OrganisationSpec, SpecVersion, Thresholds
from domain.specification.rules import Rule
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.local import LocalReplyWriter
from storage.approvals import ApprovalRepository
from storage.journeys import JourneyRepository
from storage.tool_calls import ToolCallRepository
from tests.organisation import ARTICLES, SPECIFICATION
from tests.storage.conftest import database, stage
from tests.storage.stage import AI, CONVERSATION, NOW, Stage, generate, message

__all__ = ["database", "stage"]

RULES = tuple(
    Rule.model_validate({"description": "Why.", **fields})
    for fields in (
        {"id": "lawyer", "when": [{"kind": "words", "phrases": ["my lawyer"]}], "then": "escalate"},
        {
            "id": "expensive",
            "when": [{"kind": "expression", "cel": "topic == 'delivery' && amount > 1000.0"}],
            "then": "ask_approval",
            "ask": {"approvers": 2, "roles": ["lead"], "ladder": [{"after_minutes": 5, "action": "remind"}]},
        },
        {
            "id": "region",
            "when": [{"kind": "expression", "cel": "facts.region == 'EU' && amount > 0.0"}],
            "then": "escalate",
        },
    )
)
VERSION = SpecVersion(
    specification=SPECIFICATION.model_copy(
        update={
            "rules": RULES[:2],
            "thresholds": Thresholds(escalate_below=0.0, review_below=0.0, out_of_scope_above=1.0, review_sample=0.0),
        }
    ),
    articles=ARTICLES,
)
FAILING = VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"rules": RULES})})
MANDATE = Mandate(channel=WEB_CHAT, owner=AI, exchanges=0, clarifications=0)
PLAIN = "How long does delivery to France take?"
EXPENSIVE = "How long does delivery to France take? My order costs 1,500 EUR."
THREAT = "How long does delivery to France take? Else you hear from my lawyer."


@pytest.fixture(scope="module")
def topics() -> NgramTopicModel:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return train(examples, SPECIFICATION.out_of_scope_examples)


def policy(version: SpecVersion) -> Policy:
    return policy_of(version.specification, Calibration(), EARLIER_TRAITS)


async def answered(
    stage: Stage,
    topics: NgramTopicModel,
    text: str,
    version: SpecVersion = VERSION,
    understands: tuple[str, ...] = LATER_EVIDENCE,
) -> GeneratedReply:
    models = OrganisationModels(version, MarkdownKnowledge(ARTICLES), topics, Calibration())
    served = SimpleNamespace(
        drafter=Drafter(models, LocalReplyWriter()),
        version=version,
        specification=version.specification,
        policy=policy(version),
    )

    class Serving:
        async def served(self, content_hash: str) -> Any:
            return served

        async def held_to(self, specification: OrganisationSpec, ai_agent: str) -> None:
            return None

    approvals = ApprovalRepository(stage.database)
    replies = ReplyActivities(
        stage.turns,
        ToolCallRepository(stage.database),
        approvals,
        JourneyRepository(stage.database),
        cast("Any", Serving()),
        AtOnce(stage.deliveries, approvals),
    )
    asked = message("message-1").model_copy(update={"text": text})
    input = generate("draft-1", asked, mandate=MANDATE, understands=understands)
    return await ActivityEnvironment().run(replies.generate_reply, input)


def decided_by_workflow(reply: GeneratedReply, known: Policy) -> Decision:
    """What the workflow makes of a draft that comes back."""
    assert reply.draft is not None
    record = decide_draft(reply.draft, reply.draft.evidence, known, Answered(), turn=1, revision=1, now=NOW)
    return record.decision


async def test_a_turn_of_which_no_rule_holds_is_sent(stage: Stage, topics: NgramTopicModel) -> None:
    reply = await answered(stage, topics, PLAIN)
    assert reply.carried_out is not None
    assert reply.carried_out.outcome == "sent"
    (row,) = await stage.database.fetch("SELECT draft->'evidence'->'rules_held' AS held FROM turns")
    assert row["held"] == []


async def test_a_rule_that_asks_opens_an_approval_of_its_own(stage: Stage, topics: NgramTopicModel) -> None:
    reply = await answered(stage, topics, EXPENSIVE)
    assert reply.carried_out is not None
    approval = reply.carried_out.approval
    assert approval is not None
    assert (approval.rule, approval.approvers_needed, approval.roles) == ("expensive", 2, ("lead",))
    assert [rung.after_minutes for rung in approval.ladder] == [5]
    assert (await stage.conversation()).status == "awaiting_approval"
    (row,) = await stage.database.fetch("SELECT record->'decision' AS decision FROM turns")
    assert (row["decision"]["reason"], row["decision"]["rule"]) == ("rule", "expensive")


async def test_a_rule_that_escalates_leaves_the_draft_to_the_workflow(stage: Stage, topics: NgramTopicModel) -> None:
    reply = await answered(stage, topics, THREAT)
    decision = decided_by_workflow(reply, policy(VERSION))
    assert (decision.outcome, decision.reason, decision.rule) == ("escalate", "rule", "lawyer")
    assert len(await stage.conversations.messages_after(CONVERSATION, 0)) == 1


async def test_a_workflow_that_knows_no_rules_is_told_of_none(stage: Stage, topics: NgramTopicModel) -> None:
    """It decides as it did before there were any, and so does the activity on its behalf."""
    reply = await answered(stage, topics, EXPENSIVE, understands=("near_articles", "unsupported_language"))
    assert reply.carried_out is not None
    assert reply.carried_out.outcome == "sent"


async def test_a_policy_of_an_older_worker_escalates_what_a_rule_was_found_to_hold_of(
    stage: Stage, topics: NgramTopicModel
) -> None:
    reply = await answered(stage, topics, THREAT)
    older = policy(VERSION).model_copy(update={"rules": ()})
    decision = decided_by_workflow(reply, older)
    assert (decision.outcome, decision.rule) == ("escalate", "lawyer")


async def test_an_expression_that_fails_hands_the_turn_to_a_person_and_says_so(
    stage: Stage, topics: NgramTopicModel
) -> None:
    """Nothing is known of the customer, so that the fact that is asked for is not there."""
    reply = await answered(stage, topics, EXPENSIVE, FAILING)
    decision = decided_by_workflow(reply, policy(FAILING))
    assert (decision.outcome, decision.rule) == ("escalate", "region")
    assert reply.draft is not None
    assert reply.draft.evidence.expressions_failed == ("region",)
