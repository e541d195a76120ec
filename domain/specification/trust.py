"""Trust that an AI agent earns: it begins in co-pilot, and what is measured of it lets it move up, or moves it down."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.specification.model import SpecModel
from domain.specification.modes import Mode

TrustMetric = Literal["drafts_unchanged", "automated_resolution", "csat", "false_escalation", "missed_escalation"]
"""Shares that tell how good an AI agent is. `drafts_unchanged` alone can be measured while people send all."""

ESCALATIONS = frozenset({"false_escalation", "missed_escalation"})
"""Measures whose share is to stay small; that of the others is to be great."""
DURABLE = frozenset({"automated_resolution", "missed_escalation"})
DURABLE_AFTER = timedelta(days=7)
"""How long after its resolution a conversation counts for these: one that is reopened before was not resolved."""


class StepUp(SpecModel):
    """What an AI agent has to show before a person may let it move up one step."""

    to: Mode = Field(description="Where it moves: `supervision` from co-pilot, then `delegation`.")
    measure: TrustMetric = Field(
        description="What is measured since its trust changed last; `drafts_unchanged` is the share of conversations "
        "in which people sent all that it drafted for them as it was."
    )
    bound: float = Field(
        gt=0,
        lt=1,
        description="What the lower end of the 95 % interval reaches; for escalations, what its upper end is within.",
    )
    conversations: int = Field(ge=1, description="Over at least so many conversations.")
    days: int = Field(ge=1, le=366, description="In the last so many days.")


class StepDown(SpecModel):
    """What moves an AI agent down one step by itself."""

    measure: TrustMetric = Field(description="What is measured since its trust changed last.")
    bound: float = Field(
        gt=0,
        lt=1,
        description="What the upper end of the 95 % interval is below; for escalations, what its lower end is above.",
    )
    days: int = Field(ge=1, le=366, description="In the last so many days.")


class TrustLadder(SpecModel):
    """The steps up, in their order, and the way down."""

    up: tuple[StepUp, ...] = Field(
        min_length=1, max_length=2, description="The steps up, to `supervision` first; never above the AI agent's mode."
    )
    down: StepDown | None = Field(None, description="What moves it down by itself; unset, only people do.")

    def to(self, mode: Mode) -> StepUp | None:
        """The step that leads to a mode."""
        return next((step for step in self.up if step.to is mode), None)
