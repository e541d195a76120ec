"""`holdfast spec history` and `rollback`: which version was active when, who made it so and why, and the way back."""

import asyncio
import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.database import with_database
from cli.spec_options import OPERATOR, AsJson, By, for_the_record
from config.settings import local_settings
from domain.specification.publications import SHORT
from embedded.installation import embedder_of
from publishing.history import KnownPublication, history_of
from publishing.rollback import roll_back
from storage.database import Database
from storage.specs import SpecRepository

console = Console(highlight=False)


def history(
    organisation: Annotated[
        str | None, typer.Argument(help="Key of the organisation; by default that of the settings.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell which version was active when, who made it so and why, and which conversations are open on it.

    The newest comes first. Times are UTC.
    """
    wanted = organisation or local_settings().organisation.name

    async def read(database: Database) -> list[KnownPublication]:
        return await history_of(SpecRepository(database), wanted)

    found = asyncio.run(with_database(read))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2, ensure_ascii=False))
    elif found:
        for one in found:
            console.print(_line(one), soft_wrap=True)
    else:
        none = f"Nothing of {wanted} is published here. Publish it with `holdfast spec publish`."
        console.print(none, soft_wrap=True)


def rollback(
    reason: Annotated[str, typer.Option(help="Why, for the record.", callback=for_the_record)],
    version: Annotated[
        str | None, typer.Argument(help="How its hash begins; by default the version before the active one.")
    ] = None,
    by: By = OPERATOR,
) -> None:
    """Make an older version active again, as it was fitted then; conversations that are open keep theirs."""
    organisation = local_settings().organisation.name

    async def go_back(database: Database) -> str:
        return await roll_back(SpecRepository(database), organisation, version, by, reason, embedder_of, via="cli")

    active = asyncio.run(with_database(go_back))[:SHORT]
    console.print(f"Rolled back to {active}: new conversations of {organisation} follow it.", soft_wrap=True)


def _line(one: KnownPublication) -> Text:
    """A line of its own for each, whole in any terminal."""
    until = _minute(one.until) if one.until else "now, active     "
    how = "published" if one.kind == "publish" else "rolled back"
    told = f"{one.content_hash[:SHORT]}  {_minute(one.at)} to {until}  {one.open_conversations:>6} open"
    why = f": {one.reason}" if one.reason else ""
    return Text(f"{told}  {how} by {one.published_by}{why}", style="" if one.until else "bold")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
