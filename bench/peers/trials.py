"""What a system loses and doubles when its process is killed while every conversation stands at the same point."""

import asyncio
from collections.abc import Sequence
from functools import reduce
from operator import add
from time import perf_counter
from typing import Literal

from bench.figures import KillFigures, Messages
from bench.measurements import compared
from bench.peers.protocol import Point
from bench.peers.system import ComparedCustomer, System

Moment = Point | Literal["approval_waits"]
MOMENTS: tuple[Moment, ...] = ("before_reply", "after_reply", "approval_waits")


async def killed_at(system: System, moment: Moment, conversations: int, patience_seconds: float) -> KillFigures:
    """Open conversations, kill the process at the moment, start it again, and judge what the transcripts say.

    Every customer is answered once before and once after, so the judge also sees whether conversations go on. Raises
    UnavailableError when the system does not come to the moment.
    """
    customers = system.new_customers(conversations)
    await asyncio.gather(*(customer.says() for customer in customers))
    await _kill(system, moment, customers)
    started = perf_counter()
    await system.start()
    answered = await _answered(customers, moment, patience_seconds)
    seconds = perf_counter() - started
    if answered < conversations:
        await system.resume()
        await _answered(customers, "before_reply", patience_seconds)
    await _go_on(customers, patience_seconds)
    judged = await _judged(customers)
    return KillFigures(
        conversations=conversations,
        answered=answered,
        seconds=round(seconds, 1) if answered == conversations else None,
        lost=judged.lost,
        doubled=judged.doubled,
    )


async def _kill(system: System, moment: Moment, customers: Sequence[ComparedCustomer]) -> None:
    if moment == "approval_waits":
        await asyncio.gather(*(customer.asks_for_approval() for customer in customers))
        await system.kill()
    else:
        await system.stop_at(moment, len(customers))
        await asyncio.gather(*(customer.writes() for customer in customers))
        await system.died()


async def _answered(customers: Sequence[ComparedCustomer], moment: Moment, patience_seconds: float) -> int:
    """How many are answered within the time; what waits for an approval gets it."""
    approving = moment == "approval_waits"
    waits = [
        asyncio.create_task(customer.is_approved() if approving else customer.is_answered()) for customer in customers
    ]
    done, pending = await asyncio.wait(waits, timeout=patience_seconds)
    for wait in pending:
        wait.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    return sum(wait.exception() is None for wait in done)


async def _go_on(customers: Sequence[ComparedCustomer], patience_seconds: float) -> None:
    await asyncio.gather(*(customer.writes() for customer in customers))
    await _answered(customers, "before_reply", patience_seconds)


async def _judged(customers: Sequence[ComparedCustomer]) -> Messages:
    return reduce(add, [compared(customer.written, await customer.transcript()) for customer in customers])
