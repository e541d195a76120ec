"""What becomes of a draft: it is decided about, and made into what the store is asked for. Pure functions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from domain.approvals.approval import Approval, asked_by, digest_of, open_approval, rule_for
from domain.conversation.activity_models import DeliverMessageInput
from domain.conversation.confidence import score
from domain.conversation.decision import decide
from domain.conversation.groups import Answered
from domain.conversation.messages import Author
from domain.conversation.policy import Policy
from domain.conversation.turn import DecisionRecord, Draft, Evidence, Outcome, Reason
from domain.specification.organisation import ApprovalRule, ChannelKind
from domain.specification.rules import rule_named


def decide_draft(
    draft: Draft, evidence: Evidence, policy: Policy, counts: Answered, *, turn: int, revision: int, now: datetime
) -> DecisionRecord:
    """The record of the one decision about a draft; `evidence` is the draft's with what is known besides."""
    confidence = score(evidence, policy.calibration)
    decision = decide(
        evidence=evidence,
        confidence=confidence,
        exchanges=counts.exchanges,
        clarifications=counts.clarifications,
        thresholds=policy.thresholds,
        service_levels=policy.service_levels,
        sampling_key=draft.draft_id,
        rules=policy.rules,
    )
    return DecisionRecord(
        turn=turn,
        revision=revision,
        confidence=confidence,
        exchanges=counts.exchanges,
        clarifications=counts.clarifications,
        decision=decision,
        decided_at=now,
    )


def reply_to_send(
    draft: Draft,
    record: DecisionRecord,
    policy: Policy,
    names: Mapping[str, str],
    *,
    channel: ChannelKind,
    not_before: datetime | None,
) -> DeliverMessageInput:
    """The delivery of an AI agent's reply or question back; `names` are those of organisation and conversation."""
    clarifies = record.decision.outcome is Outcome.CLARIFY
    return DeliverMessageInput(
        **names,
        message_key=draft.draft_id,
        channel=channel,
        author=Author.AI_AGENT,
        author_id=draft.ai_agent,
        kind="clarification" if clarifies else "reply",
        draft_id=draft.draft_id,
        text=(draft.clarifying_question or policy.wording.clarify) if clarifies else None,
        expected_revision=record.revision,
        not_before=not_before,
        record=record,
    )


def approval_to_ask(
    draft: Draft, record: DecisionRecord, policy: Policy, *, approval_id: str, channel: ChannelKind, now: datetime
) -> Approval:
    """The approval that a draft waits for: by the first approval rule that fits, and the rule that asks for it."""
    evidence, decision = draft.evidence, record.decision
    usual = rule_for(
        policy.approval_rules, ai_agent=draft.ai_agent, sensitivity=evidence.sensitivity, amount=evidence.amount
    )
    rule = rule_named(policy.rules, decision.rule)
    asked = asked_by(rule, usual)
    approval = open_approval(
        draft,
        approval_id=approval_id,
        revision=record.revision,
        reason=decision.reason.value,
        rule=asked,
        ladder=rule.ask.ladder if rule and rule.ask else (),
        members=policy.members,
        now=now,
    )
    minutes = policy.veto_minutes.get(draft.ai_agent)
    if minutes is None or not _is_merely_supervised(draft, record, asked):
        return approval
    end = now + timedelta(minutes=minutes)
    return approval.model_copy(update={"leaves_at": policy.quiet_until(channel, end) or end})


def held_back(draft: Draft, record: DecisionRecord, policy: Policy) -> tuple[Draft, DecisionRecord]:
    """What would have left while automatic sending is stopped, as people are asked about it instead, and why.

    A question back is asked about as the text that it is; it uses no tool.
    """
    decision = record.decision.model_copy(
        update={"outcome": Outcome.ASK_APPROVAL, "reason": Reason.SENDING_STOPPED, "review": None}
    )
    held = record.model_copy(update={"decision": decision})
    if record.decision.outcome is not Outcome.CLARIFY:
        return draft, held
    question = draft.clarifying_question or policy.wording.clarify
    return draft.model_copy(update={"text": question, "actions": ()}), held


def _is_merely_supervised(draft: Draft, record: DecisionRecord, rule: ApprovalRule) -> bool:
    """Nothing but its topic or mode asks for people: no money, law, action, rule, second approver, lost trust."""
    decision, evidence = record.decision, draft.evidence
    about_money = rule.limits and evidence.amount
    needs_people = (
        draft.actions or evidence.sensitivity or rule.approvers > 1 or decision.rule or draft.held_to or about_money
    )
    return decision.reason is Reason.SUPERVISED and not needs_people


def approval_id_of(draft: Draft, revision: int) -> str:
    """The same for the same draft, however often it is asked for. Nobody guesses it who was not shown the text."""
    digest = digest_of(text=draft.text, draft_id=draft.draft_id, revision=revision, actions=draft.actions)
    return f"ap-{sha256(f'{draft.draft_id} {digest}'.encode()).hexdigest()[:32]}"


def reply_summary(draft: Draft, record: DecisionRecord) -> str:
    """One line for people, e.g. `send reply, confidence 0.93: billing / invoice_copy`."""
    verb = {Outcome.CLARIFY: "ask back", Outcome.ASK_APPROVAL: "ask for approval"}.get(
        record.decision.outcome, "send reply"
    )
    topic = draft.evidence.topic or "no topic"
    return f"{verb}, confidence {record.confidence:.2f}: {draft.ai_agent} / {topic}"
