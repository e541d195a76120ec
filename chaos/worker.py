"""`python -m chaos.worker`: the worker as in production, which can be made to die or to lose its time.

SIGUSR1: it kills itself at the next of its worst moments. SIGUSR2: its clock jumps, or jumps back.
"""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from random import Random

from temporalio.worker import Worker

from chaos.clock import ShiftedClock
from chaos.moments import WORST_MOMENTS, DiesAtMoments
from config.logging import configure_logging
from config.settings import Settings
from workers.composition import workers_from
from workers.serving import serve


async def work(settings: Settings) -> None:
    clock, random = ShiftedClock(), Random(os.getpid())  # noqa: S311 - chooses a moment, guards nothing
    dies = DiesAtMoments(lambda: random.choice(WORST_MOMENTS))

    async def build(stack: AsyncExitStack) -> list[Worker]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, dies.arm)
        loop.add_signal_handler(signal.SIGUSR2, clock.jump)
        return await workers_from(settings, stack, interceptors=[dies])

    await serve(build)


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(work(settings))


if __name__ == "__main__":
    main()
