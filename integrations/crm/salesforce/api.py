"""Salesforce's SDK: settings, sign-in, calls, the daily limit. Nothing else imports the SDK."""

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator, model_validator
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.format import format_external_id
from simple_salesforce.format import format_soql as formatted_by_sdk
from simple_salesforce.login import SalesforceLogin

from domain.errors import CredentialsError, HoldfastError, UnavailableError
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.crm.salesforce.refusals import DailyLimitError, SessionExpiredError, refusal, sign_in_refusal
from integrations.settings import VendorSettings
from integrations.threads import run_blocking

__all__ = ["SalesforceApi", "SalesforceSettings", "format_soql"]

Result = TypeVar("Result")

LOGIN_ADDRESSES = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105
FIELD_NAME = r"^[A-Za-z][A-Za-z0-9_]{0,79}$"
KEY_FILE = "HOLDFAST_SALESFORCE_PRIVATE_KEY_FILE"


class SalesforceSettings(VendorSettings):
    """An organisation of Salesforce and the app by which we sign in to it.

    With a private key we sign in by JWT bearer, with a password by user name, and by client credentials otherwise.
    """

    prefix: ClassVar[str] = "SALESFORCE"

    consumer_key: str = Field(description="Consumer key of the app.")
    consumer_secret: SecretStr | None = Field(None, description="Consumer secret; not needed with a private key.")
    username: str | None = Field(None, description="User that we sign in as, with a private key or a password.")
    password: SecretStr | None = Field(None, description="The user's password, with the security token right behind.")
    private_key_file: Path | None = Field(None, description="RSA key (PEM) whose certificate the app has.")
    audience: Literal["login", "test"] = Field("login", description="With a private key: test for a sandbox.")
    base_url: str = Field(
        "https://login.salesforce.com",
        pattern="^https://[^/]+$",
        description="Where we sign in: your own domain, such as https://example.my.salesforce.com.",
    )
    api_version: str = Field("62.0", pattern=r"^[0-9]{2,3}\.0$", description="Version of the REST API.")
    external_id_field: str | None = Field(
        None, pattern=FIELD_NAME, description="Field of Contact with your own customer numbers."
    )
    phone_region: str | None = Field(
        None, pattern="^[A-Z]{2}$", description="Country of phone numbers kept without a country code, such as US."
    )
    entitlements: bool = Field(True, description="False where the organisation does not use Entitlement Management.")
    note_key_field: str = Field(
        "Holdfast_Key__c", pattern=FIELD_NAME, description="External id field of Task that keeps a note from doubling."
    )
    reserved_share: float = Field(0.1, ge=0, lt=1, description="Share of the daily API calls that is left to people.")
    timeout_seconds: float = Field(10, gt=0, le=60, description="How long one request may take.")
    ca_file: Path | None = Field(None, description="File of an authority to trust besides the usual ones (PEM).")

    @field_validator("base_url", mode="before")
    @classmethod
    def _without_slash(cls, url: object) -> object:
        return url.rstrip("/") if isinstance(url, str) else url

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if (self.private_key_file or self.password) and not self.username:
            raise ValueError("a private key or a password needs username")
        if not self.private_key_file and not self.consumer_secret:
            raise ValueError("set consumer_secret, or private_key_file and username")
        if self.flow == "client_credentials" and self.base_url in LOGIN_ADDRESSES:
            raise ValueError("client credentials need your own domain as base_url")
        return self

    @property
    def flow(self) -> Literal["jwt_bearer", "username_password", "client_credentials"]:
        if self.private_key_file:
            return "jwt_bearer"
        return "username_password" if self.password else "client_credentials"


def format_soql(query: str, *values: str | datetime, **named: str | datetime) -> str:
    """A query with values quoted. Raises ValueError for a time without a zone: the SDK would take it for local."""
    for value in (*values, *named.values()):
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError("a time in a query needs a time zone")
    return str(formatted_by_sdk(query, *values, **named))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SalesforceApi:
    """The REST API behind the official client, which blocks: every call has a thread of its own and no retries."""

    def __init__(self, settings: SalesforceSettings, clock: Callable[[], datetime] = _utc_now) -> None:
        self.settings = settings
        self.allowance = ApiAllowance(settings.reserved_share, clock)
        self._session = _Session(settings, self.allowance)
        self._signing_in = threading.Lock()
        self._client: Salesforce | None = None

    async def ask(self, question: Callable[[Salesforce], Result]) -> Result:
        """The answer to a question put to the client; an expired session is renewed once. Raises domain errors only."""
        return await run_blocking(self._ask, question)

    async def query(self, soql: str) -> list[dict[str, Any]]:
        """Every record that fits, in as many calls as there are pages."""
        found = await self.ask(lambda client: client.query_all(soql))
        return list(found["records"])

    async def read_together(self, resources: Mapping[str, str]) -> dict[str, Any | HoldfastError]:
        """Several resources in one call that counts once: under each name its body, or why there is none."""
        root = f"/services/data/v{self.settings.api_version}"
        asked = [
            {"method": "GET", "url": f"{root}/{resource}", "referenceId": name} for name, resource in resources.items()
        ]
        body = {"allOrNone": False, "compositeRequest": asked}
        answer = await self.ask(lambda client: client.restful("composite", method="POST", json=body))
        parts = (answer or {}).get("compositeResponse", ())
        return {part["referenceId"]: _body_or_error(part) for part in parts}

    async def query_together(self, queries: Mapping[str, str]) -> dict[str, list[dict[str, Any]] | HoldfastError]:
        """Several queries in one call that counts once: under each name its records, or why there are none.

        What is asked travels in the body, so that no address, which may be logged, tells of a customer.
        """
        answers = await self.read_together({name: f"query?q={quote(soql)}" for name, soql in queries.items()})
        return {
            name: answer if isinstance(answer, HoldfastError) else list(answer["records"])
            for name, answer in answers.items()
        }

    async def upsert(self, kind: str, key_field: str, key: str, values: Mapping[str, Any]) -> None:
        """Create the record with this external id, or bring it up to date."""
        path = f"sobjects/{kind}/{format_external_id(key_field, key)}"
        await self.ask(lambda client: client.restful(path, method="PATCH", json=dict(values)))

    def _ask(self, question: Callable[[Salesforce], Result]) -> Result:
        self.allowance.admit()
        client = self._client_after(None)
        try:
            return question(client)
        except SessionExpiredError:
            renewed = self._client_after(client)
        return question(renewed)

    def _client_after(self, expired: Salesforce | None) -> Salesforce:
        """The signed-in client; a new one if there is none, or only the expired one."""
        with self._signing_in:
            if self._client is None or self._client is expired:
                self._client = self._signed_in()
            return self._client

    def _signed_in(self) -> Salesforce:
        token, instance = SalesforceLogin(session=self._session, **_credentials(self.settings))
        # Signed in like this, the client leaves renewal to us: its own may go round three times.
        return Salesforce(session_id=token, instance=instance, session=self._session, version=self.settings.api_version)


def _body_or_error(part: Mapping[str, Any]) -> Any | HoldfastError:
    status, body = part["httpStatusCode"], part["body"]
    return body if status < 300 else refusal(status, json.dumps(body), {})


def _credentials(settings: SalesforceSettings) -> dict[str, Any]:
    """What the SDK wants for each flow. Raises CredentialsError where the private key cannot be used."""
    app: dict[str, Any] = {"consumer_key": settings.consumer_key}
    if settings.private_key_file:
        key = _private_key(settings.private_key_file)
        return {**app, "username": settings.username, "privatekey": key, "domain": settings.audience}
    if settings.consumer_secret:
        app["consumer_secret"] = settings.consumer_secret.get_secret_value()
    if settings.password:
        return {**app, "username": settings.username, "password": settings.password.get_secret_value()}
    return {**app, "domain": "own"}


def _private_key(path: Path) -> str:
    try:
        pem = path.read_bytes()
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError):
        raise CredentialsError(f"{KEY_FILE} is not a readable PEM file with a key without a passphrase.") from None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialsError(f"{KEY_FILE} holds no RSA key: Salesforce takes RSA only.")
    return pem.decode()


class _Session(requests.Session):
    """The SDK's HTTP session with time limits, a further authority, and Salesforce's refusals as domain errors."""

    def __init__(self, settings: SalesforceSettings, allowance: ApiAllowance) -> None:
        super().__init__()
        self._settings = settings
        self._allowance = allowance
        self.mount("https://", _TrustingAdapter(settings.ca_file))

    def request(self, method: str | bytes, url: str | bytes, *arguments: Any, **options: Any) -> requests.Response:
        """The response to an accepted request. Raises domain errors only."""
        options.setdefault("timeout", self._settings.timeout_seconds)
        # The SDK makes sign-in addresses of a name under salesforce.com; ours is a setting.
        signs_in = urlsplit(str(url)).path == TOKEN_PATH
        address = self._settings.base_url + TOKEN_PATH if signs_in else url
        try:
            response = super().request(method, address, *arguments, **options)
        except requests.RequestException:
            raise UnavailableError("Salesforce cannot be reached, or it hung up: check the network.") from None
        self._watch(response.headers.get("Sforce-Limit-Info", ""))
        if response.status_code >= 300:
            raise self._refused(response, signs_in=signs_in)
        if response.content and not _is_json_object(response, {"access_token", "instance_url"} if signs_in else set()):
            raise UnavailableError("Something that is not Salesforce answered: check HOLDFAST_SALESFORCE_BASE_URL.")
        return response

    def _watch(self, limit_info: str) -> None:
        usage = Salesforce.parse_api_usage(limit_info).get("api-usage")
        if usage:
            self._allowance.note(usage.used, usage.total)

    def _refused(self, response: requests.Response, *, signs_in: bool) -> HoldfastError:
        meaning = sign_in_refusal if signs_in else refusal
        error = meaning(response.status_code, response.text, response.headers)
        if isinstance(error, DailyLimitError):
            self._allowance.note_exhausted()
        return error


def _is_json_object(response: requests.Response, keys: set[str]) -> bool:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return False
    return isinstance(body, dict) and keys <= body.keys()


class _TrustingAdapter(HTTPAdapter):
    def __init__(self, ca_file: Path | None) -> None:
        # Requests itself adds the usual authorities.
        self._trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if ca_file is not None:
            self._trusted.load_verify_locations(ca_file)
        super().__init__(pool_maxsize=32)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._trusted, **options)
