"""An AI agent or a journey of an organisation as a package that others can install."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from domain.approvals.approval import DEFAULT_RULE
from domain.delivery.channels import WEB_CHAT
from domain.errors import NotFoundError
from domain.market.contents import MANIFEST, TOPICS
from domain.market.manifest import FOLDERS, NOT_MEASURED, MeasuredResult, NeededTool, PackageKind
from domain.market.permissions import BROUGHT, tools_named
from domain.quality.rates import Rate
from domain.specification.findings import as_list, child, children, instead_of
from domain.specification.organisation import AiAgentSpec, Journey, SpecVersion
from publishing.market.package import Package, load_package
from publishing.market.rendering import ONE_LINE, own_files, with_values
from publishing.market.yaml_blocks import entries_of
from publishing.specification import load_specification
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.files import SCENARIOS, read_files
from publishing.specification.schemas import ENTRIES

MODELINE = "# yaml-language-server:"


@dataclass(frozen=True)
class Label:
    """What only its author can say of a package."""

    version: str
    author: str
    licence: str
    title: str | None = None
    summary: str | None = None


def pack(folder: Path, kind: PackageKind, name: str, label: Label, measured: Mapping[str, Rate]) -> Package:
    """Make a package of an AI agent or a journey of an organisation: its topics, articles and scenarios go with it.

    What is for each organisation to set (its mode among it) stays behind, and nothing of customers is in it; nor are
    scenarios that name customers, approval rules, channels, or AI agents, topics and sources that stay behind.
    `measured` are shares by metric; one of nothing is left out. Raises SpecificationError when the organisation or the
    package has mistakes, and NotFoundError for an unknown id.
    """
    version = load_specification(folder).version
    results = [
        MeasuredResult(metric=metric, value=share.share, n=share.n, low=share.low, high=share.high)
        for metric, share in measured.items()
        if share.n
    ]
    return load_package(name, _Packer(folder, version, kind, name).contents(label, results))


class _Packer:
    def __init__(self, folder: Path, version: SpecVersion, kind: PackageKind, name: str) -> None:
        self._folder, self._version, self._kind, self._name = folder, version, kind, name
        specification = version.specification
        found: Mapping[str, AiAgentSpec | Journey] = (
            {one.id: one for one in specification.ai_agents}
            if kind is PackageKind.AGENT
            else {one.id: one for one in specification.journeys}
        )
        if name not in found:
            called = "AI agent" if kind is PackageKind.AGENT else "journey"
            raise NotFoundError(f"The organisation has no {called} {name!r}. {instead_of(name, found, '')}".strip())
        self._entry = found[name]

    def contents(self, label: Label, results: Collection[MeasuredResult]) -> dict[str, bytes]:
        articles, topics = self._articles(), self._own_topics()
        files = {f"{FOLDERS[self._kind]}/{self._name}.yaml": self._main_text(), **articles}
        if topics:
            files[TOPICS] = self._topics_text(topics)
        files |= self._scenarios({Path(path).stem for path in articles})
        manifest = self._manifest(label, results, sorted(name for name in files if name.startswith("scenarios/")))
        files[MANIFEST] = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=ONE_LINE)
        return {path: files[path].encode() for path in sorted(files)}

    def _main_text(self) -> str:
        """The organisation's own file without what is for each organisation to set."""
        files = read_files(DocumentReader(self._folder))
        documents = files.lists[ENTRIES[FOLDERS[self._kind]].field]
        document = next(one for one in documents if one and child(one.data, "id") == self._name)
        text = _without_modeline(own_files(self._folder, [document.file])[document.file])
        if self._kind is PackageKind.JOURNEY:
            return text
        left = {key: None for key in document.data if key not in BROUGHT - {"mode"}}
        return with_values(document.file, text, left)

    def _own_topics(self) -> list[str]:
        """Those that lead to the AI agent; a journey's lead to AI agents that stay behind."""
        topics = self._version.specification.topics if self._kind is PackageKind.AGENT else ()
        return [topic.id for topic in topics if topic.ai_agent == self._name]

    def _topics_text(self, topics: Collection[str]) -> str:
        blocks = entries_of(own_files(self._folder, [TOPICS])[TOPICS], "topics")
        return entries_of("", "topics").with_changes({topic: blocks.text_of(topic) for topic in topics})

    def _articles(self) -> dict[str, str]:
        """Those that the card names by their topics; where it may cite all, none is its own."""
        cited = self._entry.knowledge_topics if isinstance(self._entry, AiAgentSpec) else ()
        found = dict[str, str]()
        for document in read_files(DocumentReader(self._folder)).lists["articles"]:
            if document and child(document.data, "topic") in cited:
                found[f"knowledge/{child(document.data, 'id')}.md"] = own_files(self._folder, [document.file])[
                    document.file
                ]
        return found

    def _scenarios(self, articles: Collection[str]) -> dict[str, str]:
        """Files of scenarios that expect this AI agent or journey, and nothing that others need not have."""
        brought = {
            "ai_agent": {self._name},
            "topic": set(self._triggers()),
            "cites": set(articles),
            "channel": {WEB_CHAT},
            "rule": {DEFAULT_RULE.id},
            "customer": set[str](),
        }
        found = dict[str, str]()
        for document in scenarios_of(self._folder, self._kind, self._name):
            if all(set(_values_of(document.data, key)) <= known for key, known in brought.items()):
                found[document.file] = _without_modeline(own_files(self._folder, [document.file])[document.file])
        return found

    def _triggers(self) -> list[str]:
        return self._own_topics() or list(self._entry.topics if isinstance(self._entry, Journey) else ())

    def _manifest(self, label: Label, results: Collection[MeasuredResult], tests: Collection[str]) -> dict[str, object]:
        entry = self._entry
        agent = entry if isinstance(entry, AiAgentSpec) else None
        return {
            "format": 1,
            "name": self._name,
            "version": label.version,
            "kind": self._kind.value,
            "title": label.title or (agent.name if agent else _title(entry)),
            "summary": label.summary or (agent.role if agent else _title(entry)),
            "handles": list(agent.can_do) if agent else [_title(entry)],
            "results": [result.model_dump(mode="json") for result in results] or NOT_MEASURED,
            "needs": self._needs(),
            "triggers": self._triggers(),
            "tests": list(tests),
            "licence": label.licence,
            "author": label.author,
        }

    def _needs(self) -> dict[str, object]:
        if isinstance(self._entry, AiAgentSpec):
            tools = [
                {"server": tool.server, "tool": tool.tool, "access": tool.access, "why": "Used by its card."}
                for tool in self._entry.tools
            ]
            return {"tools": tools, "customer_facts": list(self._entry.customer_facts)}
        data = self._entry.model_dump(mode="json")
        named = [_needed(permission) for permission in dict.fromkeys(tools_named(data))]
        ai_agents = sorted(set(_values_of(data, "ai_agent")))
        enter_by = [by for by in self._entry.enter_by if by != "person"]
        return {"tools": named, "enter_by": enter_by, "ai_agents": ai_agents, "topics": list(self._entry.topics)}


def scenarios_of(folder: Path, kind: PackageKind, name: str) -> list[Document]:
    """The organisation's files of scenarios that expect this AI agent or journey."""
    key = "ai_agent" if kind is PackageKind.AGENT else "journey"
    documents = read_files(DocumentReader(folder)).lists[SCENARIOS]
    return [document for document in documents if document and name in _values_of(document.data, key)]


def _needed(permission: str) -> dict[str, object]:
    kind, _, where = permission.partition(":")
    server, _, tool = where.partition("/")
    access = "write" if kind == "write" else "read"
    return NeededTool.model_validate({"server": server, "tool": tool, "access": access}).model_dump(mode="json")


def _title(entry: AiAgentSpec | Journey) -> str:
    return entry.title if isinstance(entry, Journey) else entry.name


def _values_of(data: object, key: str) -> Iterator[str]:
    """Every text that stands under a key, alone or in a list, however deep."""
    found: dict[str, Any] = dict(data) if isinstance(data, Mapping) else {}
    yield from (one for one in (found.get(key), *as_list(found.get(key))) if isinstance(one, str))
    for _, inside in children(data):
        yield from _values_of(inside, key)


def _without_modeline(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(MODELINE))
