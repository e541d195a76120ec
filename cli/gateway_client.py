"""How commands talk to a running gateway: where it is, with which key, and what to say when it does not answer."""

import json
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from config.settings import Settings
from domain.errors import HoldfastError

ENDPOINTS_FILE = "endpoints.json"
API_KEY_FILE = "api_key"
TIMEOUT_SECONDS = 15.0


class Endpoints(BaseModel):
    """What a running platform writes into its home folder."""

    gateway: str
    temporal: str = ""


class GatewayError(HoldfastError):
    """The gateway refused or does not answer; the text says what to do."""


def gateway_url(settings: Settings, given: str | None) -> str:
    """The address given, else that of the platform running from the home folder, else that of the settings."""
    if given:
        return given.rstrip("/")
    try:
        return Endpoints.model_validate_json((settings.home / ENDPOINTS_FILE).read_text()).gateway.rstrip("/")
    except (OSError, ValidationError):
        return f"http://{settings.gateway_host}:{settings.gateway_port}"


def api_key(home: Path, given: str | None) -> str:
    """The key given, else the one that the platform made for its operator. Raises GatewayError without one."""
    if given:
        return given
    try:
        return (home / API_KEY_FILE).read_text().strip()
    except OSError as error:
        raise GatewayError(
            "There is no API key. Pass --key, or start the platform with `make up`: it makes one."
        ) from error


class GatewayClient:
    """One command's requests. Every failure is a GatewayError."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.url = url
        self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)

    def get(self, path: str, **params: Any) -> bytes:
        return self._send("GET", path, params=params).content

    def post(self, path: str, body: BaseModel | None = None) -> httpx.Response:
        content = body.model_dump_json(exclude_none=True) if body else None
        return self._send("POST", path, content=content, headers={"Content-Type": "application/json"})

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise GatewayError(not_running(self.url)) from error
        if response.is_error:
            raise GatewayError(_problem(response))
        return response


def not_running(url: str) -> str:
    return f"No gateway answers at {url}. Start it with `make up`, or say with --url where it runs."


def _problem(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except json.JSONDecodeError:
        return f"The gateway answered {response.status_code}. Look into its log."
    text = str(problem.get("detail", problem.get("title", response.status_code)))
    if problem.get("decided_by"):
        text += f" Decided by {problem['decided_by']} at {problem['decided_at']}."
    return text
