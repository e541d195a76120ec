"""`holdfast quarantine`: what came in and made no message, and having it taken in after all."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.text import Text

from cli.database import with_database
from cli.formatting import entry, listed, since
from config.settings import local_settings, read_local_vendor
from domain.delivery.inbound import AnyInboundEvent, QuarantineKind, Unreadable
from domain.errors import InvalidInputError
from integrations.adapters import Adapters
from integrations.channels.base import QuarantineSource
from integrations.channels.registry import CHANNELS
from storage.database import Database
from storage.inbox import InboxRepository, KeptEvent
from storage.quarantine import QuarantineCount, QuarantineEntry, QuarantineRepository
from storage.specs import SpecRepository

MAX_SHOWN = 4000

app = typer.Typer(no_args_is_help=True, add_completion=False, help="What made no message: look at it, take it in.")
console = Console(highlight=False)
EventId = Annotated[str, typer.Argument(help="Its id, as `holdfast quarantine list` shows it.")]


@app.command("list")
def list_entries(
    channel: Annotated[str | None, typer.Option(help="Only of this channel.")] = None,
    kind: Annotated[
        QuarantineKind | None, typer.Option(help="Only of this kind, such as automatic or mailing_list.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what was taken in.")] = False,
) -> None:
    """How much of each kind waits, and the newest hundred."""

    async def read(database: Database) -> tuple[list[QuarantineCount], list[QuarantineEntry]]:
        repository, organisation = QuarantineRepository(database), local_settings().organisation.name
        entries = await repository.list(organisation, channel=channel, kind=kind, taken_in=every)
        return await repository.counts(organisation), entries

    counts, entries = asyncio.run(with_database(read))
    if not entries:
        console.print("Nothing like that is in quarantine.")
        return
    console.print("  ".join(f"{one.channel} {one.kind}: {one.number}" for one in counts))
    for kept in entries:
        done = "taken in" if kept.taken_in_at else ""
        console.print(entry(kept.event_id, (kept.channel, kept.kind, done, since(kept.at)), kept.reason))


@app.command()
def show(
    event_id: EventId, save: Annotated[Path | None, typer.Option(help="Write it, whole, to this file.")] = None
) -> None:
    """Why it made no message, and how it begins; with --save the whole of it."""

    async def read(database: Database) -> Unreadable:
        return await QuarantineRepository(database).find(local_settings().organisation.name, event_id)

    found = asyncio.run(with_database(read))
    facts = [("Channel", found.channel), ("Came", f"{found.at:%Y-%m-%d %H:%M}"), ("Kind", found.kind)]
    console.print(Group(listed([*facts, ("Why", found.reason), ("Bytes", str(len(found.content)))])))
    if save:
        save.write_bytes(found.content)
        console.print(f"Written to {save}.", soft_wrap=True)
        return
    console.print(Text(_shown(found.content)))


@app.command("take-in")
def take_in(event_id: EventId) -> None:
    """Make the message that it would have been: its conversation goes on, or begins. It is taken in once."""

    async def keep(database: Database) -> KeptEvent:
        return await _taken_in(database, event_id)

    kept = asyncio.run(with_database(keep))
    if not kept.fresh:
        console.print("It had been taken in before; nothing was changed.")
        return
    where = f" It belongs to {kept.conversation_id}." if kept.conversation_id else ""
    console.print(f"Taken in.{where}", soft_wrap=True)


async def _taken_in(database: Database, event_id: str) -> KeptEvent:
    organisation, now = local_settings().organisation.name, datetime.now(UTC)
    repository, specs = QuarantineRepository(database), SpecRepository(database)
    found = await repository.find(organisation, event_id)
    event = _event(found)
    active = await specs.active(organisation)
    across = active is not None and (await specs.load(active)).version.specification.identity.one_conversation
    kept = await InboxRepository(database).keep(organisation, event, now, across_channels=across)
    await repository.taken_in(organisation, found, now)
    return kept


def _event(found: Unreadable) -> AnyInboundEvent:
    """Raises InvalidInputError, or CredentialsError where the channel is not set up here."""
    if found.kind == "waited_in_vain":
        raise InvalidInputError("This is no message of a customer, and it belongs to no conversation: --save it.")
    adapter = Adapters[object](CHANNELS, read_local_vendor)[found.channel]
    if not isinstance(adapter, QuarantineSource):
        raise InvalidInputError(f"What came by {found.channel} cannot be taken in; --save it and look at it.")
    event = adapter.taken_in(found)
    if event is None:
        raise InvalidInputError("This is a message that Holdfast itself sent: there is nothing to take in.")
    return event


def _shown(content: bytes) -> str:
    """The beginning, without what a terminal would obey."""
    text = content[:MAX_SHOWN].decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
