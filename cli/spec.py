"""`holdfast spec`: check, publish and list specifications."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.organisation_folder import not_served, organisation_folder
from cli.specification_report import ValidationReport, shown
from config.settings import Settings, local_settings
from embedded.installation import embedder_of, installation
from embedded.platform import database
from publishing.publication import duplicate_warnings, publish_loaded
from publishing.specification import SpecificationError, load_specification, write_schemas
from storage.database import Database, connect
from storage.migrate import migrate
from storage.specs import SpecRepository
from storage.views import SpecSummary

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Check, publish and list specifications.")
console = Console(highlight=False)
Result = TypeVar("Result")
Folder = Annotated[Path | None, typer.Argument(help="Folder of the organisation; by default that of the settings.")]


@app.command()
def validate(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Check every file of an organisation; all mistakes are shown at once. Exit code 1 when there are any."""
    settings = local_settings()
    found = organisation_folder(settings, folder)
    try:
        version = load_specification(found).version
    except SpecificationError as error:
        report = ValidationReport(mistakes=error.mistakes)
        console.print(Text(report.as_json) if as_json else shown(error, found), soft_wrap=True)
        raise typer.Exit(1) from error
    spec = version.specification
    alike = asyncio.run(duplicate_warnings(version, embedder_of))
    if as_json:
        warnings = filter(None, (not_served(settings, spec.organisation), *alike))
        told = tuple(warning.removeprefix("Warning: ") for warning in warnings)
        report = ValidationReport(content_hash=version.content_hash, warnings=told)
        console.print(Text(report.as_json), soft_wrap=True)
        return
    counts = f"{len(spec.ai_agents)} AI agents, {len(spec.topics)} topics, {len(version.articles)} articles"
    valid = f"{spec.organisation} is valid: {counts}. Content hash {version.content_hash[:12]}."
    console.print(valid, soft_wrap=True)
    _warn(settings, spec.organisation)
    for warning in alike:
        console.print(warning, soft_wrap=True)


@app.command()
def publish(
    folder: Folder = None, by: Annotated[str, typer.Option(help="Who publishes, for the record.")] = "operator"
) -> None:
    """Make an organisation's files the active version; conversations that are open keep the one they began with."""

    settings = local_settings()
    found = organisation_folder(settings, folder)
    loaded = load_specification(found)

    async def publish_it(database: Database) -> str:
        with console.status("Fitting topics and confidence to the organisation's examples …"):
            return await publish_loaded(database, loaded, found, by, installation())

    organisation = loaded.version.specification.organisation
    published = asyncio.run(with_database(publish_it))[:12]
    console.print(f"Published {published}: new conversations of {organisation} follow it.", soft_wrap=True)
    _warn(settings, organisation)


@app.command("list")
def list_versions(
    organisation: Annotated[
        str | None, typer.Argument(help="Key of the organisation; by default that of the settings.")
    ] = None,
) -> None:
    """List the published versions, the newest first."""
    wanted = organisation or local_settings().organisation.name

    async def read(database: Database) -> list[SpecSummary]:
        return await SpecRepository(database).list(wanted)

    versions = asyncio.run(with_database(read))
    if not versions:
        none = f"Nothing of {wanted} is published here. Publish it with `holdfast spec publish`."
        console.print(none, soft_wrap=True)
        return
    table = Table("version", "published", "by", "active")
    for version in versions:
        row = (version.content_hash[:12], f"{version.published_at:%Y-%m-%d %H:%M}", version.published_by)
        table.add_row(*row, "active" if version.active else "")
    console.print(table)


@app.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("specs/schema")) -> None:
    """Write the JSON Schema of the files, for editors. Ids of an organisation are for `validate` to check."""
    for path in write_schemas(folder):
        console.print(f"wrote {path}")


def _warn(settings: Settings, organisation: str) -> None:
    if wrong := not_served(settings, organisation):
        console.print(f"Warning: {wrong}", style="yellow", soft_wrap=True)


async def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Work on the database of the settings, brought up to date."""
    async with database(local_settings()) as url:
        await migrate(url)
        connected = await connect(url)
        try:
            return await work(connected)
        finally:
            await connected.close()
