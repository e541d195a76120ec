"""Slack as a customer channel, through slack_sdk's AsyncWebClient and SignatureVerifier.

They are the part of slack-bolt that fits: bolt's AsyncApp answers a request before its listeners are done, asks Slack
who we are at every event, and logs the body of a forged one, while here an event is durable before it is answered.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

import aiohttp
from pydantic import Field, SecretStr, ValidationError
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from domain.delivery.inbound import InboundFile
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.authorities import trusting
from integrations.channels.base import (
    ForgedRequestError,
    OutboundMessage,
    Received,
    SendReceipt,
    WebhookAnswer,
    WebhookRequest,
)
from integrations.channels.slack.events import (
    Profile,
    SlackAddress,
    SlackFile,
    inbound_file,
    message_event,
    read_envelope,
    read_profile,
    what_was_written,
)
from integrations.channels.slack.text import to_mrkdwn
from integrations.checks import Finding
from integrations.settings import VendorSettings

METADATA_EVENT = "holdfast_message"
PAGE = 200
MAX_PAGES = 5
LOOKUP_SECONDS = 1.5
PROFILE_SECONDS = 3600
MAX_PROFILES = 10_000
MAX_FILE_BYTES = 5_000_000
REPLAY_SECONDS = 300
SECONDS = re.compile(r"[0-9]{1,11}")
SCOPES = {
    "chat:write": "send replies",
    "channels:history": "read public channels",
    "groups:history": "read private channels",
    "im:history": "read direct messages",
    "mpim:history": "read group direct messages",
    "users:read": "know who wrote",
    "users:read.email": "know their email address",
    "files:read": "fetch files that customers send",
}
CREDENTIAL_CODES = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
PASSING_CODES = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", ""})
REMEDIES = {
    "channel_not_found": "invite the app to the channel",
    "is_archived": "the channel is archived, so nobody can be answered there",
    "missing_scope": "add the scope under OAuth & Permissions and install the app again",
    "not_in_channel": "invite the app to the channel",
}
QUIET = logging.getLogger("holdfast.slack")
QUIET.setLevel(logging.WARNING)


class SlackSettings(VendorSettings):
    """A Slack app, installed in one workspace."""

    prefix: ClassVar[str] = "SLACK"

    bot_token: SecretStr = Field(min_length=1, description="Bot User OAuth Token of the app (xoxb-…).")
    signing_secret: SecretStr = Field(min_length=1, description="Signing secret of the app, under Basic Information.")
    verified_workspaces: str = Field(
        "",
        pattern=r"^([TE][A-Z0-9]+(, *[TE][A-Z0-9]+)*)?$",
        description="Ids of the workspaces (T…), separated by commas, whose members count as verified customers.",
    )
    base_url: str = Field("https://slack.com/api/", description="Address of Slack's Web API.")
    files_url: str = Field(
        "https://files.slack.com/", pattern=r"/$", description="Address of files; the token is sent nowhere else."
    )
    ca_file: Path | None = Field(None, description="A certificate authority to trust besides the system's.")
    timeout_seconds: int = Field(10, ge=1, description="How long one call to Slack may take, in seconds.")


class SlackChannel:
    """Sends to threads and direct messages. Our idempotency key travels as the message's metadata."""

    settings_class: ClassVar[type[VendorSettings] | None] = SlackSettings

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._verified = frozenset(settings.verified_workspaces.replace(" ", "").split(","))
        self._ssl = trusting(settings.ca_file)
        self._client = AsyncWebClient(
            token=settings.bot_token.get_secret_value(),
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            ssl=self._ssl,
            retry_handlers=[],
            logger=QUIET,
        )
        self._profiles: dict[str, tuple[float, Profile]] = {}

    async def send(self, message: OutboundMessage) -> SendReceipt:
        address = _address(message)
        with _domain_errors():
            posted = await self._client.chat_postMessage(
                channel=address.channel,
                thread_ts=address.thread_ts,
                text=to_mrkdwn(message.text),
                link_names=False,
                metadata={"event_type": METADATA_EVENT, "event_payload": {"idempotency_key": message.idempotency_key}},
            )
        return SendReceipt(provider_message_id=f"{posted['channel']}/{posted['ts']}")

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        """Looks through the thread, or through the newest 1,000 messages of a direct message channel."""
        address = _address(message)
        with _domain_errors():
            async for page in self._pages(address):
                for posted in page:
                    if _key(posted) == message.idempotency_key:
                        return SendReceipt(provider_message_id=f"{address.channel}/{posted['ts']}")
        return None

    def verify(self, request: WebhookRequest) -> None:
        """Slack's signature over time and raw body, at most five minutes old."""
        stated, signature = request.header("x-slack-request-timestamp"), request.header("x-slack-signature")
        if not SECONDS.fullmatch(stated) or not signature.isascii():
            raise ForgedRequestError("The request carries no usable X-Slack-Request-Timestamp and X-Slack-Signature.")
        arrived = request.received_at.timestamp()
        if abs(arrived - int(stated)) > REPLAY_SECONDS:
            raise ForgedRequestError("The request was signed more than five minutes ago: check the clock if it is new.")
        verifier = SignatureVerifier(self._settings.signing_secret.get_secret_value(), _ClockAt(arrived))
        try:
            valid = verifier.is_valid(request.body, stated, signature)
        except UnicodeDecodeError:
            valid = False
        if not valid:
            raise ForgedRequestError("The signature is wrong: check HOLDFAST_SLACK_SIGNING_SECRET.")

    async def read(self, request: WebhookRequest) -> Received:
        """Asks Slack for the author and the files, no longer than Slack's three seconds allow; then goes on without."""
        envelope = read_envelope(request.body)
        if envelope.type == "url_verification":
            return Received(answer=WebhookAnswer(media_type="text/plain", body=envelope.challenge))
        written = what_was_written(envelope)
        if written is None:
            return Received()
        profile, fetched = await asyncio.gather(
            self._profile(written.user), asyncio.gather(*map(self._fetched, written.files))
        )
        event = message_event(written, profile, fetched, verified=written.workspace in self._verified)
        return Received(events=(event,))

    async def check(self) -> Sequence[Finding]:
        """Whether the token works and has every scope. The signing secret proves itself with the first event."""
        try:
            with _domain_errors():
                answer = await self._client.auth_test()
        except HoldfastError as error:
            return (Finding(name="token", ok=False, detail=str(error)),)
        is_bot = bool(answer.get("bot_id"))
        named = f"Workspace {answer['team_id']}, bot {answer['user_id']}."
        token = Finding(name="token", ok=is_bot, detail=named if is_bot else "Not a bot's: use the token xoxb-….")
        granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
        return (token, *(_scope_finding(scope, granted) for scope in SCOPES))

    async def _pages(self, address: SlackAddress) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """The messages next to which ours would stand. A thread is read whole, a direct message channel backwards."""
        place: dict[str, Any] = {"channel": address.channel, "limit": PAGE, "include_all_metadata": True}
        if address.thread_ts:
            most, pages = inf, await self._client.conversations_replies(ts=address.thread_ts, **place)
        else:
            most, pages = MAX_PAGES, await self._client.conversations_history(**place)
        number = count(1)
        async for page in pages:
            yield page["messages"]
            if next(number) >= most:
                return

    async def _profile(self, user: str) -> Profile:
        """Kept for an hour; an older one, or an empty one, where Slack does not answer in time."""
        read_at, known = self._profiles.get(user, (-inf, Profile()))
        if monotonic() - read_at < PROFILE_SECONDS:
            return known
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                with _domain_errors():
                    answer = await self._client.users_info(user=user)
        except (HoldfastError, TimeoutError):
            return known
        if len(self._profiles) >= MAX_PROFILES:
            self._profiles.clear()
        self._profiles[user] = monotonic(), read_profile(answer.get("user"))
        return self._profiles[user][1]

    async def _fetched(self, file: SlackFile) -> SlackFile | InboundFile:
        """The file's content, or the file as it was named where that cannot be had in time."""
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                with _domain_errors():
                    return await self._download(file)
        except (HoldfastError, TimeoutError, ValidationError):
            return file

    async def _download(self, file: SlackFile) -> SlackFile | InboundFile:
        if file.file_access == "check_file_info":
            file = SlackFile.model_validate((await self._client.files_info(file=file.id)).get("file"))
        url = file.url_private_download or ""
        if not url.startswith(self._settings.files_url) or (file.size or 0) > MAX_FILE_BYTES:
            return file
        bearer = {"Authorization": f"Bearer {self._settings.bot_token.get_secret_value()}"}
        async with (
            aiohttp.ClientSession(headers=bearer) as session,
            session.get(url, ssl=self._ssl, allow_redirects=False) as response,
        ):
            login_page = response.content_type == "text/html" != file.mimetype
            if response.status != 200 or login_page:
                return file
            return inbound_file(file, await response.read())


class _ClockAt(Clock):
    """The moment at which a request arrived, so that a check of it depends on nothing else."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def _address(message: OutboundMessage) -> SlackAddress:
    try:
        return SlackAddress.model_validate(message.address)
    except ValidationError:
        raise InvalidInputError("The conversation has no address in Slack: answer where the customer wrote.") from None


def _key(posted: Mapping[str, Any]) -> str | None:
    """The idempotency key that a message of ours carries."""
    payload: dict[str, Any] = (posted.get("metadata") or {}).get("event_payload") or {}
    return payload.get("idempotency_key")


def _scope_finding(scope: str, granted: Collection[str]) -> Finding:
    if scope in granted:
        return Finding(name=scope, ok=True, detail=f"May {SCOPES[scope]}.")
    return Finding(name=scope, ok=False, detail=f"Cannot {SCOPES[scope]}: {REMEDIES['missing_scope']}.")


@contextmanager
def _domain_errors() -> Iterator[None]:
    """Foreign errors quote the whole request; ours name Slack's code and no customer."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(error.response) from None
    except (aiohttp.ClientError, TimeoutError):
        raise UnavailableError("Slack cannot be reached, or it hung up: check the network.") from None


def _refusal(response: Any) -> HoldfastError:
    """The error of an answer of slack_sdk, or, where the answer was no JSON, of aiohttp."""
    status = getattr(response, "status_code", None) or response.status
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        seconds = response.headers.get("Retry-After", "")
        wait = timedelta(seconds=int(seconds)) if SECONDS.fullmatch(seconds) else None
        return RateLimitedError("Slack asks us to slow down (HTTP 429).", retry_after=wait)
    if status >= 500 or code in PASSING_CODES:
        return UnavailableError(f"Slack has a problem of its own (HTTP {status}{code and ', '}{code}).")
    if status in (401, 403) or code in CREDENTIAL_CODES:
        needed = f" {data['needed']}" if isinstance(data, dict) and "needed" in data else ""
        remedy = REMEDIES.get(code, "check HOLDFAST_SLACK_BOT_TOKEN")
        return CredentialsError(f"Slack refused our token ({code}{needed}): {remedy}.")
    return InvalidInputError(f"Slack does not accept the request ({code}): {REMEDIES.get(code, 'see docs.slack.dev')}.")
