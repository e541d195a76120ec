"""`/v1/conversations`: the record of a conversation, and the requests of human agents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from domain.conversation.costs import UsageTotal
from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, AttachmentIds
from domain.conversation.ownership import Status
from domain.conversation.requests import (
    AnyRequest,
    ChangeMode,
    HandBack,
    Reopen,
    Resolve,
    SendHumanReply,
    Snooze,
    TakeOver,
)
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.model import Frozen
from domain.specification.organisation import Mode
from domain.tools.calls import RecordedCall
from gateway.acknowledgement import ask
from gateway.api.requests import Acknowledgement, Ask, Moment, ServicesDependency
from gateway.attempts import noted
from gateway.auth import Caller, HumanAgent, Viewer
from gateway.services import Services
from integrations.channels.registry import traits_of
from storage.records import DeliveryView, TurnView
from storage.threads import Thread
from storage.views import AuditEvent, ConversationView, InternalNote, StoredMessage

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


class ConversationDetails(Frozen):
    """The whole record: what was said and what became of it, drafts and decisions, tools, cost, notes and events."""

    conversation: ConversationView
    customer_language: str | None = Field(
        None,
        description="ISO 639-1 code of the customer's language, where it is none that the organisation answers in.",
    )
    carries_files: bool = Field(description="Whether files go along with a reply, by the customer's channel.")
    messages: tuple[StoredMessage, ...]
    deliveries: tuple[DeliveryView, ...]
    turns: tuple[TurnView, ...]
    tool_calls: tuple[RecordedCall, ...]
    usage: UsageTotal
    notes: tuple[InternalNote, ...]
    threads: tuple[Thread, ...]
    audit: tuple[AuditEvent, ...]


class AskTakeOver(Ask):
    note: str = Field("", max_length=4000)


class AskHandBack(Ask):
    instruction: str = Field("", max_length=4000, description="What the AI agent should know or do next.")


class AskReply(Ask):
    text: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)
    attachments: AttachmentIds = Field((), description="Files uploaded to this conversation before.")


class AskSnooze(Ask):
    until: Moment


class AskResolve(Ask):
    note: str = Field("", max_length=4000)


class AskMode(Ask):
    mode: Mode


@router.get("")
async def list_conversations(
    caller: Viewer,
    services: ServicesDependency,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[Moment | None, Query(description="updated_at of the last one of the page before.")] = None,
) -> list[ConversationView]:
    """Those changed last first."""
    return await services.store.conversations.list(caller.organisation, status=status, limit=limit, before=before)


@router.get("/{conversation_id}")
async def show_conversation(conversation_id: str, caller: Viewer, services: ServicesDependency) -> ConversationDetails:
    """The conversation's complete record."""
    conversation = await find_conversation(services, caller, conversation_id)
    store = services.store
    turns = tuple(await store.records.turns(conversation_id))
    return ConversationDetails(
        conversation=conversation,
        customer_language=turns[-1].draft.evidence.unsupported_language if turns else None,
        carries_files=await carries_files(services, conversation_id),
        messages=tuple(await store.conversations.messages_after(conversation_id, 0)),
        deliveries=tuple(await store.records.deliveries(conversation_id)),
        turns=turns,
        tool_calls=tuple(await store.tool_calls.of(conversation_id)),
        usage=await store.records.usage(conversation_id),
        notes=tuple(await store.conversations.notes(conversation_id)),
        threads=tuple(await store.threads.of(conversation_id)),
        audit=tuple(await store.audit.events(conversation_id)),
    )


@router.post("/{conversation_id}/take-over")
async def take_over(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskTakeOver
) -> Acknowledgement:
    """Become the owner. Once acknowledged, no message of the AI agent goes out any more."""
    request = TakeOver(request_id=body.request_id, by=caller.person, via=caller.via, note=body.note)
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/hand-back")
async def hand_back(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskHandBack
) -> Acknowledgement:
    """Return the conversation to the AI agent, with an instruction."""
    request = HandBack(request_id=body.request_id, by=caller.person, via=caller.via, instruction=body.instruction)
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/replies")
async def reply(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskReply
) -> Acknowledgement:
    """Answer the customer yourself; takes the conversation over when the AI agent owns it."""
    if body.attachments:
        await _require_files(services, await find_conversation(services, caller, conversation_id), body.attachments)
    request = SendHumanReply(
        request_id=body.request_id,
        by=caller.person,
        via=caller.via,
        text=body.text,
        attachment_ids=body.attachments,
    )
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/snooze")
async def snooze(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskSnooze
) -> Acknowledgement:
    """Put it aside until a time to come; a message from the customer wakes it earlier."""
    request = Snooze(request_id=body.request_id, by=caller.person, via=caller.via, until=body.until)
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/resolve")
async def resolve(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskResolve
) -> Acknowledgement:
    """Say that it is done."""
    request = Resolve(request_id=body.request_id, by=caller.person, via=caller.via, note=body.note)
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/reopen")
async def reopen(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: Ask
) -> Acknowledgement:
    """Say that it is not done."""
    request = Reopen(request_id=body.request_id, by=caller.person, via=caller.via)
    return await _ask(services, caller, conversation_id, request, response)


@router.post("/{conversation_id}/mode")
async def change_mode(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, response: Response, body: AskMode
) -> Acknowledgement:
    """Switch between delegation, supervision and co-pilot."""
    request = ChangeMode(request_id=body.request_id, by=caller.person, via=caller.via, mode=body.mode)
    return await _ask(services, caller, conversation_id, request, response)


async def find_conversation(services: Services, caller: Caller, conversation_id: str) -> ConversationView:
    """A conversation of the caller's organisation. NotFoundError for every other one."""
    found = await services.store.conversations.get(conversation_id)
    if found is None or found.organisation != caller.organisation:
        raise NotFoundError("There is no such conversation. List them with GET /v1/conversations.")
    return found


async def _ask(
    services: Services, caller: Caller, conversation_id: str, request: AnyRequest, response: Response
) -> Acknowledgement:
    acknowledgement = await ask_of(services, caller, conversation_id, request)
    response.status_code = 200 if acknowledgement.state == "acknowledged" else 202
    return acknowledgement


async def ask_of(services: Services, caller: Caller, conversation_id: str, request: AnyRequest) -> Acknowledgement:
    """What a person asks of a conversation, sent and waited for a while."""
    found = await find_conversation(services, caller, conversation_id)
    async with noted(services, caller, conversation_id, request.request_id, request.kind):
        _check(found, request, services.now())
        done = await ask(
            services,
            conversation_id,
            request,
            lambda: services.store.records.carried_out_at(conversation_id, request.request_id),
        )
    return Acknowledgement(request_id=request.request_id, state="acknowledged" if done else "accepted")


async def carries_files(services: Services, conversation_id: str) -> bool:
    """Whether files go along with a reply by the channel that the customer used last."""
    return traits_of(await services.store.conversations.answered_by(conversation_id)).carries_files


async def require_files_go(services: Services, found: ConversationView) -> None:
    """ConflictError where no file can be sent to the customer."""
    if not await carries_files(services, found.conversation_id):
        raise ConflictError("No file can be sent by the customer's channel. Put a link to it into the text.")


async def _require_files(services: Services, found: ConversationView, attachment_ids: Sequence[str]) -> None:
    await require_files_go(services, found)
    known = await services.store.attachments.find(found.conversation_id, attachment_ids)
    if len(known) < len(set(attachment_ids)):
        raise InvalidInputError("A file is not known in this conversation. Upload it again.")


def _check(found: ConversationView, request: AnyRequest, now: datetime) -> None:
    if isinstance(request, Snooze) and request.until <= now:
        raise InvalidInputError("until has passed already. Give a time to come.")
    require_open(found)


def require_open(found: ConversationView) -> None:
    """ConflictError when it goes on elsewhere, or not at all."""
    if found.merged_into:
        raise ConflictError(f"This conversation goes on in {found.merged_into}. Ask there.")
    if found.erased_at and found.is_erased:
        on = f"{found.erased_at:%Y-%m-%d}"
        raise ConflictError(f"What was said here was erased on {on}, so it cannot go on. The customer may begin anew.")
