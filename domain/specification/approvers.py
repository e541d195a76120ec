"""Who is asked for an approval, and what happens while it waits."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from domain.specification.model import Key, SpecModel
from domain.specification.people import Belonging


class RoleLimit(SpecModel):
    """Up to which amount people with a role may approve."""

    role: Key = Field(description="Whose limit it is. A role that may approve and is not listed has none.")
    amount_up_to: Decimal = Field(
        ge=0, max_digits=15, allow_inf_nan=False, description="The highest amount, in the organisation's currency."
    )


class Approvers(Belonging):
    """Who must approve, and how many of them."""

    approvers: int = Field(1, ge=1, le=5, description="How many different people must approve.")
    roles: tuple[Key, ...] = Field(("approver",), description="Who may approve: people with one of these roles.")
    exclude_requester: bool = Field(True, description="Nobody approves a text of their own.")


class LadderRung(Belonging):
    """One rung: after this much business time, remind, widen to others, or move it up to others."""

    after_minutes: int = Field(gt=0, description="Business minutes since the approval was asked for.")
    action: Literal["remind", "widen", "move_up"] = Field(
        description="`remind` those who were asked, `widen` to more people, or `move_up` to others."
    )
    roles: tuple[Key, ...] = Field(
        (),
        description="The roles that it widens or moves up to; left out beside a team or skill, those that were asked.",
    )

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.after_minutes)
