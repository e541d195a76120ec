"""`holdfast desk`: who a colleague at a desk is with us, who may do there what they may do in the console."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.database import with_database
from config.settings import local_settings
from domain.errors import NotFoundError
from integrations.desk.registry import DESKS
from storage.database import Database
from storage.desk_people import DeskLink, DeskPeopleRepository

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Link colleagues at a desk, such as Slack, with people."
)
console = Console(highlight=False)
USER_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
PERSON_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
User = Annotated[str, typer.Argument(help="Id of the colleague at the desk, such as U02ABC; in Slack: Copy member ID.")]
Name = Annotated[str, typer.Option("--desk", help=f"Of {', '.join(DESKS)}.")]


@app.command()
def link(
    user: User,
    person: Annotated[str, typer.Argument(help="The person's id, as in the console.")],
    desk: Name = "slack",
) -> None:
    """Let a colleague decide at the desk as this person, with the roles that the person has."""
    _known(desk)
    if not USER_ID.fullmatch(user):
        raise typer.BadParameter("an id in Slack begins with U or W: in the profile, choose Copy member ID")
    if not PERSON_ID.fullmatch(person):
        raise typer.BadParameter("a person's id has up to 64 letters, digits and . _ ~ -")
    organisation = local_settings().organisation.name

    async def make(database: Database) -> tuple[str, ...]:
        people = DeskPeopleRepository(database)
        await people.link(organisation, desk, user, person, datetime.now(UTC))
        linked = await people.person(organisation, desk, user)
        return linked.roles if linked else ()

    roles = asyncio.run(with_database(make))
    nothing = "and may do nothing yet: `holdfast keys create` or `people add` gives roles"
    may = f"with the roles {', '.join(roles)}" if roles else nothing
    console.print(f"{user} is {person} now, {may}.", soft_wrap=True)


@app.command()
def unlink(user: User, desk: Name = "slack") -> None:
    """What this colleague presses counts no more, from now on."""
    _known(desk)

    async def end(database: Database) -> bool:
        return await DeskPeopleRepository(database).unlink(local_settings().organisation.name, desk, user)

    if not asyncio.run(with_database(end)):
        raise NotFoundError(f"{user} is not linked. `holdfast desk list` says who is.")
    console.print(f"{user} is nobody here any more.")


@app.command("list")
def list_links(desk: Name = "slack") -> None:
    """List who is linked with whom."""
    _known(desk)

    async def read(database: Database) -> list[DeskLink]:
        return await DeskPeopleRepository(database).list(local_settings().organisation.name, desk)

    table = Table("person", desk, "since")
    for one in asyncio.run(with_database(read)):
        table.add_row(one.person_id, one.user_id, f"{one.linked_at:%Y-%m-%d}")
    console.print(table if table.row_count else "Nobody is linked. `holdfast desk link USER PERSON` does it.")


def _known(desk: str) -> None:
    if desk not in DESKS:
        raise typer.BadParameter(f"there is no desk {desk!r}; use one of {', '.join(DESKS)}")
