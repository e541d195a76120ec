"""A desk in Slack, through slack-bolt: cards in blocks, clicks by signed requests or by Socket Mode.

Bolt dispatches what Slack tells and answers it; who we are it is told, so that it does not ask Slack at every click.
The signature is checked here, against the moment at which the request came, because Bolt logs the body of a forged one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from domain.desk.card import Content
from domain.desk.clicks import Click
from domain.desk.places import Places
from domain.errors import HoldfastError
from integrations.authorities import trusting
from integrations.channels.base import ForgedRequestError, WebhookAnswer, WebhookRequest
from integrations.channels.slack.api import QUIET, domain_errors, scope_finding, verify_signature
from integrations.checks import Finding
from integrations.desk.base import Posted, Reception
from integrations.desk.slack.blocks import PREFIX, blocks_of, fallback_of, form_view
from integrations.desk.slack.clicks import clicked, mistake_in, needs_form, submitted
from integrations.desk.slack.settings import SlackDeskSettings
from integrations.settings import VendorSettings

TOKEN = "HOLDFAST_DESK_SLACK_BOT_TOKEN"  # noqa: S105
METADATA_EVENT = "holdfast_desk"
PAGE = 200
MAX_PAGES = 10
SCOPES = {
    "chat:write": "post cards",
    "channels:history": "find its cards again in public channels",
    "groups:history": "find its cards again in private channels",
    "im:history": "find its direct messages again",
    "im:write": "write to the person who is asked",
    "channels:read": "see whether it was invited to public channels",
    "groups:read": "see whether it was invited to private channels",
}
NOT_KEPT = "This could not be kept just now, so nothing was decided. Try again in a moment."
OURS = re.compile(f"^{PREFIX}:")


class SlackDesk:
    """One workspace. Our key travels as the metadata of a message, so that it is found again after a crash."""

    settings_class: ClassVar[type[VendorSettings] | None] = SlackDeskSettings

    def __init__(self, settings: SlackDeskSettings) -> None:
        self._settings = settings
        self._client = AsyncWebClient(
            token=settings.bot_token.get_secret_value(),
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            ssl=trusting(settings.ca_file),
            retry_handlers=[],
            logger=QUIET,
        )
        self._direct: dict[str, str] = {}
        self._apps: dict[Reception, AsyncApp] = {}

    @property
    def places(self) -> Places:
        return self._settings.where

    @property
    def digest_at(self) -> str:
        return self._settings.digest_at if self._settings.digest else ""

    async def post(self, place: str, key: str, content: Content, thread: str = "") -> Posted:
        with domain_errors(TOKEN):
            answer = await self._client.chat_postMessage(
                channel=await self._channel(place),
                thread_ts=thread or None,
                text=fallback_of(content),
                blocks=blocks_of(content),
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                metadata=_metadata(key),
            )
        return Posted(channel=answer["channel"], message=answer["ts"])

    async def find_posted(self, place: str, key: str, thread: str = "") -> Posted | None:
        """Looks through a thread, or through the newest 2,000 messages of a channel."""
        with domain_errors(TOKEN):
            channel = await self._channel(place)
            async for page in self._pages(channel, thread):
                for message in page:
                    if _key(message) == key:
                        return Posted(channel=channel, message=message["ts"])
        return None

    async def update(self, posted: Posted, key: str, content: Content) -> None:
        with domain_errors(TOKEN):
            await self._client.chat_update(
                channel=posted.channel,
                ts=posted.message,
                text=fallback_of(content),
                blocks=blocks_of(content),
                link_names=False,
                metadata=_metadata(key),
            )

    async def whisper(self, posted: Posted, user: str, text: str) -> None:
        """Plain words: what is escaped mentions nobody."""
        shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        with domain_errors(TOKEN):
            await self._client.chat_postEphemeral(channel=posted.channel, user=user, text=shown, link_names=False)

    async def receive(self, request: WebhookRequest, reception: Reception) -> WebhookAnswer:
        secret = self._settings.signing_secret
        if secret is None:
            raise ForgedRequestError("Set HOLDFAST_DESK_SLACK_SIGNING_SECRET, or no request can be believed.")
        verify_signature(request, secret.get_secret_value(), "HOLDFAST_DESK_SLACK_SIGNING_SECRET")
        try:
            posted = _bolt_request(request)
        except (ValueError, AttributeError):  # Bolt's own reading of a body that is signed and no event
            return WebhookAnswer(status=400)
        answer = await self._app(reception).async_dispatch(posted)
        media_type = answer.headers.get("content-type", ["text/plain"])[0]
        return WebhookAnswer(status=answer.status, media_type=media_type, body=answer.body or "")

    async def listen(self, reception: Reception) -> None:
        """Socket Mode; Slack gives each event to one of the connections that are open. The client reconnects."""
        token = self._settings.app_token
        if token is None:
            return
        handler = AsyncSocketModeHandler(
            self._app(reception), token.get_secret_value(), logger=QUIET, web_client=self._client
        )
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def check(self) -> Sequence[Finding]:
        """Whether the token works, has every scope, and the app is in every channel that the settings name."""
        try:
            with domain_errors(TOKEN):
                answer = await self._client.auth_test()
        except HoldfastError as error:
            return (Finding(name="token", ok=False, detail=str(error)),)
        granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
        found = [Finding(name="token", ok=True, detail=f"Workspace {answer['team_id']}, bot {answer['user_id']}.")]
        found += [scope_finding(scope, granted, SCOPES) for scope in SCOPES]
        found += [await self._check_channel(channel) for channel in self.places.channels]
        return (*found, *await self._check_socket(self._settings.app_token))

    async def _check_channel(self, channel: str) -> Finding:
        try:
            with domain_errors(TOKEN):
                answer = await self._client.conversations_info(channel=channel)
        except HoldfastError as error:
            return Finding(name=f"channel {channel}", ok=False, detail=str(error))
        member = bool(answer["channel"].get("is_member"))
        detail = f"In #{answer['channel'].get('name', channel)}." if member else "Invite the app to the channel."
        return Finding(name=f"channel {channel}", ok=member, detail=detail)

    async def _check_socket(self, token: SecretStr | None) -> Sequence[Finding]:
        if token is None:
            return ()
        try:
            with domain_errors("HOLDFAST_DESK_SLACK_APP_TOKEN"):
                await self._client.apps_connections_open(app_token=token.get_secret_value())
        except HoldfastError as error:
            return (Finding(name="socket mode", ok=False, detail=str(error)),)
        return (Finding(name="socket mode", ok=True, detail="Clicks come by a connection of ours."),)

    async def _channel(self, place: str) -> str:
        """A user's direct messages are a channel, too, which Slack names when it is asked."""
        if place[0] not in "UW":
            return place
        if place not in self._direct:
            answer = await self._client.conversations_open(users=place)
            self._direct[place] = answer["channel"]["id"]
        return self._direct[place]

    async def _pages(self, channel: str, thread: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        place: dict[str, Any] = {"channel": channel, "limit": PAGE, "include_all_metadata": True}
        if thread:
            pages = await self._client.conversations_replies(ts=thread, **place)
        else:
            pages = await self._client.conversations_history(**place)
        number = 0
        async for page in pages:
            yield page["messages"]
            number += 1
            if number == MAX_PAGES:
                return

    def _app(self, reception: Reception) -> AsyncApp:
        if reception not in self._apps:
            self._apps[reception] = _bolt(self._client, reception, self)
        return self._apps[reception]


def _bolt_request(request: WebhookRequest) -> AsyncBoltRequest:
    return AsyncBoltRequest(
        body=request.body.decode("utf-8", "replace"),
        query=dict(request.query),
        headers={name: value for name, value in request.headers.items() if not name.startswith("x-slack-bolt-")},
    )


def _bolt(client: AsyncWebClient, reception: Reception, desk: SlackDesk) -> AsyncApp:
    """Bolt, told who we are. Its listeners answer Slack as soon as a click is kept, and work on after that."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        name="holdfast",
        client=client,
        authorize=authorize,
        signing_secret="checked before",  # noqa: S106
        logger=QUIET,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )

    @app.action(OURS)
    async def on_action(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = clicked(body)
        if not needs_form(body):
            await reception.keep(click)
            await ack()
            return
        await ack()
        await _ask(client, reception, desk, click, body["trigger_id"])

    @app.view(f"{PREFIX}:form")
    async def on_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        click = submitted(body)
        wrong = mistake_in(click, datetime.now(UTC))
        if wrong is None:
            try:
                await reception.keep(click)
            except HoldfastError:
                wrong = NOT_KEPT
        await (ack(response_action="errors", errors={"answer": wrong}) if wrong else ack())

    @app.error
    async def on_error(error: Exception) -> None:
        QUIET.error("a click was not taken: %s", type(error).__name__)

    return app


async def _ask(client: AsyncWebClient, reception: Reception, desk: SlackDesk, click: Click, trigger_id: str) -> None:
    """Open the form, or say why there is none."""
    try:
        form = await reception.form(click)
        with domain_errors(TOKEN):
            await client.views_open(trigger_id=trigger_id, view=form_view(form, click.model_dump_json()))
    except HoldfastError as error:
        await desk.whisper(Posted(channel=click.channel, message=click.message), click.user, str(error))


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": METADATA_EVENT, "event_payload": {"key": key}}


def _key(message: Mapping[str, Any]) -> str | None:
    payload: dict[str, Any] = (message.get("metadata") or {}).get("event_payload") or {}
    return payload.get("key")
