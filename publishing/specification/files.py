"""The files of an organisation, and the whole specification that they make, as data with places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.specification.findings import Finding
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.mistakes import Mistake
from publishing.specification.schemas import ENTRIES, OrganisationFile, TopicsFile

ARTICLES = "articles"
SCENARIOS = "scenarios"
READ = {"": ".yaml", **dict.fromkeys((*ENTRIES, SCENARIOS, "customers"), ".yaml"), "knowledge": ".md"}
"""The folders that are read, and how the names of their files end."""
MISNAMED = {".yml": ".yaml", ".YAML": ".yaml", ".YML": ".yaml", ".markdown": ".md", ".MD": ".md"}


@dataclass(frozen=True)
class Files:
    """The files that make a specification; None where one could not be read."""

    organisation: Document | None
    topics: Document | None
    lists: dict[str, list[Document | None]]
    """The lists that have a file for each entry, by field: of the specification, and articles and scenarios."""

    @property
    def data(self) -> dict[str, Any]:
        """The specification as its files have it, valid or not.

        With the heads of its articles under `articles`, and its scenarios, which are not published, under `scenarios`.
        """
        return {
            **_fields(self.organisation, OrganisationFile.model_fields),
            **_fields(self.topics, TopicsFile.model_fields),
            **{field: [document and document.data for document in found] for field, found in self.lists.items()},
        }

    @property
    def unread(self) -> frozenset[str]:
        """Fields of which not everything could be read."""
        organisation = OrganisationFile.model_fields if self.organisation is None else ()
        topics = TopicsFile.model_fields if self.topics is None else ()
        return frozenset((*organisation, *topics, *(field for field, found in self.lists.items() if None in found)))

    def mistake(self, finding: Finding) -> Mistake:
        """A finding about `data`, in the file that its location leads to."""
        field, *rest = finding.location
        if field in self.lists and rest:
            found = self.lists[str(field)][int(rest[0])]
            finding = finding._replace(location=tuple(rest[1:]))
        else:
            found = self.topics if field in TopicsFile.model_fields else self.organisation
        if found is None:
            raise ValueError(f"there is no file for {finding}")
        return found.mistake(finding)


def read_files(reader: DocumentReader) -> Files:
    """The files of the reader's folder; what cannot be read goes to its mistakes."""
    for path, problem, remedy in _overlooked(reader.folder):
        reader.report(path, problem, remedy)
    lists = {
        entries.field: [reader.yaml(path) for path in sorted((reader.folder / folder).glob("*.yaml"))]
        for folder, entries in ENTRIES.items()
    }
    if not lists["ai_agents"]:
        reader.report(reader.folder / "agents", "there is no AI agent", "Add a file such as agents/general.yaml.")
    others: dict[str, list[Document | None]] = {
        ARTICLES: [reader.markdown(path) for path in sorted((reader.folder / "knowledge").glob("*.md"))],
        SCENARIOS: [reader.yaml(path) for path in sorted((reader.folder / SCENARIOS).glob("*.yaml"))],
    }
    return Files(
        organisation=reader.yaml(reader.folder / "organisation.yaml"),
        topics=reader.yaml(reader.folder / "topics.yaml"),
        lists=lists | others,
    )


def _overlooked(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Files that look as if they belonged to the specification, and that nothing would read."""
    for inside, ending in READ.items():
        for path in sorted((folder / inside).glob("*")):
            if MISNAMED.get(path.suffix) == ending:
                right = path.with_suffix(ending).name
                yield path, "is not read, because of its name", f"Name it {right}, or move it elsewhere."
        for path in sorted((folder / inside).glob(f"*/**/*{ending}")) if inside else ():
            yield path, "is not read, because it stands in a folder within", f"Move it to {inside}/."


def _fields(document: Document | None, known: Mapping[str, Any]) -> dict[str, Any]:
    data = document.data if document and isinstance(document.data, dict) else {}
    return {name: value for name, value in data.items() if name in known}
