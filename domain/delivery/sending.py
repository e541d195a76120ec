"""The switch that stops everything automatic, and what is asked instead while it is stopped. Pure functions."""

from datetime import datetime
from typing import Literal

from domain.conversation.ownership import Via
from domain.model import Frozen

SwitchAction = Literal["stop", "resume"]


class SendingChange(Frozen):
    """Somebody turns the switch. The same `request_id` is the same change."""

    request_id: str
    action: SwitchAction
    by: str
    via: Via
    reason: str = ""
    at: datetime


class SendingStanding(Frozen):
    """Whether automatic sending is stopped, and who turned the switch last; nobody has, where `by` is None.

    `leaving`: automatic messages that a vendor may be taking just now. Each ends within seconds, and none begins.
    """

    stopped: bool = False
    by: str | None = None
    via: Via | None = None
    at: datetime | None = None
    reason: str = ""
    leaving: int = 0


def standing_after(last: SendingChange | None, *, leaving: int = 0) -> SendingStanding:
    """Where the switch stands after its last change."""
    if last is None:
        return SendingStanding(leaving=leaving)
    return SendingStanding(
        stopped=last.action == "stop", by=last.by, via=last.via, at=last.at, reason=last.reason, leaving=leaving
    )
