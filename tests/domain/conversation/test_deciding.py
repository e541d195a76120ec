"""What becomes of a draft."""

from datetime import UTC, datetime

import pytest

from domain.conversation.deciding import (
    approval_id_of,
    approval_to_ask,
    decide_draft,
    reply_summary,
    reply_to_send,
)
from domain.conversation.groups import Answered
from domain.conversation.policy import Policy
from domain.conversation.turn import DecisionRecord, Draft, Evidence, Outcome, Usage
from domain.specification.organisation import ApprovalRule, ServiceLevels
from domain.tools.actions import ProposedAction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SURE = Evidence(topic="plans", topic_confidence=1.0, retrieval=1.0, retrieval_margin=1.0, grounding=1.0)
POLICY = Policy(
    default_ai_agent="general",
    service_levels=ServiceLevels(exchange_limit=3),
    approval_rules=(ApprovalRule(id="two", approvers=2, ai_agents=("billing",)),),
)
NAMES = {"organisation": "acme", "conversation_id": "conversation-1"}


def draft(ai_agent: str = "general", **changes: object) -> Draft:
    fields = {"draft_id": "draft-1", "ai_agent": ai_agent, "text": "Yes.", "evidence": SURE, "usage": Usage(model="x")}
    return Draft.model_validate({**fields, **changes})


def decided(made: Draft, **counts: int) -> DecisionRecord:
    return decide_draft(made, made.evidence, POLICY, Answered(**counts), turn=2, revision=5, now=NOW)


def test_the_record_says_what_the_decision_rested_on() -> None:
    record = decided(draft(), exchanges=1, clarifications=1)
    assert (record.turn, record.revision, record.exchanges, record.clarifications) == (2, 5, 1, 1)
    assert record.decision.outcome is Outcome.SEND
    assert record.decided_at == NOW


def test_what_was_counted_is_part_of_the_decision() -> None:
    assert decided(draft(), exchanges=3).decision.outcome is Outcome.ESCALATE


def test_a_reply_is_sent_as_drafted_at_the_revision_of_its_record() -> None:
    reply = reply_to_send(draft(), decided(draft()), POLICY, NAMES, channel="web_chat", not_before=None)
    assert (reply.kind, reply.text, reply.expected_revision, reply.message_key) == ("reply", None, 5, "draft-1")


@pytest.mark.parametrize(("question", "text"), [("Which one?", "Which one?"), ("", POLICY.wording.clarify)])
def test_a_question_back_has_words_of_its_own_or_the_usual_ones(question: str, text: str) -> None:
    vague = draft(evidence=SURE.model_copy(update={"ambiguous": True}), clarifying_question=question)
    reply = reply_to_send(vague, decided(vague), POLICY, NAMES, channel="web_chat", not_before=None)
    assert (reply.kind, reply.text) == ("clarification", text)


@pytest.mark.parametrize(("ai_agent", "needed"), [("general", 1), ("billing", 2)])
def test_an_approval_follows_the_rule_that_fits(ai_agent: str, needed: int) -> None:
    made = draft(ai_agent)
    approval = approval_to_ask(made, decided(made), POLICY, approval_id="ap-1", now=NOW)
    assert (approval.approvers_needed, approval.revision, approval.reason) == (needed, 5, "confident")


def test_an_approval_id_is_that_of_what_would_be_done() -> None:
    action = ProposedAction(server="shop", tool="refund", arguments={}, writes=True)
    others = [
        approval_id_of(draft(), 5),
        approval_id_of(draft(), 6),
        approval_id_of(draft(text="No."), 5),
        approval_id_of(draft(draft_id="draft-2"), 5),
        approval_id_of(draft(actions=(action,)), 5),
    ]
    assert len(set(others)) == len(others)
    assert approval_id_of(draft(), 5) == others[0]


@pytest.mark.parametrize(
    ("evidence", "summary"),
    [
        ({}, "send reply, confidence 0.9"),
        ({"ambiguous": True}, "ask back, confidence 0.9"),
        ({"supervised": True}, "ask for approval, confidence 0.9"),
    ],
)
def test_a_summary_says_what_was_decided(evidence: dict[str, bool], summary: str) -> None:
    made = draft(evidence=SURE.model_copy(update=evidence))
    said = reply_summary(made, decided(made))
    assert said.startswith(summary)
    assert said.endswith(": general / plans")
