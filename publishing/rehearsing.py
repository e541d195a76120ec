"""An organisation's folder made ready to play its scenarios: fitted once, as publishing does it, without any key."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from answering.drafting import Drafter
from answering.stage import Stage
from answering.topics.ngram import NgramTopicModel
from answering.understanding import OrganisationModels
from answering.vectors import EmbedderOf, vectors_of
from domain.conversation.policy import policy_of
from domain.conversation.turn import ContactIdentity
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from integrations.channels.registry import TRAITS
from integrations.crm.directory import DirectoryCrm
from integrations.embeddings.base import Embedder, KnownVectors
from integrations.llm.local import LocalReplyWriter
from publishing.computing import FittedModels
from publishing.fitting import fit_models, serving_models, texts_to_fit
from publishing.publication import contexts_of, labelled_in
from publishing.specification import LoadedOrganisation

WITHOUT_NETWORK = frozenset({"embedded", "none"})


@dataclass(frozen=True)
class FittedFolder:
    """What was fitted to a folder, with what it was fitted by."""

    labelled: Sequence[LabelledMessage]
    embedder: Embedder
    vectors: KnownVectors
    models: FittedModels

    @property
    def topics(self) -> NgramTopicModel:
        return NgramTopicModel.from_bytes(self.models.topic_model)

    def serving(self, version: SpecVersion) -> OrganisationModels:
        """What drafting needs, for the version that was fitted, or for one with the same articles and examples."""
        calibration = self.models.calibration
        return serving_models(version, self.topics, calibration, self.vectors, self.embedder, self.labelled)


async def fit_folder(
    loaded: LoadedOrganisation, labelled: Sequence[LabelledMessage], embedder: Embedder
) -> FittedFolder:
    """Fit as publishing does, but keep nothing. Takes seconds, or some tens of them where much is labelled."""
    version, contexts = loaded.version, contexts_of(loaded.directory)
    vectors = await vectors_of(texts_to_fit(version, labelled), embedder)
    models = await asyncio.to_thread(fit_models, version, labelled, contexts, vectors)
    return FittedFolder(labelled, embedder, vectors, models)


async def make_stage(loaded: LoadedOrganisation, folder: Path, embedder_of: EmbedderOf) -> Stage:
    """Everything that the folder's scenarios are played with.

    Raises InvalidInputError for labels that are wrong. The embedded models read and write, whichever the specification
    names: no key is asked for, and nothing is paid.
    """
    named = loaded.version.specification.model.embedder
    embedder = embedder_of(named if named in WITHOUT_NETWORK else "embedded")
    fitted = await fit_folder(loaded, labelled_in(folder), embedder)
    return stage_with(loaded.version, loaded.directory, fitted)


def stage_with(version: SpecVersion, directory: DirectoryImport, fitted: FittedFolder) -> Stage:
    """The stage of a version that was fitted already."""
    spec = version.specification
    return Stage(
        specification=spec,
        policy=policy_of(spec, fitted.models.calibration, TRAITS),
        drafter=Drafter(fitted.serving(version), LocalReplyWriter()),
        crm=DirectoryCrm(FolderDirectory(directory)),
    )


class FolderDirectory:
    """The customers of a folder, looked up as in the store."""

    def __init__(self, directory: DirectoryImport) -> None:
        self._accounts: Mapping[str, Account] = {account.id: account for account in directory.accounts}
        self._contacts = directory.contacts

    async def find_contacts(
        self, organisation: str, *, contact_id: str | None, email: str | None, phone: str | None
    ) -> list[tuple[Contact, Account]]:
        """By id where one is given, otherwise by email or phone."""
        found = self._by_address(email, phone) if contact_id is None else self._by_id(contact_id)
        return [(contact, self._accounts[contact.account]) for contact in found]

    async def find_identity(self, organisation: str, contact_id: str) -> ContactIdentity:
        """The contact's email, and the phone where no other contact has it."""
        contact = next(iter(self._by_id(contact_id)), None)
        if contact is None:
            return ContactIdentity(contact_id=contact_id)
        phone = contact.phone if len(self._by_address(None, contact.phone)) == 1 else None
        return ContactIdentity(contact_id=contact_id, email=contact.email or None, phone=phone)

    def _by_id(self, contact_id: str) -> Sequence[Contact]:
        return [contact for contact in self._contacts if contact.id == contact_id]

    def _by_address(self, email: str | None, phone: str | None) -> Sequence[Contact]:
        wanted = (email or "").casefold()
        return [
            contact
            for contact in self._contacts
            if (wanted and contact.email.casefold() == wanted) or (phone and contact.phone == phone)
        ]
