"""`holdfast people`: who may sign in to the console, and with which roles."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.database import with_database
from config.settings import local_settings
from domain.access.people import Account, Member
from domain.access.roles import FOR_PEOPLE, refusal_of_roles
from domain.errors import InvalidInputError, NotFoundError
from domain.specification.people import PERSON_ID
from storage.api_keys import OPERATOR
from storage.database import Database
from storage.people import PeopleRepository

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Say who may sign in to the console.")
console = Console(highlight=False)
Person = Annotated[str, typer.Argument(help="An id, not a name; decisions and audit events carry it.")]


@app.command()
def add(
    person: Person,
    role: Annotated[list[str], typer.Option(help=f"{', '.join(FOR_PEOPLE)}, or a role of your rules; repeatable.")],
    subject: Annotated[str, typer.Option(help="Who they are at the sign-in provider. Its page of refusal says it.")],
    name: Annotated[str, typer.Option(help="What colleagues call them.")] = "",
    issuer: Annotated[str | None, typer.Option(help="The provider. Default: HOLDFAST_OIDC_ISSUER.")] = None,
) -> None:
    """Let somebody in, or change who they are and what they may do."""
    if not re.fullmatch(PERSON_ID, person):
        raise typer.BadParameter("a person's id has up to 64 letters, digits and . _ ~ -")
    if refusal := refusal_of_roles(role, FOR_PEOPLE):
        raise typer.BadParameter(refusal)
    settings = local_settings()
    provider = issuer or settings.oidc_issuer
    if provider is None:
        raise InvalidInputError("No sign-in provider is set. Set HOLDFAST_OIDC_ISSUER, or name one with --issuer.")
    member = Member(
        organisation=settings.organisation.name,
        person_id=person,
        name=name,
        roles=tuple(role),
        account=Account(issuer=provider, subject=subject),
    )

    async def keep(database: Database) -> Member:
        return await PeopleRepository(database).keep(member, OPERATOR, datetime.now(UTC))

    asyncio.run(with_database(keep))
    console.print(f"{person} may sign in, as {', '.join(role)}.", soft_wrap=True)


@app.command("list")
def list_people() -> None:
    """List who may sign in, with which roles, and whose access has ended."""

    async def read(database: Database) -> list[Member]:
        return await PeopleRepository(database).list(local_settings().organisation.name)

    table = Table("person", "name", "roles", "access")
    for one in asyncio.run(with_database(read)):
        access = "ended" if not one.active else "yes" if one.account else "no account"
        table.add_row(one.person_id, one.name, ", ".join(one.roles), access)
    console.print(table if table.row_count else "Nobody may sign in yet. Add somebody with `holdfast people add`.")


@app.command()
def remove(person: Person) -> None:
    """End somebody's access: their sign-ins and API keys are useless at once."""

    async def end(database: Database) -> bool:
        return await PeopleRepository(database).end(
            local_settings().organisation.name, person, OPERATOR, datetime.now(UTC)
        )

    if not asyncio.run(with_database(end)):
        raise NotFoundError(f"Nobody called {person} may sign in. `holdfast people list` says who may.")
    console.print(f"{person} may not sign in any more, and has no API key.", soft_wrap=True)
