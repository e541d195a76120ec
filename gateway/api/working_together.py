"""`/v1/conversations`: who is there, notes, and requests on several conversations at once."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal, assert_never

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from domain.conversation.inbox import Watcher
from domain.conversation.messages import ConversationId
from domain.conversation.requests import AnyRequest, HandBack, Resolve, Snooze, TakeOver
from domain.errors import HoldfastError, InvalidInputError
from domain.model import Frozen
from domain.rooms.room import MAX_MENTIONS, mentioned_in
from gateway.api.conversations import ask_of, find_conversation
from gateway.api.requests import WITHOUT_NUL, Ask, Moment, ServicesDependency
from gateway.auth import Caller, HumanAgent
from gateway.colleagues import require_known
from gateway.problems import Problem, problem_of
from gateway.services import Services
from storage.notes import NoteToWrite
from storage.views import InternalNote

router = APIRouter(prefix="/v1/conversations", tags=["inbox"])

MAX_AT_ONCE = 100
AT_ONCE = 8
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
PersonId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]
NoteText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000, pattern=WITHOUT_NUL)]
BulkAction = Literal["resolve", "snooze", "take_over", "hand_back"]


class AskPresence(Ask):
    state: Literal["looking", "typing", "away"]


class AskNote(Ask):
    text: NoteText
    mentions: tuple[PersonId, ...] = Field((), max_length=MAX_MENTIONS, description="Beside those named by @id.")


class AskBulk(Ask):
    conversation_ids: tuple[ConversationId, ...] = Field(min_length=1, max_length=MAX_AT_ONCE)
    action: BulkAction
    until: Moment | None = Field(None, description="For snooze: a time to come.")
    note: str = Field("", max_length=4000, description="For resolve and take_over.")
    instruction: str = Field("", max_length=4000, description="For hand_back.")


class PresenceAnswer(Frozen):
    """Who is there now, you among them. Say it again before `until`."""

    watchers: tuple[Watcher, ...]


class BulkResult(Frozen):
    """What became of one of the conversations; `problem` says why it was refused."""

    conversation_id: str
    state: Literal["acknowledged", "accepted", "refused"]
    problem: Problem | None = None


class BulkAnswer(Frozen):
    """In the order of the request."""

    request_id: str
    results: tuple[BulkResult, ...]


@router.put("/{conversation_id}/presence")
async def say_presence(
    conversation_id: ConversationId, caller: HumanAgent, services: ServicesDependency, body: AskPresence
) -> PresenceAnswer:
    """Tell colleagues that you look at it, write in it, or have left. It ends by itself; looking, you have read it."""
    await find_conversation(services, caller, conversation_id)
    now, presences = services.now(), services.store.presences
    if body.state == "away":
        await presences.leave(caller.organisation, conversation_id, caller.person.id, now)
    else:
        await presences.say(caller.organisation, conversation_id, caller.person.id, body.state, now)
        await services.store.inbox_rows.mark_read(conversation_id, caller.person.id, now)
    there = await presences.watchers([conversation_id], now)
    return PresenceAnswer(watchers=tuple(there.get(conversation_id, ())))


@router.post("/{conversation_id}/notes", status_code=201)
async def write_note(
    conversation_id: ConversationId, caller: HumanAgent, services: ServicesDependency, body: AskNote
) -> InternalNote:
    """A note for colleagues, which no customer sees. Whoever is named by @id sees the conversation as unread."""
    await find_conversation(services, caller, conversation_id)
    known = await require_known(services, caller.organisation, body.mentions)
    mentions = tuple(dict.fromkeys((*body.mentions, *mentioned_in(body.text, known))))
    note = NoteToWrite(
        conversation_id=conversation_id,
        request_id=body.request_id,
        author_id=caller.person.id,
        text=body.text,
        mentions=mentions,
    )
    await services.store.notes.write(note, services.now())
    return await services.store.notes.get(conversation_id, body.request_id)


@router.post("/bulk")
async def request_of_several(caller: HumanAgent, services: ServicesDependency, body: AskBulk) -> BulkAnswer:
    """Ask the same of several conversations. Each is recorded by itself, and one that refuses stops no other."""
    request = _request_of(body, caller, services)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(conversation_id: str) -> BulkResult:
        async with turns:
            return await _result(services, caller, conversation_id, request)

    results = await asyncio.gather(*map(one, dict.fromkeys(body.conversation_ids)))
    return BulkAnswer(request_id=body.request_id, results=tuple(results))


def _request_of(body: AskBulk, caller: Caller, services: Services) -> AnyRequest:
    """Raises InvalidInputError for a snooze without a time to come."""
    match body.action:
        case "resolve":
            return Resolve(request_id=body.request_id, by=caller.person, via=caller.via, note=body.note)
        case "take_over":
            return TakeOver(request_id=body.request_id, by=caller.person, via=caller.via, note=body.note)
        case "hand_back":
            return HandBack(request_id=body.request_id, by=caller.person, via=caller.via, instruction=body.instruction)
        case "snooze":
            if body.until is None or not services.now() < body.until < LATEST:
                raise InvalidInputError("To snooze, give `until`: a time to come, of this era.")
            return Snooze(request_id=body.request_id, by=caller.person, via=caller.via, until=body.until)
        case _:
            assert_never(body.action)


async def _result(services: Services, caller: Caller, conversation_id: str, request: AnyRequest) -> BulkResult:
    try:
        done = await ask_of(services, caller, conversation_id, request)
    except HoldfastError as error:
        return BulkResult(conversation_id=conversation_id, state="refused", problem=problem_of(error))
    return BulkResult(conversation_id=conversation_id, state=done.state)
