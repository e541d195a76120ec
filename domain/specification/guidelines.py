"""Guidelines: what AI agents must keep to in a reply, where their conditions hold."""

from collections.abc import Sequence

from pydantic import Field

from domain.specification.conditions import AnyAsked, Turn
from domain.specification.model import Key, SpecModel


class Guideline(SpecModel):
    """A condition and an action: where all of `when` holds, the AI agent that writes must follow `action`."""

    id: Key = Field(description="Name of the guideline, as decision records show it.")
    action: str = Field(description="What the AI agent must do, in a sentence that it is told.")
    when: tuple[AnyAsked, ...] = Field((), description="Conditions that must all hold; none: it always does.")
    ai_agents: tuple[Key, ...] = Field((), description="Whom it is for; empty means every AI agent.")
    priority: int = Field(0, ge=-1000, le=1000, description="The higher is told first, and wins where two exclude.")
    needs: tuple[Key, ...] = Field((), description="Ids of guidelines without which it does not apply.")
    excludes: tuple[Key, ...] = Field((), description="Ids of guidelines that do not apply together with it.")

    def holds(self, turn: Turn) -> bool:
        meant = not self.ai_agents or turn.known.ai_agent in self.ai_agents
        return meant and all(condition.holds(turn) for condition in self.when)

    def bars(self, other: "Guideline") -> bool:
        """Only one of the two may apply."""
        return other.id in self.excludes or self.id in other.excludes


def applying(guidelines: Sequence[Guideline], turn: Turn) -> tuple[Guideline, ...]:
    """Those that apply, the highest priority first; of equal ones the earlier.

    One that is barred by a higher one does not apply, nor does one that needs what does not apply. What such a one
    would itself have barred is free again.
    """
    holding = [guideline for guideline in guidelines if guideline.holds(turn)]
    candidates = sorted(holding, key=lambda guideline: -guideline.priority)
    while True:
        chosen = _without_barred(candidates)
        lacking = _first_lacking(candidates) or _first_lacking(chosen)
        if lacking is None:
            return tuple(chosen)
        candidates.remove(lacking)


def _without_barred(candidates: Sequence[Guideline]) -> list[Guideline]:
    chosen = list[Guideline]()
    for candidate in candidates:
        if not any(candidate.bars(earlier) for earlier in chosen):
            chosen.append(candidate)
    return chosen


def _first_lacking(guidelines: Sequence[Guideline]) -> Guideline | None:
    """The first that needs one which is not among them."""
    present = {guideline.id for guideline in guidelines}
    return next((guideline for guideline in guidelines if not present.issuperset(guideline.needs)), None)
