"""`holdfast demo`: customers, staff and faults on a fresh platform; then the checks."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import Annotated

import typer
from rich.console import Console

from cast.staff import Staff
from config.settings import Settings, local_settings
from demo.client_factory import ClientFactory
from demo.colleagues import talk
from demo.faults import inject
from demo.ground_truth import collect, settle
from demo.playing import Player
from demo.publication import publish_and_roll_back
from demo.report import DemoReport, Summary, report_of, summary_of
from demo.sabotage import Sabotage, commit
from demo.scenarios import scenarios
from demo.screen import Screen, check_table, conversation_table, journey_table, summary_lines
from demo.stage import Stage, demo_settings, open_stage
from embedded.application import gateway_url
from embedded.serving import STOP_SIGNALS
from invariants.checks import run_checks
from invariants.records import Conversation, Fault
from storage.specs import SpecRepository

REPORT = "report.json"
WIDTH = 140
SHOWN_IN_TEMPORAL = (
    "billing dispute, edited and approved",
    "asks for a person: takeover, replies, hand-back",
    "onboarding journey, from the welcome to the check-in",
)


def demo(
    stay: Annotated[
        bool | None,
        typer.Option(
            "--stay/--no-stay",
            "--keep",
            help="Leave the platform running until Ctrl-C, with the console open on what was played. "
            "Where nobody sits at a terminal, it ends after the checks.",
            show_default="at a terminal",
        ),
    ] = None,
    conversations: Annotated[int, typer.Option(help="How many conversations are played.", min=48, max=400)] = 60,
    seed: Annotated[int, typer.Option(help="Chooses customers, order and pauses.")] = 1,
    sabotage: Annotated[
        Sabotage | None,
        typer.Option(
            help="Prove that the checks notice: `drop` claims a message as sent that never left the client, "
            "`double` delivers a reply twice. The exit code is then 1."
        ),
    ] = None,
) -> None:
    """Play customer conversations on a fresh platform, kill parts of it meanwhile, and check that nothing is lost.

    The state is kept in .holdfast/demo, which is removed at the start; the result is written to report.json there.
    Exit code 0 when every check holds, otherwise 1.
    """
    console = _console()
    stays = console.is_terminal if stay is None else stay
    report = asyncio.run(_demo(console, stays, conversations, seed, sabotage))
    raise typer.Exit(0 if report.ok else 1)


def _console() -> Console:
    """Wide enough for the table where the output goes to a file."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


async def _demo(console: Console, stays: bool, count: int, seed: int, sabotage: Sabotage | None) -> DemoReport:
    settings, screen = demo_settings(local_settings()), Screen(console)
    async with AsyncExitStack() as stack:
        with screen.progress.spinner("Starting …"):
            stage = await stack.enter_async_context(open_stage(settings, screen, screen.progress.say))
        staff = await stack.enter_async_context(Staff(stage.platform.gateway_url, stage.keys))
        random = Random(seed)  # noqa: S311 - chooses scenarios and pauses, guards nothing
        clients = ClientFactory(stage, staff)
        players = [Player(scenario, clients, staff, random, screen.moment) for scenario in scenarios(count, random)]
        console.print(f"\n{len(players)} customers arrive.")
        started = time.monotonic()
        with screen.playing(players):
            conversations, faults = await _play(stage, clients, players, screen, sabotage)
        seconds = time.monotonic() - started
        publications = await SpecRepository(stage.database).history(stage.organisation)
        report = report_of(conversations, run_checks(conversations, faults, publications))
        if stays:
            await talk(staff, conversations)
        (settings.home / REPORT).write_text(report.model_dump_json(indent=2))
        _show(console, stage, conversations, report, summary_of(conversations, faults), seconds)
        if stays:
            _link(console, stage, conversations)
            await _stay(console, stage)
        else:
            console.print("To look at these conversations in the console, play with --stay: it ends with Ctrl-C.")
        console.print("\nStopping …")
    return report


async def _play(
    stage: Stage, clients: ClientFactory, players: Sequence[Player], screen: Screen, sabotage: Sabotage | None
) -> tuple[list[Conversation], list[Fault]]:
    """All scenarios at once, in their middle faults and another version; then read what happened."""
    injecting = asyncio.create_task(inject(stage, clients, players, screen.moment))
    publishing = asyncio.create_task(publish_and_roll_back(stage, clients, players, screen.moment))
    await asyncio.gather(*(player.play() for player in players))
    faults, _ = await asyncio.gather(injecting, publishing)
    if sabotage:
        screen.moment(await commit(sabotage, stage, players))
    await settle(stage, players)
    await asyncio.gather(*(player.leave() for player in players))
    return await collect(stage, players), faults


def _show(
    console: Console,
    stage: Stage,
    conversations: Sequence[Conversation],
    report: DemoReport,
    summary: Summary,
    seconds: float,
) -> None:
    journeys = [journey for found in conversations for journey in found.recorded.journeys]
    tables = [journey_table(journey) for journey in journeys]
    for part in (conversation_table(report.conversations, stage.contacts), *tables, check_table(report.checks)):
        console.print("", part)
    console.print("", summary_lines(summary, report, seconds))
    console.print(f"Report: {stage.platform.settings.home / REPORT}", soft_wrap=True)


def _link(console: Console, stage: Stage, conversations: Sequence[Conversation]) -> None:
    """Only while there is a Temporal UI behind the links."""
    ui = f"{stage.platform.temporal_ui_url}/namespaces/{stage.platform.settings.temporal_namespace}/workflows"
    for conversation in conversations:
        if conversation.played.title in SHOWN_IN_TEMPORAL:
            workflow = conversation.recorded.workflow
            address = f"{ui}/{workflow.workflow_id}/{workflow.run_id}/history"
            console.print(f"{conversation.played.title}: {address}", soft_wrap=True)


async def _stay(console: Console, stage: Stage) -> None:
    """Until a signal; a second one kills what has not stopped yet."""
    stop = asyncio.Event()

    def interrupt() -> None:
        if stop.is_set():
            stage.platform.parts.kill_all()
        stop.set()

    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, interrupt)
    platform = stage.platform
    for line in ("", *addresses(platform.settings, stage.vendors.page, platform.temporal_ui_url)):
        console.print(line, highlight=False, soft_wrap=True)
    await stop.wait()


def addresses(settings: Settings, vendors: str, temporal_ui: str | None) -> list[str]:
    """What can be opened now, the console first and last."""
    gateway = gateway_url(settings)
    found = {
        "Console": f"{gateway}/console (one click signs you in)",
        "Chat as a customer": f"{gateway}/chat",
        "Vendors": vendors,
        "API": f"{gateway}/docs",
        "Temporal UI": temporal_ui,
        "Command line": f"HOLDFAST_HOME={settings.home} holdfast approvals list",
    }
    lines = [f"{name:<20} {address}" for name, address in found.items() if address is not None]
    return [*lines, "", f"The console with these conversations: {gateway}/console · Ctrl-C ends it"]
