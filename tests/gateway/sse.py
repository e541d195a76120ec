"""A client of /v1/live over a real socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any]


class EventReader:
    """Events one after the other; comments are left out."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """Raises StopAsyncIteration when the stream has ended."""
        name = ""
        while True:
            line = await anext(self._lines)
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return Event(name, json.loads(line.removeprefix("data: ")))

    async def until(self, name: str, **data: Any) -> Event:
        """The next event of this name with these values."""
        while True:
            event = await self.next()
            if event.name == name and data.items() <= event.data.items():
                return event


@asynccontextmanager
async def listening(url: str, headers: dict[str, str]) -> AsyncIterator[EventReader]:
    """A stream that has been told to read everything."""
    async with (
        httpx.AsyncClient(base_url=url, timeout=30) as http,
        http.stream("GET", "/v1/live", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        reader = EventReader(response)
        assert (await reader.next()).name == "resync"
        yield reader
