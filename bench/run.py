"""One run of the benchmark."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bench import measurements
from bench.baseline.build import Build, installed
from bench.baseline.comparison import compare_builds
from bench.figures import Figures
from bench.machine import describe, load_average
from bench.peers.comparison import compare
from bench.peers.plan import ComparisonPlan
from bench.plan import Plan
from bench.slopes import slopes
from bench.testbed import Testbed, testbed
from bench.waiting import waiting_approvals
from bench.watched import watched
from config.settings import Settings
from embedded.progress import Progress


@dataclass(frozen=True)
class Beside:
    """What is measured beside the present build: a commit, and the peers."""

    baseline: str | None = None
    peers: ComparisonPlan | None = None


async def measure(settings: Settings, plan: Plan, progress: Progress, beside: Beside = Beside()) -> Figures:
    """Start the platform, measure everything, stop it.

    Raises UnavailableError when an answer of ours or of the baseline does not come, and what `installed` raises for a
    commit that cannot be one. A peer that fails is only left out.
    """
    baseline = await _installed(beside.baseline, settings, progress) if beside.baseline else None
    with progress.spinner("Starting a platform …"):
        async with testbed(settings, progress) as bed:
            return await _figures(bed, plan, progress, baseline, beside.peers)


async def _installed(commit: str, settings: Settings, progress: Progress) -> Build:
    with progress.spinner(f"Installing commit {commit}, once …"):
        return await installed(commit, (settings.home / "bench" / "baselines").absolute())


async def _figures(
    bed: Testbed, plan: Plan, progress: Progress, build: Build | None, comparing: ComparisonPlan | None
) -> Figures:
    load_before = load_average()
    progress.say("Counting what a turn costs …")
    costs = await measurements.turn_costs(bed, plan.counted_turns)
    overhead = {}
    for load in plan.loads:
        progress.say(f"Timing turns of {load.conversations} conversations at once, {load.seconds:.0f} s …")
        overhead[str(load.conversations)] = await measurements.overhead(bed, load)
    progress.say(f"Comparing turns per second with a bare workflow, {plan.pairs_of_rounds} pairs of rounds …")
    rates, saturated = await measurements.rates(bed, plan)
    baseline = None
    if build is not None:
        progress.say(f"Comparing turns per second with commit {build.name}, {plan.pairs_of_rounds} pairs of rounds …")
        baseline = await compare_builds(bed, build, plan)
    progress.say(f"Weighing {plan.weighed} open conversations …")
    memory = await measurements.memory_per_conversation(bed, plan)
    progress.say(f"Killing the worker of {plan.recovered} open conversations …")
    recovery = await measurements.recovery(bed, plan)
    # Before tens of thousands of conversations fill the Temporal server, of which the peers know nothing.
    peers = await compare(bed, comparing, progress.say) if comparing else None
    counts = " and ".join(f"{number:,}" for number in plan.slopes.conversations)
    progress.say(f"Measuring speed and memory with {counts} open conversations, and with more workers …")
    sloped = await slopes(bed, plan.slopes)
    progress.say(f"Opening {plan.watching.sessions} consoles on {plan.watching.conversations:,} open conversations …")
    seen = await watched(bed, plan.watching)
    progress.say(f"Watching {plan.waiting.conversations:,} conversations wait for an approval …")
    waiting = await waiting_approvals(bed, plan.waiting)
    progress.say("Comparing what was written with the transcripts …")
    return Figures(
        plain_turn=costs.plain,
        approval_turn=costs.approval,
        vendor_turn=costs.vendor,
        first_turn=costs.first,
        validated_turn=costs.validated,
        overhead_ms=overhead,
        saturated_ms={str(plan.saturating): saturated},
        turns_per_second=rates,
        memory_per_conversation_kb=memory,
        recovery_1000_seconds=recovery,
        recovered_conversations=plan.recovered,
        messages=await measurements.messages(bed),
        machine=await describe(bed, load_before),
        measured_on=datetime.now(UTC).date(),
        quick=not plan.full,
        waiting_approvals=waiting,
        slopes=sloped,
        watched=seen,
        baseline_ratio=baseline.ratio if baseline else None,
        baseline=baseline,
        peers=peers,
    )
