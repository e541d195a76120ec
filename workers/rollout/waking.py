"""Waking conversations and journeys so that they go on with the current version of the workers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import ConflictError
from domain.model import Frozen
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.temporal import ROLLS_OVER, DeploymentCalls, explained
from workflows.conversation.workflow import ConversationWorkflow

ROUNDS = 3
VERSION = SearchAttributeKey.for_keyword("TemporalWorkerDeploymentVersion")


@dataclass(frozen=True)
class Pace:
    """How many conversations are woken at once, and the pause after them."""

    batch: int = 20
    pause: timedelta = timedelta(seconds=2)


class Woken(Frozen):
    """How far it is, in runs of conversations."""

    found: int = 0
    """Were not on the current version when it looked."""
    woken: int = 0
    gone: int = 0
    """Had ended, or moved by themselves, before their turn came."""
    elsewhere: int = 0
    """Are not on the current version, counted after the last one was woken."""
    stayed: int = 0
    """Of these, were woken, began a new run and stayed where they were: Temporal does not move them."""


class Run(Frozen):
    """One run of a conversation's workflow."""

    workflow_id: str
    run_id: str
    version: str = ""
    """Empty until a worker with a version has worked on it."""


async def wake(deployment: WorkerDeployment, pace: Pace, report: Callable[[Woken], None]) -> Woken:
    """Wake every conversation that is not on the current version, batch by batch.

    An idle one begins a new run at once, one that is answering when it has answered. For about a second after a
    change of versions Temporal may begin a run on the version before: such a conversation is woken again. Cancelling
    loses nothing. Raises ConflictError while a version ramps.
    """
    waking = _Waking(deployment.calls, await _current(deployment), pace, report)
    for _ in range(ROUNDS):
        if not await waking.wake_what_is_new():
            break
    return await waking.told()


async def _current(deployment: WorkerDeployment) -> str | None:
    status = await deployment.status()
    if status.ramping:
        raise ConflictError(
            f"Version {status.ramping} gets {status.percent:g} % so far, so most that are woken would stay where "
            f"they are. `holdfast rollout start {status.ramping}` makes it current; then wake."
        )
    return status.current


class _Waking:
    """What was woken so far."""

    def __init__(
        self, calls: DeploymentCalls, current: str | None, pace: Pace, report: Callable[[Woken], None]
    ) -> None:
        self._calls = calls
        self._current = current
        self._pace = pace
        self._report = report
        self._progress = Woken()
        self._seen = set[str]()
        self._woken = set[str]()

    async def wake_what_is_new(self) -> int:
        """Wake the runs elsewhere that were not woken before; how many these are."""
        runs = await self._new()
        if runs:
            self._note(found=len(runs))
        for start in range(0, len(runs), self._pace.batch):
            batch = runs[start : start + self._pace.batch]
            heard = sum(await asyncio.gather(*(_wake(self._calls.client, run) for run in batch)))
            self._seen |= {run.run_id for run in batch}
            self._woken |= {run.workflow_id for run in batch}
            self._note(woken=heard, gone=len(batch) - heard)
            await asyncio.sleep(self._pace.pause.total_seconds())
        return len(runs)

    async def told(self) -> Woken:
        """How it ended."""
        stayed = sum(run.workflow_id in self._woken for run in await self._new())
        elsewhere = await self._calls.count(*self._elsewhere)
        return self._progress.model_copy(update={"elsewhere": elsewhere, "stayed": stayed})

    @property
    def _elsewhere(self) -> tuple[str, str]:
        return ROLLS_OVER, self._calls.not_on(self._current)

    async def _new(self) -> list[Run]:
        open_runs = self._calls.open(*self._elsewhere)
        return [Run(workflow_id=one.id, run_id=one.run_id) async for one in open_runs if one.run_id not in self._seen]

    def _note(self, *, found: int = 0, woken: int = 0, gone: int = 0) -> None:
        last = self._progress
        self._progress = Woken(found=last.found + found, woken=last.woken + woken, gone=last.gone + gone)
        self._report(self._progress)


def _run(execution: WorkflowExecution) -> Run:
    version = execution.typed_search_attributes.get(VERSION)
    return Run(workflow_id=execution.id, run_id=execution.run_id, version=version or "")


async def _wake(client: Client, run: Run) -> bool:
    """False: this run is over, so there is nothing to wake."""
    handle: WorkflowHandle[ConversationWorkflow, None] = client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
    with explained():
        try:
            await handle.signal(ConversationWorkflow.roll_over)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
    return True
