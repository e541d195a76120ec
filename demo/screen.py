"""What a terminal shows: what happens now while the scenarios play, then the table, the checks and the summary."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from demo.playing import Player
from demo.report import ConversationRow, DemoReport, Summary, percentile
from domain.identity.directory import Contact
from embedded.processes import State
from embedded.progress import Progress
from invariants.checks import Check
from invariants.records import JourneyRecord

NAMES_SHOWN = 3
GOOD, BAD = "[green]✓[/]", "[red]✗[/]"


class Screen:
    """Start-up line by line; then a line for each moment and, on a terminal, a picture of what goes on below them."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(console)
        self._console = console
        self._players: Sequence[Player] = ()
        self._began = 0.0

    def __call__(self, part: str, state: State, detail: str) -> None:
        """What the supervisor reports."""
        if not self._players:
            self.progress(part, state, detail)
        elif state in {"crashed", "ready"}:
            told = "runs again" if state == "ready" else "is gone; the supervisor starts it again"
            self._line(f"{part} {told}", "yellow")

    def moment(self, text: str) -> None:
        self._line(text, "bold red" if text.startswith(("kill -9", "outage")) else "")

    @contextmanager
    def playing(self, players: Sequence[Player]) -> Iterator[None]:
        self._players, self._began = players, time.monotonic()
        with Live(get_renderable=self._now, console=self._console, refresh_per_second=8, transient=True):
            yield

    def _line(self, text: str, style: str) -> None:
        told = Text.assemble((f"{time.monotonic() - self._began:5.1f} s  ", "dim"), (text, style))
        self._console.print(told, soft_wrap=True)

    def _now(self) -> RenderableType:
        finished = sum(player.state == "finished" for player in self._players)
        said, turns = sum(p.said for p in self._players), sum(p.turns for p in self._players)
        head = Table.grid(padding=(0, 2))
        head.add_row(
            ProgressBar(total=turns, completed=said, width=30),
            Text(f"{finished} of {len(self._players)} conversations finished", style="bold"),
            Text(f"waiting for a reply: {sum(player.waiting for player in self._players)}", style="dim"),
        )
        return Group(Text(""), head, self._who("waiting for approval"), self._who("with a person"))

    def _who(self, state: str) -> Text:
        who = [player.name for player in self._players if player.state == state]
        more = f" and {len(who) - NAMES_SHOWN} more" if len(who) > NAMES_SHOWN else ""
        return Text(f"{state}: {', '.join(who[:NAMES_SHOWN]) or 'nobody'}{more}", style="dim")


def conversation_table(rows: Sequence[ConversationRow], contacts: Mapping[str, Contact]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("Conversation", "Channel", "Customer", "Outcome", "Confidence", "Owner"):
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    for column in ("In", "Out", "p50 ms", "Events"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        p50 = percentile(row.response_ms, 50)
        table.add_row(
            row.id[:8] + "…",
            row.channel.replace("_", " "),
            contacts[row.customer].name,
            row.outcome,
            " ".join(f"{value:.2f}" for value in row.confidence),
            row.owner,
            str(row.messages_in),
            str(row.messages_out),
            "–" if p50 is None else f"{p50:.0f}",
            str(row.history_events),
        )
    return table


def journey_table(journey: JourneyRecord) -> Table:
    """The steps in the order in which they began, with their owners."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in (f"Journey {journey.journey} {journey.state}", "Kind", "Owner", "Came about"):
        table.add_column(column, no_wrap=True)
    table.add_column("Seconds", justify="right")
    for step in journey.steps:
        seconds = f"{(step.ended_at - step.began_at).total_seconds():.1f}" if step.ended_at else "–"
        table.add_row(step.step, step.kind.replace("_", " "), step.owner, step.outcome or "under way", seconds)
    return table


def check_table(checks: Mapping[str, Check]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, check in checks.items():
        table.add_row(GOOD if check.ok else BAD, name.replace("_", " "), Text(check.detail, style="dim"))
    return table


def summary_lines(summary: Summary, report: DemoReport, seconds: float) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_row(
        "Played", f"{summary.conversations} conversations in {seconds:.0f} s, {summary.messages_in} messages in"
    )
    automated = f"{summary.automated} conversations without a person ({summary.automated / summary.conversations:.0%})"
    table.add_row("Automation", automated)
    table.add_row("People", f"{summary.escalated} escalations, {summary.approvals} approvals asked for")
    table.add_row("Response time", f"{_times(summary.calm)}; around the faults {_times(summary.disturbed)}")
    held = sum(check.ok for check in report.checks.values())
    table.add_row("Checks", f"{held} of {len(report.checks)} hold")
    return table


def _times(values: Sequence[float]) -> str:
    p50, p95 = percentile(values, 50), percentile(values, 95)
    if p50 is None or p95 is None:
        return "not measured"
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(values)} replies"
