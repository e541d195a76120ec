"""A package: its bytes, its digest, and what they say, checked as a whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field

from domain.errors import InvalidInputError
from domain.market.contents import MANIFEST, TOPICS, digest_of, may_hold
from domain.market.manifest import FORMAT, Manifest, PackageKind
from domain.market.permissions import BROUGHT, begun_by_itself, permissions_of, tools_named
from domain.quality.scenarios import Scenario
from domain.specification.findings import Finding, child, instead_of, texts_at
from domain.specification.model import SpecModel
from domain.specification.organisation import AiAgentSpec, Journey, Topic
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.mistakes import SpecificationError, printable
from publishing.specification.schemas import ArticleFrontMatter
from publishing.specification.validation import validated


class PackageTopics(SpecModel):
    """`topics.yaml` of a package: the topics that it brings."""

    topics: tuple[Topic, ...] = Field(min_length=1, description="At least one.")


@dataclass(frozen=True)
class Package:
    """`data` is the card or the journey as its file has it; `card` the same as a model, None of a journey.

    `scenarios` are the ids of its tests.
    """

    manifest: Manifest
    digest: str
    contents: Mapping[str, bytes]
    data: Mapping[str, Any]
    card: AiAgentSpec | None
    topics: tuple[Topic, ...]
    scenarios: tuple[str, ...] = ()

    @property
    def main_text(self) -> str:
        return self.contents[self.manifest.main_file].decode("utf-8-sig")

    @property
    def permissions(self) -> tuple[str, ...]:
        """What it would use, if a person allows it."""
        if self.card:
            return permissions_of(self.card)
        return tuple(dict.fromkeys((*tools_named(self.data), *begun_by_itself(self.data))))


def load_package(called: str, contents: Mapping[str, bytes]) -> Package:
    """Read and check a package's bytes.

    Raises SpecificationError, which lists every mistake, and InvalidInputError for a form of a later version, and for
    a file that a package may not hold.
    """
    for name in contents:
        if not may_hold(name):
            raise no_place(name)
    with TemporaryDirectory(prefix="holdfast-") as temporary:
        for name, content in contents.items():
            (Path(temporary) / name).parent.mkdir(exist_ok=True)
            (Path(temporary) / name).write_bytes(content)
        return _PackageReader(called, Path(temporary), contents).read()


def require_known_format(data: object, called: str) -> None:
    """Raises InvalidInputError for a file that only a later version of Holdfast can read."""
    found = child(data, "format")
    if isinstance(found, int) and found > FORMAT:
        raise InvalidInputError(
            f"{called} has the format {found}, and this version of Holdfast reads {FORMAT}. Update Holdfast."
        )


def no_place(name: str) -> InvalidInputError:
    """For a path that a package may not have."""
    return InvalidInputError(f"{printable(name)[:200]} has no place in a package; docs/guides/market.md says what has.")


class _PackageReader:
    def __init__(self, called: str, folder: Path, contents: Mapping[str, bytes]) -> None:
        self._called, self._folder, self._contents = called, folder, contents
        self._reader = DocumentReader(folder)

    def read(self) -> Package:
        head = self._reader.yaml(self._folder / MANIFEST)
        require_known_format(head and head.data, f"The package {self._called}")
        manifest = validated(self._reader, head, Manifest)
        if head is None or manifest is None:
            raise self._refused()
        package = self._read_rest(head, manifest.value)
        if package is None or self._reader.mistakes:
            raise self._refused()
        return package

    def _read_rest(self, head: Document, manifest: Manifest) -> Package | None:
        agent = manifest.kind is PackageKind.AGENT
        main = self._reader.yaml(self._folder / manifest.main_file)
        card = validated(self._reader, main, AiAgentSpec) if agent else None
        journey = None if agent else validated(self._reader, main, Journey)
        topics = self._topics(head, manifest)
        self._check_articles()
        documents = (self._reader.yaml(self._folder / name) for name in manifest.tests)
        tests = [validated(self._reader, document, Scenario) for document in documents]
        for finding in _findings_of_manifest(manifest, topics, self._contents):
            self._reader.add(head.mistake(finding))
        if main is None or not (card or journey):
            return None
        package = Package(
            manifest,
            digest_of(self._contents),
            self._contents,
            main.data,
            card.value if card else None,
            topics,
            tuple(test.value.id for test in tests if test),
        )
        for finding in _findings_of_main(package):
            self._reader.add(main.mistake(finding))
        return package

    def _topics(self, head: Document, manifest: Manifest) -> tuple[Topic, ...]:
        """A topic leads to what the package brings, never away from what the organisation has."""
        if TOPICS not in self._contents:
            return ()
        document = self._reader.yaml(self._folder / TOPICS)
        read = validated(self._reader, document, PackageTopics)
        if document is None or read is None:
            return ()
        owners = [manifest.name] if manifest.kind is PackageKind.AGENT else sorted(manifest.needs.ai_agents)
        for number, topic in enumerate(read.value.topics):
            if topic.ai_agent not in owners:
                problem = f"the topic leads to {topic.ai_agent!r}, which the package neither brings nor names"
                remedy = instead_of(topic.ai_agent, owners, "Name the AI agent under needs.ai_agents.")
                self._reader.add(document.mistake(Finding(("topics", number, "ai_agent"), problem, remedy)))
        return read.value.topics

    def _check_articles(self) -> None:
        for name in (name for name in self._contents if name.startswith("knowledge/")):
            document = self._reader.markdown(self._folder / name)
            head = validated(self._reader, document, ArticleFrontMatter)
            if document is None or head is None:
                continue
            if not document.body:
                self._reader.add(document.mistake(Finding((), "the article has no text", "Write it below its head.")))
            if head.value.id != Path(name).stem:
                remedy = f"Name the file {head.value.id}.md, or correct the id."
                self._reader.add(document.mistake(Finding(("id",), "is not the name of the file", remedy)))

    def _refused(self) -> SpecificationError:
        return SpecificationError(self._called, self._reader.mistakes, "package")


def _findings_of_manifest(
    manifest: Manifest, topics: tuple[Topic, ...], contents: Mapping[str, bytes]
) -> Iterator[Finding]:
    own = [topic.id for topic in topics]
    known = {*own, *manifest.needs.topics}
    for number, trigger in enumerate(manifest.triggers):
        if trigger not in known:
            remedy = instead_of(trigger, known, "Add the topic to topics.yaml, or to needs.topics.")
            yield Finding(("triggers", number), f"no topic {trigger!r}", remedy)
    for topic in own:
        if topic not in manifest.triggers:
            yield Finding(("triggers",), f"lacks the topic {topic!r}", "Name every topic of topics.yaml.")
    tests = {name for name in contents if name.startswith("scenarios/")}
    for name in sorted(tests - set(manifest.tests)):
        yield Finding(("tests",), f"lacks {name}", "Name every file of scenarios, or remove it.")
    others = {name for name in contents if name.startswith(("agents/", "journeys/"))} - {manifest.main_file}
    for name in sorted(others):
        problem = f"a package of the kind {manifest.kind} with the name {manifest.name} does not hold {name}"
        yield Finding(("kind",), problem, f"Its file is {manifest.main_file}; give other ones a package of their own.")


def _findings_of_main(package: Package) -> Iterator[Finding]:
    manifest, data = package.manifest, package.data
    if data.get("id") != manifest.name:
        yield Finding(("id",), "is not the name of the package", f"Write {manifest.name}.")
    for permission in package.permissions:
        if permission not in manifest.needs.permissions:
            problem = f"it would use {permission}, which the manifest does not name"
            yield Finding((_key_of(package, permission),), problem, "Name it under needs.")
    own = [topic.id for topic in package.topics]
    if package.card:
        yield from _findings_of_card(data, own)
    else:
        yield from _findings_of_journey(data, manifest, own)


def _key_of(package: Package, permission: str) -> str:
    if package.card is None:
        return "enter_by" if permission.startswith("enter:") else "steps"
    return "customer_facts" if permission.startswith("fact:") else "tools"


def _findings_of_card(data: Mapping[str, Any], own: list[str]) -> Iterator[Finding]:
    for key in data:
        if key not in BROUGHT:
            yield Finding((key,), "is for each organisation to set", "Leave it out of the package.")
    for location, topic in texts_at(data, "supervised_topics.*"):
        if topic not in own:
            yield Finding(location, f"no topic {topic!r}", instead_of(topic, own, "Add it to topics.yaml."))


def _findings_of_journey(data: Mapping[str, Any], manifest: Manifest, own: list[str]) -> Iterator[Finding]:
    for location, topic in texts_at(data, "topics.*"):
        known = {*own, *manifest.needs.topics}
        if topic not in known:
            yield Finding(location, f"no topic {topic!r}", instead_of(topic, known, "Name it under needs.topics."))
    for location, ai_agent in texts_at(data, "steps.*.ai_agent"):
        known = set(manifest.needs.ai_agents)
        if ai_agent not in known:
            remedy = instead_of(ai_agent, known, "Name it under needs.ai_agents.")
            yield Finding(location, f"no AI agent {ai_agent!r}", remedy)
