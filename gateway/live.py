"""Live updates: a notification of PostgreSQL wakes whoever waits for that conversation, to read what is new.

A wake-up carries no data and several melt into one, so a slow reader holds back nothing and misses nothing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class LiveUpdates:
    """Who waits for which conversation in this process."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def watch(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at every change of the conversation; the reader clears it before it reads."""
        event = asyncio.Event()
        self._waiting.setdefault(conversation_id, set()).add(event)
        try:
            yield event
        finally:
            watchers = self._waiting[conversation_id]
            watchers.discard(event)
            if not watchers:
                del self._waiting[conversation_id]

    def wake(self, conversation_id: str) -> None:
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    def wake_all(self) -> None:
        """After a lost connection nobody knows what was announced meanwhile: everybody reads again."""
        for conversation_id in self._waiting:
            self.wake(conversation_id)
