"""What publishing a folder would change, told before it is done; and publishing exactly that."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from answering.expressions import evaluate
from answering.organisations import ModelFactory, ServedVersion
from answering.topic_sources import TopicSources
from answering.understanding import SURE_OF_TOPIC
from domain.conversation.asking_again import Answers
from domain.conversation.ownership import Via
from domain.conversation.redeciding import Reading, RecordedTurn, Redecided, Redecider
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.identity.directory import DirectoryImport
from domain.model import Frozen
from domain.quality.evaluation import LabelledMessage
from domain.specification.changes import Change, changes_between
from domain.specification.organisation import OrganisationSpec, SpecVersion
from integrations.channels.registry import TRAITS
from integrations.tools.registry import tool_server
from publishing.asking import Sample, ask_again
from publishing.computing import in_a_thread
from publishing.edits import PlannedErasing
from publishing.fitting import fit_models, vectors_to_fit
from publishing.publication import Installation, as_published, contexts_of, labelled_in, publish_loaded
from publishing.publisher import known_models
from publishing.serving import load_models
from publishing.specification import LoadedOrganisation, Mistake
from storage.database import Database
from storage.decided_turns import DecidedTurnRepository
from storage.erasing import ErasingRepository
from storage.specs import SpecRepository
from storage.turns import TurnRepository
from storage.vectors import VectorRepository
from storage.views import PublishedSpec

LABELLED_MESSAGES = TypeAdapter(tuple[LabelledMessage, ...])


@dataclass(frozen=True)
class Asking:
    """Which turns are asked again, and by which models of this installation."""

    sample: Sample
    models: ModelFactory


class PlannedPublication(Frozen):
    """What a plan is kept as: the files of a folder in the place of the base, and nothing else.

    `beside` is the SHA-256 (hex) of what is published beside the version: customers and labelled messages.
    """

    organisation: str
    folder: str
    base: str
    planned: str
    beside: str


class Plan(Frozen):
    """What publishing would change, and what it would have changed over the turns of the last conversations.

    `erased_turns`: how many more are left out, because their conversations were erased. `erasing`: where the retention
    would change.
    """

    publication: PlannedPublication
    changes: tuple[Change, ...]
    warnings: tuple[Mistake, ...]
    redecided: Redecided
    answers: Answers | None = None
    erased_turns: int = 0
    erasing: PlannedErasing | None = None


async def make_plan(
    database: Database,
    loaded: LoadedOrganisation,
    folder: Path,
    conversations: int,
    installation: Installation,
    asking: Asking | None = None,
) -> Plan:
    """Plan to publish what was read from the folder, and decide the turns of so many conversations again.

    With `asking`, the planned version is fitted, and drafts anew for a sample of the turns of which nobody can know.
    Raises NotFoundError while nothing is published that it could be compared with, and what models raise.
    """
    organisation, specs = loaded.version.specification.organisation, SpecRepository(database)
    base = await specs.active(organisation)
    if base is None:
        raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
    active, planned = await specs.load(base), await as_published(database, loaded.version, installation)
    labelled = await asyncio.to_thread(labelled_in, folder)
    recorded = DecidedTurnRepository(database)
    turns = await recorded.latest(organisation, conversations)
    pinned = {content_hash: await specs.load(content_hash) for content_hash in {turn.spec_hash for turn in turns}}
    same = active.version == planned and active.labelled == labelled
    reading = await _reading(database, active, {} if same else pinned, labelled, installation)
    redecided = await asyncio.to_thread(_redecided, active, planned, pinned, reading, turns)
    answers = None
    if asking and redecided.unknown:
        served = await _served(database, planned, labelled, loaded.directory, installation, asking.models)
        answers = await ask_again(recorded, served, turns, redecided.unknown, asking.sample)
    return Plan(
        publication=PlannedPublication(
            organisation=organisation,
            folder=str(await asyncio.to_thread(folder.resolve)),
            base=base,
            planned=planned.content_hash,
            beside=_beside(labelled, loaded.directory),
        ),
        changes=changes_between(active.version, planned),
        warnings=loaded.warnings,
        redecided=redecided,
        erased_turns=await recorded.erased(organisation, conversations),
        answers=answers,
        erasing=await _erasing(database, active.version.specification, planned.specification),
    )


async def _erasing(database: Database, active: OrganisationSpec, planned: OrganisationSpec) -> PlannedErasing | None:
    days = planned.retention.conversation_days
    if planned.retention == active.retention:
        return None
    before = datetime.now(UTC) - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)
    due = await ErasingRepository(database).count_due(planned.organisation, before)
    return PlannedErasing(sentence=f"{planned.retention}.", due=due)


async def apply_plan(
    database: Database,
    publication: PlannedPublication,
    loaded: LoadedOrganisation,
    installation: Installation,
    by: str,
    reason: str,
    via: Via | None = None,
) -> str:
    """Publish exactly what was planned and return its hash.

    Raises ConflictError when another version is active by now, or anything that would be published has changed.
    """
    organisation, folder = loaded.version.specification.organisation, Path(publication.folder)
    if organisation != publication.organisation:
        raise ConflictError(
            f"The plan is for {publication.organisation}, and the folder says {organisation}: plan again."
        )
    await SpecRepository(database).require_active(organisation, publication.base)
    labelled = await asyncio.to_thread(labelled_in, folder)
    if _beside(labelled, loaded.directory) != publication.beside:
        raise ConflictError("Customers or labelled messages have changed since it was planned: plan again.")
    return await publish_loaded(
        database,
        loaded,
        folder,
        by,
        installation,
        reason=reason,
        replaces=publication.base,
        exactly=publication.planned,
        via=via,
    )


def read_plan(file: Path) -> PlannedPublication:
    """A plan that was kept. Raises InvalidInputError for any other file, and OSError."""
    try:
        return PlannedPublication.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise InvalidInputError(f"{file} is no plan of `holdfast spec plan --out`.") from error


def _redecided(
    active: PublishedSpec,
    planned: SpecVersion,
    pinned: dict[str, PublishedSpec],
    reading: Reading,
    turns: Sequence[RecordedTurn],
) -> Redecided:
    versions = {content_hash: published.version for content_hash, published in pinned.items()}
    return Redecider(active.version, planned, versions, reading, evaluate).redecide(turns)


async def _reading(
    database: Database,
    active: PublishedSpec,
    pinned: dict[str, PublishedSpec],
    labelled: Sequence[LabelledMessage],
    installation: Installation,
) -> Reading:
    """How messages are read by the active version, where there are turns to decide again."""
    if not pinned:
        return Reading(sure_of_topic=SURE_OF_TOPIC)
    models = await load_models(installation.embedder_of, VectorRepository(database), active)
    topics = active.version.specification.topics
    sources = await asyncio.to_thread(TopicSources, topics, models.knowledge, models.vectors)
    learnt_from = [active.labelled, *(one.labelled for one in pinned.values())]
    return Reading(
        sure_of_topic=SURE_OF_TOPIC,
        topic_of=sources.topic_of,
        has_precedents=any(one.expected == "ask_approval" for messages in learnt_from for one in messages),
        relearnt=active.labelled != tuple(labelled),
    )


async def _served(
    database: Database,
    planned: SpecVersion,
    labelled: tuple[LabelledMessage, ...],
    directory: DirectoryImport,
    installation: Installation,
    models: ModelFactory,
) -> ServedVersion:
    """The planned version, fitted as publishing would, without the tools of its AI agents."""
    vectors = VectorRepository(database)
    known = known_models(SpecRepository(database))
    fit = in_a_thread(fit_models, partial(vectors_to_fit, installation.embedder_of, vectors), known)
    fitted = await fit(planned, labelled, contexts_of(directory))
    published = PublishedSpec(
        version=planned.model_copy(update={"tools": ()}),
        topic_model=fitted.topic_model,
        calibration=fitted.calibration,
        labelled=labelled,
    )
    loaded = await load_models(installation.embedder_of, vectors, published)
    return ServedVersion(
        published,
        loaded,
        models,
        TurnRepository(database).spent_since,
        lambda _, server: tool_server(server, installation.tools),
        lambda _: False,
        TRAITS,
    )


def _beside(labelled: Sequence[LabelledMessage], directory: DirectoryImport) -> str:
    text = LABELLED_MESSAGES.dump_json(tuple(labelled)) + directory.model_dump_json().encode()
    return sha256(text).hexdigest()
