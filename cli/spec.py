"""`holdfast spec`: specifications checked and published, and the versions that were."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.organisation_folder import not_served, organisation_folder
from cli.spec_health import health
from cli.spec_history import history, rollback
from cli.spec_new import new
from cli.spec_options import FITTING, OPERATOR, By, Folder, for_the_record
from cli.spec_plan import apply, plan
from cli.spec_scenarios import play_scenarios
from cli.spec_versions import diff, export
from cli.specification_report import ValidationReport, shown
from config.settings import Settings, local_settings
from domain.specification.publications import SHORT
from embedded.installation import embedder_of, installation
from publishing.publication import duplicate_warnings, publish_loaded
from publishing.specification import SpecificationError, load_specification, write_schemas
from storage.database import Database
from storage.specs import SpecRepository

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Begin, check, publish, compare and undo specifications."
)
console = Console(highlight=False)

app.command()(new)


@app.command()
def check(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Check every file of an organisation; all mistakes are shown at once. Exit code 1 when there are any."""
    settings = local_settings()
    found = organisation_folder(settings, folder)
    try:
        loaded = load_specification(found)
    except SpecificationError as error:
        report = ValidationReport(mistakes=error.mistakes)
        console.print(Text(report.as_json) if as_json else shown(error, found), soft_wrap=True)
        raise typer.Exit(1) from error
    version, spec = loaded.version, loaded.version.specification
    alike = asyncio.run(duplicate_warnings(version, embedder_of))
    if as_json:
        warnings = filter(None, (not_served(settings, spec.organisation, found), *alike, *map(str, loaded.warnings)))
        told = tuple(warning.removeprefix("Warning: ") for warning in warnings)
        report = ValidationReport(content_hash=version.content_hash, warnings=told)
        console.print(Text(report.as_json), soft_wrap=True)
        return
    found_in = {"AI agent": spec.ai_agents, "topic": spec.topics, "article": version.articles}
    counts = ", ".join(f"{len(all_of)} {one}{'s' * (len(all_of) != 1)}" for one, all_of in found_in.items())
    valid = f"{spec.organisation} is valid: {counts}. Content hash {version.content_hash[:12]}."
    console.print(valid, soft_wrap=True)
    console.print(f"{spec.retention}.", soft_wrap=True)
    _warn(settings, spec.organisation, found)
    for warning in alike:
        console.print(warning, soft_wrap=True)
    for doubt in loaded.warnings:
        console.print(Text(f"Warning: {doubt}", style="yellow"), soft_wrap=True)


@app.command()
def publish(
    folder: Folder = None,
    by: By = OPERATOR,
    reason: Annotated[str, typer.Option(help="Why, for the record.", callback=for_the_record)] = "",
    replaces: Annotated[
        str | None, typer.Option(help="Publish only if this version is still the active one (a prefix is enough).")
    ] = None,
) -> None:
    """Make an organisation's files the active version.

    Conversations that are open keep the one they began with, unless the new one says `open_conversations: move`.
    """
    settings = local_settings()
    found = organisation_folder(settings, folder)
    loaded = load_specification(found)
    organisation = loaded.version.specification.organisation

    async def publish_it(database: Database) -> str:
        specs = SpecRepository(database)
        base = await specs.find(organisation, replaces) if replaces else await specs.active(organisation)
        with console.status(FITTING):
            return await publish_loaded(
                database, loaded, found, by, installation(), reason=reason, replaces=base, via="cli"
            )

    published = asyncio.run(with_database(publish_it))[:SHORT]
    console.print(f"Published {published}: new conversations of {organisation} follow it.", soft_wrap=True)
    _warn(settings, organisation, found)


@app.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("specs/schema")) -> None:
    """Write the JSON Schema of the files, for editors. Ids of an organisation are for `check`."""
    for path in write_schemas(folder):
        console.print(f"wrote {path}", soft_wrap=True)


def _warn(settings: Settings, organisation: str, folder: Path) -> None:
    if wrong := not_served(settings, organisation, folder):
        console.print(f"Warning: {wrong}", style="yellow", soft_wrap=True)


app.command()(history)
app.command("list", hidden=True)(history)
app.command("validate", hidden=True)(check)
app.command()(rollback)
app.command()(diff)
app.command()(export)
app.command()(plan)
app.command()(apply)
app.command("test")(play_scenarios)
app.command()(health)
