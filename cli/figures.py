"""`holdfast figures`: the figures of an organisation, and what each counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.text import Text

from cli.gateway_client import Key, Url, gateway
from domain.quality.figures import Figure
from domain.quality.measures import LONGEST_DAYS, PERIOD_DAYS
from gateway.api.figures import Figures
from storage.figures import FigureRows

console = Console(highlight=False)
MINUTE, HOUR, DAY = 60, 3600, 86_400
MOST_ROWS = 200


def figures(
    of: Annotated[str | None, typer.Option("--rows", help="Show what this figure counts, the newest first.")] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How far back is looked.")] = PERIOD_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Every figure with its n and 95 % interval; with --rows the conversations behind one."""
    client, until = gateway(url, key), datetime.now(UTC)
    time = {"since": (until - timedelta(days=days)).isoformat(), "until": until.isoformat()}
    if of is not None:
        rows = FigureRows.model_validate_json(client.get(f"/v1/figures/{of}/rows", limit=MOST_ROWS, **time))
        _print(as_json, rows, rows_lines(rows))
        return
    found = Figures.model_validate_json(client.get("/v1/figures", **time))
    _print(as_json, found, figure_lines(found))


def _print(as_json: bool, found: Figures | FigureRows, lines: Iterator[Text]) -> None:
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        console.print(Group(*lines))


def figure_lines(found: Figures) -> Iterator[Text]:
    """A figure on two lines that a narrow terminal need not break: what it is, and how it stands."""
    period = found.period
    yield Text(
        f"{found.organisation}, {period.since:%Y-%m-%d %H:%M} to {period.until:%Y-%m-%d %H:%M} UTC", style="bold"
    )
    for one in found.figures:
        yield Text.assemble((one.key, "bold"), f"  {one.label}")
        yield Text(f"  {_stands(one, found.currency)}", style="" if one.n else "dim")
    missed = [one for one in found.service_levels if one.state in {"missed", "at_risk"}]
    for level in missed:
        who = level.objective.ai_agent or "organisation"
        yield Text(f"{level.state.replace('_', ' ')}: {level.objective.metric} of {who}", style="yellow")
    yield Text("holdfast figures --rows KEY shows what a figure counts.", style="dim")


def rows_lines(found: FigureRows) -> Iterator[Text]:
    """A row on one line: when, which conversation, and what of it counts."""
    yield Text(f"{found.key}: {found.total}", style="bold")
    for one in found.rows:
        holds = {True: "yes", False: "no", None: ""}[one.holds]
        amount = "" if one.amount is None else f"{one.amount:.2f}"
        told = "  ".join(filter(None, (holds, (one.part or "").replace("_", " "), amount)))
        yield Text(f"{one.at:%Y-%m-%d %H:%M}  {one.conversation_id}  {told}".rstrip())
    if found.total > len(found.rows):
        yield Text(f"{found.total - len(found.rows)} older ones are not shown.", style="dim")


def _stands(one: Figure, currency: str) -> str:
    if one.value is None:
        return "none counted"
    between = "" if one.low is None or one.high is None else f" ({_told(one, one.low)} to {_told(one, one.high)})"
    parts = ", ".join(f"{part.replace('_', ' ')} {number}" for part, number in sorted(one.parts.items()))
    money = f" {currency}" if one.unit == "money" else ""
    counted = f" of {one.n}" if one.unit != "count" else ""
    return f"{_told(one, one.value)}{money}{between}{counted}{f': {parts}' if parts else ''}"


def _told(one: Figure, value: float) -> str:
    match one.unit:
        case "share":
            return f"{value:.1%}"
        case "seconds":
            return duration(value)
        case "money":
            return f"{value:.2f}"
    return f"{value:.0f}"


def duration(seconds: float) -> str:
    """In the largest unit that says enough."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.1f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} days"
