"""Slack as a customer channel, through slack_sdk's AsyncWebClient and SignatureVerifier.

They are the part of slack-bolt that fits: bolt's AsyncApp answers a request before its listeners are done, asks Slack
who we are at every event, and logs the body of a forged one, while here an event is durable before it is answered.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import count
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

import aiohttp
from pydantic import Field, SecretStr, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from domain.delivery.inbound import InboundFile
from domain.errors import HoldfastError, InvalidInputError
from integrations.authorities import trusting
from integrations.channels.base import (
    OutboundMessage,
    Received,
    SendReceipt,
    WebhookAnswer,
    WebhookRequest,
)
from integrations.channels.slack.api import QUIET, domain_errors, scope_finding, verify_signature
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
TOKEN = "HOLDFAST_SLACK_BOT_TOKEN"  # noqa: S105
PAGE = 200
MAX_PAGES = 5
LOOKUP_SECONDS = 1.5
PROFILE_SECONDS = 3600
MAX_PROFILES = 10_000
MAX_FILE_BYTES = 5_000_000
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
        with domain_errors(TOKEN):
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
        with domain_errors(TOKEN):
            async for page in self._pages(address):
                for posted in page:
                    if _key(posted) == message.idempotency_key:
                        return SendReceipt(provider_message_id=f"{address.channel}/{posted['ts']}")
        return None

    def verify(self, request: WebhookRequest) -> None:
        """Slack's signature over time and raw body, at most five minutes old."""
        verify_signature(request, self._settings.signing_secret.get_secret_value(), "HOLDFAST_SLACK_SIGNING_SECRET")

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
            with domain_errors(TOKEN):
                answer = await self._client.auth_test()
        except HoldfastError as error:
            return (Finding(name="token", ok=False, detail=str(error)),)
        is_bot = bool(answer.get("bot_id"))
        named = f"Workspace {answer['team_id']}, bot {answer['user_id']}."
        token = Finding(name="token", ok=is_bot, detail=named if is_bot else "Not a bot's: use the token xoxb-….")
        granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
        return (token, *(scope_finding(scope, granted, SCOPES) for scope in SCOPES))

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
                with domain_errors(TOKEN):
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
                with domain_errors(TOKEN):
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


def _address(message: OutboundMessage) -> SlackAddress:
    try:
        return SlackAddress.model_validate(message.address)
    except ValidationError:
        raise InvalidInputError("The conversation has no address in Slack: answer where the customer wrote.") from None


def _key(posted: Mapping[str, Any]) -> str | None:
    """The idempotency key that a message of ours carries."""
    payload: dict[str, Any] = (posted.get("metadata") or {}).get("event_payload") or {}
    return payload.get("idempotency_key")
