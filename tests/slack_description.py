"""Slack's published API description as a check of what we send.

It was archived in 2021. Two things are newer and are told it here: message metadata, and that arguments of
chat.postMessage may be JSON. The token, which it knows as an argument only, is taken from the Authorization header.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest

DESCRIPTION = (
    Path(__file__).parents[2] / "shared" / "data" / "openapi" / "slack" / "slack_web_openapi_v3_converted.json"
)
HOST = "https://slack.com/api"
METADATA = {
    "type": "object",
    "properties": {"event_type": {"type": "string"}, "event_payload": {"type": "object"}},
    "required": ["event_type", "event_payload"],
    "additionalProperties": False,
}
NEW_READING = {"name": "include_all_metadata", "in": "query", "schema": {"type": "boolean"}}
METHODS = (
    "auth.test",
    "chat.postMessage",
    "conversations.history",
    "conversations.replies",
    "users.info",
    "files.info",
)


@cache
def _api() -> OpenAPI:
    return OpenAPI.from_dict(_described())


@cache
def _described() -> Any:
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    operations = {f"/{method}": _operation(described["paths"][f"/{method}"]) for method in METHODS}
    return {"openapi": "3.0.3", "info": described["info"], "servers": [{"url": HOST}], "paths": operations}


def _operation(path: dict[str, Any]) -> dict[str, Any]:
    """One method with its arguments alone; nothing else is allowed. The client asks for reading methods by GET."""
    ((verb, operation),) = path.items()
    arguments = {name: operation[name] for name in ("parameters", "requestBody") if name in operation}
    if operation["operationId"].startswith("conversations_"):
        arguments["parameters"] = [*arguments["parameters"], NEW_READING]
    if "requestBody" in arguments:
        (content,) = arguments["requestBody"]["content"].values()
        schema = content["schema"]
        properties = schema["properties"] | {"metadata": METADATA}
        strict = schema | {"properties": properties, "additionalProperties": False}
        arguments["requestBody"] = {"content": {"application/json": {"schema": strict}}, "required": True}
    return {verb: arguments | {"responses": {"default": {"description": "any"}}}}


@dataclass(frozen=True)
class SentRequest:
    """A request as it arrived at Slack. Header names in small letters."""

    method: str
    query: str
    headers: dict[str, str]
    body: bytes


def problems(sent: SentRequest) -> list[str]:
    """What the description has against a request; arguments that it does not name count too."""
    if not DESCRIPTION.exists():
        pytest.skip("needs Slack's API description at ../shared/data/openapi/slack")
    described = _described()["paths"].get(f"/{sent.method}")
    if described is None:
        return [f"{sent.method}: no such method"]
    ((verb, operation),) = described.items()
    media_type = sent.headers.get("content-type", "").partition(";")[0]
    form = sent.body.decode() if media_type == "application/x-www-form-urlencoded" else ""
    arguments = dict(parse_qsl(f"{sent.query}&{form}"))
    places = {parameter["name"]: parameter["in"] for parameter in operation["parameters"]}
    unknown = [f"{name}: no such argument" for name in arguments if name not in places]
    scheme, _, token = sent.headers.get("authorization", "").partition(" ")
    given = {"query": arguments, "header": {}}
    if scheme == "Bearer" and token:
        given[places["token"]]["token"] = token
    request = MockRequest(
        HOST.removesuffix("/api"),
        verb,
        f"/api/{sent.method}",
        args=given["query"],
        headers=given["header"],
        data=sent.body,
        content_type=media_type,
    )
    try:
        OpenAPI.validate_request(_api(), request)
    except OpenAPIError as error:
        return [*unknown, repr(error.__cause__ or error)]
    return unknown
