"""What people see while conversations are woken, and while a version drains."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workers.rollout.status import VersionStatus
from workers.rollout.waking import Woken


class _Bar:
    """A bar in a terminal, a line for each change elsewhere; nothing where `silent`."""

    def __init__(self, console: Console, *, silent: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        in_terminal = console.is_terminal and not silent
        self._progress = Progress(*columns, console=console, disable=not in_terminal, transient=True)
        self._task = self._progress.add_task("Asking Temporal …", total=None)
        self._print = None if in_terminal or silent else console.print
        self._printed = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def _show(self, text: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=text, completed=done, total=total)
        line = f"{text}: {done} of {total}"
        if self._print and line != self._printed:
            self._print(line, soft_wrap=True)
        self._printed = line


class WakeProgress(_Bar):
    """Called with how far the waking is."""

    def __init__(self, console: Console, *, silent: bool) -> None:
        super().__init__(console, silent=silent)
        self._last = Woken()

    def __call__(self, woken: Woken) -> None:
        self._last = woken
        self._show("Waking conversations", woken.woken + woken.gone, woken.found)

    @property
    def stopped(self) -> str:
        done = self._last.woken + self._last.gone
        return f"Stopped after {done} of {self._last.found}. `holdfast rollout wake` goes on with the others."


class DrainProgress(_Bar):
    """Called with how the version stands; the bar is full when nothing is open on it."""

    def __init__(self, console: Console, build_id: str, *, silent: bool) -> None:
        super().__init__(console, silent=silent)
        self._build_id = build_id
        self._most = 0
        self._open = 0

    def __call__(self, version: VersionStatus) -> None:
        self._open = version.conversations + version.others
        self._most = max(self._most, self._open)
        waits = f"{version.conversations} conversations, {version.others} other workflows open; moved or ended"
        self._show(
            waits if self._open else "Nothing is open; Temporal confirms it", self._most - self._open, self._most
        )

    @property
    def stopped(self) -> str:
        return f"Stopped with {self._open} open on version {self._build_id}. Its workers are still needed."
