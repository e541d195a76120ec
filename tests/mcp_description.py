"""The protocol's published schema (2025-11-25) as a check of what we send to a tool server."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

DESCRIPTION = Path(__file__).parents[2] / "shared" / "data" / "mcp" / "src_spec-types_2025-11-25.schema.json"


@cache
def _definitions() -> Any:
    return json.loads(DESCRIPTION.read_text(encoding="utf-8"))["$defs"]


def problems(name: str, message: Any) -> list[str]:
    """What the named definition has against a message."""
    if not DESCRIPTION.exists():
        pytest.skip("needs the schema of the Model Context Protocol at ../shared/data/mcp")
    found = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _definitions()}).iter_errors(message)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]
