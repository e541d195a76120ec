"""The one way in which a version becomes the active one: its sources' articles added, its models fitted, all kept."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from domain.conversation.ownership import Via
from domain.conversation.turn import CustomerContext
from domain.errors import ConflictError, NotFoundError
from domain.identity.directory import DirectoryImport
from domain.model import Frozen
from domain.quality.evaluation import LabelledMessage
from domain.specification.articles import with_sourced
from domain.specification.organisation import SpecVersion
from integrations.crm.base import CustomerReference
from integrations.crm.directory import DirectoryCrm
from publishing.computing import Fit, FittedModels, Known
from storage.customers import CustomerRepository
from storage.database import Database
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository

Contexts = Mapping[str, CustomerContext]


class Published(Frozen):
    """The active version afterwards; `changed` is False where it was the active one before and stays as it was."""

    spec_hash: str
    sourced: int
    changed: bool = True


@dataclass(frozen=True)
class Proposal:
    """A validated version that is to become the active one, its tools described.

    `contexts` tells what is known of the customers whom labelled messages name. `directory` is imported with it.
    `replaces` is the hash of the active version that it was made from: when somebody else has published meanwhile, that
    is a conflict; so it is when the version would have another hash than `exactly`. With `only_changes` a version that
    its sources have not changed stays as it is. `files` are the texts that it was read from, kept to be given back.
    """

    version: SpecVersion
    labelled: Sequence[LabelledMessage]
    contexts: Callable[[], Awaitable[Contexts]]
    directory: DirectoryImport | None = None
    replaces: str | None = None
    exactly: str | None = None
    only_changes: bool = False
    files: Mapping[str, str] | None = None


class Publisher:
    """Fitting takes seconds to minutes; `fit` says where it computes, and knows what was fitted before."""

    def __init__(self, database: Database, fit: Fit) -> None:
        self._customers = CustomerRepository(database)
        self._knowledge = KnowledgeRepository(database)
        self._specs = SpecRepository(database)
        self._fit = fit

    async def publish(self, proposal: Proposal, by: str, reason: str = "", via: Via | None = None) -> Published:
        """Add the articles that sources keep as they were last read, fit the models, and keep all of it.

        Raises ConflictError when the version that the proposal replaces is no longer the active one, or when this is
        not the version that was planned.
        """
        organisation = proposal.version.specification.organisation
        if proposal.replaces:
            await self._specs.require_active(organisation, proposal.replaces)
        version = await self.with_sources(proposal.version)
        if proposal.exactly not in (None, version.content_hash):
            raise ConflictError("Files, tools or articles of sources have changed since it was planned: plan again.")
        if proposal.replaces and proposal.only_changes and version == proposal.version:
            return Published(spec_hash=proposal.replaces, sourced=len(version.sourced), changed=False)
        fitted = await self._fit(version, proposal.labelled, await proposal.contexts())
        if proposal.directory:
            await self._customers.import_directory(organisation, proposal.directory)
        spec_hash = await self._specs.publish(
            version,
            fitted.topic_model,
            fitted.calibration,
            by,
            reason=reason,
            labelled=proposal.labelled,
            replaces=proposal.replaces,
            files=proposal.files,
            via=via,
        )
        return Published(spec_hash=spec_hash, sourced=len(version.sourced))

    async def with_sources(self, version: SpecVersion) -> SpecVersion:
        """The version with the articles that its sources keep, as they were last read."""
        known = await self._knowledge.list(version.specification.organisation)
        return with_sourced(version, known, datetime.now(UTC))

    async def refresh(self, organisation: str, by: str) -> Published:
        """Publish the active version with the articles as they are now; nothing where they have not changed.

        Raises NotFoundError while nothing is published, and ConflictError when somebody publishes meanwhile.
        """
        active = await self._specs.active(organisation)
        if active is None:
            raise NotFoundError(f"No specification of {organisation} is published: run `holdfast spec publish`.")
        published = await self._specs.load(active)

        proposal = Proposal(
            published.version,
            published.labelled,
            partial(self.contexts, organisation, published.labelled),
            replaces=active,
            only_changes=True,
            files=await self._specs.files(active),
        )
        return await self.publish(proposal, by, "articles of knowledge sources")

    async def contexts(self, organisation: str, labelled: Sequence[LabelledMessage]) -> Contexts:
        """What is known of the customers whom labelled messages name, as they were last imported."""
        directory = DirectoryCrm(self._customers)
        named = {message.customer for message in labelled if message.customer}
        return {
            contact_id: await directory.fetch_customer_context(
                organisation, CustomerReference(contact_id=contact_id, verified=True), {}
            )
            for contact_id in sorted(named)
        }


def known_models(specs: SpecRepository) -> Known:
    """Those that were published before."""

    async def known(organisation: str, fitted_from: str) -> FittedModels | None:
        found = await specs.models_fitted_from(organisation, fitted_from)
        return FittedModels(*found) if found else None

    return known
