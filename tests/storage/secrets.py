"""A conversation in which customer, AI agent, people, tools and vendors said a secret wherever words are kept."""

from datetime import timedelta
from typing import Any

from domain.conversation.activity_models import RecordDecisionInput
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.requests import StartConversation
from domain.conversation.turn import Citation, ContactIdentity, CustomerContext, Fact
from domain.delivery.inbound import ColleagueReply, CustomerRating, InboundFile, InboundMessage, Sender, Unreadable
from domain.desk.clicks import Click
from domain.identity.check import AnswerIdentityCheckInput, SendIdentityCodeInput
from domain.rooms.room import Room, RoomMessageToWrite
from domain.specification.organisation import Mode
from domain.tools.actions import ProposedAction
from domain.tools.calls import CallToolInput
from storage.database import Database
from storage.desk_clicks import DeskClickRepository
from storage.identity import CodeDestination, HashedCode, IdentityRepository
from storage.inbox import InboxRepository
from storage.presences import PresenceRepository
from storage.rooms import RoomRepository
from storage.tool_calls import ToolCallRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    NOW,
    ORGANISATION,
    Stage,
    approval_request,
    decide,
    draft,
    generate,
    later,
    ownership,
    record,
    reply,
    status_change,
)

SECRET = "quokka"
"""In every word that anybody says, and in every address: small letters, so that it is found whatever is made of it."""
MAIL = f"vera@{SECRET}.example"
SENDER = Sender(email=MAIL, phone=SECRET, external_id=SECRET, contact_id=SECRET, name=SECRET, verified=True)
ENDED = NOW + timedelta(hours=1)

FIND = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
ORDER BY c.table_name, c.column_name
"""
WORDY = frozenset({"text", "json", "jsonb", "bytea", "ARRAY", "character varying", "USER-DEFINED"})


def says(words: str) -> str:
    return f"{SECRET} {words}"


async def wordy_columns(database: Database) -> set[str]:
    """Every column of every table in which words can stand, as `table.column`."""
    rows = await database.fetch(FIND)
    return {f"{row['table_name']}.{row['column_name']}" for row in rows if row["data_type"] in WORDY}


async def holding(database: Database, words: str = SECRET) -> set[str]:
    """The columns in which the words stand somewhere, in bytes too."""
    found = set[str]()
    for column in await wordy_columns(database):
        table, name = column.split(".")
        kind = await database.fetchval(
            "SELECT data_type FROM information_schema.columns WHERE table_name = $1 AND column_name = $2", table, name
        )
        text = f"encode({name}, 'escape')" if kind == "bytea" else f"{name}::text"
        if await database.fetchval(f"SELECT count(*) FROM {table} WHERE {text} ILIKE '%' || $1 || '%'", words):  # noqa: S608
            found.add(column)
    return found


def event(event_id: str, thread: str, text: str = says("is lost"), **more: Any) -> InboundMessage:
    fields: dict[str, Any] = {"channel": "email", "event_id": event_id, "at": NOW, "thread": thread, "sender": SENDER}
    address = {"to": MAIL, "subject": says("subject")}
    return InboundMessage.model_validate(fields | {"address": address, "text": text} | more)


async def told(stage: Stage, thread: str = f"thread-{SECRET}") -> str:
    """Said by everybody, resolved an hour later at revision 5, with nothing left to do; returns its id."""
    inbox = InboxRepository(stage.database)
    file = InboundFile(name=f"{SECRET}.txt", media_type="text/plain", content=says("in a file").encode())
    kept = await inbox.keep(ORGANISATION, event(f"e-{thread[:6]}", thread, files=(file,)), NOW)
    assert kept.conversation_id
    id = kept.conversation_id
    start = StartConversation(
        organisation=ORGANISATION, conversation_id=id, channel="email", customer_id=kept.customer_id
    )
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    await _drafted(stage, id)
    await _proved(stage, id, kept.customer_id or "")
    await _approved(stage, id)
    await _called(stage, id)
    await _clicked(stage, id)
    await _answered_by_anna(stage, id)
    await _told_by_vendors(stage, inbox, id, thread)
    await _talked_about(stage, id)
    for waiting in await inbox.claim_waiting(ORGANISATION, later(3600)):
        await inbox.forwarded(waiting.inbox_id)
    change = status_change("resolved", Status.RESOLVED, request_id="end", revision=5, note=says("is done"))
    await stage.conversations.change_status(change.model_copy(update={"conversation_id": id}), ENDED)
    return id


async def _drafted(stage: Stage, id: str) -> None:
    context = CustomerContext(
        facts=(Fact(name="plan", value=SECRET, source="directory", as_of=NOW),),
        matches=1,
        contact=ContactIdentity(email=MAIL),
    )
    await stage.customers.save_context(id, f"cx-{id}", context, NOW)
    attachments = await stage.database.fetch("SELECT * FROM attachments WHERE conversation_id = $1", id)
    files = [{key: row[key] for key in ("attachment_id", "name", "media_type", "size_bytes")} for row in attachments]
    said = {"message_id": "email:1", "text": says("is lost"), "received_at": NOW, "attachments": files}
    input = generate(
        f"draft-{id}", conversation_id=id, context_id=f"cx-{id}", instruction=says("be kind"), messages=(said,)
    )
    await stage.turns.begin_draft(input, NOW)
    await stage.turns.save_draft(input, secret_draft(f"draft-{id}"))


def secret_draft(draft_id: str) -> Any:
    cited = Citation(source_id="fact:plan", title=SECRET, source=SECRET, quote=says("plan"))
    words = {"clarifying_question": says("which one?"), "citations": (cited,), "actions": (action(),)}
    return draft(draft_id, says("is found")).model_copy(update=words)


def action() -> ProposedAction:
    return ProposedAction(server="shop", tool="refund", arguments={"reason": SECRET, SECRET: [SECRET]})


async def _clicked(stage: Stage, id: str) -> None:
    click = Click(
        click_id=f"c-{id}", user="U0ANNA", subject=f"approval:a-{id}", action="edit", text=says("edited at a desk")
    )
    await DeskClickRepository(stage.database).keep(ORGANISATION, "slack", click, NOW)


async def _approved(stage: Stage, id: str) -> None:
    request = approval_request()
    words = {"text": says("is found"), "actions": (action(),), "draft_id": f"draft-{id}", "approval_id": f"a-{id}"}
    asked = request.model_copy(update={"conversation_id": id, "approval": request.approval.model_copy(update=words)})
    await stage.approvals.request(asked.model_copy(update={"notice": says("notice")}), NOW)
    rejected = decide("reject", f"d-{id}", approval_id=f"a-{id}", reason=says("reason"), text=says("edited"))
    input = RecordDecisionInput(organisation=ORGANISATION, conversation_id=id, decision=rejected, effect="redraft")
    await stage.approvals.record_decision(input, NOW)


async def _called(stage: Stage, id: str) -> None:
    calls, key = ToolCallRepository(stage.database), f"call-{id}"
    called = CallToolInput(
        organisation=ORGANISATION,
        conversation_id=id,
        spec_hash=VERSION.content_hash,
        ai_agent="service",
        call_key=key,
        action=action(),
        record=record(),
        draft_id=f"draft-{id}",
    )
    await calls.claim(called, NOW)
    await calls.settle(key, "done", says("is paid back"), NOW)


async def _proved(stage: Stage, id: str, customer_id: str) -> None:
    """By the second check; the first is still open, with its contact."""
    checks, contact = IdentityRepository(stage.database), ContactIdentity(contact_id=SECRET, email=MAIL)
    for check_id in (f"k-1-{id}", f"k-2-{id}"):
        asking = SendIdentityCodeInput(
            organisation=ORGANISATION,
            conversation_id=id,
            spec_hash=VERSION.content_hash,
            check_id=check_id,
            channel="email",
            customer_id=customer_id,
            source="directory",
            expected_revision=1,
        )
        destination = CodeDestination(channel="email", to=MAIL, masked=f"…{SECRET}", contact=contact)
        await checks.claim(asking, destination, HashedCode(salt=SECRET.encode(), code_hash=SECRET.encode()), NOW)
        await checks.complete(check_id, NOW)
    answer = AnswerIdentityCheckInput(
        organisation=ORGANISATION, conversation_id=id, check_id=f"k-2-{id}", revision=2, messages=()
    )
    await checks.answer(answer, "right", NOW)


async def _answered_by_anna(stage: Stage, id: str) -> None:
    taken = ownership(conversation_id=id, revision=4, request_id=f"take-{id}", note=says("I take it"))
    await stage.conversations.change_ownership(taken, NOW)
    author: dict[str, Any] = {"author": Author.HUMAN_AGENT, "author_id": "anna", "kind": "human_reply"}
    sent = reply(
        f"human-{id}", conversation_id=id, text=says(" is  found"), draft_id=None, expected_revision=None, **author
    )
    await stage.deliveries.deliver_stored(sent.model_copy(update={"channel": "email"}), NOW)
    await stage.database.fetchval(
        "UPDATE deliveries SET thread = $2, provider_message_id = 'v-' || conversation_id WHERE conversation_id = $1",
        id,
        SECRET,
    )


async def _talked_about(stage: Stage, id: str) -> None:
    """By colleagues, in the conversation's own room and in a channel."""
    rooms = RoomRepository(stage.database)
    own = await rooms.open_about(ORGANISATION, id, "anna", NOW)
    channel = await rooms.open_channel(ORGANISATION, "all", "anna", NOW)
    for room in (own, channel):
        await say_in(rooms, room, f"m-{id}", says("wants her money"), about=(id,))
    await PresenceRepository(stage.database).say(ORGANISATION, id, "anna", "looking", NOW)


async def say_in(rooms: RoomRepository, room: Room, request_id: str, text: str, about: tuple[str, ...] = ()) -> None:
    """With a file."""
    file = await rooms.save_file(
        room.room_id, "anna", name=f"{SECRET}.txt", media_type="text/plain", content=text.encode(), now=NOW
    )
    message = RoomMessageToWrite(
        room_id=room.room_id, request_id=request_id, author_id="anna", text=text, about=about, files=(file.file_id,)
    )
    await rooms.write(room, message, NOW)


async def _told_by_vendors(stage: Stage, inbox: InboxRepository, id: str, thread: str) -> None:
    rated = CustomerRating(
        channel="email", event_id=f"r-{id}", at=NOW, thread=thread, score="bad", comment=says("was rude")
    )
    await inbox.keep(ORGANISATION, rated, NOW)
    answered = ColleagueReply(
        channel="email", event_id=f"c-{id}", at=NOW, thread=thread, person_id="zendesk-1", text=says("I do it")
    )
    aside = await inbox.keep(ORGANISATION, answered, NOW)
    for event_id in (f"inbox-{aside.inbox_id}", f"c-{id}"):
        broken = Unreadable(channel="email", event_id=event_id, at=NOW, reason="late", content=says("raw").encode())
        await inbox.quarantine(ORGANISATION, broken)
