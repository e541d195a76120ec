"""How commands print durations, lists of values and acknowledgements."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.conversation.ownership import Suggestion
from gateway.api.requests import Acknowledgement


def since(start: datetime, end: datetime | None = None) -> str:
    """How long it has been, or was, in the largest unit that says enough."""
    minutes = int(((end or datetime.now(UTC)) - start).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def entry(id: str, facts: Iterable[str], below: str) -> Text:
    """One of a list: its id begins a line, so that it can be copied in a narrow terminal, too; then the rest."""
    beside = " · ".join(filter(None, facts))
    return Text.assemble((id, "bold"), f"  {beside}\n", (f"  {below}", "dim"), overflow="fold")


def listed(facts: Iterable[tuple[str, str]]) -> Table:
    """Names and values below each other; nothing is cut off."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(name, style="bold"), Text(value))
    return table


def suggested(people: Sequence[Suggestion]) -> Iterator[tuple[str, str]]:
    """Who fits best, the best first, with the reasons; nothing where nobody is suggested."""
    for number, one in enumerate(people):
        yield "or" if number else "Suggested", f"{one.person}: {'; '.join(one.reasons)}"


def acknowledged(console: Console, answer: bytes, done: str) -> None:
    """By the gateway's acknowledgement, whether it is done, or only kept."""
    acknowledgement = Acknowledgement.model_validate_json(answer)
    waiting = f"Accepted as {acknowledgement.request_id}. No worker is there: it is carried out as soon as one is."
    console.print(done if acknowledgement.state == "acknowledged" else waiting)
