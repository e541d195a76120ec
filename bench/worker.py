"""`python -m bench.worker [PORT]`: the worker as in production but with a model that answers at once.

With a PORT it serves the bare workflow instead, and tells that UDP port of 127.0.0.1 the id of each workflow whose
turn ended. SIGUSR1 collects garbage, so that memory can be compared.
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
from config.logging import configure_logging
from config.settings import Settings
from workers.composition import workers_from
from workers.serving import serve
from workers.worker import workflow_runner


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


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(bare(settings, int(sys.argv[1])) if len(sys.argv) > 1 else holdfast(settings))


if __name__ == "__main__":
    main()
