"""The files of a specification: one model for each kind, and their JSON Schema for editors."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, create_model

from domain.identity.directory import DirectoryImport
from domain.market.manifest import Manifest
from domain.quality.scenarios import Scenario
from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.model import Key, SpecModel
from domain.specification.organisation import AiAgentSpec, Journey, OrganisationSpec, Topic
from domain.specification.rules import Rule


class Entries(NamedTuple):
    """A folder whose YAML files hold one entry each of a list of the specification."""

    field: str
    kind: str
    model: type[SpecModel]


ENTRIES: Mapping[str, Entries] = {
    "agents": Entries("ai_agents", "agent", AiAgentSpec),
    "journeys": Entries("journeys", "journey", Journey),
    "rules": Entries("rules", "rule", Rule),
    "guidelines": Entries("guidelines", "guideline", Guideline),
    "macros": Entries("macros", "macro", Macro),
}
"""By the name of the folder. One more row is one more kind of file."""

IN_OTHER_FILES = frozenset({"topics", "out_of_scope_examples", *(entries.field for entries in ENTRIES.values())})

OrganisationFile = create_model(
    "OrganisationFile",
    __base__=SpecModel,
    __doc__="`organisation.yaml`: everything that holds for the whole organisation.",
    **{
        name: (info.annotation, info)
        for name, info in OrganisationSpec.model_fields.items()
        if name not in IN_OTHER_FILES
    },  # type: ignore[call-overload]
)


class TopicsFile(SpecModel):
    """`topics.yaml`: what customers ask, in their words, and what the organisation does not answer."""

    topics: tuple[Topic, ...] = Field(min_length=2, description="At least two.")
    out_of_scope_examples: tuple[str, ...] = Field(
        (), description="Messages, in customers' words, that the organisation does not answer."
    )


class ArticleFrontMatter(SpecModel):
    """The head of `knowledge/*.md`; the Markdown below it is what the AI agents quote."""

    id: Key = Field(description="Name of the article, the same in every version of it.")
    title: str = Field(description="Its heading for customers.")
    topic: Key = Field(description="Article topic, as `knowledge_topics` of AI agents name it.")
    source: str = Field(description="Where customers can read it: an address.")
    updated: date = Field(description="Day of its last change.")


FILE_KINDS: Mapping[str, type[BaseModel]] = {
    "organisation": OrganisationFile,
    "topics": TopicsFile,
    **{entries.kind: entries.model for entries in ENTRIES.values()},
    "article": ArticleFrontMatter,
    "customers": DirectoryImport,
    "scenario": Scenario,
    "package": Manifest,
}


def generated_schemas() -> dict[str, str]:
    """File name and text of every JSON Schema."""
    return {f"{kind}.json": _text_of(kind, model) for kind, model in FILE_KINDS.items()}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write every JSON Schema into a folder (`specs/schema`); returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in generated_schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return tuple(written)


def _text_of(kind: str, model: type[BaseModel]) -> str:
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{kind}.json"}
    return json.dumps(schema | model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
