"""What has been announced of each conversation, so that nobody needs to ask."""

import asyncio
from collections import Counter

from domain.errors import UnavailableError
from storage.notifications import NotificationListener

Event = tuple[str, str]
"""A conversation or workflow, and the kind of its announcement."""

PATIENCE_SECONDS = 300.0


class Announcements:
    """Counts announcements and wakes whoever waits for one; one waits for each event at a time."""

    def __init__(self) -> None:
        self._heard = Counter[Event]()
        self._awaited: dict[Event, tuple[int, asyncio.Future[None]]] = {}

    def hear(self, event: Event) -> None:
        self._heard[event] += 1
        number, waiting = self._awaited.get(event, (0, None))
        if waiting is not None and self._heard[event] > number and not waiting.done():
            waiting.set_result(None)

    async def wait_beyond(self, event: Event, number: int) -> int:
        """How often the event was announced, once that is more. Raises UnavailableError when nothing comes."""
        if self._heard[event] > number:
            return self._heard[event]
        waiting = asyncio.get_running_loop().create_future()
        self._awaited[event] = number, waiting
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await waiting
        except TimeoutError:
            raise UnavailableError(f"No answer within {PATIENCE_SECONDS:.0f} s; see the logs.") from None
        finally:
            del self._awaited[event]
        return self._heard[event]

    async def follow(self, listener: NotificationListener, listening: asyncio.Event) -> None:
        """Hear what the store announces, for ever. When something may have been missed, every wait fails."""
        async for notification in listener.listen():
            if notification.conversation_id is not None:
                self.hear((notification.conversation_id, notification.kind))
            elif listening.is_set():
                self._fail("The connection to PostgreSQL was lost, so replies may have been missed. Run it again.")
            else:
                listening.set()

    def _fail(self, message: str) -> None:
        for _, waiting in self._awaited.values():
            if not waiting.done():
                waiting.set_exception(UnavailableError(message))
