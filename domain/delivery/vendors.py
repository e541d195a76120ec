"""Whether a vendor answers: the states of a circuit breaker, and what people read about them."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, Field

from domain.model import Frozen

NAMES = {"openai": "OpenAI", "sms": "SMS", "whatsapp": "WhatsApp", "mcp": "MCP"}
REFUSED = "CredentialsError"
"""The kind of error of a vendor that answers, and refuses our credentials."""
WHILE_TRIED = timedelta(seconds=2)
"""Whoever is refused during a try comes back soon, because the try may well succeed."""


class VendorState(Frozen):
    """`closed`: the vendor answers. `open`: nobody calls it before `next_try_at`. `half_open`: one call tries it.

    `since` is when it began to answer, or to be silent. A try whose process died is made again after `next_try_at`.
    """

    vendor: str = Field(pattern=r"^[a-z][a-z0-9_:-]{0,126}$", description="Such as salesforce, or bikeshop:shop_tools.")
    state: Literal["closed", "open", "half_open"] = "closed"
    since: AwareDatetime
    last_error: str = Field("", max_length=100, description="The kind of the last error, such as ReadTimeout.")
    next_try_at: AwareDatetime | None = None

    @property
    def answers(self) -> bool:
        return self.state == "closed"

    @property
    def refuses_us(self) -> bool:
        return not self.answers and self.last_error == REFUSED

    def opened(self, now: datetime, *, last_error: str, pause: timedelta) -> Self:
        """After several failures, or a failed try; the silence counts from its beginning."""
        since = now if self.answers else self.since
        changed = {"state": "open", "since": since, "last_error": last_error, "next_try_at": now + pause}
        return self.model_copy(update=changed)

    def tried(self, now: datetime, *, pause: timedelta) -> Self | None:
        """For the one call that may try it now; None while it is too early."""
        if self.next_try_at is None or now < self.next_try_at:
            return None
        return self.model_copy(update={"state": "half_open", "next_try_at": now + pause})

    def closed(self, now: datetime) -> Self:
        """After a try that was answered."""
        return self.model_copy(update={"state": "closed", "since": now, "next_try_at": None})

    def pause_left(self, now: datetime) -> timedelta:
        """When whoever is refused should come back; at least a second."""
        left = (self.next_try_at or now) - now
        return max(timedelta(seconds=1), min(left, WHILE_TRIED) if self.state == "half_open" else left)

    def sentence(self, now: datetime) -> str:
        """For people, in UTC: "Salesforce does not answer since 14:02 UTC; next try 14:03 UTC."."""
        name = NAMES.get(self.vendor, self.vendor.replace("_", " ").capitalize())
        if self.answers:
            return f"{name} answers."
        how = "refuses our credentials" if self.refuses_us else "does not answer"
        silent = f"{name} {how} since {_at(self.since, now)}"
        if self.state == "half_open":
            return f"{silent}; it is being tried now."
        if self.next_try_at is None or self.next_try_at <= now:
            return f"{silent}; the next request tries it."
        return f"{silent}; next try {_at(self.next_try_at, now)}."


def _at(moment: datetime, now: datetime) -> str:
    """The time of day, with the date when it is another day."""
    shown, today = moment.astimezone(now.tzinfo), now.date()
    return f"{shown:%H:%M} {shown:%Z}" if shown.date() == today else f"{shown:%Y-%m-%d %H:%M} {shown:%Z}"
