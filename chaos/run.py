"""One run: the crowd comes, people work, parts fail; then everything comes to rest and is judged."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos.crowd import Crowd
from chaos.customers import Pace
from chaos.evidence import at_rest, collect
from chaos.facts import RunFacts
from chaos.judge import Problem, judge
from chaos.people import People
from chaos.plants import Plant
from chaos.schedule import Inflicted, Over, Told, inflict_all
from chaos.stage import Stage, open_stage
from chaos.verdict import Recovery, Verdict, recoveries_of, verdict_of
from config.settings import Settings
from domain.errors import UnavailableError
from embedded.processes import Report
from storage.conversations import ConversationRepository

MESSAGES_EACH = 11
PROBLEMS = "problems"
LAST_FAULT_WITHIN_SECONDS = 180.0


@dataclass(frozen=True)
class Plan:
    """How much, for how long, by which seed, and with which bug."""

    conversations: int = 1000
    minutes: float = 10.0
    seed: int = 1
    messages_each: int = MESSAGES_EACH
    bug: Plant | None = None

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def pace(self) -> Pace:
        """The last messages come shortly before the end, as vendors make their customers wait now and then."""
        return Pace(self.messages_each, self.seconds / (self.messages_each + 3))


@dataclass(frozen=True)
class Result:
    """A run that is over."""

    plan: Plan
    verdict: Verdict
    recoveries: list[Recovery]
    stage: Stage


class Watcher:
    """Told what happens, for whoever looks on; does nothing."""

    def says(self, text: str) -> None:
        """Something new goes on."""

    def comes(self, stage: Stage, plan: Plan) -> None:
        """The crowd is there."""

    def fault(self, name: str) -> None:
        """Something goes wrong now."""


async def run(settings: Settings, plan: Plan, report: Report, watcher: Watcher) -> Result:
    """Raises UnavailableError when a part does not come back at all."""
    async with open_stage(settings, report, plan.conversations, plan.bug) as stage:
        faults = list[Inflicted]()
        random = Random(plan.seed)  # noqa: S311 - chooses what happens, guards nothing
        crowd = Crowd(stage, random)
        watcher.says(f"{plan.conversations} customers arrive …")
        await crowd.arrive()
        people = People(stage.staff, stage.outside, random, ConversationRepository(stage.database), crowd)
        if stage.disk is None:
            watcher.says("Without root no disk can be full, so that fault is left out.")
        stage.outside.begins()
        watcher.comes(stage, plan)
        async with _aside(crowd.observe()):
            async with _aside(people.work(plan.conversations)):
                await _play(stage, plan, crowd, Random(plan.seed + 1), watcher.fault, faults.append)  # noqa: S311
            watcher.says("Waiting until everything is at rest …")
            rested = await at_rest(stage, crowd)
            await people.end_every_ownership()
        watcher.says("Reading both sides, replaying every history …")
        facts = await collect(stage, crowd)
        await crowd.leave()
        recoveries = recoveries_of(stage.outside, faults)
        verdict = verdict_of(
            facts, judge(facts), recoveries, customers=plan.conversations, seed=plan.seed, rested=rested
        )
        keep_evidence(settings.home / PROBLEMS, facts, verdict.problems)
        return Result(plan, verdict, recoveries, stage)


def keep_evidence(folder: Path, facts: RunFacts, problems: Sequence[Problem]) -> None:
    """Both sides of each conversation with a problem, a JSON file each."""
    wrong = {problem.conversation_id for problem in problems}
    for one in facts.conversations:
        if one.conversation_id in wrong:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{one.conversation_id}.json").write_text(one.model_dump_json(indent=1))


async def _play(stage: Stage, plan: Plan, crowd: Crowd, random: Random, told: Told, over: Over) -> None:
    """Customers write to their last message, and every fault comes to its end."""
    inflicting = asyncio.create_task(inflict_all(stage, plan.seconds, random, told, over))
    try:
        await crowd.play(plan.pace)
        async with asyncio.timeout(LAST_FAULT_WITHIN_SECONDS):
            await inflicting
    except TimeoutError:
        raise UnavailableError("A part did not come back after its fault; see the logs.") from None
    finally:
        inflicting.cancel()
        await asyncio.gather(inflicting, return_exceptions=True)


@asynccontextmanager
async def _aside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Goes on meanwhile. An error of it is raised at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        if not task.done():
            task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
    if isinstance(done[0], Exception):
        raise done[0]
