"""The conversation: messages, owners, requests from people, and the state that a workflow carries."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.spec import ChannelKind, Key, Mode

ConversationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
MessageId = Annotated[str, Field(min_length=1, max_length=200)]

MAX_MESSAGE_CHARACTERS = 20_000


class Frozen(BaseModel):
    """Base of values that cross a boundary: they never change, and their errors do not quote what came in."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


WEB_CHAT = "web_chat"
PHONE = "phone"
LIVE_CHANNELS = frozenset({WEB_CHAT, PHONE, "sms", "whatsapp", "slack"})
"""Channels on which the customer waits for the answer."""

STORED_CHANNELS = frozenset({WEB_CHAT, PHONE})
"""Channels whose transport is our own message table: the customer's side fetches from it."""


class Status(StrEnum):
    """Where a conversation stands; exactly one at a time."""

    OPEN = "open"
    AWAITING_APPROVAL = "awaiting_approval"
    WITH_HUMAN = "with_human"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Author(StrEnum):
    """Who wrote a message. `system` is the platform itself: notices such as a handoff."""

    CUSTOMER = "customer"
    AI_AGENT = "ai_agent"
    HUMAN_AGENT = "human_agent"
    SYSTEM = "system"


class Attachment(Frozen):
    """A file that a customer sent; its bytes lie in the database under `attachment_id`."""

    attachment_id: str
    name: str = Field(max_length=255)
    media_type: str
    size_bytes: int = Field(ge=0)


class CustomerMessage(Frozen):
    """What a customer wrote. `message_id` is the provider's: the same id is the same message, for ever.

    `customer_id` is who wrote, where the channel tells one sender from another.
    """

    message_id: MessageId
    text: str = Field(max_length=MAX_MESSAGE_CHARACTERS)
    channel: ChannelKind = WEB_CHAT
    received_at: AwareDatetime
    attachments: tuple[Attachment, ...] = ()
    customer_id: str | None = None


class Person(Frozen):
    """A human agent as authenticated by the gateway: an opaque id and roles, no name, no address."""

    id: str = Field(min_length=1, max_length=64)
    roles: tuple[str, ...] = ()


class Owner(Frozen):
    """Who answers. `id` is the AI agent's key or the person's id; a human owner without id is the queue."""

    kind: Literal["ai_agent", "human_agent"]
    id: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or 'queue'}"


# Requests: one model per signal. `request_id` makes a repeated signal harmless.


class Request(Frozen):
    """Something a person asks of a conversation. The same `request_id` is the same request."""

    request_id: str = Field(min_length=1, max_length=120)
    by: Person


class TakeOver(Request):
    kind: Literal["take_over"] = "take_over"
    note: str = Field("", max_length=4000)


class ImpliesTakeover(Request):
    """Something that only the owner does, so it makes the person the owner."""

    def takeover(self) -> TakeOver:
        return TakeOver(request_id=f"{self.request_id[:100]}-takeover", by=self.by)


class HandBack(Request):
    kind: Literal["hand_back"] = "hand_back"
    instruction: str = Field("", max_length=4000)


class SendHumanReply(ImpliesTakeover):
    """`sent_as`: the provider's id of a reply that left by the vendor's own interface; it is only recorded."""

    kind: Literal["send_human_reply"] = "send_human_reply"
    text: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)
    sent_as: str | None = Field(None, max_length=500)


class Snooze(Request):
    kind: Literal["snooze"] = "snooze"
    until: AwareDatetime


class Resolve(Request):
    kind: Literal["resolve"] = "resolve"
    note: str = Field("", max_length=4000)


class Reopen(Request):
    kind: Literal["reopen"] = "reopen"


class ChangeMode(Request):
    kind: Literal["change_mode"] = "change_mode"
    mode: Mode


class ReportFailure(Request):
    """A vendor says that a message which it had accepted never reached the customer."""

    kind: Literal["report_failure"] = "report_failure"
    message_key: str
    code: str = ""


class DecideApproval(ImpliesTakeover):
    """A decision on an approval. `request_id` is the decision's id; `digest`, when given, must match."""

    kind: Literal["decide_approval"] = "decide_approval"
    approval_id: str
    action: Literal["approve", "edit", "reject", "take_over", "reassign"]
    digest: str | None = None
    text: str | None = Field(None, max_length=MAX_MESSAGE_CHARACTERS, description="The new text, for edit.")
    reason: str = Field("", max_length=4000, description="Why, for reject; the AI agent redrafts with it.")
    assignee: str | None = Field(None, description="The person to ask instead, for reassign.")


AnyRequest = Annotated[
    TakeOver | HandBack | SendHumanReply | Snooze | Resolve | Reopen | ChangeMode | ReportFailure | DecideApproval,
    Field(discriminator="kind"),
]


class StartConversation(Frozen):
    """Argument of the workflow: opaque references only."""

    organisation: Key
    conversation_id: ConversationId
    channel: ChannelKind = WEB_CHAT
    customer_id: str | None = None


def human_reply_key(conversation_id: str, request_id: str) -> str:
    """The idempotency key of a reply that a person asked to send."""
    return f"{conversation_id}-human-{request_id}"


def workflow_id(conversation_id: str) -> str:
    """The workflow of a conversation; deterministic, so that signal-with-start never makes a second one."""
    return f"conversation-{conversation_id}"
