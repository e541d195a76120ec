"""What a terminal shows: what goes wrong, line by line, and how far the run is below it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chaos.outside import OutsideRecord
from chaos.run import Plan, Watcher
from chaos.stage import Stage
from chaos.verdict import Verdict
from embedded.processes import State

PROBLEMS_SHOWN = 20
BAR_WIDTH = 30
COUNTED = ("lost", "doubled", "after_takeover", "out_of_order", "unapproved")


class Screen(Watcher):
    """Also the supervisor's report. Lines go above the picture, which only terminals show."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._now = "Starting …"
        self._outside: OutsideRecord | None = None
        self._plan = Plan()

    @contextmanager
    def shown(self) -> Iterator[None]:
        with Live(get_renderable=self._picture, console=self._console, refresh_per_second=4, transient=True):
            yield

    def __call__(self, part: str, state: State, detail: str) -> None:
        """Parts that start at the beginning, and those that crash or come back."""
        if state == "starting":
            self._now = f"Starting {part} …"
        elif state != "stopped":
            self._line(f"{part} {state} {detail if self._outside is None else ''}", "dim")

    def says(self, text: str) -> None:
        self._now = text
        self._line(text, "")

    def comes(self, stage: Stage, plan: Plan) -> None:
        self._outside, self._plan = stage.outside, plan
        self._now = "Customers write, people decide, parts fail."

    def fault(self, name: str) -> None:
        self._line(name, "bold red")

    def _line(self, text: str, style: str) -> None:
        seconds = f"{self._outside.now:6.1f} s  " if self._outside else ""
        self._console.print(Text.assemble((seconds, "dim"), (text, style)), soft_wrap=True)

    def _picture(self) -> RenderableType:
        if self._outside is None:
            return Text(self._now, style="dim")
        head = Table.grid(padding=(0, 2))
        said, answered = len(self._outside.said), len(self._outside.answered_at)
        head.add_row(
            ProgressBar(total=self._plan.seconds, completed=self._outside.now, width=BAR_WIDTH),
            Text(f"{said} messages written, {answered} answered", style="bold"),
        )
        return Group(head, Text(self._now, style="dim"))


def show(console: Console, verdict: Verdict) -> None:
    """The counts, and the first problems with the message that each concerns."""
    counts = Table(box=None, header_style="bold", pad_edge=False)
    for name in COUNTED:
        counts.add_column(name.replace("_", " "), justify="right")
    counts.add_row(*(str(getattr(verdict, name)) for name in COUNTED))
    console.print("", counts)
    for problem in verdict.problems[:PROBLEMS_SHOWN]:
        where = f" in {problem.conversation_id}" if problem.conversation_id else ""
        told = f"{problem.rule}: {problem.message}{where}: {problem.what}"
        console.print(told, style="red", markup=False, highlight=False, soft_wrap=True)
    if len(verdict.problems) > PROBLEMS_SHOWN:
        console.print(f"and {len(verdict.problems) - PROBLEMS_SHOWN} more", style="red")
    console.print(", ".join(_summary(verdict)), highlight=False, soft_wrap=True)
    if not verdict.rested:
        console.print("It did not come to rest: steps were still being tried at the end.", style="red")


def _summary(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.messages} messages in {verdict.conversations} conversations"
    yield f"{sum(verdict.faults.values())} faults of {len(verdict.faults)} kinds"
    yield f"{verdict.takeovers} takeovers"
    yield f"{verdict.approvals} approvals"
    yield f"seed {verdict.seed}"
    yield f"further problems: {', '.join(f'{count} {name}' for name, count in verdict.other.items()) or 'none'}"
