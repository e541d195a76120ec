"""`holdfast chaos`: many conversations, every fault, and a judge who stands outside."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chaos.figures import figures_of
from chaos.plants import Plant
from chaos.report import write
from chaos.run import Plan, Result, run
from chaos.screen import Screen, show
from chaos.stage import chaos_settings
from config.logging import configure_logging
from config.settings import local_settings

WIDTH = 140
BROKEN, INTERRUPTED = 1, 130


def chaos(
    conversations: Annotated[int, typer.Option(help="How many customers write.", min=4, max=5000)] = 1000,
    minutes: Annotated[float, typer.Option(help="For how long they write.", min=0.2, max=600)] = 10.0,
    seed: Annotated[int, typer.Option(help="Chooses customers, people's decisions and faults.")] = 1,
    messages: Annotated[int, typer.Option(help="How many messages each customer writes.", min=2, max=500)] = 11,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with figures and plots.", dir_okay=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
    plant: Annotated[
        Plant | None, typer.Option(help="Prove that the judge notices: run with this bug. The exit code is then 1.")
    ] = None,
) -> None:
    """Let customers and people work on a fresh platform while every part of it fails; then judge what came of it.

    The state is kept in .holdfast/chaos, which is removed at the start. Exit code 0 when nothing was lost, doubled, out
    of order, sent after a takeover or without approval; otherwise 1. The run is told on standard error.
    """
    configure_logging("error", "console")
    logging.getLogger("asyncpg").setLevel(logging.ERROR)  # it warns whenever PostgreSQL is killed
    plan = Plan(conversations, minutes, seed, messages, plant)
    if report is not None:
        _prove_writable(report)
    console = _console()
    screen = Screen(console)
    try:
        with screen.shown():
            result = asyncio.run(run(chaos_settings(local_settings()), plan, screen, screen))
    except KeyboardInterrupt:
        console.print("Stopped before its end: nothing was judged.")
        raise typer.Exit(INTERRUPTED) from None
    _tell(console, result, json=json)
    if report is not None:
        write(report, figures_of(result))
    raise typer.Exit(0 if result.verdict.holds else BROKEN)


def _console() -> Console:
    console = Console(stderr=True)
    return console if console.is_terminal else Console(width=WIDTH, stderr=True)


def _tell(console: Console, result: Result, *, json: bool) -> None:
    show(console, result.verdict)
    if json:
        typer.echo(result.verdict.model_dump_json(indent=2))


def _prove_writable(file: Path) -> None:
    """Before minutes of running, not after."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.open("a").close()
