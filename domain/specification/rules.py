"""Rules of an organisation: when people are asked beyond what the built-in policy demands."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.specification.approvers import Approvers, LadderRung
from domain.specification.conditions import (
    DECIDED,
    AnyCondition,
    AnyDecided,
    AtDecision,
    DecidedCondition,
    FoundCondition,
    Turn,
)
from domain.specification.model import Key, SpecModel

Consequence = Literal["escalate", "ask_approval"]


class Ask(Approvers):
    """Who approves what a rule asks about. A field left out is as usual."""

    ladder: tuple[LadderRung, ...] = Field(
        (), description="What happens while it waits, the soonest first; none: the organisation's ladder."
    )


class DecidingRule(SpecModel):
    """A rule of which everything holds that was known before: what is left to decide, as conversations carry it."""

    id: Key
    then: Consequence
    when: tuple[AnyDecided, ...] = ()
    ask: Ask | None = None

    def holds(self, at: AtDecision) -> bool:
        return all(condition.holds(at) for condition in self.when)


class Rule(SpecModel):
    """When its conditions all hold, a person takes over or is asked. It only ever adds to the built-in policy."""

    id: Key = Field(description="Name of the rule, as approvals and decision records show it.")
    description: str = Field(description="What it is for, in a sentence.")
    when: tuple[AnyCondition, ...] = Field(min_length=1, description="Conditions that must all hold.")
    then: Consequence = Field(description="`escalate` to a person, or `ask_approval` of the draft.")
    ask: Ask | None = Field(None, description="With `ask_approval`: who is asked. Left out, `approval_rules` say who.")
    ai_agents: tuple[Key, ...] = Field((), description="Whose drafts it is about; empty means every AI agent's.")

    @model_validator(mode="after")
    def _asks_where_it_asks(self) -> Self:
        if self.ask and self.then != "ask_approval":
            raise ValueError("ask has no effect with `then: escalate`; leave it out, or write `then: ask_approval`")
        return self

    @property
    def found(self) -> tuple[FoundCondition, ...]:
        """Those of its conditions that are known before it is decided."""
        return tuple(condition for condition in self.when if not isinstance(condition, DECIDED))

    @property
    def decided(self) -> tuple[DecidedCondition, ...]:
        """Those of its conditions that are known only when it is decided."""
        return tuple(condition for condition in self.when if isinstance(condition, DECIDED))

    @property
    def to_decide(self) -> DecidingRule:
        return DecidingRule(id=self.id, then=self.then, when=self.decided, ask=self.ask)

    def covers(self, other: "Rule") -> bool:
        """True when this one surely holds whenever the other does."""
        of_all = not self.ai_agents or bool(other.ai_agents and set(other.ai_agents) <= set(self.ai_agents))
        return of_all and all(any(wide.covers(narrow) for narrow in other.when) for wide in self.when)

    def is_for(self, ai_agent: str) -> bool:
        return not self.ai_agents or ai_agent in self.ai_agents


def rules_held(rules: Sequence[Rule], turn: Turn) -> tuple[str, ...]:
    """Ids of the rules of which everything holds that is known before it is decided."""
    return tuple(
        rule.id
        for rule in rules
        if rule.is_for(turn.known.ai_agent) and all(condition.holds(turn) for condition in rule.found)
    )


def rule_named(rules: Sequence[DecidingRule], name: str) -> DecidingRule | None:
    """The rule with this id, if there is one."""
    return next((rule for rule in rules if rule.id == name), None)
