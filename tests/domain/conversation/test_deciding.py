"""What becomes of a draft."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

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
from domain.specification.calendar import QuietHours
from domain.specification.organisation import ApprovalRule, Mode, Sensitivity, ServiceLevels
from domain.specification.people import Members
from domain.specification.rules import DecidingRule
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
    approval = approval_to_ask(made, decided(made), POLICY, approval_id="ap-1", channel="web_chat", now=NOW)
    assert (approval.approvers_needed, approval.revision, approval.reason) == (needed, 5, "confident")


ASKS = {"approvers": 2, "roles": ["lead"], "ladder": [{"after_minutes": 5, "action": "remind"}]}


@pytest.mark.parametrize(
    ("rule", "ai_agent", "expected"),
    [
        ({"then": "ask_approval", "ask": ASKS}, "general", ("vip", 2, ("lead",), 1)),
        ({"then": "ask_approval", "ask": {"roles": ["lead"]}}, "billing", ("vip", 2, ("lead",), 0)),
        ({"then": "ask_approval"}, "billing", ("two", 2, ("approver",), 0)),
        ({"then": "ask_approval"}, "general", ("default", 1, ("approver",), 0)),
    ],
)
def test_a_rule_asks_whom_it_names_and_never_fewer_than_usual(
    rule: dict[str, object], ai_agent: str, expected: tuple[str, int, tuple[str, ...], int]
) -> None:
    policy = POLICY.model_copy(update={"rules": (DecidingRule.model_validate({"id": "vip", **rule}),)})
    made = draft(ai_agent, evidence=SURE.model_copy(update={"rules_held": ("vip",)}))
    record = decide_draft(made, made.evidence, policy, Answered(), turn=2, revision=5, now=NOW)
    assert (record.decision.outcome, record.decision.reason, record.decision.rule) == ("ask_approval", "rule", "vip")
    asked = approval_to_ask(made, record, policy, approval_id="ap-1", channel="web_chat", now=NOW)
    assert (asked.rule, asked.approvers_needed, asked.roles, len(asked.ladder)) == expected
    assert (asked.reason, asked.exclude_requester) == ("rule", True)


def test_the_members_of_a_team_are_those_of_the_policy() -> None:
    members = Members(teams={"till": ("lea",)})
    rules = (ApprovalRule(id="money", team="till"),)
    policy = POLICY.model_copy(update={"approval_rules": rules, "members": members})
    made = draft()
    asked = approval_to_ask(made, decided(made), policy, approval_id="ap-1", channel="web_chat", now=NOW)
    assert [group.people for group in asked.groups] == [("lea",)]


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


WATCHED = SURE.model_copy(update={"supervised": True})
VETO = POLICY.model_copy(update={"veto_minutes": {"general": 15.0, "billing": 15.0}})


@pytest.mark.parametrize(
    ("changes", "policy", "leaves"),
    [
        ({}, VETO, True),
        ({}, POLICY, False),
        ({"ai_agent": "billing"}, VETO, False),
        ({"actions": (ProposedAction(server="shop", tool="refund", arguments={}),)}, VETO, False),
        ({"evidence": WATCHED.model_copy(update={"sensitivity": Sensitivity.LEGAL})}, VETO, False),
        ({"evidence": SURE.model_copy(update={"sensitivity": Sensitivity.LEGAL})}, VETO, False),
        ({"held_to": Mode.SUPERVISION}, VETO, False),
    ],
    ids=["supervised", "no window", "two approvers", "an action", "supervised and sensitive", "sensitive", "no trust"],
)
def test_only_what_is_merely_supervised_leaves_by_itself(changes: dict[str, Any], policy: Policy, leaves: bool) -> None:
    made = draft(**({"evidence": WATCHED} | changes))
    approval = approval_to_ask(made, decided(made), policy, approval_id="ap-1", channel="web_chat", now=NOW)
    assert approval.leaves_at == (NOW + timedelta(minutes=15) if leaves else None)


def test_what_a_rule_asks_about_leaves_only_when_somebody_approves() -> None:
    policy = VETO.model_copy(update={"rules": (DecidingRule(id="vip", then="ask_approval"),)})
    made = draft(evidence=WATCHED.model_copy(update={"rules_held": ("vip",)}))
    record = decide_draft(made, made.evidence, policy, Answered(), turn=2, revision=5, now=NOW)
    assert (record.decision.reason, record.decision.rule) == ("supervised", "vip")
    assert approval_to_ask(made, record, policy, approval_id="a", channel="web_chat", now=NOW).leaves_at is None


def test_in_quiet_hours_a_veto_window_lasts_until_they_end() -> None:
    night = VETO.model_copy(update={"quiet_hours": {"email": QuietHours(begins=time(9), ends=time(11))}})
    made = draft(evidence=WATCHED)
    asked = {
        channel: approval_to_ask(made, decided(made), night, approval_id="a", channel=channel, now=NOW)
        for channel in ("email", "web_chat")
    }
    assert asked["email"].leaves_at == NOW.replace(hour=11)
    assert asked["web_chat"].leaves_at == NOW + timedelta(minutes=15)
