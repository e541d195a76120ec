"""`holdfast restore`: PostgreSQL and Temporal were restored from backups, which are never of the same moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import typer
from rich.console import Console

from cli.formatting import listed
from cli.migrate import apply_to
from cli.temporal_client import client_at
from config.settings import Settings, local_settings
from domain.conversation.restoring import Finding, Verdict, count
from embedded.platform import Platform, database, with_free_ports
from storage.database import connect
from storage.restoring import RestoreRepository
from workers.reconciliation import Reconciliation

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Bring PostgreSQL and Temporal together after a restore."
)
console = Console(highlight=False)
WHAT_HAPPENS = {
    Verdict.AGREES: "go on as they are",
    Verdict.GOES_ON: "go on from the record, which is newer",
    Verdict.CLOSED: "are resolved, and stay so",
    Verdict.PERSON: "are given to a person, with a note of what is missing",
}


@app.command()
def check() -> None:
    """Compare both and say what `reconcile` would do. Nothing is changed, but for the database schema."""
    findings, _ = asyncio.run(_reconcile(local_settings(), carry_out=False))
    _print(findings)


@app.command()
def reconcile() -> None:
    """Set both right, while all workers and gateways are stopped. Nothing is sent; what is in doubt is for a person."""
    findings, forwarded = asyncio.run(_reconcile(local_settings(), carry_out=True))
    _print(findings)
    console.print(
        f"{forwarded} event(s) that Temporal had lost go to it once more. Start the gateways and workers now."
    )


def _print(findings: Sequence[Finding]) -> None:
    numbers = count(findings)
    console.print(listed([(str(numbers[verdict]), what) for verdict, what in WHAT_HAPPENS.items()]))
    for finding in findings:
        if finding.verdict is Verdict.PERSON:
            console.print(f"{finding.conversation_id} needs a person", soft_wrap=True)


async def _reconcile(settings: Settings, *, carry_out: bool) -> tuple[list[Finding], int]:
    async with _restored(settings) as (database_url, temporal_address):
        connected = await connect(database_url)
        try:
            client = await client_at(temporal_address, settings)
            both = Reconciliation(client, RestoreRepository(connected), settings.organisation.name)
            findings = await both.findings()
            return findings, await both.carry_out(findings, datetime.now(UTC)) if carry_out else 0
        finally:
            await connected.close()


@asynccontextmanager
async def _restored(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """The addresses of PostgreSQL and Temporal; embedded ones are started for now, without workers and gateway."""
    if settings.temporal_address is not None:
        async with database(settings) as url:
            await apply_to(url)
            yield url, settings.temporal_address
        return
    async with Platform(with_free_ports(settings), application=lambda _: (), prepare=_migrate) as platform:
        yield platform.database_url, platform.temporal_address


async def _migrate(settings: Settings) -> None:
    if settings.database_url is not None:
        await apply_to(settings.database_url.get_secret_value())
