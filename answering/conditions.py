"""Looks up what conditions of rules and guidelines ask: phrases in the message, and what expressions say."""

from collections.abc import Sequence
from typing import NamedTuple

from answering.asked import asked_of
from answering.expressions import evaluate
from answering.understanding import Understood
from domain.conversation.turn import CustomerContext, Evidence
from domain.language.phrases import phrases_in
from domain.specification.conditions import (
    Asked,
    Drafted,
    DraftLacks,
    DraftWords,
    ExpressionHolds,
    FoundCondition,
    Turn,
    WordsSaid,
)
from domain.specification.guidelines import applying
from domain.specification.organisation import OrganisationSpec
from domain.specification.rules import Rule, rules_held


class Held(NamedTuple):
    """Ids of the rules of which all holds that is known so far, and of those of which an expression failed."""

    rules: tuple[str, ...]
    failed: tuple[str, ...]


class Guidance(NamedTuple):
    """The guidelines that a reply is to follow: their ids, what they say, and ids of those whose expression failed."""

    ids: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


NO_GUIDANCE = Guidance()


class Asking(NamedTuple):
    """What has conditions."""

    id: str
    conditions: tuple[FoundCondition, ...]


def held(rules: Sequence[Rule], known: Asked) -> Held:
    """The rules that hold, as far as can be told before it is decided."""
    turn, failed = looked_up(known, [Asking(rule.id, rule.found) for rule in rules])
    return Held(rules_held(rules, turn), failed)


def ruled(evidence: Evidence, rules: Sequence[Rule], seen: Drafted, guidance: Guidance = NO_GUIDANCE) -> Evidence:
    """The evidence, with the rules that hold of the draft as it is seen, and the guidelines that it was to follow."""
    told = {"guidelines": guidance.ids, "expressions_failed": guidance.failed}
    if rules:
        holding = held(rules, seen)
        told |= {"rules_held": holding.rules, "expressions_failed": (*holding.failed, *guidance.failed)}
    return evidence.model_copy(update=told)


def guidance_for(spec: OrganisationSpec, understood: Understood, context: CustomerContext) -> Guidance:
    """The guidelines that apply to the reply to a message."""
    if not spec.guidelines:
        return NO_GUIDANCE
    asking = [Asking(guideline.id, guideline.when) for guideline in spec.guidelines]
    turn, failed = looked_up(asked_of(spec, understood, context), asking)
    applied = applying(spec.guidelines, turn)
    return Guidance(tuple(one.id for one in applied), tuple(one.action for one in applied), failed)


def looked_up(known: Asked, asking: Sequence[Asking]) -> tuple[Turn, tuple[str, ...]]:
    """The turn as these conditions see it, and ids of those of which an expression failed."""
    conditions = [condition for one in asking for condition in one.conditions]
    phrases = {phrase for one in conditions if isinstance(one, WordsSaid) for phrase in one.phrases}
    draft_phrases = {phrase for one in conditions if isinstance(one, DraftWords | DraftLacks) for phrase in one.phrases}
    values = {one.cel: evaluate(one.cel, known) for one in conditions if isinstance(one, ExpressionHolds)}
    failing = {cel for cel, value in values.items() if value is None}
    turn = Turn(
        known=known,
        said=phrases_in(known.text, phrases),
        written=phrases_in(known.draft, draft_phrases) if isinstance(known, Drafted) else frozenset(),
        true=frozenset(cel for cel, value in values.items() if value is not False),
    )
    return turn, tuple(one.id for one in asking if any(_is_one_of(c, failing) for c in one.conditions))


def _is_one_of(condition: FoundCondition, expressions: set[str]) -> bool:
    return isinstance(condition, ExpressionHolds) and condition.cel in expressions
