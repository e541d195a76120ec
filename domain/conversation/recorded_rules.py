"""Which rules hold of a recorded turn, under its own version and under others, as far as its record tells."""

from collections.abc import Callable, Sequence
from itertools import product

from domain.conversation.ruling import NOT_RECORDED
from domain.conversation.turn import Evidence
from domain.language.phrases import phrases_in
from domain.specification.conditions import (
    Asked,
    Drafted,
    DraftLacks,
    DraftWords,
    ExpressionHolds,
    FoundCondition,
    Turn,
)
from domain.specification.expression_text import names_in
from domain.specification.rules import Rule

MOST_UNKNOWN = 3
"""Conditions that no record tells: each doubles what is possible."""

Evaluate = Callable[[str, Asked], bool | None]
"""The value of an expression; None where it fails."""


class RecordedRules:
    """The rules of three versions: that which decided the turn, the active one and the planned one.

    Of a rule that is the same in all of them the record tells whether it held. Without `evaluate` no record tells what
    an expression says.
    """

    def __init__(
        self, pinned: Sequence[Rule], active: Sequence[Rule], planned: Sequence[Rule], evaluate: Evaluate | None
    ) -> None:
        versions = (pinned, active, planned)
        self._pinned = pinned
        self._same = frozenset.intersection(*(frozenset(map(_what_is_found, rules)) for rules in versions))
        self._all = [rule for rules in versions for rule in rules]
        self._evaluate = evaluate

    def possible(self, recorded: Evidence) -> list[frozenset[FoundCondition]] | None:
        """The sets of conditions that may have held of which no record tells; None when these are too many."""
        known = self._told(recorded)
        tells = recorded.rules_held is not None
        asked = [rule for rule in self._all if not (tells and self._is_same(rule))]
        unknown = dict.fromkeys(one for rule in asked for one in rule.found if self._is_untold(one))
        open_ones = [one for one in unknown if one not in known]
        if len(open_ones) > MOST_UNKNOWN:
            return None
        return [
            frozenset((*known, *(one for one, holds in zip(open_ones, chosen, strict=True) if holds)))
            for chosen in product((False, True), repeat=len(open_ones))
        ]

    def held(
        self, rules: Sequence[Rule], recorded: Evidence, known: Drafted, true: frozenset[FoundCondition]
    ) -> tuple[str, ...]:
        """Ids of those rules that hold of a turn as far as is known before it is decided."""
        before = recorded.rules_held
        return tuple(
            rule.id
            for rule in rules
            if (rule.id in before if before is not None and self._is_same(rule) else self._holds(rule, known, true))
        )

    def _holds(self, rule: Rule, known: Drafted, true: frozenset[FoundCondition]) -> bool:
        told = (one in true if self._is_untold(one) else self._told_by(one, known) for one in rule.found)
        return rule.is_for(known.ai_agent) and all(told)

    def _told_by(self, condition: FoundCondition, known: Drafted) -> bool:
        if isinstance(condition, ExpressionHolds):
            return self._evaluate is None or self._evaluate(condition.cel, known) is not False
        phrases = condition.phrases if isinstance(condition, DraftWords | DraftLacks) else ()
        return condition.holds(Turn(known=known, written=phrases_in(known.draft, phrases)))

    def _is_untold(self, condition: FoundCondition) -> bool:
        """It depends on what no record has; of an expression its names tell."""
        if isinstance(condition, ExpressionHolds):
            return self._evaluate is None or not NOT_RECORDED.isdisjoint(names_in(condition.cel))
        return not condition.recorded

    def _is_same(self, rule: Rule) -> bool:
        return _what_is_found(rule) in self._same

    def _told(self, recorded: Evidence) -> tuple[FoundCondition, ...]:
        """Those that must have held, because a rule did."""
        held = recorded.rules_held or ()
        return tuple(dict.fromkeys(one for rule in self._pinned if rule.id in held for one in rule.found))


def _what_is_found(rule: Rule) -> tuple[str, tuple[FoundCondition, ...], tuple[str, ...]]:
    """All on which it depends whether it is found to hold."""
    return rule.id, rule.found, rule.ai_agents
