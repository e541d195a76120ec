"""`python -m bench.console URL KEY SESSIONS`: so many consoles that watch the organisation live.

Each holds one stream of changes, and reads what changed in the list that it shows, and the counts of the views, as the
page in a browser does (console/src/api/live.ts): at once, then after pauses that grow as long as it goes on. It draws
nothing.
"""

import asyncio
import json
import sys

import httpx

LIST = "/v1/inbox?view=ai&limit=60"
COUNTS = "/v1/inbox/counts"
ASKED_AT_ONCE = 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.4, 5.0


class Console:
    """One open page. It ends with its process."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._changed: set[str] = set()
        self._something = asyncio.Event()

    async def watch(self) -> None:
        await self._read(LIST)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._refresh())

    async def _follow(self) -> None:
        async with self._http.stream("GET", "/v1/live") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    self._changed.add(json.loads(line[5:]).get("conversation_id", ""))
                    self._something.set()

    async def _refresh(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._something.wait()
            self._something.clear()
            changed, self._changed = self._changed - {""}, set()
            only = "".join(f"&only={one}" for one in changed) if len(changed) <= ASKED_AT_ONCE else ""
            await self._read(f"{LIST}{only}")
            await self._read(COUNTS)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS) if self._something.is_set() else FIRST_PAUSE_SECONDS

    async def _read(self, path: str) -> None:
        (await self._http.get(path)).raise_for_status()


async def watch(url: str, key: str, sessions: int) -> None:
    """Until the process is ended. Raises what httpx raises when the gateway refuses or goes away."""
    limits = httpx.Limits(max_connections=None)
    headers = {"Authorization": f"Bearer {key}"}
    open_http = httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=httpx.Timeout(60, read=None))
    async with open_http as http, asyncio.TaskGroup() as tasks:
        for _ in range(sessions):
            tasks.create_task(Console(http).watch())


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], sys.argv[2], int(sys.argv[3])))
