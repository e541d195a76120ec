"""Twilio's SDK: its settings, its REST client, the signature of its requests, its TwiML. Nothing else imports the SDK.

Every failure of Twilio becomes one of domain.errors here. Twilio's own texts are dropped: they repeat phone numbers.
"""

import hmac
import json
import logging
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests
from pydantic import Field, SecretStr, field_validator
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator, add_port, remove_port  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]
from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]

from domain.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from integrations.authorities import trusting
from integrations.blocking import in_a_thread, on_cuttable_connections
from integrations.channels.base import ForgedRequestError, UnreadableRequestError, WebhookAnswer, WebhookRequest
from integrations.checks import Finding
from integrations.settings import VendorSettings

__all__ = ["Form", "TwilioApi", "TwilioSettings", "VoiceResponse", "form_of", "no_twiml", "twiml", "verify_signature"]

ErrorMaker = Callable[[str], HoldfastError]
Form = Mapping[str, str]
Result = TypeVar("Result")

E164 = r"^\+[1-9][0-9]{6,14}$"
FORM = "application/x-www-form-urlencoded"
ERRORS_PAGE = "https://www.twilio.com/docs/errors"
OPTED_OUT = 21610
TRY_AGAIN = "#rc=5&rp=all"
"""Twilio posts a webhook once, unless its address asks for more after a #, which is neither sent nor signed."""
KNOWN_REFUSALS: Mapping[int, tuple[ErrorMaker, str]] = {
    20404: (NotFoundError, "it does not know what was asked for"),
    21211: (InvalidInputError, "the customer's number is not valid"),
    21408: (
        ConflictError,
        "sending to the customer's country is not allowed: see Messaging Geo Permissions",
    ),
    21606: (ConflictError, "our number cannot send this to the customer: check the number's capabilities"),
    21608: (ConflictError, "a trial account sends to verified numbers only: verify the number or upgrade the account"),
    OPTED_OUT: (ForbiddenError, "the customer has stopped messages (STOP): a person must use another channel"),
    21611: (RateLimitedError, "too many messages of our number are waiting"),
    21612: (ConflictError, "our number cannot reach the customer's number on this channel"),
    21614: (InvalidInputError, "the customer's number is not a mobile number"),
    21617: (InvalidInputError, "the text is longer than 1,600 characters"),
    21660: (ConflictError, "our number does not belong to this account: check the numbers in the settings"),
    63007: (ConflictError, "our number is no WhatsApp sender of this account: register it"),
    63016: (ConflictError, "WhatsApp allows free text only within 24 hours of the customer's last message"),
}


class TwilioSettings(VendorSettings):
    """An account of Twilio, its numbers, and where it reaches us."""

    prefix: ClassVar[str] = "TWILIO"

    account_sid: str = Field(pattern="^AC[0-9a-fA-F]{32}$", description="Account SID, from the console's first page.")
    auth_token: SecretStr = Field(description="Auth token: the key of the REST API and of the webhooks' signatures.")
    public_url: str = Field(
        pattern="^https?://[^/]+$", description="Our address as Twilio calls it, such as https://support.example.com."
    )
    sms_number: str | None = Field(None, pattern=E164, description="Number that sends and receives SMS, in E.164.")
    trust_sms_numbers: bool = Field(
        False,
        description="Count who writes by SMS as verified. Senders can be forged; the answer goes to the real number.",
    )
    whatsapp_number: str | None = Field(None, pattern=E164, description="Number of the WhatsApp sender, in E.164.")
    phone_number: str | None = Field(None, pattern=E164, description="Number that customers call, in E.164.")
    timeout_seconds: float = Field(
        5,
        gt=0,
        le=5,
        description="How long Twilio may take to connect, and then to answer: less than a claim to send holds.",
    )
    base_url: str = Field("https://api.twilio.com", description="Address of Twilio's REST API.")
    ca_file: Path | None = Field(None, description="File of an authority to trust besides the usual ones (PEM).")

    @field_validator("public_url", "base_url", mode="before")
    @classmethod
    def _without_slash(cls, url: object) -> object:
        return url.rstrip("/") if isinstance(url, str) else url

    def webhook(self, kind: str) -> str:
        """Where Twilio posts what concerns a channel."""
        return f"{self.public_url}/webhooks/{kind}"


class TwilioApi:
    """The REST API behind the official client, which blocks: every call has a thread of its own and no retries."""

    def __init__(self, settings: TwilioSettings) -> None:
        self.settings = settings
        self.trusted = trusting(settings.ca_file)
        http = _Http(settings.timeout_seconds, self.trusted)
        token = settings.auth_token.get_secret_value()
        # Without an environment of its own the client would read ours, and move to another edge or region.
        unset = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
        self._client = Client(settings.account_sid, token, http_client=http, environment=unset)
        self._client.api.base_url = settings.base_url

    async def ask(self, question: Callable[[Any], Result]) -> Result:
        """The answer to a question put to the client. Raises domain errors only."""
        return await in_a_thread(lambda: question(self._client))

    async def check_account(self) -> list[Finding]:
        """Whether the account answers, is active, and lets us read messages, without which no crash is survived."""
        try:
            account = await self.ask(lambda client: client.api.v2010.account.fetch())
            await self.ask(lambda client: client.messages.list(limit=1, page_size=1))
        except HoldfastError as error:
            return [Finding(name="account", ok=False, detail=str(error))]
        if account.status != "active":
            detail = f"The account is {account.status}: settle it in Twilio's console."
            return [Finding(name="account", ok=False, detail=detail)]
        trial = " It is a trial account: it reaches verified numbers only." if account.type == "Trial" else ""
        return [Finding(name="account", ok=True, detail=f"The account is active and answers.{trial}")]

    async def check_number(self, number: str | None, setting: str, capability: str, kind: str) -> list[Finding]:
        """Whether a number is ours, can do what we need, and calls our webhook when somebody calls or writes."""
        if number is None:
            detail = f"No number: set HOLDFAST_TWILIO_{setting.upper()}."
            return [Finding(name=setting, ok=False, detail=detail)]
        try:
            owned = await self.ask(lambda client: client.incoming_phone_numbers.list(phone_number=number, limit=1))
        except HoldfastError as error:
            return [Finding(name=setting, ok=False, detail=str(error))]
        if not owned:
            detail = f"The account does not own the number: buy it, or correct HOLDFAST_TWILIO_{setting.upper()}."
            return [Finding(name=setting, ok=False, detail=detail)]
        return list(_number_findings(owned[0], setting, capability, self.settings.webhook(kind)))


def _number_findings(owned: Any, setting: str, capability: str, webhook: str) -> Iterable[Finding]:
    able = bool((owned.capabilities or {}).get(capability))
    detail = f"The number can do {capability}." if able else f"The number cannot do {capability}: use another one."
    yield Finding(name=setting, ok=able, detail=detail)
    url, method = (owned.voice_url, owned.voice_method) if capability == "voice" else (owned.sms_url, owned.sms_method)
    address, _, overrides = (url or "").partition("#")
    if address != webhook or method != "POST":
        detail = f"The number calls {address or 'nobody'} ({method}): set its {capability} webhook to {webhook} (POST)."
        yield Finding(name=f"{setting} webhook", ok=False, detail=detail)
    elif "rp=" not in overrides:
        detail = f"Twilio gives up after one try: set the number's {capability} webhook to {webhook}{TRY_AGAIN}."
        yield Finding(name=f"{setting} webhook", ok=False, detail=detail)
    else:
        yield Finding(name=f"{setting} webhook", ok=True, detail="The number calls us, and again if we fail.")


# Requests to Twilio.


class _Http:
    """The SDK's HTTP client with time limits, a further authority, and Twilio's refusals as domain errors."""

    is_async = False

    def __init__(self, timeout_seconds: float, trusted: ssl.SSLContext) -> None:
        # The client's own logger writes phone numbers.
        silent = logging.Logger("twilio", logging.CRITICAL)
        self._inner = TwilioHttpClient(timeout=timeout_seconds, logger=silent)
        on_cuttable_connections(self._inner.session, trusted)

    def request(self, *arguments: Any, **options: Any) -> Any:
        try:
            response = self._inner.request(*arguments, **options)
        except (requests.RequestException, TwilioException):
            raise UnavailableError("Twilio cannot be reached, or it hung up: check the network.") from None
        if response.status_code >= 400:
            raise _refusal(response.status_code, response.text, response.headers)
        if not _is_json(response.text):
            raise UnavailableError("Something that is not Twilio answered: check HOLDFAST_TWILIO_BASE_URL.")
        return response


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _refusal(status: int, text: str, headers: Mapping[str, str]) -> HoldfastError:
    """The domain error of a refused request, by Twilio's own code where it is known, else by HTTP status."""
    code = _code(text)
    if code and code in KNOWN_REFUSALS:
        kind, reason = KNOWN_REFUSALS[code]
        return kind(f"Twilio refused: {reason} ({ERRORS_PAGE}/{code}).")
    where = f"HTTP {status}, {ERRORS_PAGE}/{code}" if code else f"HTTP {status}"
    if status in (401, 403):
        setting = "HOLDFAST_TWILIO_ACCOUNT_SID and HOLDFAST_TWILIO_AUTH_TOKEN"
        return CredentialsError(f"Twilio refused our credentials ({where}): check {setting}.")
    if status == 429:
        return RateLimitedError(f"Twilio asks us to slow down ({where}).", retry_after=_retry_after(headers))
    if status >= 500 or status == 408:
        return UnavailableError(f"Twilio has a problem of its own ({where}).", retry_after=_retry_after(headers))
    return InvalidInputError(f"Twilio does not accept the request ({where}).")


def _code(text: str) -> int | None:
    if not _is_json(text):
        return None
    body = json.loads(text)
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    stated = headers.get("Retry-After", "")
    return timedelta(seconds=int(stated)) if stated.isdecimal() else None


# Requests of Twilio.


def form_of(request: WebhookRequest) -> Form:
    """The fields of a posted form. Raises UnreadableRequestError for anything else."""
    if request.method != "POST" or not request.header("content-type").startswith(FORM):
        raise UnreadableRequestError("Twilio posts forms here: set the method of the webhook to POST.")
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def verify_signature(auth_token: SecretStr, request: WebhookRequest) -> None:
    """Refuse what was not signed with our auth token for exactly this address and body. Raises ForgedRequestError.

    The signature has no time in it, so a recorded request passes again: its event ids stop it from counting again.
    """
    signature = request.header("x-twilio-signature")
    if not signature:
        raise ForgedRequestError("The request has no X-Twilio-Signature.")
    validator = RequestValidator(auth_token.get_secret_value())
    fields = _signed_fields(validator, request)
    # Twilio signs the address now with, now without its port.
    addresses = [change(urlsplit(request.url)) for change in (remove_port, add_port)]
    expected = [validator.compute_signature(address, fields).encode() for address in addresses]
    matches: Sequence[bool] = [hmac.compare_digest(one, signature.encode()) for one in expected]
    if not any(matches):
        text = (
            "X-Twilio-Signature does not fit: check HOLDFAST_TWILIO_AUTH_TOKEN, and that the proxy keeps the address."
        )
        raise ForgedRequestError(text)


class _SignedFields(dict[str, str]):
    """A form whose fields may come more than once: the validator signs each value, and asks for them by `getall`."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getall(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]


def _signed_fields(validator: Any, request: WebhookRequest) -> Form:
    """What is signed besides the address: a form's fields; nothing where the address holds the body's hash."""
    if request.header("content-type").startswith(FORM):
        return _SignedFields(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    stated = dict(parse_qsl(urlsplit(request.url).query)).get("bodySHA256", "")
    actual = str(validator.compute_hash(request.body.decode("utf-8", "replace")))
    if request.body and not hmac.compare_digest(stated.encode(), actual.encode()):
        raise ForgedRequestError("The body is not the one that was signed (bodySHA256).")
    return {}


# Answers to Twilio.


def twiml(response: Any) -> WebhookAnswer:
    return WebhookAnswer(media_type="text/xml", body=str(response))


def no_twiml() -> WebhookAnswer:
    """Nothing to do. A message is answered by the REST API, because it may take longer than Twilio waits."""
    return twiml(MessagingResponse())
