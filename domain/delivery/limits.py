"""How many calls a vendor has left for today, as every process of the installation knows it."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime

from domain.model import Frozen

ASK_AGAIN_AFTER = timedelta(minutes=15)


class LimitState(Frozen):
    """Calls of the last 24 hours, as the vendor last told. While `reserved` or `exhausted`, none of ours are made.

    `asked_at`: when the limit was found reached, or one call was let through to find out whether it still is.
    """

    state: Literal["unknown", "open", "reserved", "exhausted"] = "unknown"
    used: int | None = None
    total: int | None = None
    reserved_calls: int | None = None
    seen_at: AwareDatetime | None = None
    asked_at: AwareDatetime | None = None

    @property
    def is_reached(self) -> bool:
        return self.state in {"reserved", "exhausted"}

    def wait(self, now: datetime) -> timedelta:
        """How long nobody calls; zero where one call may find out, or nothing is reached."""
        if not self.is_reached:
            return timedelta(0)
        return max((self.asked_at or now) + ASK_AGAIN_AFTER - now, timedelta(0))

    def asked(self, now: datetime) -> Self:
        """Somebody finds out whether the limit is still reached."""
        return self.model_copy(update={"asked_at": now})

    def joined(self, other: "LimitState") -> "LimitState":
        """What is known together: what was seen last, and when somebody asked last."""
        if other.seen_at is None:
            return self
        later = other if other.is_newer_than(self) else self
        if self.state != other.state:
            return later
        asked = max((one.asked_at for one in (self, other) if one.asked_at), default=None)
        return later.model_copy(update={"asked_at": asked})

    def is_newer_than(self, other: "LimitState | None") -> bool:
        """Of what was seen at one moment, a limit that is reached counts."""
        if other is None or other.seen_at is None:
            return True
        seen_at = self.seen_at or other.seen_at
        return seen_at > other.seen_at or (seen_at == other.seen_at and self.is_reached)

    def says_the_same(self, other: "LimitState | None") -> bool:
        """Whether others need not be told: how many calls are used each of them reads in its own responses."""
        return other is not None and (self.state, self.asked_at) == (other.state, other.asked_at)
