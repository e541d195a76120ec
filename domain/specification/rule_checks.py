"""Rules and guidelines that can not be meant, or do less than they seem to.

The checks take the data of a whole specification, which need not be valid: what has a wrong shape is not looked into.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import TypeVar

from pydantic import ValidationError

from domain.specification.conditions import (
    AsksForPerson,
    CannotDoHit,
    Condition,
    ConfidenceBelow,
    ExchangesReached,
    RepeatedFailure,
)
from domain.specification.findings import Finding, Location, as_list, child, children, texts_at, values_at
from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.model import SpecModel
from domain.specification.rules import Rule

T = TypeVar("T", bound=SpecModel)
MOST_RULES = 100
"""Every conversation carries them along, in a state that is kept small."""


def _too_many(data: object) -> Iterator[Finding]:
    if len(as_list(child(data, "rules"))) > MOST_RULES:
        problem = f"is one of more than {MOST_RULES} rules"
        yield Finding(("rules", MOST_RULES), problem, "Put rules that ask the same of people together.")


def _same_names(data: object) -> Iterator[Finding]:
    """An approval names the rule that it follows."""
    others = {name for _, name in texts_at(data, "approval_rules.*.id")}
    for location, name in texts_at(data, "rules.*.id"):
        if name in others:
            yield Finding(location, f"an approval rule is called {name!r} as well", "Give each its own name.")


def _never_together(data: object) -> Iterator[Finding]:
    """Conditions of one entry that can not hold at once."""
    entries: list[tuple[Location, Rule | Guideline | Macro]] = [*valid_entries(data, "rules", Rule)]
    entries += valid_entries(data, "guidelines", Guideline)
    entries += valid_entries(data, "macros", Macro)
    for location, entry in entries:
        for (_, first), (second, other) in combinations(list[tuple[int, Condition]](enumerate(entry.when)), 2):
            if first.contradicts(other):
                problem = "never holds together with a condition above it"
                yield Finding((*location, "when", second, "kind"), problem, "Keep one of both, or make them two files.")


def _never_first(data: object) -> Iterator[Finding]:
    """Rules that decide nothing, whatever happens: another one that asks at least as much holds whenever they do."""
    rules = list(valid_entries(data, "rules", Rule))
    for number, (location, rule) in enumerate(rules):
        earlier = [other for _, other in rules[:number] if other.then == rule.then]
        stronger = [other for _, other in rules if other.then == "escalate" and rule.then == "ask_approval"]
        wider = next((other for other in (*stronger, *earlier) if other.covers(rule)), None)
        if wider is not None:
            problem = f"never decides, because {wider.id!r} holds whenever this one does and comes first"
            yield Finding(
                (*location, "id"), problem, "Narrow that one, name this file so that it comes first, or drop it."
            )


def _lost_needs(data: object) -> Iterator[Finding]:
    """Guidelines that need each other in a circle, or what they themselves exclude."""
    known = {guideline.id: guideline for _, guideline in valid_entries(data, "guidelines", Guideline)}
    for location, guideline in valid_entries(data, "guidelines", Guideline):
        needed = _needed(guideline, known)
        if guideline.id in needed:
            problem = "needs itself, through what it needs"
            yield Finding((*location, "needs"), problem, "Take one of the circle's `needs` out.")
        barred = next((name for name in needed if name in known and guideline.bars(known[name])), None)
        if barred is not None and barred != guideline.id:
            problem = f"excludes {barred!r}, which it needs, so that it never applies"
            yield Finding((*location, "excludes"), problem, "Take it out of `needs`, or out of `excludes`.")


def _needed(guideline: Guideline, known: dict[str, Guideline]) -> list[str]:
    """Ids of all that it needs, directly or through others, each once."""
    found = dict.fromkeys(guideline.needs)
    waiting = list(found)
    while waiting:
        needed = known.get(waiting.pop())
        new = [name for name in needed.needs if name not in found] if needed else []
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def late_rules(data: object) -> Iterator[Finding]:
    """Rules one of whose conditions lets the built-in policy decide before them, so that they do nothing."""
    for location, rule in valid_entries(data, "rules", Rule):
        for number, condition in enumerate(rule.when):
            reason = _decided_before(data, rule, condition)
            if reason:
                problem = f"has no effect, because {reason}"
                yield Finding((*location, "when", number, "kind"), problem, "Write a condition that holds earlier.")


def _decided_before(data: object, rule: Rule, condition: Condition) -> str | None:
    """Why the built-in policy asks people as much whenever this condition of a rule holds."""
    match condition:
        case AsksForPerson():
            return "who asks for a person gets one before any rule"
        case CannotDoHit():
            return "what stands on a cannot-do list goes to a person before any rule"
        case ConfidenceBelow() if rule.then == "ask_approval" and rule.ask is None:
            floor = _number(data, "thresholds.escalate_below", 0.7)
            known = f"below {floor:g} a draft goes to a person, or waits for approval, before any rule"
            return known if condition.below <= floor else None
        case ExchangesReached():
            most = _number(data, "service_levels.exchange_limit", 5)
            return (
                f"from {most:g} exchanges on a person is asked before any rule" if condition.at_least >= most else None
            )
        case RepeatedFailure():
            most = _number(data, "service_levels.clarification_limit", 2)
            return (
                f"after {most:g} questions back a person is asked before any rule" if condition.turns > most else None
            )
    return None


def _number(data: object, place: str, otherwise: float) -> float:
    found = [value for _, value in values_at(data, place)]
    return next((value for value in found if isinstance(value, int | float)), otherwise)


def valid_entries(data: object, field: str, model: type[T]) -> Iterator[tuple[Location, T]]:
    """The valid entries of a list; the others are mistakes of their own."""
    for number, entry in children(child(data, field)):
        try:
            yield (field, number), model.model_validate(entry)
        except ValidationError:
            continue


RULE_CHECKS = (_too_many, _same_names, _never_together, _never_first, _lost_needs)
