"""Twilio's published API description as a check of what we send."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from openapi_core.exceptions import OpenAPIError

DESCRIPTION = Path(__file__).parents[2] / "shared" / "data" / "openapi" / "twilio" / "twilio_api_v2010.json"
HOST = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """A request as it arrived; `target` is its path with the query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    def prepared(self) -> requests.PreparedRequest:
        known = {name: value for name, value in self.headers.items() if name in ("authorization", "content-type")}
        return requests.Request(self.method, HOST + self.target, headers=known, data=self.body).prepare()

    def names(self) -> set[str]:
        form = self.body.decode() if self.headers.get("content-type", "").startswith(FORM) else ""
        return {name for name, _ in parse_qsl(urlsplit(self.target).query) + parse_qsl(form)}


@cache
def _described() -> tuple[Any, OpenAPI]:
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return document, OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))


def problems(sent: Sent) -> list[str]:
    """What the description has against a request; names that it does not know count too."""
    if not DESCRIPTION.exists():
        pytest.skip("needs Twilio's API description at ../shared/data/openapi/twilio/twilio_api_v2010.json")
    document, openapi = _described()
    try:
        openapi.validate_request(RequestsOpenAPIRequest(sent.prepared()))
    except OpenAPIError as error:
        return [f"{type(error).__name__}: {error.__cause__ or error}"]
    unknown = sent.names() - _known_names(document, sent)
    return [f"{sent.method} {sent.target.partition('?')[0]} knows no {name}" for name in sorted(unknown)]


def _known_names(document: Any, sent: Sent) -> set[str]:
    path = urlsplit(sent.target).path
    fits = [one for one in document["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path)]
    operation = document["paths"][min(fits, key=lambda one: one.count("{"))][sent.method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get(FORM, {})
    fields = content.get("schema", {}).get("properties", {})
    return {*fields, *(parameter["name"] for parameter in operation.get("parameters", []))}
