"""The JSON Schema of every kind of file."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from publishing.specification.documents import DocumentReader
from publishing.specification.schemas import ENTRIES, generated_schemas, write_schemas
from publishing.specification.yaml_text import parsed

SPECS = Path("specs")
YAML_FILES = sorted(SPECS.rglob("*.yaml"))
YAML_KINDS = {
    "organisation.yaml": "organisation",
    "topics.yaml": "topics",
    "customers": "customers",
    "scenarios": "scenario",
    **{folder: entries.kind for folder, entries in ENTRIES.items()},
}
pytestmark = pytest.mark.untraced


@pytest.mark.parametrize(("name", "text"), generated_schemas().items())
def test_the_committed_schemas_are_the_generated_ones(name: str, text: str) -> None:
    assert (SPECS / "schema" / name).read_text(encoding="utf-8") == text


def test_every_schema_is_valid() -> None:
    for text in generated_schemas().values():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_writing_them(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schema")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == generated_schemas()


def test_every_key_has_a_description() -> None:
    """Editors show it beside the key."""
    for name, text in generated_schemas().items():
        schema = json.loads(text)
        for owner, described in {name: schema, **schema.get("$defs", {})}.items():
            assert described.get("description"), owner
            bare = [key for key, node in described.get("properties", {}).items() if not node.get("description")]
            assert bare == [], owner


def kind_of(file: Path) -> str:
    return YAML_KINDS[file.relative_to(SPECS).parts[1]]


def schema_of(kind: str) -> dict[str, Any]:
    return dict(json.loads((SPECS / "schema" / f"{kind}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", YAML_FILES, ids=str)
def test_every_yaml_file_names_its_schema_and_fits_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = text.splitlines()[0].partition("# yaml-language-server: $schema=")[2]
    assert (file.parent / named).resolve() == (SPECS / "schema" / f"{kind_of(file)}.json").resolve()
    jsonschema.validate(parsed(text).data, schema_of(kind_of(file)))


@pytest.mark.parametrize("file", YAML_FILES, ids=str)
def test_a_misspelt_key_does_not_fit(file: Path) -> None:
    data = parsed(file.read_text(encoding="utf-8")).data
    for key in data:
        misspelt = {f"{name}x" if name == key else name: value for name, value in data.items()}
        with pytest.raises(jsonschema.ValidationError, match=f"{key}x"):
            jsonschema.validate(misspelt, schema_of(kind_of(file)))


@pytest.mark.parametrize("file", sorted(SPECS.glob("*/knowledge/*.md")), ids=str)
def test_the_head_of_every_article_fits_its_schema(file: Path) -> None:
    document = DocumentReader(SPECS).markdown(file)
    assert document is not None
    jsonschema.validate(document.data, schema_of("article"))


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("agent", {"mode": "boss"}),
        ("agent", {"tools": [{"server": "shop", "tool": "x", "access": "all"}]}),
        ("agent", {"can_do": []}),
        ("topics", {"topics": []}),
        ("article", {"id": "Has Space"}),
        ("rule", {"when": [{"kind": "amount", "below": 5}]}),
        ("rule", {"then": "send"}),
        ("guideline", {"when": [{"kind": "confidence", "below": 0.5}]}),
        ("organisation", {"currency": "euro"}),
        ("organisation", {"calendar": {"hours": [{"weekday": 0, "opens": "8 am", "closes": "18:00"}]}}),
        ("customers", {"accounts": [{"id": "north"}]}),
        ("scenario", {"steps": []}),
        ("scenario", {"steps": [{"says": "hi", "expect": {"outcome": "sent"}}]}),
        ("scenario", {"steps": [{"does": "approve", "expect": {"effects": "send"}}]}),
    ],
)
def test_wrong_values_do_not_fit(kind: str, wrong: dict[str, Any]) -> None:
    schema = schema_of(kind)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema | {"required": []})


def test_there_is_something_to_fit() -> None:
    assert {kind_of(file) for file in YAML_FILES} == set(YAML_KINDS.values())
