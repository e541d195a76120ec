"""`holdfast bench`: what it costs, how fast it is, and how soon it is back."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.figures import Figures, budgets
from bench.peers.picture import save_comparison
from bench.peers.plan import FULL_COMPARISON, QUICK_COMPARISON
from bench.peers.report import PICTURE
from bench.plan import FULL, QUICK, Plan
from bench.report import document, tables
from bench.run import Beside, measure
from config.settings import local_settings
from embedded.progress import Progress

WRONG_USE = 2
MEMORY_OF_THIS_PROCESS = Path("/proc/self/smaps_rollup")


def bench(
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the figures as JSON.", dir_okay=False, writable=True)
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the figures as a page.", dir_okay=False, writable=True)
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A short run: the same figures, less sure.")] = False,
    peers: Annotated[
        bool,
        typer.Option("--peers", help="Measure LangGraph and DBOS, too; installs them into folders of their own."),
    ] = False,
    approvals: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="NUMBER", help="How many conversations wait for an approval; 10,000, or 20 if quick."
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="Run the turns of this commit, too, in rounds that alternate with today's; installs it into a folder "
            "below HOLDFAST_HOME, and uses that again.",
        ),
    ] = None,
) -> None:
    """Measure cost, speed, memory and recovery on an embedded platform of its own, with a model that answers at once.

    Exits with 1 when a turn costs more than its budget, or when a message was lost or answered twice. Speed depends on
    the machine and on what else runs there, so it is shown beside its budget and decides nothing.
    """
    console = Console()
    if not MEMORY_OF_THIS_PROCESS.exists():
        console.print("The benchmark reads the memory of the worker from /proc, so it needs Linux.")
        raise typer.Exit(WRONG_USE)
    for file in filter(None, (json, markdown)):
        _prove_writable(file)
    plan = with_approvals(QUICK if quick else FULL, approvals)
    comparing = (QUICK_COMPARISON if quick else FULL_COMPARISON) if peers else None
    beside = Beside(baseline=baseline, peers=comparing)
    figures = asyncio.run(measure(local_settings(), plan, Progress(console), beside))
    write_files(figures, json, markdown)
    show(figures, console)
    if not all(budget.holds for budget in budgets(figures) if budget.exact):
        raise typer.Exit(1)


def with_approvals(plan: Plan, number: int | None) -> Plan:
    """The plan with so many conversations that wait for one; None leaves it as it is."""
    return replace(plan, waiting=replace(plan.waiting, conversations=number)) if number else plan


def write_files(figures: Figures, json: Path | None, markdown: Path | None) -> None:
    """The picture of the comparison goes beside the page that shows it."""
    if json is not None:
        json.write_text(figures.model_dump_json(indent=2) + "\n")
    if markdown is not None:
        markdown.write_text(document(figures))
    if markdown is not None and figures.peers is not None:
        save_comparison(markdown.parent / PICTURE, figures.peers)


def show(figures: Figures, console: Console) -> None:
    for table in tables(figures):
        console.print(table)
    for sentence in figures.peers.not_measured if figures.peers else ():
        console.print(sentence, markup=False, highlight=False)


def _prove_writable(file: Path) -> None:
    """Before minutes of measuring, not after. What is in the file already stays until there is something new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.open("a").close()
