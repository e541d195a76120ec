"""Recorded turns about which a planned version is asked again, because no record tells what it would decide.

A model may answer otherwise each time, so each is asked several times: pass^k is the share of turns that are decided as
they were in all of k times.
"""

from collections.abc import Sequence
from hashlib import sha256

from pydantic import Field

from domain.conversation.redeciding import UnknownTurn
from domain.conversation.turn import Decision
from domain.model import Frozen
from domain.quality.rates import Rate, rate


class AskedAgain(Frozen):
    """A recorded turn, what was decided then, and what is decided each time now."""

    conversation_id: str
    turn: int
    before: Decision
    after: tuple[Decision, ...] = Field(min_length=1)

    @property
    def passes(self) -> bool:
        """Every time the same becomes of the draft."""
        return all(decision.outcome is self.before.outcome for decision in self.after)


class Answers(Frozen):
    """A sample of turns, each asked `times` times. `left_out`: those that cannot be asked again.

    `instructed`: turns that no sample is drawn from, because a journey asked for them, and no customer.
    """

    times: int = Field(ge=1)
    turns: tuple[AskedAgain, ...] = ()
    left_out: int = 0
    instructed: int = 0

    @property
    def passed(self) -> Rate:
        """pass^k, k being `times`."""
        return rate(sum(turn.passes for turn in self.turns), len(self.turns))


def sample_of(unknown: Sequence[UnknownTurn], size: int) -> tuple[UnknownTurn, ...]:
    """So many of them: always the same ones, whatever their order."""
    return tuple(sorted(unknown, key=_drawn)[:size])


def _drawn(turn: UnknownTurn) -> bytes:
    return sha256(f"{turn.conversation_id} {turn.turn}".encode()).digest()
