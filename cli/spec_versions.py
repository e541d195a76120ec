"""`holdfast spec diff` and `export`: what a version changes, and its files."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from difflib import ndiff
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.organisation_folder import organisation_folder
from cli.spec_options import AsJson
from config.settings import local_settings
from domain.errors import NotFoundError
from domain.specification.changes import Change, changes_between
from domain.specification.organisation import SpecVersion
from domain.specification.publications import SHORT
from embedded.installation import installation
from publishing.export import Exported, export_version
from publishing.publication import as_published
from publishing.specification import load_specification
from storage.database import Database
from storage.specs import SpecRepository

console = Console(highlight=False)
COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}
SIGNS = {"added": "+", "removed": "-", "changed": "~"}
LINES = {"+ ": "green", "- ": "red"}

Side = Annotated[str | None, typer.Argument(help="A published version (how its hash begins), or a folder.")]


def diff(a: Side = None, b: Side = None, as_json: AsJson = False) -> None:
    """Tell what changes from A to B: by default from the active version to the folder of the settings.

    One folder alone is compared with the active version; one version alone with the folder.
    """
    first, second = _given(a), _given(b)
    if isinstance(first, SpecVersion) and second is None:
        first, second = None, first
    second = second or load_specification(organisation_folder(local_settings())).version
    files = next((side for side in (second, first) if isinstance(side, SpecVersion)), None)
    organisation = files.specification.organisation if files else local_settings().organisation.name

    async def read(database: Database) -> tuple[SpecVersion, SpecVersion]:
        return await _version(database, organisation, first), await _version(database, organisation, second)

    before, after = asyncio.run(with_database(read))
    changes = changes_between(before, after)
    if as_json:
        typer.echo(json.dumps([change_as_data(change) for change in changes], indent=2, ensure_ascii=False))
        return
    names = f"{before.content_hash[:SHORT]} → {after.content_hash[:SHORT]}"
    console.print(f"{names}: {counted(changes)}", soft_wrap=True)
    print_changes(console, changes)


def export(
    version: Annotated[str, typer.Argument(help="A published version: how its hash begins.")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Write the files of a published version into an empty folder. Customers are not part of a version."""

    async def write(database: Database) -> Exported:
        specs = SpecRepository(database)
        found = await specs.find(local_settings().organisation.name, version)
        published, kept = await specs.load(found), await specs.files(found)
        return await asyncio.to_thread(export_version, published, folder, kept)

    exported = asyncio.run(with_database(write))
    told = f"Wrote {exported.files} files into {folder}."
    if exported.is_same:
        console.print(f"{told} They are the version to the letter.", soft_wrap=True)
    elif exported.mistakes:
        todo = f"By today's checks they have mistakes: `holdfast spec check {folder}` names all {exported.mistakes}."
        console.print(f"{told} {todo}", soft_wrap=True)
    else:
        left = f"Left out: {exported.sourced} articles of knowledge sources, and what tool servers say of their tools."
        console.print(f"{told} {left} Publishing adds them as they are then.", soft_wrap=True)


def counted(changes: Sequence[Change]) -> str:
    """How many there are."""
    match len(changes):
        case 0:
            return "nothing changes"
        case 1:
            return "1 change"
        case several:
            return f"{several} changes"


def print_changes(console: Console, changes: Iterable[Change]) -> None:
    """One line for each; the lines of a long text that were added and removed below it."""
    for change in changes:
        console.print(Text(f"{SIGNS[change.kind]} {change}", style=COLOURS[change.kind]), soft_wrap=True)
        for line in _lines(change):
            console.print(Text(f"    {line}", style=LINES[line[:2]]), soft_wrap=True)


def change_as_data(change: Change) -> dict[str, object]:
    """With a sentence for people."""
    return {**change.model_dump(mode="json"), "words": str(change)}


async def active_version(specs: SpecRepository, organisation: str) -> str:
    """Raises NotFoundError while nothing is published."""
    active = await specs.active(organisation)
    if active is None:
        raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
    return active


def _given(side: str | None) -> SpecVersion | str | None:
    """The files of a folder, or how the hash of a version begins."""
    return load_specification(Path(side)).version if side and Path(side).is_dir() else side


async def _version(database: Database, organisation: str, side: SpecVersion | str | None) -> SpecVersion:
    """None is the active version. Files are as publishing would keep them: what it adds to them is no difference."""
    if isinstance(side, SpecVersion):
        return await as_published(database, side, installation())
    specs = SpecRepository(database)
    found = await specs.find(organisation, side) if side else await active_version(specs, organisation)
    return (await specs.load(found)).version


def _lines(change: Change) -> Sequence[str]:
    before, after = change.before, change.after
    if change.kind != "changed" or not isinstance(before, str) or not isinstance(after, str):
        return ()
    if "\n" not in before + after:
        return ()
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[:2] in LINES]
