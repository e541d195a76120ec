"""`python -m bench.console URL KEY SESSIONS`: so many consoles that watch the organisation live.

Each holds one stream of changes, and reads the page of the inbox that it shows and the counts of the views anew when
something changed, at most once in REFRESHED_AFTER_SECONDS, as the console in the browser does. It draws nothing.
"""

import asyncio
import sys

import httpx

REFRESHED_AFTER_SECONDS = 2.0
READ_AGAIN = ("/v1/inbox?view=ai&limit=50", "/v1/inbox/counts")


class Console:
    """One open page. It ends with its process."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._changed = asyncio.Event()

    async def watch(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._refresh())

    async def _follow(self) -> None:
        async with self._http.stream("GET", "/v1/live") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    self._changed.set()

    async def _refresh(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            for path in READ_AGAIN:
                (await self._http.get(path)).raise_for_status()
            await asyncio.sleep(REFRESHED_AFTER_SECONDS)


async def watch(url: str, key: str, sessions: int) -> None:
    """Until the process is ended. Raises what httpx raises when the gateway refuses or goes away."""
    limits = httpx.Limits(max_connections=None)
    headers = {"Authorization": f"Bearer {key}"}
    open_http = httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=None)  # noqa: S113
    async with open_http as http, asyncio.TaskGroup() as tasks:
        for _ in range(sessions):
            tasks.create_task(Console(http).watch())


if __name__ == "__main__":
    asyncio.run(watch(sys.argv[1], sys.argv[2], int(sys.argv[3])))
