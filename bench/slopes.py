"""How speed and memory change with the number of open conversations, and speed with that of worker processes."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Sequence
from random import Random

from bench.customers import Customer, at_full_speed, each, run_load
from bench.figures import OpenSlope, Percentiles, Slopes
from bench.plan import SlopePlan
from bench.proc import anonymous_kb
from bench.testbed import Testbed, more_workers

COLLECTING_SECONDS = 1.0


class Crowd:
    """Whoever is next of many customers; so many crowds as customers speak at once, all of one queue."""

    def __init__(self, queue: deque[Customer]) -> None:
        self._queue = queue

    async def says(self) -> float:
        customer = self._queue.popleft()
        try:
            return await customer.says()
        finally:
            self._queue.append(customer)


async def slopes(bed: Testbed, plan: SlopePlan) -> Slopes:
    """With a fresh worker, so that its memory is that of these conversations."""
    await bed.kill_worker()
    await bed.start_worker()
    customers: list[Customer] = []
    opened = {}
    for number in plan.conversations:
        new = bed.new_customers(number - len(customers))
        await each(new, Customer.says)
        customers += new
        opened[str(number)] = await _slope(bed, customers, plan)
    return Slopes(conversations=opened, workers=await _by_workers(bed, customers, plan), speaking=plan.speaking)


async def _slope(bed: Testbed, customers: Sequence[Customer], plan: SlopePlan) -> OpenSlope:
    rate = await _rate(customers, plan)
    paced = await run_load(crowds(customers, plan.speaking), plan.paced_seconds, plan.pause_seconds)
    return OpenSlope(
        turns_per_second=round(rate, 1), paced_ms=Percentiles.of(paced), worker_mb=round(await worker_kb(bed) / 1024, 1)
    )


async def _by_workers(bed: Testbed, customers: Sequence[Customer], plan: SlopePlan) -> dict[str, float]:
    """The customers of the first number: what is measured is more workers, not a larger cache."""
    few, rates = customers[: plan.conversations[0]], {}
    for number in plan.workers:
        async with more_workers(bed, number - 1):
            await each(few, Customer.says)
            rates[str(number)] = round(await _rate(few, plan), 1)
    return rates


async def _rate(customers: Sequence[Customer], plan: SlopePlan) -> float:
    rate, _ = await at_full_speed(crowds(customers, plan.speaking), plan.round_seconds)
    return rate


def crowds(customers: Sequence[Customer], speaking: int) -> list[Crowd]:
    """In an order that has nothing to do with when they were opened."""
    mixed = Random(20260101).sample(list(customers), len(customers))  # noqa: S311
    queue = deque(mixed)
    return [Crowd(queue) for _ in range(min(speaking, len(mixed)))]


async def worker_kb(bed: Testbed) -> int:
    """The worker's own memory, in KB, after it collected garbage."""
    process_id = bed.worker_process()
    os.kill(process_id, signal.SIGUSR1)
    await asyncio.sleep(COLLECTING_SECONDS)
    return anonymous_kb(process_id)
