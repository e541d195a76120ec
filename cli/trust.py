"""`holdfast trust`: with what AI agents are trusted, and why."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.spec_options import OPERATOR, AsJson, By, for_the_record
from cli.spec_versions import active_version
from config.settings import local_settings
from domain.quality.trust import TrustChange, Verdict
from domain.specification.modes import STRICTEST_FIRST, Mode
from domain.specification.organisation import OrganisationSpec
from publishing.trust import Trust, TrustStanding
from storage.database import Database
from storage.measures import MeasureRepository
from storage.specs import SpecRepository
from storage.trust import TrustRepository

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show and decide with what AI agents are trusted.")
console = Console(highlight=False)
SHOWN = 10
COLOURS: dict[Verdict, str] = {"stays": "", "may_move_up": "green", "moves_down": "red"}

Result = TypeVar("Result")
AiAgent = Annotated[str, typer.Argument(help="Id of an AI agent that has `trust` on its card.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.", callback=for_the_record)]


@app.command()
def show(as_json: AsJson = False) -> None:
    """Tell of every AI agent that earns trust how it works, what its figures say, and what was decided last."""

    async def read(trust: Trust, specification: OrganisationSpec, now: datetime) -> list[TrustStanding]:
        return await trust.standings(specification, now)

    async def log(database: Database) -> list[TrustChange]:
        return await TrustRepository(database).history(local_settings().organisation.name, limit=SHOWN)

    standings, changes = _of_active(read), asyncio.run(with_database(log))
    if as_json:
        typer.echo(to_json({"ai_agents": standings, "changes": changes}, indent=2).decode())
        return
    if not standings:
        console.print("No AI agent has `trust` on its card: each has its mode from the beginning.", soft_wrap=True)
        return
    for one in standings:
        console.print(_lines(one), soft_wrap=True)
    for change in changes:
        console.print(Text(_told(change), style="dim"), soft_wrap=True)


@app.command()
def approve(ai_agent: AiAgent, reason: Reason, by: By = OPERATOR) -> None:
    """Let an AI agent move up one step, as its figures allow."""
    _decide(lambda trust, spec, now: trust.approve(spec, ai_agent, by, reason, now))


@app.command()
def refuse(ai_agent: AiAgent, reason: Reason, by: By = OPERATOR) -> None:
    """Keep an AI agent where it is; it has to earn the step anew."""
    _decide(lambda trust, spec, now: trust.refuse(spec, ai_agent, by, reason, now))


@app.command("set")
def set_level(
    ai_agent: AiAgent,
    level: Annotated[Mode, typer.Argument(help="At most what its card allows.")],
    reason: Reason,
    by: By = OPERATOR,
) -> None:
    """Give an AI agent a mode without figures."""
    _decide(lambda trust, spec, now: trust.set_level(spec, ai_agent, level, by, reason, now))


def _decide(decision: Callable[[Trust, OrganisationSpec, datetime], Awaitable[TrustChange]]) -> None:
    change = _of_active(decision)
    what = "stays in" if change.before is change.level else "works from the next turn on in"
    console.print(f"{change.ai_agent} {what} {change.level}.", soft_wrap=True)


def _of_active(work: Callable[[Trust, OrganisationSpec, datetime], Awaitable[Result]]) -> Result:
    """By the active version of the organisation of the settings. Raises NotFoundError while nothing is published."""
    organisation = local_settings().organisation.name

    async def run(database: Database) -> Result:
        specs = SpecRepository(database)
        specification = (await specs.load(await active_version(specs, organisation))).version.specification
        trust = Trust(MeasureRepository(database), TrustRepository(database))
        return await work(trust, specification, datetime.now(UTC))

    return asyncio.run(with_database(run))


def _lines(one: TrustStanding) -> Text:
    """Two lines that a narrow terminal need not break: where it stands, and what its figures say."""
    since = f"since {one.since:%Y-%m-%d %H:%M}" if one.since else "from the beginning"
    verdict = (one.review.verdict.replace("_", " "), COLOURS[one.review.verdict])
    return Text.assemble(
        (one.ai_agent, "bold"), "  ", _ladder(one), f", {since}: ", verdict, f"\n  {one.review.figures}"
    )


def _ladder(one: TrustStanding) -> Text:
    """The modes up to the one that its card allows; the one in which it works stands out."""
    allowed = STRICTEST_FIRST[: STRICTEST_FIRST.index(one.allowed) + 1]
    steps = ((f"[{mode}]", "bold") if mode is one.mode else (str(mode), "dim") for mode in allowed)
    return Text(" → ").join(Text(text, style=style) for text, style in steps)


def _told(change: TrustChange) -> str:
    what = f"{change.ai_agent} {change.kind.replace('_', ' ')}: {change.before} → {change.level}, by {change.by}"
    why = "; ".join(filter(None, (change.reason, change.figures)))
    return f"{change.at:%Y-%m-%d %H:%M} {what}. {why}"
