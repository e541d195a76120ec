"""The deadline timer: a conversation has only one."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class DeadlineTimer:
    """Sleeps to the earliest deadline. When that moves back, the timer is left to fire and is set again then.

    So a turn that only pushes the deadline back costs no timer events at all. A deadline of another meaning gets a
    timer of its own, because the Temporal UI shows what is waited for.
    """

    def __init__(self) -> None:
        self._fires_at: datetime | None = None
        self._meaning = ""
        self._timer: asyncio.Task[None] | None = None

    def set(self, deadline: datetime | None, meaning: str) -> None:
        """Make sure that it fires at `deadline` or earlier."""
        if self._serves(deadline, meaning):
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._fires_at, self._meaning = deadline, meaning
        if deadline is not None:
            pause = max(deadline - workflow.now(), timedelta())
            self._timer = asyncio.create_task(workflow.sleep(pause, summary=meaning))

    def _serves(self, deadline: datetime | None, meaning: str) -> bool:
        if deadline is None or self._fires_at is None:
            return deadline is self._fires_at
        return self._meaning == meaning and self._fires_at <= deadline

    def has_fired(self) -> bool:
        return self._timer is not None and self._timer.done() and not self._timer.cancelled()

    def reset(self) -> None:
        """Forget a timer that fired."""
        if self.has_fired():
            self._timer = None
            self._fires_at = None
