"""`holdfast market`: AI agents and journeys as packages, looked at, installed, updated and given to others."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.market_report import answered, described, listed_packages, outcome, package_as_data, planned
from cli.organisation_folder import organisation_folder
from cli.spec_options import AsJson, Folder
from cli.spec_scenarios import play_and_tell
from config.settings import local_settings
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.market.manifest import PackageKind
from domain.market.records import MarketLock
from domain.quality.health import Health, shares_of
from domain.quality.measures import PERIOD_DAYS, Windows
from domain.quality.rates import Rate
from domain.specification.organisation import Mode
from publishing.market.folder import alone_in, held, read_lock, validated_with, write_all
from publishing.market.installing import OnConflict, Plan, plan_installation, plan_update, require_newer
from publishing.market.needs import missing_in
from publishing.market.package import Package
from publishing.market.packing import Label, pack, scenarios_of
from publishing.market.shelf import SHIPPED, Market, add_package, index_anew, write_index
from publishing.market.sources import market_from
from publishing.specification import LoadedOrganisation, SpecificationError, load_specification
from storage.database import Database
from storage.measures import MeasureRepository

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="List, install, update and publish AI agents and journeys."
)
console = Console(highlight=False)

From = Annotated[
    str | None,
    typer.Option("--from", metavar="MARKET", help="Folder or git address of a market; by default the one of Holdfast."),
]
Name = Annotated[str, typer.Argument(help="Name of the package.")]
Version = Annotated[str | None, typer.Option(help="Which version; by default the newest.")]
Allow = Annotated[
    list[str],
    typer.Option(
        help="Allow tool:SERVER/TOOL (reads), write:SERVER/TOOL, fact:NAME or enter:WAY; repeatable. `show` lists them."
    ),
]
AsMode = Annotated[Mode | None, typer.Option("--mode", help="How its AI agent begins; by default co_pilot.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for programs.")]


@app.command("list")
def list_packages(folder: Folder = None, market: From = None, as_json: AsJson = False) -> None:
    """Tell what a market has, and which version of it the organisation has installed."""
    lock = _lock_of(folder)
    with _opened(market) as shelf:
        packages = list(shelf.newest_packages())
    if as_json:
        data = [package_as_data(one, lock.packages.get(one.manifest.name)) for one in packages]
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        console.print(listed_packages(packages, lock))


@app.command()
def show(
    name: Name, folder: Folder = None, market: From = None, version: Version = None, as_json: AsJson = False
) -> None:
    """Tell what a package is, what it needs, and what of that the organisation does not have."""
    with _opened(market) as shelf:
        package = shelf.package(name, version)
    lock = _lock_of(folder)
    if as_json:
        typer.echo(json.dumps(package_as_data(package, lock.packages.get(name)), indent=2, ensure_ascii=False))
        return
    found = folder or local_settings().organisation
    missing = missing_in(found, package.manifest) if found.is_dir() else None
    console.print(described(package, missing, found), soft_wrap=True)


@app.command()
def install(
    name: Name,
    folder: Folder = None,
    market: From = None,
    version: Version = None,
    allow: Allow = [],  # noqa: B006 - typer makes a new list for each call
    mode: AsMode = None,
    yes: Yes = False,
) -> None:
    """Put a package into an organisation's files, after showing what would change. Nothing is published by it."""
    with _opened(market) as shelf:
        package = shelf.package(name, version)

    def make(found: Path) -> Plan:
        return plan_installation(found, package, shelf.source, allow, mode)

    _carry_out(folder, package, make, yes=yes)


@app.command("test")
def play_package(
    name: Name,
    folder: Folder = None,
    market: From = None,
    version: Version = None,
    allow: Allow = [],  # noqa: B006 - typer makes a new list for each call
    mode: AsMode = None,
    as_json: AsJson = False,
) -> None:
    """Play a package's scenarios in an organisation as if it were installed. Exit code 1 when one fails."""
    with _opened(market) as shelf:
        package = shelf.package(name, version)
    found = organisation_folder(local_settings(), folder)
    with held(found):
        loaded = _require_valid(found, plan_installation(found, package, shelf.source, allow, mode))
    own = package.scenarios
    if not own:
        raise NotFoundError(f"{name} brings no scenarios.")
    chosen = [scenario for scenario in loaded.scenarios if scenario.id in own]
    play_and_tell(loaded, found, chosen, as_json=as_json)


@app.command()
def update(
    name: Name,
    folder: Folder = None,
    market: From = None,
    version: Version = None,
    allow: Allow = [],  # noqa: B006 - typer makes a new list for each call
    on_conflict: Annotated[
        OnConflict, typer.Option(help="Of what both have changed: `keep` yours, or `take` the package's.")
    ] = "stop",
    yes: Yes = False,
) -> None:
    """Bring an installed package to another version; what the organisation has changed stays."""
    with _opened(market) as shelf:
        package = shelf.package(name, version)

    def make(found: Path) -> Plan:
        if version is None:
            require_newer(found, package)
        return plan_update(found, package, shelf.source, allow, on_conflict)

    _carry_out(folder, package, make, yes=yes)


@app.command()
def publish(
    to: Annotated[Path, typer.Option("--to", metavar="MARKET", help="Folder of the market; made where there is none.")],
    version: Annotated[str, typer.Option(help="Version of the package, such as 1.0.0.")],
    author: Annotated[str, typer.Option(help="Who made it.")],
    licence: Annotated[str, typer.Option(help="Under which licence it may be used, such as Apache-2.0.")],
    folder: Folder = None,
    ai_agent: Annotated[str | None, typer.Option(help="Id of the AI agent to publish.")] = None,
    journey: Annotated[str | None, typer.Option(help="Id of the journey to publish.")] = None,
    title: Annotated[str | None, typer.Option(help="What it is called in lists.")] = None,
    summary: Annotated[str | None, typer.Option(help="What it is for, in a sentence.")] = None,
    measured: Annotated[
        bool, typer.Option("--measured", help=f"With what its AI agent's measures came to in {PERIOD_DAYS} days.")
    ] = False,
) -> None:
    """Put an AI agent or a journey of an organisation into a market as a new version; versions are never replaced."""
    kind, name = _one_of(ai_agent, journey)
    found = organisation_folder(local_settings(), folder)
    results = _measured(found, ai_agent) if measured else {}
    package = pack(found, kind, name, Label(version, author, licence, title, summary), results)
    add_package(Market(to, str(to)), package)
    left = [one.file for one in scenarios_of(found, kind, name) if one.file not in package.contents]
    console.print(outcome(package, to, left), soft_wrap=True)


@app.command()
def index(
    market: Annotated[Path, typer.Argument(help="Folder of a market.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept changed content of versions that nobody has yet.")
    ] = False,
) -> None:
    """Write the index of packages that were put into a market by hand; each is checked first."""
    if not market.is_dir():
        raise NotFoundError(f"There is no folder {market}.")
    shelf = Market(market, str(market))
    with alone_in(market):
        found = index_anew(shelf, replace=replace)
        write_index(shelf, found)
    console.print(f"The index of {market} has {len(found.packages)} packages.", soft_wrap=True)


@contextmanager
def _opened(market: str | None) -> Iterator[Market]:
    if market is None:
        yield SHIPPED
        return
    with market_from(market) as found:
        yield found


def _lock_of(folder: Path | None) -> MarketLock:
    """Of the folder given, or of the settings where there is one: a market can be looked at without."""
    found = organisation_folder(local_settings(), folder) if folder else local_settings().organisation
    return read_lock(found) if found.is_dir() else MarketLock()


def _carry_out(folder: Path | None, package: Package, make: Callable[[Path], Plan], *, yes: bool) -> None:
    found = organisation_folder(local_settings(), folder)
    with held(found):
        plan = make(found)
        if plan.conflicts:
            console.print(planned(plan), soft_wrap=True)
            raise ConflictError(
                "Both have changed: nothing was written. Add --on-conflict keep, or --on-conflict take, for all of it."
            )
        if not plan.changes:
            console.print(answered(plan), soft_wrap=True)
            return
        _require_valid(found, plan)
        console.print(planned(plan), soft_wrap=True)
        _ask(yes=yes)
        write_all(found, plan.changes)
    done = f"{package.manifest.name} {package.manifest.version} is in {found}."
    console.print(Text(f"{done} Look with `holdfast spec plan`, then `holdfast spec publish`."), soft_wrap=True)


def _require_valid(folder: Path, plan: Plan) -> LoadedOrganisation:
    try:
        return validated_with(folder, plan.changes)
    except SpecificationError:
        name = plan.manifest.name
        console.print(f"With {name}, {folder} would have mistakes. Nothing was changed.", soft_wrap=True)
        raise


def _ask(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInputError("Nothing was written: there is nobody to ask. Add --yes.")
    typer.confirm("Write this?", abort=True)


def _measured(folder: Path, ai_agent: str | None) -> dict[str, Rate]:
    """Counted over all conversations of the organisation in the database of the settings."""
    if ai_agent is None:
        raise typer.BadParameter("only an AI agent has success measures: leave --measured out")
    specification, windows = load_specification(folder).version.specification, Windows(until=datetime.now(UTC))

    async def read(database: Database) -> Health:
        return await MeasureRepository(database).health(specification, windows)

    return shares_of(asyncio.run(with_database(read)), ai_agent)


def _one_of(ai_agent: str | None, journey: str | None) -> tuple[PackageKind, str]:
    match ai_agent, journey:
        case str() as name, None:
            return PackageKind.AGENT, name
        case None, str() as name:
            return PackageKind.JOURNEY, name
    raise typer.BadParameter("name either --ai-agent or --journey")
