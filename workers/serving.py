"""Running workers until the process is told to end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from temporalio.worker import Worker

from config.garbage import keep_for_good


async def serve(build: Callable[[AsyncExitStack], Awaitable[Sequence[Worker]]]) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is running."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        for worker in await build(stack):
            await stack.enter_async_context(worker)
        keep_for_good()
        await stop.wait()
