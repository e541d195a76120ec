"""A folder under `specs/` as one checked organisation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from domain.identity.directory import DirectoryImport
from domain.identity.directory_facts import context_of
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import NO_SUCH_AI_AGENT, AiAgentSpec, Article, OrganisationSpec, SpecVersion
from integrations.channels.registry import CHANNELS
from integrations.crm.base import NoteKeeper
from integrations.crm.registry import CRMS
from integrations.knowledge.registry import SOURCES
from integrations.registry import adapter_class
from publishing.specification.customers import read_customers
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.problems import Location, SpecificationError, did_you_mean
from publishing.specification.schemas import ArticleFrontMatter, OrganisationFile, TopicsFile
from publishing.specification.validation import Read, validated

QUOTED = re.compile(r"'([^']+)'")
ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class LoadedOrganisation(BaseModel):
    """What a folder holds: the version to publish, and the customers to import."""

    version: SpecVersion
    directory: DirectoryImport


def load_specification(folder: Path) -> LoadedOrganisation:
    """Read and check an organisation. Raises SpecificationError, which lists every mistake with file and line."""
    reader = DocumentReader(folder)
    organisation = validated(reader, reader.yaml(folder / "organisation.yaml"), OrganisationFile)
    topics = validated(reader, reader.yaml(folder / "topics.yaml"), TopicsFile)
    ai_agents = _read_ai_agents(reader)
    articles = _read_articles(reader)
    directory = read_customers(reader)
    specification = None
    if organisation and topics and ai_agents:
        specification = _Assembly(reader, organisation, topics, ai_agents).specification(articles, directory)
    if reader.problems or specification is None:
        raise SpecificationError(folder.name, reader.problems)
    version = SpecVersion(specification=specification, articles=tuple(read.value for read in articles))
    return LoadedOrganisation(version=version, directory=directory)


def _read_ai_agents(reader: DocumentReader) -> list[Read[AiAgentSpec]]:
    paths = sorted((reader.folder / "agents").glob("*.yaml"))
    if not paths:
        reader.report(reader.folder / "agents", None, "there is no AI agent; add a file such as agents/general.yaml")
    read = (validated(reader, reader.yaml(path), AiAgentSpec) for path in paths)
    return [ai_agent for ai_agent in read if ai_agent]


def _read_articles(reader: DocumentReader) -> list[Read[Article]]:
    articles = list[Read[Article]]()
    for path in sorted((reader.folder / "knowledge").glob("*.md")):
        head = validated(reader, reader.markdown(path), ArticleFrontMatter)
        if head and not head.document.body:
            reader.report(path, None, "the article has no text; write it below the front matter")
        elif head:
            article = Article(**head.value.model_dump(), body=head.document.body)
            articles.append(Read(head.document, article))
    _report_repeated_articles(reader, articles)
    return articles


def _report_repeated_articles(reader: DocumentReader, articles: Sequence[Read[Article]]) -> None:
    files: dict[str, str] = {}
    for article in articles:
        file = files.setdefault(article.value.id, article.document.file)
        if file != article.document.file:
            reader.problems.append(article.document.problem(("id",), f"{file} has the same id; give each its own"))


@dataclass(frozen=True)
class _Assembly:
    """Valid parts of an organisation, to be checked against each other."""

    reader: DocumentReader
    organisation: Read[OrganisationFile]
    topics: Read[TopicsFile]
    ai_agents: list[Read[AiAgentSpec]]

    def specification(self, articles: Sequence[Read[Article]], directory: DirectoryImport) -> OrganisationSpec | None:
        if self._reads_whole("knowledge/"):
            topics = {article.value.topic for article in articles} | self._topics_of_sources()
            self._check_names("knowledge_topics", topics, "no article has the topic")
        facts = _fact_names(directory)
        if facts and self._reads_whole("customers/") and self._keeps_customers_itself():
            self._check_names("customer_facts", facts, "no customer has the fact")
        parts = {
            **dict(self.organisation.value),
            **dict(self.topics.value),
            "ai_agents": [ai_agent.value for ai_agent in self.ai_agents],
        }
        self._check_adapters()
        try:
            return OrganisationSpec.model_validate(parts)
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            for problem in message.split("; "):
                place, _, text = problem.partition(": ")
                if self._reads_whole("agents/") or NO_SUCH_AI_AGENT not in text:
                    self._report(place, text)
            return None

    def _topics_of_sources(self) -> set[str]:
        sources: tuple[KnowledgeSourceSpec, ...] = dict(self.organisation.value)["knowledge_sources"]
        return {topic for source in sources for topic in (*source.topics.values(), source.default_topic)}

    def _reads_whole(self, folder: str) -> bool:
        """A name that only an unreadable file defines is no second mistake."""
        return not any(problem.file.startswith(folder) for problem in self.reader.problems)

    def _keeps_customers_itself(self) -> bool:
        """Which facts another CRM has is not known here."""
        return bool(dict(self.organisation.value)["crm"] == "directory")

    def _report(self, place: str, text: str) -> None:
        """A problem found by the domain, which names its place as `topics.<id>` or `journeys.<id>.<step>`."""
        document, location = self._locate(place.split("."))
        known = [*(agent.value.id for agent in self.ai_agents), *(topic.id for topic in self.topics.value.topics)]
        hint = "".join(did_you_mean(name, known) for name in QUOTED.findall(text) if name not in known)
        found = document.problem(location, f"{text}{hint}; correct one or the other")
        self.reader.problems.append(found._replace(field=place))

    def _locate(self, place: Sequence[str]) -> tuple[Document, Location]:
        kind, *keys = place
        if kind == "ai_agents":
            files = {ai_agent.value.id: ai_agent.document for ai_agent in self.ai_agents}
            return files.get(keys[0] if keys else "", self.ai_agents[-1].document), ()
        owner: Read[TopicsFile] | Read[OrganisationFile] = self.topics if kind == "topics" else self.organisation
        ids = [entry.id for entry in dict(owner.value)[kind]] if keys else []
        return owner.document, (kind, ids.index(keys[0])) if keys else (kind,)

    def _check_adapters(self) -> None:
        organisation = dict(self.organisation.value)
        named: list[tuple[Location, str, Mapping[str, str]]] = [
            (("channels", kind), kind, CHANNELS) for kind in organisation["channels"]
        ]
        named += [((field,), organisation[field], CRMS) for field in ("crm", "helpdesk") if organisation[field]]
        sources: tuple[KnowledgeSourceSpec, ...] = organisation["knowledge_sources"]
        named += [(("knowledge_sources", n, "kind"), source.kind, SOURCES) for n, source in enumerate(sources)]
        if organisation["crm_notes"] and not _keeps_notes(organisation["crm"]):
            text = f"the CRM {organisation['crm']!r} keeps no notes; leave crm_notes out, or name another CRM"
            self.reader.problems.append(self.organisation.document.problem(("crm_notes",), text))
        for location, kind, known in named:
            if kind not in known:
                text = f"there is no adapter {kind!r}{did_you_mean(kind, known)}; use one of {', '.join(sorted(known))}"
                self.reader.problems.append(self.organisation.document.problem(location, text))

    def _check_names(self, field: str, known: set[str], wrong: str) -> None:
        for read in self.ai_agents:
            for number, name in enumerate(getattr(read.value, field)):
                if name not in known:
                    text = f"{wrong} {name!r}{did_you_mean(name, known)}; correct one or the other"
                    self.reader.problems.append(read.document.problem((field, number), text))


def _keeps_notes(crm: str) -> bool:
    """An unknown CRM is a mistake of its own."""
    return crm not in CRMS or issubclass(adapter_class(CRMS, crm), NoteKeeper)


def _fact_names(directory: DirectoryImport) -> set[str]:
    accounts = {account.id: account for account in directory.accounts}
    known = ((contact, accounts.get(contact.account)) for contact in directory.contacts)
    contexts = (context_of(contact, account, ANY_DAY) for contact, account in known if account)
    return {fact.name for context in contexts for fact in context.facts}
