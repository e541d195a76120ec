"""`holdfast knowledge`: the articles that vendors keep, and bringing them in now."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.database import with_database
from config.settings import Settings, local_settings
from config.temporal import access_of
from domain.conversation.activity_models import PublishedKnowledge, SynchroniseKnowledgeInput
from domain.errors import InvalidInputError, NotFoundError, UnavailableError
from domain.queues import CONVERSATIONS
from domain.specification.articles import KnownArticle, article_id, is_left_out
from domain.specification.organisation import SpecVersion
from embedded.home import ENDPOINTS_FILE, Endpoints
from storage.database import Database
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository
from workflows.knowledge import SynchroniseKnowledgeWorkflow, synchronisation_id

app = typer.Typer(no_args_is_help=True, add_completion=False, help="List and bring in articles that vendors keep.")
console = Console(highlight=False)


@app.command("list")
def list_articles() -> None:
    """List the articles of all sources, when they were changed and when their source last confirmed them."""

    async def read(database: Database) -> tuple[SpecVersion, list[KnownArticle]]:
        return await _active(database), await KnowledgeRepository(database).list(local_settings().organisation.name)

    version, known = asyncio.run(with_database(read))
    if not known:
        console.print("No article of a source is kept here (docs/guides/knowledge.md).")
        return
    table = Table("source", "title", "topic", "updated", "synchronised", "state")
    for article in known:
        table.add_row(*_row(version, article))
    console.print(table)


@app.command()
def sync(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to read; without any, all.")] = None,
) -> None:
    """Bring in what has changed now, and publish it."""

    async def read(database: Database) -> list[str]:
        return [source.kind for source in (await _active(database)).specification.knowledge_sources]

    named = asyncio.run(with_database(read))
    if unknown := [source for source in sources or () if source not in named]:
        raise InvalidInputError(
            f"The specification names no source {unknown[0]!r}; it names {', '.join(named) or 'none'}."
        )
    for source in sources or named:
        with console.status(f"Reading {source} …"):
            published = asyncio.run(_synchronise(local_settings(), source))
        outcome = "published" if published.changed else "nothing has changed since"
        console.print(f"{source}: {outcome} {published.spec_hash[:12]}, with {published.sourced} articles of sources.")
    if not named:
        console.print("The published specification names no source of knowledge (docs/guides/knowledge.md).")


async def _active(database: Database) -> SpecVersion:
    specs, organisation = SpecRepository(database), local_settings().organisation.name
    active = await specs.active(organisation)
    if active is None:
        raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
    return (await specs.load(active)).version


def _row(version: SpecVersion, known: KnownArticle) -> tuple[str, ...]:
    source = next((s for s in version.specification.knowledge_sources if s.kind == known.source), None)
    if source is None:
        topic, state = "", "source not in use"
    else:
        topic, state = source.topic_of(known.article.topic), "in the next version"
        if is_left_out(source, known, datetime.now(UTC)):
            state = "left out"
        elif article_id(known.source, known.article.id) in version.sourced:
            state = "published"
    times = (f"{known.article.updated:%Y-%m-%d}", f"{known.confirmed_at:%Y-%m-%d %H:%M}")
    return known.source, known.article.title, topic, *times, state


async def _synchronise(settings: Settings, source: str) -> PublishedKnowledge:
    input = SynchroniseKnowledgeInput(organisation=settings.organisation.name, source=source)
    client = await Client.connect(
        _temporal_address(settings),
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        **access_of(settings).options(),
    )
    try:
        return await client.execute_workflow(
            SynchroniseKnowledgeWorkflow.run,
            input,
            id=synchronisation_id(input),
            task_queue=CONVERSATIONS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Articles of {source} for {input.organisation}, asked for by hand",
        )
    except WorkflowFailureError as error:
        raise UnavailableError(f"{source} could not be synchronised: {_root(error)}") from error


def _root(error: BaseException) -> BaseException:
    return _root(error.__cause__) if error.__cause__ else error


def _temporal_address(settings: Settings) -> str:
    if settings.temporal_address:
        return settings.temporal_address
    try:
        running = Endpoints.model_validate_json((settings.home / ENDPOINTS_FILE).read_text())
    except (OSError, ValidationError) as error:
        raise UnavailableError("Temporal does not run here: start the platform with `make up`.") from error
    return running.temporal
