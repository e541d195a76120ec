"""Files of an organisation checked for whoever edits them: every mistake with its place, or what they would be."""

from pathlib import Path

from pydantic import computed_field

from domain.errors import InvalidInputError
from domain.model import Frozen
from domain.specification.findings import Finding
from publishing.labelled_messages import LABELLED, read_labelled_messages
from publishing.specification.documents import DocumentReader
from publishing.specification.loading import LoadedOrganisation, load_specification
from publishing.specification.mistakes import Mistake, SpecificationError

REMEDY = "Correct the row, or remove it."


class CheckedFiles(Frozen):
    """`content_hash` names valid files, as they are before tools and articles of sources are added."""

    content_hash: str | None = None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def valid(self) -> bool:
        return not self.mistakes


def load_own(folder: Path) -> LoadedOrganisation:
    """The organisation that the folder is named after, without its customers. Raises SpecificationError."""
    loaded = load_specification(folder, with_customers=False)
    wrong = [*_of_another(folder, loaded), *_wrong_labels(folder)]
    if wrong:
        raise SpecificationError(folder.name, wrong)
    return loaded


def check_own(folder: Path) -> CheckedFiles:
    """What `load_own` finds."""
    try:
        loaded = load_own(folder)
    except SpecificationError as error:
        return CheckedFiles(mistakes=error.mistakes)
    return CheckedFiles(content_hash=loaded.version.content_hash, warnings=loaded.warnings)


def _of_another(folder: Path, loaded: LoadedOrganisation) -> list[Mistake]:
    """Nobody publishes for another organisation than their own."""
    if loaded.version.specification.organisation == folder.name:
        return []
    document = DocumentReader(folder).yaml(folder / "organisation.yaml")
    problem = "is another organisation than the one whose specification this is"
    return [document.mistake(Finding(("organisation",), problem, f"Write {folder.name}."))] if document else []


def _wrong_labels(folder: Path) -> list[Mistake]:
    if not (folder / LABELLED).is_file():
        return []
    try:
        read_labelled_messages(folder / LABELLED)
    except InvalidInputError as error:
        return [Mistake(file=LABELLED.as_posix(), problem=str(error).rstrip("."), remedy=REMEDY)]
    return []
