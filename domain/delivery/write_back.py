"""What systems of record are told about a conversation, while it goes on."""

from typing import Literal

from pydantic import AwareDatetime

from domain.conversation.ownership import Status
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, NotedEvent


class WriteCrmNoteInput(Frozen):
    """`note_key` is the same for every attempt; `why` names a reason or a person by id."""

    organisation: str
    conversation_id: str
    spec_hash: str
    customer_id: str | None
    channel: ChannelKind
    note_key: str
    event: NotedEvent
    why: str
    at: AwareDatetime


class TicketNote(Frozen):
    """A draft that waits for approval, or a handoff with the draft that was not sent, if there is one."""

    kind: Literal["draft", "handoff"]
    key: str
    why: str
    draft_id: str | None = None


class UpdateTicketInput(Frozen):
    """Where the conversation stands now, and what colleagues are told about it."""

    organisation: str
    conversation_id: str
    channel: ChannelKind
    status: Status
    note: TicketNote | None = None


class RecordUnwrittenInput(Frozen):
    """A system of record was not told; `error` has no personal data."""

    conversation_id: str
    system: Literal["crm", "ticket"]
    key: str
    error: str
