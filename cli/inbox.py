"""`holdfast inbox`: the conversations that concern a person, from a terminal."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from cli.formatting import entry, since
from cli.gateway_client import Key, Url, gateway
from domain.conversation.inbox import COUNTED_AT_MOST, InboxCounts, InboxRow, View
from gateway.api.inbox import MAX_ROWS, InboxAnswer

console = Console()


def inbox(
    view: Annotated[View, typer.Argument(help="Whose conversations, or why.")] = "team",
    text: Annotated[str | None, typer.Option(help="Only where these words, or beginnings of words, stand.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_ROWS, help="How many at most.")] = 20,
    url: Url = None,
    key: Key = None,
) -> None:
    """What waits for whom: `mine`, `team`, `approval`, `ai`, `risk` or `all`."""
    client = gateway(url, key)
    params = {"view": view, "limit": limit} | ({"text": text} if text else {})
    answer = InboxAnswer.model_validate_json(client.get("/v1/inbox", **params))
    counts = InboxCounts.model_validate_json(client.get("/v1/inbox/counts"))
    console.print(" · ".join(f"{name} {_counted(number)}" for name, number in counts), style="dim")
    if not answer.rows:
        console.print("Nothing is here.")
    for row in answer.rows:
        console.print(entry(row.conversation_id, _stands(row), _said(row)))


def _counted(number: int) -> str:
    return f"{number}+" if number >= COUNTED_AT_MOST else str(number)


def _stands(row: InboxRow) -> tuple[str, ...]:
    due = {"none": "", "due_soon": f"due in {_until(row.deadline)}", "overdue": "overdue"}[row.risk]
    waits = f"waits {since(row.waits_since)}" if row.waits_since else ""
    return (row.status.value, str(row.owner), row.channel, due, waits, f"{row.unread} unread" if row.unread else "")


def _until(deadline: datetime | None) -> str:
    return since(datetime.now(UTC), deadline)


def _said(row: InboxRow) -> str:
    """Who is called how, and the beginning of what was said last on one line."""
    said = " ".join(row.last_message.text.split()) if row.last_message else "nothing was said yet"
    return f"{row.customer_name}: {said[:68]}" if row.customer_name else said[:76]
