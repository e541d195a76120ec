"""The present build and the baseline side by side: the same program drives both, in rounds that alternate."""

from contextlib import AsyncExitStack
from statistics import median

from bench.baseline.build import PRESENT, Build
from bench.baseline.process import BuildProcess
from bench.figures import BaselineFigures
from bench.plan import Plan
from bench.testbed import Testbed
from embedded.platform import embedded_postgres


async def compare_builds(bed: Testbed, baseline: Build, plan: Plan) -> BaselineFigures:
    """Each build has its own worker, driver, database and Temporal server; PostgreSQL is the one of the run."""
    async with AsyncExitStack() as stack:
        then = await stack.enter_async_context(await _process(bed, baseline, "then", plan.saturating))
        now = await stack.enter_async_context(await _process(bed, PRESENT, "now", plan.saturating))
        pairs = [
            (await then.round(plan.round_seconds), await now.round(plan.round_seconds))
            for _ in range(plan.pairs_of_rounds)
        ]
    ratios = [present / past for past, present in pairs]
    return BaselineFigures(
        commit=baseline.name,
        then=round(median(past for past, _ in pairs), 1),
        now=round(median(present for _, present in pairs), 1),
        ratio=round(median(ratios), 3),
        ratios=[round(ratio, 3) for ratio in ratios],
        temporal_servers=[then.temporal_server, now.temporal_server],
    )


async def _process(bed: Testbed, build: Build, side: str, conversations: int) -> BuildProcess:
    server = embedded_postgres(bed.platform.settings)
    database = f"build_{side}"
    await server.create_database(database)
    home = bed.platform.settings.home.absolute() / "builds" / side
    return BuildProcess(build, server.url(database), home, conversations)
