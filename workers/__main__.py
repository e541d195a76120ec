"""`python -m workers`: serve every task queue until SIGTERM or Ctrl-C, then finish what is running."""

import asyncio
import signal
from contextlib import AsyncExitStack

from config.logging import configure_logging
from config.settings import Settings
from workers.composition import workers_from


async def serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        for worker in await workers_from(settings, stack):
            await stack.enter_async_context(worker)
        await stop.wait()


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
