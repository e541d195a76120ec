"""Publishing a folder of files: loaded, validated, its tools described, then published as every version is."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from answering.evaluating import Contexts
from answering.vectors import EmbedderOf, vectors_of
from domain.conversation.ownership import Via
from domain.errors import HoldfastError
from domain.identity.directory import DirectoryImport
from domain.identity.directory_facts import context_of
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from integrations.knowledge.duplicates import compared_texts, near_duplicates
from integrations.tools.base import ToolSettings
from integrations.tools.pinning import with_tools
from integrations.tools.registry import tool_server
from publishing.computing import in_a_thread
from publishing.fitting import fit_models, vectors_to_fit
from publishing.labelled_messages import LABELLED, read_labelled_messages
from publishing.publisher import Proposal, Publisher, known_models
from publishing.sources import read_sources
from publishing.specification import LoadedOrganisation, load_specification
from storage.database import Database
from storage.specs import SpecRepository
from storage.vectors import VectorRepository


@dataclass(frozen=True)
class Installation:
    """What the machine that publishes has: the tool servers that it allows, the embedding models that it reaches."""

    tools: ToolSettings
    embedder_of: EmbedderOf


async def publish_organisation(database: Database, folder: Path, by: str, installation: Installation) -> str:
    """Publish what the folder says and return its content hash; new conversations pin it, running ones keep theirs.

    Raises SpecificationError with every mistake of the files; then nothing is changed.
    """
    return await publish_loaded(database, await asyncio.to_thread(load_specification, folder), folder, by, installation)


async def publish_loaded(
    database: Database,
    loaded: LoadedOrganisation,
    folder: Path,
    by: str,
    installation: Installation,
    *,
    reason: str = "",
    replaces: str | None = None,
    exactly: str | None = None,
    via: Via | None = None,
    keeps_files: bool = True,
) -> str:
    """Publish an organisation that was read from the folder; one that was changed since keeps none of its files.

    Its tools are described as they are now, and the articles that its sources keep are added as they were last read.
    Raises ConflictError when another version than the one that it `replaces` is active by then, and when it would not
    be the version with the hash `exactly`.
    """
    labelled = await asyncio.to_thread(labelled_in, folder)

    async def contexts() -> Contexts:
        return contexts_of(loaded.directory)

    version = await described(loaded.version, installation.tools)
    files = await asyncio.to_thread(read_sources, folder) if keeps_files else None
    proposal = Proposal(version, labelled, contexts, loaded.directory, replaces, exactly, files=files)
    return (await publisher_of(database, installation).publish(proposal, by, reason, via)).spec_hash


def publisher_of(database: Database, installation: Installation) -> Publisher:
    """One for a command, which fits in a thread."""
    vectors = partial(vectors_to_fit, installation.embedder_of, VectorRepository(database))
    return Publisher(database, in_a_thread(fit_models, vectors, known_models(SpecRepository(database))))


async def duplicate_warnings(version: SpecVersion, embedder_of: EmbedderOf) -> list[str]:
    """A sentence for each pair of articles that say nearly the same, or for why they could not be compared."""
    texts = [text for article in version.articles for text in compared_texts(article)]
    try:
        vectors = await vectors_of(texts, embedder_of(version.specification.model.embedder))
    except HoldfastError as error:
        return [f"Warning: articles were not compared with each other. {error}"]
    return [
        f"Warning: {one.id} and {other.id} say nearly the same ({alike:.0%} alike): keep one of them."
        for one, other, alike in near_duplicates(version.articles, vectors)
    ]


async def described(version: SpecVersion, tools: ToolSettings) -> SpecVersion:
    """The version with every allowed tool as its server describes it now; raises what `with_tools` does."""
    return await with_tools(version, lambda server: tool_server(server, tools))


async def as_published(database: Database, version: SpecVersion, installation: Installation) -> SpecVersion:
    """What publishing this now would keep: with its tools described, and the articles of its sources."""
    return await publisher_of(database, installation).with_sources(await described(version, installation.tools))


async def publish_if_none(database: Database, folder: Path, installation: Installation) -> None:
    """Publish the folder unless its organisation has an active version already, which then stays."""
    loaded = await asyncio.to_thread(load_specification, folder)
    if await SpecRepository(database).active(loaded.version.specification.organisation) is None:
        await publish_organisation(database, folder, by="first start", installation=installation)


def labelled_in(folder: Path) -> tuple[LabelledMessage, ...]:
    """Messages that improve the fit to the topics' own examples, where there are any."""
    return read_labelled_messages(folder / LABELLED) if (folder / LABELLED).is_file() else ()


def contexts_of(directory: DirectoryImport) -> Contexts:
    """What the directory knows of each contact that labelled messages may name."""
    accounts = {account.id: account for account in directory.accounts}
    now = datetime.now(UTC)
    return {contact.id: context_of(contact, accounts[contact.account], now) for contact in directory.contacts}
