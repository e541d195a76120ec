"""What rules of an organisation add to a decision: turns as rules see them, and the care that rules ask for."""

from collections.abc import Mapping, Sequence

from domain.conversation.turn import Decision, Evidence, Outcome, Reason
from domain.specification.conditions import AtDecision, Drafted
from domain.specification.rules import DecidingRule


def drafted(
    evidence: Evidence,
    ai_agent: str,
    *,
    sure_of_topic: bool,
    text: str = "",
    language: str = "",
    facts: Mapping[str, str] | None = None,
    verified: bool = False,
    promise_overdue: bool = False,
    facts_told: Sequence[str] = (),
    draft: str = "",
) -> Drafted:
    """A drafted turn as rules see it. What stands between `sure_of_topic` and `draft` is in no record."""
    return Drafted(
        text=text,
        ai_agent=ai_agent,
        topic=(evidence.topic or "") if sure_of_topic else "",
        topic_confidence=evidence.topic_confidence,
        sensitivity=evidence.sensitivity.value if evidence.sensitivity else "",
        language=language,
        amount=float(evidence.amount or 0),
        verified=verified,
        facts=dict(facts or {}),
        missing_sources=evidence.missing_sources,
        asks_for_person=evidence.asks_for_person,
        cannot_do=evidence.cannot_do is not None,
        promise_overdue=promise_overdue,
        out_of_scope=evidence.out_of_scope,
        retrieval=evidence.retrieval,
        grounding=evidence.grounding,
        answered=not evidence.abstained and not evidence.ambiguous,
        from_facts=evidence.from_facts,
        injection=evidence.injection,
        supervised=evidence.supervised,
        action=evidence.action or "",
        draft=draft,
        macro=evidence.macro,
        facts_told=tuple(facts_told),
    )


NOT_RECORDED = frozenset({"text", "language", "facts", "verified", "promise_overdue", "facts_told"})
"""Names of a drafted turn that neither its evidence nor its draft tells."""


def at_decision(evidence: Evidence, confidence: float, exchanges: int, clarifications: int) -> AtDecision:
    """`clarifications` are the questions asked in a row before this turn."""
    fails = evidence.abstained or evidence.ambiguous
    return AtDecision(confidence=confidence, exchanges=exchanges, failures=clarifications + 1 if fails else 0)


def with_rules(decision: Decision, evidence: Evidence, rules: Sequence[DecidingRule], at: AtDecision) -> Decision:
    """What the built-in policy decided, with more care where a rule demands it; never with less.

    An escalation stays what it is. A rule that escalates does so whatever else was decided; one that asks for an
    approval does so for what would be sent, and says who approves what waits anyhow. Of several the first counts.
    """
    if decision.outcome is Outcome.ESCALATE or not evidence.rules_held:
        return decision
    holding = _holding(evidence.rules_held, rules, at)
    escalating = next((rule for rule in holding if rule.then == "escalate"), None)
    if escalating:
        return Decision(outcome=Outcome.ESCALATE, reason=Reason.RULE, rule=escalating.id)
    if not holding or decision.outcome not in {Outcome.SEND, Outcome.ASK_APPROVAL}:
        return decision
    reason = Reason.RULE if decision.outcome is Outcome.SEND else decision.reason
    return Decision(outcome=Outcome.ASK_APPROVAL, reason=reason, rule=holding[0].id)


def _holding(held: Sequence[str], rules: Sequence[DecidingRule], at: AtDecision) -> list[DecidingRule]:
    """Those that hold altogether, in their order.

    One that was found to hold and that the policy does not have escalates: the conversation was opened by a worker of a
    version that knew no rules.
    """
    known = {rule.id: rule for rule in rules}
    found = [known.get(name) or DecidingRule(id=name, then="escalate") for name in held]
    return [rule for rule in found if rule.holds(at)]
