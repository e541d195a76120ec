"""A stand-in for Slack: Web API, files, and signed events to the app, with Slack's retries.

`POST /sandbox/workspace` adds people, channels, files and the app's Request URLs. What people do is played by `POST
/sandbox/messages`, `/sandbox/edits`, `/sandbox/deletions` and `/sandbox/clicks`, or by the methods of the same meaning.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from time import time
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from sandbox.frame import StandIn, Webhooks
from sandbox.slack_blocks import blocks_in
from sandbox.slack_events import FORM, click_body, event_body, handshake_body, signed_headers
from sandbox.slack_interactions import Interactions, Presses, Submits, Told
from sandbox.slack_workspace import (
    BOT_ID,
    BOT_USER,
    TEAM,
    Person,
    PostMessage,
    Reading,
    RefusedCallError,
    Room,
    UpdateMessage,
    Workspace,
    arguments_of,
    file_fields,
)

BOT_TOKEN = "xoxb-stand-in"  # noqa: S105
SIGNING_SECRET = "slack-stand-in-secret"  # noqa: S105
APP_TOKEN = "xapp-stand-in"  # noqa: S105
SCOPES_OF = {
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.open": ("im:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "users.info": ("users:read",),
    "files.info": ("files:read",),
}
SCOPES = frozenset({"users:read.email", *(scope for scopes in SCOPES_OF.values() for scope in scopes)})
HISTORY_SCOPE = {"C": "channels", "G": "groups", "D": "im"}
ATTEMPTS = 4
DEADLINE_SECONDS = 3
LOGIN_PAGE = "<!DOCTYPE html><html><body>Sign in to Slack</body></html>"


class Writes(BaseModel):
    """Somebody writes; `files` are ids of files that the workspace knows."""

    channel: str
    user: str
    text: str
    thread_ts: str | None = None
    files: list[str] = []


class Edits(BaseModel):
    """Somebody edits a message of theirs."""

    channel: str
    ts: str
    text: str


class Deletes(BaseModel):
    """Somebody deletes a message of theirs."""

    channel: str
    ts: str


class Clicks(BaseModel):
    """Somebody clicks a button below a message."""

    channel: str
    ts: str
    user: str
    action_id: str
    block_id: str = "decision"
    value: str = ""


class Additions(BaseModel):
    """What the workspace is to have from now on; an address that is empty stays as it was."""

    people: list[Person] = []
    rooms: list[Room] = []
    events_url: str = ""
    interactivity_url: str = ""


class SlackStandIn(StandIn):
    """One workspace with the app installed."""

    def __init__(
        self,
        *,
        bot_token: str = BOT_TOKEN,
        signing_secret: str = SIGNING_SECRET,
        scopes: Collection[str] = SCOPES,
        now: Callable[[], float] = time,
    ) -> None:
        super().__init__("slack")
        self.bot_token = bot_token
        self.signing_secret = signing_secret
        self.now = now
        self.webhooks = Webhooks(
            self.journal, attempts=ATTEMPTS, timeout_seconds=DEADLINE_SECONDS, retry_headers=_retry_headers
        )
        self.workspace = Workspace(now)
        self.app_token = APP_TOKEN
        self.interactions = Interactions(self.workspace, APP_TOKEN, self._post_interaction, now)
        self._granted = frozenset(scopes)
        self.reset()

    def reset(self) -> None:
        """Forget everything; the times and ids that were given never come again."""
        self.scopes = set(self._granted)
        self.events_url = ""
        self.interactivity_url = ""
        self.workspace.reset()
        self.interactions.reset()

    def add(self, more: Additions) -> None:
        self.workspace.add(*more.people, *more.rooms)
        self.events_url = more.events_url or self.events_url
        self.interactivity_url = more.interactivity_url or self.interactivity_url

    # What people do.

    async def write(self, written: Writes) -> str:
        """A message is posted to the channel; returns its ts."""
        place, author = self.workspace.room(written.channel), self.workspace.person(written.user)
        files = [self._shown_file(file) for file in written.files]
        message = self.workspace.write(place, author, written.text, written.thread_ts)
        if files:
            message |= {"subtype": "file_share", "files": files}
        await self._post_event(message | {"event_ts": message["ts"]}, written.channel)
        return str(message["ts"])

    async def edit(self, edited: Edits) -> None:
        """The event holds the message before and after; the event itself has a ts of its own."""
        message = self.workspace.find(edited.channel, edited.ts)
        before, moment = dict(message), self.workspace.now()
        message |= {"text": edited.text, "edited": {"user": message["user"], "ts": moment}}
        await self._post_change("message_changed", edited.channel, message=message, previous_message=before)

    async def delete(self, deleted: Deletes) -> None:
        """A message with a thread below it leaves a tombstone, which is told like an edit."""
        buried = self.workspace.bury(deleted.channel, deleted.ts)
        if buried:
            message, stone = buried
            await self._post_change("message_changed", deleted.channel, message=stone, previous_message=message)
            return
        message = self.workspace.remove(deleted.channel, deleted.ts)
        await self._post_change("message_deleted", deleted.channel, deleted_ts=deleted.ts, previous_message=message)

    async def click(self, click: Clicks) -> int:
        """The button is pressed; returns the status that the app answered, 0 for none."""
        place, person = self.workspace.room(click.channel), self.workspace.person(click.user)
        message = self.workspace.find(click.channel, click.ts)
        action = {"action_id": click.action_id, "block_id": click.block_id, "value": click.value}
        body = click_body(person, place, message, action)
        response = await self.webhooks.ask(self.interactivity_url, body, self._headers(body, FORM))
        return response.status_code if response else 0

    async def press(self, pressed: Presses) -> Told:
        """What stands in a message is pressed."""
        return await self.interactions.press(pressed)

    async def submit(self, submitted: Submits) -> Told:
        """A form that is open is answered."""
        return await self.interactions.submit(submitted)

    async def _post_interaction(self, body: bytes) -> Told:
        response = await self.webhooks.ask(self.interactivity_url, body, self._headers(body, FORM))
        if response is None:
            return 0, {}
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return response.status_code, response.json() if is_json and response.content else {}

    async def handshake(self) -> bool:
        """Whether the Request URL answers as the app's must: with the challenge."""
        challenge = secrets.token_hex(16)
        body = handshake_body(challenge)
        response = await self.webhooks.ask(self.events_url, body, self._headers(body))
        return response is not None and response.status_code == 200 and challenge in response.text

    async def _post_change(self, subtype: str, channel: str, **what: Any) -> None:
        moment = self.workspace.now()
        event = {"type": "message", "subtype": subtype, "hidden": True, "ts": moment, "event_ts": moment}
        await self._post_event({**event, **what}, channel)

    async def _post_event(self, event: Mapping[str, Any], channel: str) -> None:
        if self.events_url:
            body = event_body(event, self.workspace.room(channel))
            await self.webhooks.post(self.events_url, body, self._headers(body))

    def _shown_file(self, file_id: str) -> dict[str, Any]:
        file = self.workspace.file(file_id)
        if file.hidden:
            return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        return file_fields(file, self.files_url)

    def _headers(self, body: bytes, media_type: str = "application/json") -> dict[str, str]:
        return signed_headers(self.signing_secret, int(self.now()), body, media_type)

    # What the app asks.

    def call(self, method: str, token: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a method of the Web API. Raises RefusedCallError."""
        if not token:
            raise RefusedCallError("not_authed")
        if method == "apps.connections.open":
            if not secrets.compare_digest(token, self.app_token):
                raise RefusedCallError("not_allowed_token_type" if token == self.bot_token else "invalid_auth")
            return {"ok": True, **self.interactions.open_connection(self.address)}
        if not secrets.compare_digest(token, self.bot_token):
            raise RefusedCallError("invalid_auth")
        methods: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.update": self._update_message,
            "chat.postEphemeral": self.interactions.whisper,
            "views.open": self.interactions.open_view,
            "conversations.open": self._open_direct,
            "conversations.history": lambda given: self.workspace.history(arguments_of(Reading, given)),
            "conversations.replies": lambda given: self.workspace.replies(arguments_of(Reading, given)),
            "conversations.info": self._conversation,
            "users.info": self._user,
            "files.info": self._file,
        }
        if method not in methods:
            raise RefusedCallError("unknown_method", req_method=method)
        self._check_scope(method, str(given.get("channel", "")))
        return {"ok": True, **methods[method](given)}

    def _check_scope(self, method: str, channel: str) -> None:
        wanted = SCOPES_OF.get(method, ())
        kind = HISTORY_SCOPE.get(channel[:1], "")
        needed = [scope for scope in wanted if not kind or ":" not in scope or scope.startswith((kind, "chat"))]
        if needed and not set(needed) & set(self.scopes):
            raise RefusedCallError("missing_scope", needed=needed[0], provided=",".join(sorted(self.scopes)))

    def _auth_test(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://holdfast.slack.com/",
            "team": "Holdfast",
            "user": "holdfast",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
            "is_enterprise_install": False,
        }

    def _post_message(self, given: Mapping[str, Any]) -> dict[str, Any]:
        arguments: PostMessage = arguments_of(PostMessage, given)
        blocks = blocks_in(arguments.blocks) if arguments.blocks else None
        message = self.workspace.post(arguments, blocks)
        return {"channel": arguments.channel, "ts": message["ts"], "message": message}

    def _update_message(self, given: Mapping[str, Any]) -> dict[str, Any]:
        arguments: UpdateMessage = arguments_of(UpdateMessage, given)
        message = self.workspace.update(arguments, blocks_in(arguments.blocks) if arguments.blocks else None)
        return {"channel": arguments.channel, "ts": message["ts"], "text": message["text"], "message": message}

    def _open_direct(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": self.workspace.direct(str(given.get("users", ""))).id}}

    def _conversation(self, given: Mapping[str, Any]) -> dict[str, Any]:
        room = self.workspace.room(str(given.get("channel", "")))
        kinds = {"is_channel": room.id[0] == "C", "is_group": room.id[0] == "G", "is_im": room.id[0] == "D"}
        return {"channel": {"name": room.id.lower(), **room.model_dump(), **kinds}}

    def _user(self, given: Mapping[str, Any]) -> dict[str, Any]:
        person = self.workspace.person(str(given.get("user", "")))
        profile = {"real_name": person.real_name}
        if person.email and "users:read.email" in self.scopes:
            profile["email"] = person.email
        shown = {"id": person.id, "team_id": person.team_id, "name": person.id.lower(), "deleted": False}
        return {"user": {**shown, "is_bot": bool(person.bot_id), "profile": profile}}

    def _file(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"file": file_fields(self.workspace.file(str(given.get("file", ""))), self.files_url)}

    # The HTTP application.

    @property
    def files_url(self) -> str:
        return f"{self.address}/files/"

    def app(self) -> FastAPI:
        """The Web API below /api/, files below /files/, and what people do below /sandbox/."""
        app = super().app()
        app.add_exception_handler(RefusedCallError, _refuse)
        app.api_route("/api/{method}", methods=["GET", "POST"])(self._answer)
        app.get("/files/{file_id}/{name}")(self._download)
        app.post("/sandbox/workspace", status_code=204)(self.add)
        app.post("/sandbox/messages")(self.write)
        app.post("/sandbox/edits", status_code=204)(self.edit)
        app.post("/sandbox/deletions", status_code=204)(self.delete)
        app.post("/sandbox/clicks")(self.click)
        app.post("/sandbox/presses")(self.press)
        app.post("/sandbox/submissions")(self.submit)
        app.websocket("/link/")(self.interactions.connect)
        return app

    async def _answer(self, method: str, request: Request) -> Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes)), "x-slack-req-id": secrets.token_hex(16)}
        try:
            given = await _arguments(request)
            token = request.headers.get("authorization", "").removeprefix("Bearer").strip() or str(
                given.get("token", "")
            )
            answer = self.call(method, token, given)
        except RefusedCallError as refused:
            return JSONResponse(refused.answer, headers=headers)
        own = BackgroundTask(self._tell_of_own, answer) if method == "chat.postMessage" else None
        return JSONResponse(answer, headers=headers, background=own)

    async def _tell_of_own(self, answer: Mapping[str, Any]) -> None:
        """Slack tells an app of the app's own messages, too."""
        message = answer["message"]
        await self._post_event(message | {"event_ts": message["ts"]}, answer["channel"])

    async def _download(self, file_id: str, request: Request) -> Response:
        """A file for the token that may read it; everybody else is asked to sign in, with status 200."""
        file = self.workspace.files.get(file_id)
        may = request.headers.get("authorization") == f"Bearer {self.bot_token}" and "files:read" in self.scopes
        if file is None or not may:
            return HTMLResponse(LOGIN_PAGE)
        return Response(file.content, media_type=file.mimetype)


async def _arguments(request: Request) -> dict[str, Any]:
    """The arguments of a call: in the address, as a form, or as a JSON object. Raises RefusedCallError."""
    given: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise RefusedCallError("invalid_json") from None
        if not isinstance(body, dict):
            raise RefusedCallError("json_not_object")
        return given | body
    return given | dict(await request.form())


async def _refuse(_: Request, refused: Exception) -> Response:
    """What people are told who cannot do what they want; the Web API answers its refusals itself."""
    return JSONResponse(refused.answer if isinstance(refused, RefusedCallError) else {}, 404)


def _retry_headers(attempt: int, status: int) -> dict[str, str]:
    reason = "connection_failed" if status == 0 else "http_error"
    return {"X-Slack-Retry-Num": str(attempt - 1), "X-Slack-Retry-Reason": reason}
