"""`python -m bench.worker [PORT | STOP]`: the worker as in production but with a model that answers at once.

With a PORT it serves the bare workflow instead, and tells that UDP port of 127.0.0.1 the id of each workflow whose
turn ended. With a STOP, which is JSON, it kills itself when conversations stand at that point. SIGUSR1 collects
garbage, so that memory can be compared.
"""

import asyncio
import gc
import signal
import socket
import sys
from contextlib import AsyncExitStack

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from bench.bare import QUEUE, BareActivities, BareWorkflow
from bench.organisation import instant_models
from bench.peers.protocol import Stop
from bench.peers.stops import Stops
from bench.stopping import StopsDeliveries
from config.logging import configure_logging
from config.settings import Settings
from storage.database import connect
from workers.composition import compose, workers_from
from workers.sandbox import workflow_runner
from workers.serving import serve
from workers.worker import Limits, build_workers


async def holdfast(settings: Settings) -> None:
    async def build(stack: AsyncExitStack) -> list[Worker]:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, gc.collect)
        return await workers_from(settings, stack, instant_models())

    await serve(build)


async def bare(settings: Settings, port: int) -> None:
    async def build(stack: AsyncExitStack) -> list[Worker]:
        told = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        told.connect(("127.0.0.1", port))
        activities = BareActivities(lambda workflow_id: told.sendall(workflow_id.encode()))
        client = await Client.connect(settings.temporal_address or "", data_converter=pydantic_data_converter)
        worker = Worker(
            client,
            task_queue=QUEUE,
            workflows=[BareWorkflow],
            activities=[activities.do_nothing, activities.do_nothing_again],
            workflow_runner=workflow_runner(),
        )
        return [worker]

    await serve(build)


async def stopping(settings: Settings, stop: Stop) -> None:
    async def build(stack: AsyncExitStack) -> list[Worker]:
        database = await connect(settings.database_url.get_secret_value() if settings.database_url else "")
        stack.push_async_callback(database.close)
        client = await Client.connect(
            settings.temporal_address or "",
            data_converter=pydantic_data_converter,
            interceptors=[StopsDeliveries(Stops(stop))],
        )
        return build_workers(client, compose(database, instant_models()), Limits())

    await serve(build)


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    match sys.argv[1:]:
        case []:
            asyncio.run(holdfast(settings))
        case [port] if port.isdigit():
            asyncio.run(bare(settings, int(port)))
        case [stop]:
            asyncio.run(stopping(settings, Stop.model_validate_json(stop)))


if __name__ == "__main__":
    main()
