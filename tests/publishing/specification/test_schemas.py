"""The JSON Schema of every kind of file."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from publishing.specification.schemas import generated_schemas, write_schemas

SPECS = Path("specs")
YAML_KINDS = {"organisation.yaml": "organisation", "topics.yaml": "topics", "agents": "agent", "customers": "customers"}


@pytest.mark.parametrize(("name", "text"), generated_schemas().items())
def test_the_committed_schemas_are_the_generated_ones(name: str, text: str) -> None:
    assert (SPECS / "schema" / name).read_text(encoding="utf-8") == text


def test_every_schema_is_valid() -> None:
    for text in generated_schemas().values():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_writing_them(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schema")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == generated_schemas()


def test_every_yaml_file_names_its_schema_and_fits_it() -> None:
    files = sorted(path for path in SPECS.rglob("*.yaml"))
    assert files
    for file in files:
        organisation = file.relative_to(SPECS).parts[0]
        kind = YAML_KINDS[file.relative_to(SPECS / organisation).parts[0]]
        text = file.read_text(encoding="utf-8")
        named = text.splitlines()[0].partition("$schema=")[2]
        assert (file.parent / named).resolve() == (SPECS / "schema" / f"{kind}.json").resolve()
        jsonschema.validate(_plain(yaml.safe_load(text)), json.loads((SPECS / "schema" / f"{kind}.json").read_text()))


def _plain(data: Any) -> Any:
    """YAML values as JSON has them: dates are texts."""
    return json.loads(json.dumps(data, default=str))
