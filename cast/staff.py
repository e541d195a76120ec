"""The people who help: they decide approvals and take conversations over through the HTTP API."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx
from pydantic import BaseModel, TypeAdapter

from domain.conversation.ownership import Status
from domain.conversation.record import TurnView
from domain.model import Frozen
from domain.specification.organisation import Mode
from gateway.api.approvals import AskDecision, DecisionAnswer
from gateway.api.conversations import AskHandBack, AskMode, AskReply, AskTakeOver
from gateway.api.journeys import AskConfirm, AskEnter, AskEvent, JourneyDetails
from gateway.api.rooms import AskRoom, AskRoomMessage
from gateway.chat.sessions import ChatSession, StartSession, VerifiedCustomer
from gateway.problems import Problem
from invariants.records import LateDecision
from storage.journeys import JourneyView
from storage.views import ApprovalState, ApprovalView, ConversationView, InternalNote, StoredMessage

APPROVALS: TypeAdapter[list[ApprovalView]] = TypeAdapter(list[ApprovalView])
WEBSITE = "website"
"""Opens chats for customers who are signed in there."""

CONVERSATIONS: TypeAdapter[list[ConversationView]] = TypeAdapter(list[ConversationView])
JOURNEYS: TypeAdapter[list[JourneyView]] = TypeAdapter(list[JourneyView])
AGAIN_SECONDS = 0.3
NOT_YET = {HTTPStatus.ACCEPTED, HTTPStatus.SERVICE_UNAVAILABLE}


class Notes(Frozen):
    """Of a conversation's record, what colleagues and the platform noted."""

    notes: tuple[InternalNote, ...]


class OpenedRoom(Frozen):
    """Of a room of colleagues, where it is."""

    room_id: str


class Suggestions(Frozen):
    """Of a conversation's record, what was said and what was drafted."""

    messages: tuple[StoredMessage, ...]
    turns: tuple[TurnView, ...]


class Staff:
    """One HTTP client for each API key. What is not carried out yet is asked again, with the same request id."""

    def __init__(self, gateway_url: str, keys: Mapping[str, str]) -> None:
        self._people = {
            person: httpx.AsyncClient(
                base_url=gateway_url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
            )
            for person, key in keys.items()
        }
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for http in self._people.values():
            await self._stack.enter_async_context(http)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def open_chat(self, contact_id: str) -> ChatSession:
        """The website's server opens a chat for a customer who is signed in there."""
        body = StartSession(customer=VerifiedCustomer(contact_id=contact_id))
        return ChatSession.model_validate_json(await self._done(WEBSITE, "/v1/chat/sessions", body))

    async def approval(self, by: str, conversation_id: str, *, is_open: bool) -> ApprovalView:
        """Wait until this conversation has such an approval, and read the newest."""
        while True:
            response = await self._request(by, "GET", "/v1/approvals", params={"limit": 200})
            if response.status_code not in NOT_YET:
                for view in APPROVALS.validate_json(response.raise_for_status().content):
                    if view.conversation_id == conversation_id and is_open == (view.state == "open"):
                        return view
            await asyncio.sleep(AGAIN_SECONDS)

    async def approvals(self, by: str, state: ApprovalState | None = None) -> list[ApprovalView]:
        """The newest ones."""
        params = {"limit": "200"} | ({"state": state} if state else {})
        return APPROVALS.validate_json(await self._read(by, "/v1/approvals", params))

    async def conversations(self, by: str, status: Status) -> list[ConversationView]:
        """Those changed last."""
        return CONVERSATIONS.validate_json(
            await self._read(by, "/v1/conversations", {"limit": "200", "status": status})
        )

    async def decide(self, by: str, approval_id: str, decision: AskDecision) -> DecisionAnswer | LateDecision:
        """What came of it; a LateDecision when somebody was faster."""
        response = await self._carried_out(by, f"/v1/approvals/{approval_id}/decisions", decision)
        if response.status_code == HTTPStatus.CONFLICT:
            problem = Problem.model_validate_json(response.content)
            return LateDecision(
                approval_id=approval_id, by=by, http_status=response.status_code, decided_by=problem.decided_by
            )
        return DecisionAnswer.model_validate_json(response.raise_for_status().content)

    async def take_over(self, by: str, conversation_id: str) -> None:
        """Return when it is acknowledged."""
        await self._done(by, f"/v1/conversations/{conversation_id}/take-over", AskTakeOver())

    async def reply(self, by: str, conversation_id: str, text: str) -> None:
        body = AskReply(text=text)
        await self._done(by, f"/v1/conversations/{conversation_id}/replies", body)

    async def reply_in_vain(self, by: str, conversation_id: str, text: str) -> str:
        """Ask once for what will be refused; the internal note that says so."""
        body = AskReply(text=text)
        await self._request(by, "POST", f"/v1/conversations/{conversation_id}/replies", json=body.model_dump())
        while True:
            response = await self._request(by, "GET", f"/v1/conversations/{conversation_id}")
            if response.status_code not in NOT_YET:
                notes = Notes.model_validate_json(response.raise_for_status().content).notes
                if notes:
                    return notes[-1].text
            await asyncio.sleep(AGAIN_SECONDS)

    async def hand_back(self, by: str, conversation_id: str, instruction: str) -> None:
        body = AskHandBack(instruction=instruction)
        await self._done(by, f"/v1/conversations/{conversation_id}/hand-back", body)

    async def change_mode(self, by: str, conversation_id: str, mode: Mode) -> None:
        await self._done(by, f"/v1/conversations/{conversation_id}/mode", AskMode(mode=mode))

    async def suggestion(self, by: str, conversation_id: str, text: str) -> str:
        """Wait until there is a draft for the owner's eyes only behind the customer's message with this text."""
        while True:
            content = await self._read(by, f"/v1/conversations/{conversation_id}", {})
            record = Suggestions.model_validate_json(content)
            written = [message.at for message in record.messages if message.text == text]
            for turn in reversed(record.turns):
                if turn.suggestion and written and turn.created_at > written[-1]:
                    return turn.draft.text
            await asyncio.sleep(AGAIN_SECONDS)

    async def enter_journey(self, by: str, conversation_id: str, journey: str) -> None:
        await self._done(by, f"/v1/conversations/{conversation_id}/journeys", AskEnter(journey=journey))

    async def journey(self, by: str, conversation_id: str, journey: str) -> JourneyDetails | None:
        """The newest journey of this kind with the customer; None until it has begun."""
        params = {"conversation_id": conversation_id, "journey": journey, "limit": "1"}
        found = JOURNEYS.validate_json(await self._read(by, "/v1/journeys", params))
        if not found:
            return None
        return JourneyDetails.model_validate_json(await self._read(by, f"/v1/journeys/{found[0].run_id}", {}))

    async def tell_event(self, by: str, run_id: str, event: str) -> None:
        await self._done(by, f"/v1/journeys/{run_id}/events", AskEvent(event=event))

    async def confirm_step(self, by: str, run_id: str, step: str, note: str) -> None:
        await self._done(by, f"/v1/journeys/{run_id}/confirm", AskConfirm(step=step, note=note))

    async def open_channel(self, by: str, name: str) -> str:
        """The room of colleagues with this name."""
        body = AskRoom(kind="team", name=name)
        return OpenedRoom.model_validate_json(await self._done(by, "/v1/rooms", body)).room_id

    async def write(self, by: str, room_id: str, text: str, conversation_id: str | None = None) -> None:
        """To colleagues, in a room of theirs; a conversation is linked to."""
        body = AskRoomMessage(text=text, conversation_id=conversation_id)
        await self._done(by, f"/v1/rooms/{room_id}/messages", body)

    async def _read(self, by: str, path: str, params: Mapping[str, str]) -> bytes:
        while True:
            response = await self._request(by, "GET", path, params=params)
            if response.status_code not in NOT_YET:
                return response.raise_for_status().content
            await asyncio.sleep(AGAIN_SECONDS)

    async def _done(self, by: str, path: str, body: BaseModel) -> bytes:
        response = await self._carried_out(by, path, body)
        return response.raise_for_status().content

    async def _carried_out(self, by: str, path: str, body: BaseModel) -> httpx.Response:
        content = body.model_dump_json(exclude_none=True)
        while True:
            response = await self._request(
                by, "POST", path, content=content, headers={"Content-Type": "application/json"}
            )
            if response.status_code not in NOT_YET:
                return response
            await asyncio.sleep(AGAIN_SECONDS)

    async def _request(self, by: str, method: str, path: str, **options: object) -> httpx.Response:
        while True:
            try:
                return await self._people[by].request(method, path, **options)  # type: ignore[arg-type]
            except httpx.TransportError:
                await asyncio.sleep(AGAIN_SECONDS)
