"""`holdfast migrate`: bring the database schema up to date."""

import asyncio

from rich.console import Console

from config.settings import Settings, local_settings
from domain.errors import UnavailableError
from embedded.platform import database
from storage.migrate import migrate as apply_migrations


def migrate() -> None:
    """Bring the database schema up to date."""
    names = asyncio.run(_migrate(local_settings()))
    Console().print("\n".join(f"Applied {name}" for name in names) or "The schema is up to date.")


async def apply_to(url: str) -> list[str]:
    """The names of what was applied now. Raises UnavailableError that names the setting of the address."""
    try:
        return await apply_migrations(url)
    except UnavailableError as error:
        raise UnavailableError(
            "PostgreSQL does not answer at the address in HOLDFAST_DATABASE_URL."
            " Start it, or correct or unset the variable."
        ) from error


async def _migrate(settings: Settings) -> list[str]:
    async with database(settings) as url:
        return await apply_to(url)
