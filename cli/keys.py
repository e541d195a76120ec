"""`holdfast keys`: who may use the API, and as whom."""

import asyncio
import re
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.database import with_database
from config.settings import local_settings
from domain.access.roles import KNOWN, refusal_of_roles
from domain.errors import NotFoundError
from storage.api_keys import ApiKeyRepository
from storage.database import Database
from storage.views import KeyView

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make, list and revoke API keys.")
console = Console(highlight=False)
PERSON_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
Person = Annotated[str, typer.Argument(help="Whose key: an id, not an address; decisions and audit events carry it.")]


@app.command()
def create(
    person: Person,
    role: Annotated[list[str], typer.Option(help=f"{', '.join(KNOWN)}, or a role of your approval rules; repeatable.")],
) -> None:
    """Make a key and print it. It is shown this once; only a hash of it is kept."""
    if not PERSON_ID.fullmatch(person):
        raise typer.BadParameter("a person's id has up to 64 letters, digits and . _ ~ -")
    if refusal := refusal_of_roles(role):
        raise typer.BadParameter(refusal)

    async def make(database: Database) -> str:
        return await ApiKeyRepository(database).create(local_settings().organisation.name, person, role)

    typer.echo(asyncio.run(with_database(make)))


@app.command("list")
def list_keys() -> None:
    """List who has a key, with which roles. The keys themselves are not kept."""

    async def read(database: Database) -> list[KeyView]:
        return await ApiKeyRepository(database).list(local_settings().organisation.name)

    table = Table("person", "roles")
    for owner in asyncio.run(with_database(read)):
        table.add_row(owner.person_id, ", ".join(owner.roles))
    console.print(table if table.row_count else "There is no key. Make one with `holdfast keys create`.")


@app.command()
def revoke(person: Person) -> None:
    """Make every key of a person useless at once."""

    async def end(database: Database) -> int:
        return await ApiKeyRepository(database).revoke(local_settings().organisation.name, person)

    ended = asyncio.run(with_database(end))
    if not ended:
        raise NotFoundError(f"{person} has no key. `holdfast keys list` says who has one.")
    console.print(f"{person} has no key any more: {ended} revoked.")
