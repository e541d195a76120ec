"""The one decision of a turn: send, ask approval, clarify, verify or escalate."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from domain.conversation.ruling import at_decision, with_rules
from domain.conversation.turn import Decision, Evidence, Outcome, Reason
from domain.specification.organisation import ServiceLevels, Thresholds
from domain.specification.rules import DecidingRule


def decide(
    *,
    evidence: Evidence,
    confidence: float,
    exchanges: int,
    clarifications: int,
    thresholds: Thresholds,
    service_levels: ServiceLevels,
    sampling_key: str,
    rules: Sequence[DecidingRule] = (),
) -> Decision:
    """Decide what happens with a draft: by the built-in policy first, then with what the organisation's rules add.

    Nothing that the built-in policy demands is taken back by a rule. Fails closed: a confidence that is no number is
    low. `exchanges` counts replies since ownership last changed, `clarifications` questions asked in a row;
    `sampling_key` is an opaque id from which the review sample is drawn.
    """
    built_in = _decide_by_policy(
        evidence, confidence, exchanges, clarifications, thresholds, service_levels, sampling_key
    )
    return with_rules(built_in, evidence, rules, at_decision(evidence, confidence, exchanges, clarifications))


def _decide_by_policy(
    evidence: Evidence,
    confidence: float,
    exchanges: int,
    clarifications: int,
    thresholds: Thresholds,
    service_levels: ServiceLevels,
    sampling_key: str,
) -> Decision:
    """The first cause that holds wins; the order is the policy."""
    if evidence.of_journey:
        return _of_journey(evidence)
    reason = _reason_to_escalate(evidence, exchanges, service_levels)
    if reason:
        return Decision(outcome=Outcome.ESCALATE, reason=reason)
    if evidence.identity == "to_verify":
        return Decision(outcome=Outcome.VERIFY, reason=Reason.IDENTITY)
    if evidence.ambiguous and clarifications < service_levels.clarification_limit:
        return Decision(outcome=Outcome.CLARIFY, reason=Reason.AMBIGUOUS)
    reason = _reason_not_to_answer(evidence, confidence, thresholds)
    asks_which = evidence.near_articles and not evidence.sensitivity
    if reason is Reason.LOW_CONFIDENCE and asks_which and clarifications < service_levels.clarification_limit:
        return Decision(outcome=Outcome.CLARIFY, reason=Reason.AMBIGUOUS)
    if reason:
        return Decision(outcome=Outcome.ESCALATE, reason=reason)
    if evidence.supervised:
        return Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.SUPERVISED)
    if evidence.action == "needs_approval":
        return Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.ACTION)
    if evidence.sensitivity:
        return Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.SENSITIVE_TOPIC)
    return _send(evidence, confidence, thresholds, sampling_key)


def _of_journey(evidence: Evidence) -> Decision:
    """The use of a tool that a journey asks for: nobody doubts it, so that only an approval can be missing."""
    if evidence.action == "needs_approval" or evidence.supervised:
        return Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.ACTION)
    return Decision(outcome=Outcome.SEND, reason=Reason.JOURNEY)


def _reason_to_escalate(evidence: Evidence, exchanges: int, levels: ServiceLevels) -> Reason | None:
    rules = (
        (evidence.asks_for_person, Reason.ASKED_FOR_PERSON),
        (evidence.injection, Reason.INJECTION),
        (evidence.cannot_do is not None, Reason.CANNOT_DO),
        (evidence.topic_escalates, Reason.TOPIC_ESCALATES),
        (evidence.unsupported_language is not None, Reason.UNSUPPORTED_LANGUAGE),
        (exchanges >= levels.exchange_limit, Reason.EXCHANGE_LIMIT),
        (evidence.identity == "unknown", Reason.IDENTITY),
    )
    return next((reason for holds, reason in rules if holds), None)


def _reason_not_to_answer(evidence: Evidence, confidence: float, thresholds: Thresholds) -> Reason | None:
    floor = max(thresholds.escalate_below, evidence.escalate_below or 0.0)
    rules = (
        (evidence.out_of_scope > thresholds.out_of_scope_above, Reason.OUT_OF_SCOPE),
        (evidence.abstained or evidence.ambiguous, Reason.NO_ANSWER),
        (not confidence >= floor and not evidence.supervised, Reason.LOW_CONFIDENCE),
    )
    return next((reason for holds, reason in rules if holds), None)


def _send(evidence: Evidence, confidence: float, thresholds: Thresholds, sampling_key: str) -> Decision:
    """Send, and say whether the reply is looked at afterwards: all of the risky ones, a sample of the rest."""
    review: Literal["low_confidence", "risk", "sample"] | None = None
    if confidence < thresholds.review_below:
        review = "low_confidence"
    elif evidence.missing_sources or evidence.amount is not None or evidence.action:
        review = "risk"
    elif in_sample(sampling_key, thresholds.review_sample):
        review = "sample"
    return Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT, review=review)


def in_sample(key: str, share: float) -> bool:
    """Draw a fixed sample: the same key always gets the same answer, so a replay draws it again."""
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    return drawn < share * 2**64
