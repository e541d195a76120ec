"""How commands talk to a running gateway: where it is, with which key, and what to say when it does not answer."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
import typer
from pydantic import BaseModel, ValidationError

from config.settings import Settings, local_settings
from domain.errors import HoldfastError, InvalidInputError
from embedded.home import API_KEY_FILE, ENDPOINTS_FILE, Endpoints

CLIENT_HEADER = "X-Holdfast-Client"
TIMEOUT_SECONDS = 15.0
JSON = "application/json"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Body = TypeVar("Body", bound=BaseModel)
Url = Annotated[str | None, typer.Option(help="Address of the gateway. Default: the one that `make up` started.")]
Key = Annotated[str | None, typer.Option(help="API key. Default: the one that `make up` made.")]


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
        if key and not (key.isascii() and key.isprintable()):
            raise GatewayError("No API key has such characters. Copy it again; it begins with hf_.")
        headers = {CLIENT_HEADER: "cli"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self.url = url
        self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=not is_here(url))

    def get(self, path: str, **params: Any) -> bytes:
        return self._send("GET", path, params=params).content

    def post(self, path: str, body: BaseModel | None = None) -> httpx.Response:
        content = body.model_dump_json(exclude_none=True) if body else None
        return self._send("POST", path, content=content, headers={"Content-Type": JSON})

    def put(self, path: str, body: BaseModel) -> httpx.Response:
        return self._send("PUT", path, content=body.model_dump_json(exclude_none=True), headers={"Content-Type": JSON})

    def delete(self, path: str) -> httpx.Response:
        return self._send("DELETE", path)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.ReadTimeout as error:
            raise GatewayError(
                f"The gateway at {self.url} takes too long. Try again; {self.url}/readyz says what it waits for."
            ) from error
        except httpx.HTTPError as error:
            raise GatewayError(not_running(self.url)) from error
        if response.is_error:
            raise GatewayError(_problem(response))
        if response.headers.get("content-type", "").partition(";")[0] != JSON:
            raise GatewayError(f"Something that is no gateway of Holdfast answers at {self.url}. Correct the address.")
        return response


def gateway(url: str | None, key: str | None) -> GatewayClient:
    """The gateway that a command's options name, or the one of the platform that runs here."""
    settings = local_settings()
    return GatewayClient(gateway_url(settings, url), api_key(settings.home, key))


def is_here(url: str) -> bool:
    """Whether the address is this machine's own, which no proxy can reach for us. Raises GatewayError for none."""
    try:
        return httpx.URL(url).host in LOOPBACK
    except httpx.InvalidURL as error:
        raise GatewayError(f"{url} is no address. Write it like http://127.0.0.1:8080.") from error


def body_of(model: type[Body], **fields: Any) -> Body:
    """What a command sends. Raises InvalidInputError that says which value is not possible, without the value."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        mistakes = (f"{'.'.join(map(str, one['loc']))}: {_mistake(one['type'], one['msg'])}" for one in error.errors())
        raise InvalidInputError(f"{'; '.join(mistakes)}.") from error


def _mistake(kind: str, message: str) -> str:
    return "is not written like one" if kind == "string_pattern_mismatch" else message


def not_running(url: str) -> str:
    return f"No gateway answers at {url}. Start it with `make up`, or say with --url where it runs."


def _problem(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return f"The gateway answered {response.status_code}. Look into its log."
    text = str(problem.get("detail", problem.get("title", response.status_code)))
    if problem.get("decided_by"):
        text += f" Decided by {problem['decided_by']} at {problem['decided_at']}."
    return text
