"""`holdfast rollout`: let conversations move to a new version of the workers, and back."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from cli.rollout_progress import DrainProgress, WakeProgress
from cli.temporal_client import temporal_client
from config.settings import local_settings
from workers.rollout.deployment import EVERYTHING, WorkerDeployment
from workers.rollout.draining import drain as wait_until_empty
from workers.rollout.status import RolloutStatus, VersionStatus
from workers.rollout.waking import Pace, Woken
from workers.rollout.waking import wake as wake_all

INTERRUPTED = 130
OFF = (
    "Versions are off: no worker has one, so all of them serve every conversation. "
    "HOLDFAST_WORKER_BUILD_ID gives a worker its version."
)
Result = TypeVar("Result")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Change the version of the workers while conversations are open: start, wake, drain; or abort.",
)
console = Console(highlight=False)
BuildId = Annotated[str, typer.Argument(help="A version, as HOLDFAST_WORKER_BUILD_ID of its workers names it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


@app.command()
def start(
    build_id: BuildId,
    percent: Annotated[
        float, typer.Option(min=1, max=100, help="Share of the new conversations that begin on it; try it with a few.")
    ] = EVERYTHING,
) -> None:
    """Let new conversations begin on a version. Its workers must run; the workers before it must go on running."""

    async def change(deployment: WorkerDeployment) -> tuple[bool, RolloutStatus]:
        return await deployment.start(build_id, percent), await deployment.status()

    changed, status = _with_deployment(change)
    console.print("Nothing was changed." if not changed else "Done.", _routing(status), soft_wrap=True)
    if status.elsewhere and not status.ramping:
        console.print(f"{_open(status.elsewhere)} on other versions: `holdfast rollout wake` moves them.")


@app.command("status")
def show(as_json: AsJson = False) -> None:
    """Show the versions: what begins on each, how many conversations are open, whether it is drained."""
    status = _with_deployment(lambda deployment: deployment.status())
    if as_json:
        typer.echo(status.model_dump_json(indent=2))
        return
    console.print(_routing(status) if status.versions else OFF, soft_wrap=True)
    console.print(_table(status))


@app.command()
def wake(
    batch: Annotated[int, typer.Option(min=1, max=1000, help="How many are woken at once.")] = Pace().batch,
    pause: Annotated[
        float, typer.Option(min=0, max=3600, help="Seconds between two batches.")
    ] = Pace().pause.total_seconds(),
    as_json: AsJson = False,
) -> None:
    """Move every conversation to the current version, each at its next pause. Ctrl-C stops; do it again to go on."""
    progress = WakeProgress(console, silent=as_json)

    async def move(deployment: WorkerDeployment) -> Woken:
        return await wake_all(deployment, Pace(batch, timedelta(seconds=pause)), progress)

    with progress:
        woken = _with_deployment(move, lambda: progress.stopped)
    if as_json:
        typer.echo(woken.model_dump_json(indent=2))
        return
    console.print(_told(woken), soft_wrap=True)


@app.command()
def drain(build_id: BuildId, as_json: AsJson = False) -> None:
    """Wait until nothing is left on a version, then let its workers end. Ctrl-C ends the waiting and nothing else."""
    progress = DrainProgress(console, build_id, silent=as_json)

    async def wait(deployment: WorkerDeployment) -> VersionStatus:
        return await wait_until_empty(deployment, build_id, progress)

    with progress:
        drained = _with_deployment(wait, lambda: progress.stopped)
    if as_json:
        typer.echo(drained.model_dump_json(indent=2))
        return
    console.print(f"Nothing is left on version {build_id}. Its workers end within a minute.", soft_wrap=True)


@app.command()
def abort() -> None:
    """Go back: end the ramp or, without one, make the version before the current one current again."""

    async def change(deployment: WorkerDeployment) -> RolloutStatus:
        await deployment.abort()
        return await deployment.status()

    status = _with_deployment(change)
    console.print("Done.", _routing(status), soft_wrap=True)
    if status.elsewhere:
        console.print(f"{_open(status.elsewhere)} on other versions: `holdfast rollout wake` brings them back.")


def _with_deployment(
    work: Callable[[WorkerDeployment], Awaitable[Result]], interrupted: Callable[[], str] = lambda: "Stopped."
) -> Result:
    """Work on the deployment of the settings; Ctrl-C says how far it was, and ends with 130."""

    async def connected() -> Result:
        settings = local_settings()
        return await work(WorkerDeployment(await temporal_client(settings), settings.worker_deployment))

    try:
        return asyncio.run(connected())
    except KeyboardInterrupt:
        Console(stderr=True, highlight=False).print(interrupted(), soft_wrap=True)
        sys.stdout.flush()
        # A call to Temporal that is under way in a thread of the SDK aborts an interpreter that takes its time to end.
        os._exit(INTERRUPTED)


def _routing(status: RolloutStatus) -> str:
    """Where new conversations begin."""
    current = f"version {status.current}" if status.current else "workers without a version"
    if not status.ramping:
        return f"New conversations begin on {current}."
    return f"Of the new conversations {status.percent:g} % begin on version {status.ramping}, the others on {current}."


def _table(status: RolloutStatus) -> Table:
    table = Table("version", "state", "new %", "conversations", "other workflows", "workers")
    for one in status.versions:
        workers = f"{one.workers}, may end" if one.retired else str(one.workers)
        table.add_row(one.build_id, one.state, f"{one.percent:g}", str(one.conversations), str(one.others), workers)
    table.add_row("none", "", "", str(status.without_version), "", "")
    return table


def _told(woken: Woken) -> str:
    if not woken.found:
        return "Every open conversation is on the current version."
    lines = [f"Woke {woken.woken} of {woken.found}; {woken.gone} had ended or moved by themselves."]
    if woken.elsewhere:
        lines.append(f"{_open(woken.elsewhere)} still elsewhere. They move when they have answered: look again soon.")
    if woken.stayed:
        lines.append(
            f"{woken.stayed} of them began a new run and stayed. Wake again; where they stay even so, this Temporal "
            "service is too old to move them: upgrade it to 1.32."
        )
    return "\n".join(lines)


def _open(number: int) -> str:
    return f"{number} conversation is" if number == 1 else f"{number} conversations are"
