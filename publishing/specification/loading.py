"""A folder under `specs/` as one checked organisation."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from domain.identity.directory import DirectoryImport
from domain.quality.scenarios import Scenario
from domain.specification.doubts import doubts
from domain.specification.findings import Finding
from domain.specification.organisation import Article, OrganisationSpec, SpecVersion
from publishing.specification.customers import read_customers
from publishing.specification.documents import DocumentReader
from publishing.specification.files import ARTICLES, SCENARIOS, Files, read_files
from publishing.specification.mistakes import Mistake, SpecificationError
from publishing.specification.schemas import ENTRIES, ArticleFrontMatter, OrganisationFile, TopicsFile
from publishing.specification.validation import validated
from publishing.specification.whole import check_whole


class LoadedOrganisation(BaseModel):
    """What a folder holds: the version to publish, the customers to import, and what has less effect than it seems.

    `scenarios` are for trying it; they are no part of what is published.
    """

    version: SpecVersion
    directory: DirectoryImport
    scenarios: tuple[Scenario, ...] = ()
    warnings: tuple[Mistake, ...] = ()


def load_specification(folder: Path, *, with_customers: bool = True) -> LoadedOrganisation:
    """Read and check an organisation. Raises SpecificationError, which lists every mistake with file and line.

    Without its customers, who were imported before, what is said of them is taken as it is.
    """
    reader = DocumentReader(folder)
    files = read_files(reader)
    fields = _validated_fields(reader, files)
    articles = _validated_articles(reader, files)
    found = [validated(reader, document, Scenario) for document in files.lists[SCENARIOS]]
    directory = read_customers(reader) if with_customers else None
    check_whole(reader, files, directory)
    if reader.mistakes:
        raise SpecificationError(folder.name, reader.mistakes)
    specification = OrganisationSpec.model_validate(fields)
    version = SpecVersion(specification=specification, articles=tuple(articles))
    warnings = tuple(files.mistake(finding) for finding in doubts(files.data))
    scenarios = tuple(read.value for read in found if read)
    return LoadedOrganisation(
        version=version, directory=directory or DirectoryImport(), scenarios=scenarios, warnings=warnings
    )


def _validated_fields(reader: DocumentReader, files: Files) -> dict[str, Any]:
    """Those fields of the specification whose files are valid."""
    fields: dict[str, Any] = {}
    for entries in ENTRIES.values():
        found = [validated(reader, document, entries.model) for document in files.lists[entries.field]]
        fields[entries.field] = [read.value for read in found if read]
    for read in (
        validated(reader, files.organisation, OrganisationFile),
        validated(reader, files.topics, TopicsFile),
    ):
        fields |= dict(read.value) if read else {}
    return fields


def _validated_articles(reader: DocumentReader, files: Files) -> list[Article]:
    articles = list[Article]()
    for document in files.lists[ARTICLES]:
        head = validated(reader, document, ArticleFrontMatter)
        if document and not document.body:
            finding = Finding((), "the article has no text", "Write it below the front matter.")
            reader.add(document.mistake(finding))
        elif head:
            articles.append(Article(**head.value.model_dump(), body=head.document.body))
    return articles
