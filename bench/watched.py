"""What it costs that people watch live: the same load with and without open consoles, in turn."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import httpx

from bench.customers import Customer, at_full_speed, each, run_load
from bench.figures import Percentiles, Watched
from bench.organisation import PLAIN
from bench.plan import Watching
from bench.slopes import crowds
from bench.testbed import Testbed
from embedded.application import gateway_part, gateway_url
from embedded.launch import tied_to_parent
from embedded.processes import Part
from storage.api_keys import ApiKeyRepository

CONSOLES = "consoles"
OPEN_STREAMS = "holdfast_open_streams"


async def watched(bed: Testbed, plan: Watching) -> Watched:
    """With a gateway in both halves of a pair, as there always is one where people work.

    Fifty people do not open their pages in the same second: what that costs is over before a round begins.
    """
    customers = bed.new_customers(plan.conversations)
    await each(customers, Customer.says)
    speaking = crowds(customers, plan.speaking)
    alone, beside, alone_ms, beside_ms = [], [], [], []
    await bed.platform.parts.start(gateway_part(bed.platform.settings))
    key = await ApiKeyRepository(bed.database).create(PLAIN, "bench-watcher", ("viewer",))
    try:
        for _ in range(plan.pairs_of_rounds):
            rate, _ = await at_full_speed(speaking, plan.round_seconds)
            alone.append(rate)
            alone_ms += await run_load(speaking, plan.round_seconds, plan.pause_seconds)
            async with _consoles(bed, key, plan.sessions):
                await at_full_speed(speaking, plan.settling_seconds)
                rate, _ = await at_full_speed(speaking, plan.round_seconds)
                beside.append(rate)
                beside_ms += await run_load(speaking, plan.round_seconds, plan.pause_seconds)
    finally:
        await bed.platform.parts.stop("gateway")
    ratios = [with_them / without for with_them, without in zip(beside, alone, strict=True)]
    return Watched(
        sessions=plan.sessions,
        conversations=plan.conversations,
        turns_per_second=round(median(beside), 1),
        unwatched_turns_per_second=round(median(alone), 1),
        ratio=round(median(ratios), 3),
        ratios=[round(ratio, 3) for ratio in ratios],
        paced_ms=Percentiles.of(beside_ms),
        unwatched_paced_ms=Percentiles.of(alone_ms),
    )


@asynccontextmanager
async def _consoles(bed: Testbed, key: str, sessions: int) -> AsyncIterator[None]:
    """From when all their streams are open."""
    url = gateway_url(bed.platform.settings)

    async def all_watch(_: int) -> bool:
        return await _open_streams(url) >= sessions

    command = tied_to_parent([sys.executable, "-m", "bench.console", url, key, str(sessions)])
    await bed.platform.parts.start(Part(name=CONSOLES, command=command, ready=all_watch))
    try:
        yield
    finally:
        await bed.platform.parts.stop(CONSOLES)


async def _open_streams(url: str) -> float:
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = (await http.get(f"{url}/metrics")).text.splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{OPEN_STREAMS} ")), 0)
