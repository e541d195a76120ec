"""What people see while a platform starts, and when one of its parts crashes later."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

from embedded.processes import State


class Progress:
    """A report that writes one line for each part that is ready, has crashed or is stopped."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    def __call__(self, part: str, state: State, detail: str) -> None:
        match state:
            case "starting":
                self.say(f"Starting {part} …")
            case "ready":
                self._console.print(f"[green]✓[/] {part:<12} [dim]{detail}[/]")
            case "crashed":
                self._console.print(f"[red]✗[/] {part:<12} {detail}", highlight=False)
            case "stopped":
                self._console.print(f"[dim]■ {part:<12} stopped[/]")

    def say(self, text: str) -> None:
        """Show what is being done now, where a spinner is shown."""
        if self._status is not None:
            self._status.update(text)

    @contextmanager
    def spinner(self, text: str) -> Iterator[None]:
        with self._console.status(text) as self._status:
            yield
        self._status = None
