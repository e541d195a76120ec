"""`holdfast spec health`: how success measures and service levels stand against their targets."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.spec_options import AsJson
from cli.spec_versions import active_version
from config.settings import local_settings
from domain.quality.health import Burn, Health, Measurement, State
from domain.quality.measures import APART, LONGEST_DAYS, PERIOD_DAYS, Metric, Windows
from domain.specification.trust import ESCALATIONS
from storage.database import Database
from storage.measures import MeasureRepository
from storage.specs import SpecRepository

console = Console(highlight=False)
COLOURS: dict[State, str] = {
    "met": "green",
    "at_risk": "yellow",
    "missed": "red",
    "too_few": "dim",
    "not_measured": "dim",
}
BAR = 10
TIMES: frozenset[Metric] = frozenset({"first_response_seconds", "approvals_on_time"})


def health(
    organisation: Annotated[
        str | None, typer.Argument(help="Key of the organisation; by default that of the settings.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How far back is looked.")] = PERIOD_DAYS,
    as_json: AsJson = False,
) -> None:
    """Tell how every success measure and service level of the active version stands against its target.

    The bar is the budget that is left: what may still go against the target. Burn: how fast that is spent, in the last
    tenth of the time and in a twelfth of that; at 1 it lasts exactly as long as the time.
    """
    wanted, windows = organisation or local_settings().organisation.name, Windows(until=datetime.now(UTC), days=days)

    async def read(database: Database) -> Health:
        specs = SpecRepository(database)
        specification = (await specs.load(await active_version(specs, wanted))).version.specification
        return await MeasureRepository(database).health(specification, windows)

    found = asyncio.run(with_database(read))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    print_health(console, found)


def print_health(console: Console, found: Health) -> None:
    """Measure by measure, then why one is not measured, what is counted apart, and what is counted at all."""
    title = f"{found.organisation}, {found.windows.days} days until {found.windows.until:%Y-%m-%d %H:%M} UTC"
    console.print(Text(title, style="bold"), soft_wrap=True)
    for one in found.measurements:
        console.print(_lines(one, found.windows), soft_wrap=True)
    for line in (*_not_measured(found), *_apart(found), *_definitions(found)):
        console.print(Text(line, style="dim"), soft_wrap=True)


def _lines(one: Measurement, windows: Windows) -> Text:
    """Two lines that a narrow terminal need not break: what it is, and how it stands."""
    name = Text.assemble((one.objective.metric, "bold"), f" of {_who(one)}: ", (one.state, COLOURS[one.state]))
    if one.state == "not_measured":
        return Text.assemble(name, f", target {_target(one)}")
    figures = f" · {_share(one)}, target {_target(one)} · {_burn(one, windows)}"
    return Text.assemble(name, "\n  ", budget_bar(one), figures)


def _burn(one: Measurement, windows: Windows) -> str:
    over = f"{_hours(windows.long.total_seconds())} / {_hours(windows.short.total_seconds())}"
    return f"burn {_rate(one.long)} / {_rate(one.short)} ({over})"


def _who(one: Measurement) -> str:
    return one.objective.ai_agent or "organisation"


def _share(one: Measurement) -> str:
    measured = one.measured
    if not measured.n:
        return "none counted"
    slowest = f", p95 {one.p95_seconds:.3g} s" if one.p95_seconds is not None else ""
    return f"{measured.share:.1%} ({measured.low:.1%} to {measured.high:.1%}) of {measured.n}{slowest}"


def _target(one: Measurement) -> str:
    """With its sign: escalations are not to exceed it, everything else is to reach it."""
    objective = one.objective
    if objective.metric in TIMES:
        within = f" in {objective.target:g} s" if objective.target is not None else ""
        return f"≥ {objective.share:.0%}{within}"
    target = objective.share if objective.target is None else objective.target
    if objective.cannot_be_measured:
        return f"{target:g}"
    return f"{'≤' if objective.metric in ESCALATIONS else '≥'} {target:.1%}"


def budget_bar(one: Measurement) -> Text:
    """Full while nothing went against the target, empty when all of the budget is spent."""
    left = one.budget_left
    filled = round(BAR * min(max(left, 0.0), 1.0))
    told = f" {left:.0%}" if left >= 0 else f" overspent {1 - left:.1f} ×"
    return Text("█" * filled + "░" * (BAR - filled) + told, style=COLOURS[one.state])


def _rate(burn: Burn) -> str:
    return "—" if burn.rate is None else f"{burn.rate:.1f}"


def _hours(seconds: float) -> str:
    return f"{seconds / 86400:g} d" if seconds >= 86400 else f"{seconds / 3600:g} h"


def _not_measured(found: Health) -> Iterator[str]:
    for one in found.measurements:
        if one.state == "not_measured":
            yield f"Not measured: {one.objective.metric} of {_who(one)}. {one.why}"


def _apart(found: Health) -> Iterator[str]:
    for one in found.measurements:
        told = (f"{count} {APART[why]}" for why, count in one.apart.items())
        if one.apart:
            yield f"Apart from {one.objective.metric} of {_who(one)}: {'; '.join(told)}."


def _definitions(found: Health) -> Iterator[str]:
    for metric, definition in {one.objective.metric: one.definition for one in found.measurements}.items():
        yield f"{metric}: {definition}"
