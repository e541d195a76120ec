"""What people do with an app's messages: they press what stands there, and answer the forms that the app opens.

A trigger opens one view, within three seconds. What is told goes by a connection of Socket Mode where the app has one,
else to its Request URL.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack_blocks import elements_of, view_in
from sandbox.slack_events import VERIFICATION_TOKEN
from sandbox.slack_workspace import APP_ID, TEAM, Person, RefusedCallError, Workspace

TRIGGER_SECONDS = 3
ANSWER_SECONDS = 3
Told = tuple[int, dict[str, Any]]
"""The status of the app's answer, 0 for none, and its body."""
Post = Callable[[bytes], Awaitable[Told]]


class Presses(BaseModel):
    """Somebody presses a button that stands in a message, or chooses a person in a menu there."""

    channel: str
    ts: str
    user: str
    action_id: str
    selected_user: str | None = None


class Submits(BaseModel):
    """Somebody answers the form that is open; `at` is a time in seconds."""

    view_id: str
    user: str
    value: str | None = None
    at: int | None = None


class Interactions:
    """Open triggers, views and connections of the app."""

    def __init__(self, workspace: Workspace, app_token: str, post: Post, clock: Callable[[], float]) -> None:
        self.workspace = workspace
        self.app_token = app_token
        self._post = post
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self.triggers: dict[str, float] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.whispers: list[dict[str, str]] = []
        self.tickets: set[str] = set()
        self.sockets: list[SocketConnection] = []
        self.told: list[bytes] = []

    # What the app asks.

    def open_connection(self, address: str) -> dict[str, Any]:
        """apps.connections.open: an address that can be used once."""
        ticket = secrets.token_urlsafe(12)
        self.tickets.add(ticket)
        return {"url": f"{address.replace('http', 'ws', 1)}/link/?ticket={ticket}"}

    def open_view(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """views.open. Raises RefusedCallError."""
        opened_at = self.triggers.pop(str(given.get("trigger_id", "")), None)
        if opened_at is None:
            raise RefusedCallError("invalid_trigger_id")
        if self._clock() - opened_at > TRIGGER_SECONDS:
            raise RefusedCallError("expired_trigger_id")
        view = view_in(given.get("view"))
        view |= {"id": f"V0{_new_id()}", "team_id": TEAM, "app_id": APP_ID, "hash": _new_id()}
        self.views[view["id"]] = view
        return {"view": view}

    def whisper(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """chat.postEphemeral. Raises RefusedCallError."""
        room, person = self.workspace.room(str(given.get("channel", ""))), self.workspace.person(str(given.get("user")))
        if not given.get("text") and not given.get("blocks"):
            raise RefusedCallError("no_text")
        self.whispers.append({"channel": room.id, "user": person.id, "text": str(given.get("text", ""))})
        return {"message_ts": self.workspace.now()}

    # What people do.

    async def press(self, pressed: Presses) -> Told:
        """Raises RefusedCallError where no such thing stands in the message."""
        message = self.workspace.find(pressed.channel, pressed.ts)
        found = [one for one in elements_of(message.get("blocks", [])) if one[1]["action_id"] == pressed.action_id]
        if not found:
            raise RefusedCallError("no_such_action")
        block_id, element = found[0]
        action = {"action_id": pressed.action_id, "block_id": block_id, "type": element["type"]}
        action |= {"action_ts": self.workspace.now()}
        action |= {"selected_user": pressed.selected_user} if element["type"] == "users_select" else {}
        action |= {"value": element.get("value", ""), "text": element["text"]} if element["type"] == "button" else {}
        person, room = self.workspace.person(pressed.user), self.workspace.room(pressed.channel)
        return await self.tell(
            _payload("block_actions", person, self._trigger())
            | {
                "container": {
                    "type": "message",
                    "message_ts": pressed.ts,
                    "channel_id": room.id,
                    "is_ephemeral": False,
                },
                "channel": {"id": room.id, "name": room.id.lower()},
                "message": message,
                "response_url": f"https://hooks.slack.com/actions/{TEAM}/{_new_id()}/stand-in",
                "actions": [action],
            }
        )

    async def submit(self, submitted: Submits) -> Told:
        """The view closes unless the app finds mistakes. Raises RefusedCallError for one that is not open."""
        view = self.views.get(submitted.view_id)
        if view is None:
            raise RefusedCallError("view_not_found")
        values = {
            block["block_id"]: {block["element"]["action_id"]: _answered(block["element"], submitted)}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        shown = {**view, "state": {"values": values}}
        person = self.workspace.person(submitted.user)
        payload = _payload("view_submission", person, self._trigger()) | {"view": shown, "response_urls": []}
        status, answer = await self.tell(payload)
        if status == 200 and answer.get("response_action") != "errors":
            del self.views[submitted.view_id]
        return status, answer

    async def tell(self, payload: Mapping[str, Any]) -> Told:
        """By a connection of the app, if it has one."""
        for connection in reversed(self.sockets):
            return await connection.tell(payload)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        self.told.append(body)
        return await self._post(body)

    async def connect(self, socket: WebSocket) -> None:
        """The route behind the address of apps.connections.open."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close(code=4001)
            return
        self.tickets.discard(ticket)
        await socket.accept()
        connection = SocketConnection(socket, asyncio.get_running_loop())
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(connection)
        try:
            while True:
                connection.hear(await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            if connection in self.sockets:
                self.sockets.remove(connection)

    def _trigger(self) -> str:
        trigger = f"{_new_id()}.{_new_id()}.stand-in"
        self.triggers[trigger] = self._clock()
        return trigger


class SocketConnection:
    """One connection of the app. It lives in the loop of the server; people may act from any other."""

    def __init__(self, socket: WebSocket, loop: asyncio.AbstractEventLoop) -> None:
        self._socket = socket
        self._loop = loop
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def tell(self, payload: Mapping[str, Any]) -> Told:
        done = asyncio.run_coroutine_threadsafe(self._tell(payload), self._loop)
        return await asyncio.wrap_future(done)

    async def _tell(self, payload: Mapping[str, Any]) -> Told:
        envelope_id = secrets.token_hex(8)
        heard = self._waiting[envelope_id] = self._loop.create_future()
        envelope = {"envelope_id": envelope_id, "type": "interactive", "accepts_response_payload": True}
        await self._socket.send_json({**envelope, "payload": payload})
        try:
            answer = await asyncio.wait_for(heard, ANSWER_SECONDS)
        except TimeoutError:
            return 0, {}
        finally:
            del self._waiting[envelope_id]
        return 200, answer.get("payload") or {}

    def hear(self, answer: dict[str, Any]) -> None:
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting and not waiting.done():
            waiting.set_result(answer)


def _answered(element: Mapping[str, Any], submitted: Submits) -> dict[str, Any]:
    if element["type"] == "datetimepicker":
        return {"type": "datetimepicker", "selected_date_time": submitted.at}
    if submitted.value is not None and len(submitted.value) > element.get("max_length", 3000):
        raise RefusedCallError("value_too_long")
    return {"type": element["type"], "value": submitted.value}


def _payload(kind: str, person: Person, trigger: str) -> dict[str, Any]:
    user = {"id": person.id, "username": person.id.lower(), "name": person.id.lower(), "team_id": person.team_id}
    return {
        "type": kind,
        "user": user,
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": "holdfast"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _new_id() -> str:
    return secrets.token_hex(6).upper()
