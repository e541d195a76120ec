"""`python -m tests.chaos.worker_process POINTS`: a worker that stops each conversation at a point, to be killed there.

POINTS is JSON: {conversation id: "before deliver_message"}. The activities are those of production.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import replace

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from config.settings import Settings
from storage.database import connect
from tests.chaos.points import Point, Stops
from tests.e2e.house import scripted
from workers.composition import compose
from workers.worker import Limits, build_workers


async def serve(settings: Settings, points: dict[str, str]) -> None:
    assert settings.database_url
    assert settings.temporal_address
    stops = Stops({conversation_id: Point.parse(text) for conversation_id, text in points.items()})
    database = await connect(settings.database_url.get_secret_value())
    client = await Client.connect(
        settings.temporal_address,
        data_converter=replace(pydantic_data_converter, payload_codec=stops),
        interceptors=[stops],
    )
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, compose(database, scripted()), Limits()):
            await stack.enter_async_context(worker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Settings(), json.loads(sys.argv[1])))
