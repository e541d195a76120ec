"""OpenAI's published API description as a check of what we send and of what the stand-in answers."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

DESCRIPTION = Path(__file__).parents[2] / "shared" / "data" / "openapi" / "openai" / "openapi.yaml"
SCHEMA_MAPS = frozenset({"properties", "schemas", "$defs"})


@cache
def _components() -> Any:
    described = yaml.load(DESCRIPTION.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return _as_json_schema(described["components"])


def problems(schema: str, document: Any) -> list[str]:
    """What the named schema of the description has against a document; fields that it does not name count too."""
    if not DESCRIPTION.exists():
        pytest.skip("needs OpenAI's API description at ../shared/data/openapi/openai/openapi.yaml")
    wanted = {"$ref": f"#/components/schemas/{schema}", "unevaluatedProperties": False, "components": _components()}
    found = Draft202012Validator(wanted).iter_errors(document)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def _as_json_schema(node: Any, *, names: bool = False) -> Any:
    """OpenAPI's schema as JSON Schema: no `discriminator`, and `nullable: true` written as a choice with null.

    With `names` the keys of the node are names that the API gave, not keywords.
    """
    if isinstance(node, list):
        return [_as_json_schema(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _as_json_schema(value, names=not names and key in SCHEMA_MAPS)
        for key, value in node.items()
        if names or key not in {"discriminator", "nullable"}
    }
    return {"anyOf": [kept, {"type": "null"}]} if not names and node.get("nullable") is True else kept
