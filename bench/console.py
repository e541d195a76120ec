"""`python -m bench.console URL KEY SESSIONS`: so many consoles that watch the organisation live.

Each holds one stream of changes, and reads what changed in the list that it shows, and the counts of the views, as the
page in a browser does (console/src/api/live.ts): at once, then after pauses that grow as long as it goes on. It draws
nothing.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import aiohttp

LIST = "/v1/inbox?view=ai&limit=60"
COUNTS = "/v1/inbox/counts"
ASKED_AT_ONCE = 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, LONGEST_BETWEEN_COUNTS_SECONDS = 0.4, 5.0, 10.0


class Console:
    """One open page. It ends with its process."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._changed: set[str] = set()
        self._rows_changed, self._counts_changed = asyncio.Event(), asyncio.Event()

    async def watch(self) -> None:
        await self._read(LIST)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(_whenever(self._rows_changed, self._read_rows, LONGEST_PAUSE_SECONDS))
            tasks.create_task(_whenever(self._counts_changed, self._read_counts, LONGEST_BETWEEN_COUNTS_SECONDS))

    async def _follow(self) -> None:
        async with self._http.get("/v1/live") as stream:
            async for line in stream.content:
                if line.startswith(b"data:"):
                    self._changed.add(json.loads(line[5:]).get("conversation_id", ""))
                    self._rows_changed.set()
                    self._counts_changed.set()

    async def _read_rows(self) -> None:
        changed, self._changed = self._changed - {""}, set()
        only = "".join(f"&only={one}" for one in changed) if len(changed) <= ASKED_AT_ONCE else ""
        await self._read(f"{LIST}{only}")

    async def _read_counts(self) -> None:
        await self._read(COUNTS)

    async def _read(self, path: str) -> None:
        async with self._http.get(path) as answer:
            await answer.read()


async def _whenever(changed: asyncio.Event, read: Callable[[], Awaitable[None]], longest_pause: float) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        await changed.wait()
        changed.clear()
        await read()
        await asyncio.sleep(pause)
        pause = min(2 * pause, longest_pause) if changed.is_set() else FIRST_PAUSE_SECONDS


async def watch(url: str, key: str, sessions: int) -> None:
    """Until the process is ended. Raises what aiohttp raises when the gateway refuses or goes away."""
    http = aiohttp.ClientSession(
        url,
        headers={"Authorization": f"Bearer {key}"},
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=60),
        raise_for_status=True,
    )
    async with http, asyncio.TaskGroup() as tasks:
        for _ in range(sessions):
            tasks.create_task(Console(http).watch())


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], sys.argv[2], int(sys.argv[3])))
