"""Conversations that wait for an approval, and what it costs while nobody decides."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from time import perf_counter

from bench.customers import Customer, each
from bench.figures import WaitingApprovals
from bench.organisation import PLAIN
from bench.plan import Waiting
from bench.proc import cpu_seconds
from bench.testbed import Testbed
from domain.conversation.requests import workflow_id

PROCESSES = ("worker", "temporal", "postgres")
SETTLING_SECONDS = 15.0
SAMPLE = 50


async def waiting_approvals(bed: Testbed, plan: Waiting) -> WaitingApprovals:
    """Opened as by customers, all at full speed. They wait on, so they are no customers of the testbed."""
    await asyncio.sleep(SETTLING_SECONDS)
    idle = await _cpu(bed, plan.watched_seconds)
    before = await _stored(bed)
    customers = [Customer(bed.access, PLAIN) for _ in range(plan.conversations)]
    started = perf_counter()
    await each(customers, Customer.asks_for_approval)
    opened = perf_counter() - started
    await asyncio.sleep(SETTLING_SECONDS)
    waiting = await _cpu(bed, plan.watched_seconds)
    open_approvals, database, server = (after - then for then, after in zip(before, await _stored(bed), strict=True))
    return WaitingApprovals(
        conversations=plan.conversations,
        waiting=open_approvals,
        opened_in_seconds=round(opened, 1),
        watched_seconds=plan.watched_seconds,
        idle_cpu_seconds=idle,
        waiting_cpu_seconds=waiting,
        database_bytes=round(database / plan.conversations),
        history_bytes=round(await _history_bytes(bed, customers[:: max(plan.conversations // SAMPLE, 1)])),
        temporal_file_bytes=round(server / plan.conversations),
    )


async def _cpu(bed: Testbed, seconds: float) -> dict[str, float]:
    """CPU seconds of each process, with what it started, while so much time passes."""
    processes = {name: bed.platform.parts.process_id(name) or 0 for name in PROCESSES}
    before = {name: cpu_seconds(process_id) for name, process_id in processes.items()}
    await asyncio.sleep(seconds)
    return {name: round(cpu_seconds(process_id) - before[name], 2) for name, process_id in processes.items()}


async def _stored(bed: Testbed) -> tuple[int, int, int]:
    """Open approvals, bytes of the database, bytes of the files of the Temporal server."""
    return (
        int(await bed.database.fetchval("SELECT count(*) FROM approvals WHERE state = 'open'")),
        int(await bed.database.fetchval("SELECT pg_database_size(current_database())")),
        await asyncio.to_thread(_bytes_of, bed.platform.settings.home),
    )


def _bytes_of(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("temporal.db*"))


async def _history_bytes(bed: Testbed, customers: Sequence[Customer]) -> float:
    """The mean of what the server says of each history."""
    sizes = []
    for customer in customers:
        handle = bed.temporal.get_workflow_handle(workflow_id(customer.conversation_id))
        described = await handle.describe()
        sizes.append(described.raw_description.workflow_execution_info.history_size_bytes)
    return fmean(sizes)
