"""How customers fare on a journey, step by step."""

from pydantic import Field

from domain.model import Frozen


class StepFunnel(Frozen):
    """Customers who came to a step, each counted once however often they came.

    `dropped_off`: the journey was left there. `came_to_nothing`: it failed, was not answered, or its time was over.
    `median_seconds`: from beginning to end, of those who did it; None where nobody did.
    """

    step: str
    kind: str
    owner: str
    came: int = Field(ge=0)
    done: int = Field(ge=0)
    under_way: int = Field(ge=0)
    skipped: int = Field(ge=0)
    came_to_nothing: int = Field(ge=0)
    dropped_off: int = Field(ge=0)
    median_seconds: float | None = None

    @property
    def drop_off(self) -> float:
        """Share of those who came that left the journey there, from 0 to 1."""
        return self.dropped_off / self.came if self.came else 0.0
