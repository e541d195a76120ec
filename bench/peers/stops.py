"""A process that kills itself while conversations stand at one point, so that every system dies at the same place."""

import asyncio
import os
import signal

from bench.peers.protocol import Point, Stop


class Stops:
    """Holds each conversation that reaches the point; the last that is expected ends the process, by SIGKILL."""

    def __init__(self, stop: Stop | None) -> None:
        self._stop = stop
        self._standing = 0

    async def reached(self, point: Point) -> None:
        if self._stop is None or point != self._stop.point:
            return
        self._standing += 1
        if self._standing >= self._stop.conversations:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.Event().wait()
