"""The one timer of a conversation."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Alarm:
    """Sleeps to the earliest deadline. A later deadline does not move a timer that runs: it rings and is set again.

    So a turn that only pushes the deadline back costs no timer events at all.
    """

    def __init__(self) -> None:
        self.rings_at: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    def set(self, deadline: datetime | None, summary: str) -> None:
        """Make sure that it rings at `deadline` or earlier."""
        if deadline is None or (self.rings_at is not None and self.rings_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self.rings_at = deadline
        self._timer = asyncio.create_task(workflow.sleep(max(deadline - workflow.now(), timedelta()), summary=summary))

    def has_rung(self) -> bool:
        return self._timer is not None and self._timer.done() and not self._timer.cancelled()

    def reset(self) -> None:
        """Forget a timer that rang."""
        if self.has_rung():
            self._timer = None
            self.rings_at = None
