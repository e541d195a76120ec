"""All systems side by side: the same customers, rounds that alternate, the same kills."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from bench.announcements import Announcements
from bench.customers import at_full_speed, run_load
from bench.figures import Comparison, KillFigures, Percentiles, SystemFigures
from bench.machine import load_average
from bench.peers.environment import PeerKind, installed
from bench.peers.ours import OurSystem
from bench.peers.peer import PeerAccess, PeerSystem
from bench.peers.plan import ComparisonPlan
from bench.peers.process import PeerProcess
from bench.peers.system import ComparedCustomer, System
from bench.peers.transcript import PeerTranscript
from bench.peers.trials import MOMENTS, Moment, killed_at
from bench.testbed import Testbed, listening
from domain.errors import HoldfastError
from embedded.platform import embedded_postgres
from storage.database import connect

Say = Callable[[str], None]


@dataclass
class Measured:
    """What is known of one system so far."""

    system: System
    customers: Sequence[ComparedCustomer]
    rounds: list[float] = field(default_factory=list)
    saturated: list[float] = field(default_factory=list)
    paced: list[float] = field(default_factory=list)
    approvals: list[float] = field(default_factory=list)
    kills: dict[Moment, KillFigures] = field(default_factory=dict)

    def figures(self) -> SystemFigures:
        return SystemFigures(
            name=self.system.name,
            versions=dict(self.system.versions),
            turns_per_second=round(median(self.rounds), 1),
            rounds=[round(rate, 1) for rate in self.rounds],
            saturated_ms=Percentiles.of(self.saturated),
            paced_ms=Percentiles.of(self.paced),
            approval_ms=Percentiles.of(self.approvals),
            kills=dict(self.kills),
        )


async def compare(bed: Testbed, plan: ComparisonPlan, say: Say) -> Comparison:
    """Holdfast and every peer that can be installed and started. A peer that fails is left out, with a sentence."""
    async with AsyncExitStack() as stack:
        peers: list[System] = []
        failures: list[str] = []
        for kind in plan.peers:
            say(f"Installing and starting {kind.name} …")
            try:
                peers.append(await stack.enter_async_context(_peer(bed, kind)))
            except HoldfastError as error:
                failures.append(str(error))
        return await measure_side_by_side(OurSystem(bed), peers, plan, say, failures)


async def measure_side_by_side(
    ours: System, peers: Sequence[System], plan: ComparisonPlan, say: Say, failures: Sequence[str] = ()
) -> Comparison:
    """Raises UnavailableError when ours fails."""
    measuring = _Measuring([ours, *peers], plan, list(failures))
    load_before = load_average()
    say(f"Comparing turns of {plan.conversations} conversations, {plan.rounds} rounds …")
    await measuring.each(_warm_up)
    for _ in range(plan.rounds):
        await measuring.each(_round)
    say("Comparing turns of customers who pause …")
    await measuring.each(_paced)
    say("Comparing approvals …")
    await measuring.each(_approvals)
    for moment in MOMENTS:
        say(f"Killing each system: {moment.replace('_', ' ')} …")
        await measuring.each(_killing(moment))
    return Comparison(
        conversations=plan.conversations,
        round_seconds=plan.round_seconds,
        pause_seconds=plan.pause_seconds,
        patience_seconds=plan.patience_seconds,
        systems=[measured.figures() for measured in measuring.systems],
        not_measured=measuring.failures,
        load_before=load_before,
        load_after=load_average(),
    )


Measure = Callable[[Measured, ComparisonPlan], Awaitable[None]]


class _Measuring:
    """The systems that still are in the comparison; the first is ours and stays."""

    def __init__(self, systems: Sequence[System], plan: ComparisonPlan, failures: list[str]) -> None:
        self.systems = [Measured(system, system.new_customers(plan.conversations)) for system in systems]
        self.failures = failures
        self._plan = plan

    async def each(self, measure: Measure) -> None:
        """One after the other: they share the machine."""
        ours, *peers = self.systems
        await measure(ours, self._plan)
        self.systems = [ours, *[peer for peer in peers if await self._goes_well(measure, peer)]]

    async def _goes_well(self, measure: Measure, peer: Measured) -> bool:
        try:
            await measure(peer, self._plan)
        except HoldfastError as error:
            self.failures.append(str(error))
            return False
        return True


async def _warm_up(measured: Measured, plan: ComparisonPlan) -> None:
    await asyncio.gather(*(customer.says() for customer in measured.customers))


async def _round(measured: Measured, plan: ComparisonPlan) -> None:
    rate, turns = await at_full_speed(measured.customers, plan.round_seconds)
    measured.rounds.append(rate)
    measured.saturated += turns


async def _paced(measured: Measured, plan: ComparisonPlan) -> None:
    measured.paced += await run_load(measured.customers, plan.paced_seconds, plan.pause_seconds)


async def _approvals(measured: Measured, plan: ComparisonPlan) -> None:
    """All wait; a person approves one after the other."""
    await asyncio.gather(*(customer.asks_for_approval() for customer in measured.customers))
    for customer in measured.customers:
        started = perf_counter()
        await customer.is_approved()
        measured.approvals.append((perf_counter() - started) * 1000)


def _killing(moment: Moment) -> Measure:
    async def measure(measured: Measured, plan: ComparisonPlan) -> None:
        measured.kills[moment] = await killed_at(measured.system, moment, plan.killed, plan.patience_seconds)

    return measure


@asynccontextmanager
async def _peer(bed: Testbed, kind: PeerKind) -> AsyncIterator[PeerSystem]:
    """The peer on a fresh database of the same PostgreSQL, as long as the context lasts."""
    settings, name = bed.platform.settings, kind.name.lower()
    # Beside the state of the run, which is thrown away: environments are used again, logs are read afterwards.
    folder = settings.home.parent / "peers"
    python = await installed(kind, folder / name)
    server = embedded_postgres(settings)
    await server.create_database(name)
    url = server.url(name)
    announcements = Announcements()
    async with AsyncExitStack() as stack:
        database = await connect(url)
        stack.push_async_callback(database.close)
        transcript = PeerTranscript(database)
        await transcript.create()
        await stack.enter_async_context(listening(announcements, url))
        process = PeerProcess(kind.name, [str(python), "-m", kind.module], url, folder / f"{name}.log")
        stack.push_async_callback(process.kill)
        await process.start()
        yield PeerSystem(kind.name, PeerAccess(process, transcript, announcements))
