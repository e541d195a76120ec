"""How AI agents work with people, from the strictest way to the freest."""

from enum import StrEnum


class Mode(StrEnum):
    """How an AI agent works with people.

    Delegation: it answers alone within its rules. Supervision: its drafts on supervised topics wait for an approval.
    Co-pilot: a person owns the conversation, and its drafts are suggestions that only people see.
    """

    DELEGATION = "delegation"
    SUPERVISION = "supervision"
    CO_PILOT = "co_pilot"


STRICTEST_FIRST = (Mode.CO_PILOT, Mode.SUPERVISION, Mode.DELEGATION)


def stricter(one: Mode, other: Mode) -> Mode:
    """The one that asks people more."""
    return min(one, other, key=STRICTEST_FIRST.index)


def step_up(mode: Mode) -> Mode | None:
    """The next freer mode; None above delegation."""
    return next(iter(STRICTEST_FIRST[STRICTEST_FIRST.index(mode) + 1 :]), None)


def step_down(mode: Mode) -> Mode:
    """The next stricter mode; co-pilot stays."""
    return STRICTEST_FIRST[max(STRICTEST_FIRST.index(mode) - 1, 0)]
