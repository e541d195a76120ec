"""What comes in by a channel: one model per kind of event, made by an adapter from what its vendor sent.

Vendor words end here. Every event has an id that its vendor never gives twice, so the same event is taken in once.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, MessageId
from domain.model import Frozen
from domain.specification.organisation import ChannelKind

Address = dict[str, Any]
"""What an adapter needs to answer, such as a ticket's number or the ids of earlier mails; JSON, kept in the store."""


class Sender(Frozen):
    """Who wrote, as far as the channel knows. `verified`: the channel has proved it, such as by DKIM or a login."""

    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=32, description="E.164, such as +4930123456.")
    contact_id: str | None = Field(None, max_length=100, description="The person's id in the CRM, where known.")
    external_id: str | None = Field(None, max_length=100, description="The person's id with the channel's vendor.")
    name: str | None = Field(None, max_length=200)
    verified: bool = False


class InboundFile(Frozen):
    """A file that came with a message. Too large or unreadable ones are named in the text instead."""

    name: str = Field(max_length=255)
    media_type: str
    content: bytes


class InboundEvent(Frozen):
    """Base of all. `event_id` is unique within the channel, for ever."""

    channel: ChannelKind
    event_id: MessageId
    at: AwareDatetime


class InboundMessage(InboundEvent):
    """A customer wrote. `event_id` is the provider's id of the message.

    `thread` is what the vendor groups messages by: a ticket, a pair of phone numbers, a Slack thread, the first mail.
    `references` are other threads that it may continue, the most likely first. `address` says how to answer.
    """

    kind: Literal["message"] = "message"
    thread: str = Field(min_length=1, max_length=500)
    references: tuple[str, ...] = ()
    sender: Sender
    address: Address = {}
    text: str = Field(max_length=MAX_MESSAGE_CHARACTERS)
    files: tuple[InboundFile, ...] = ()


class ColleagueReply(InboundEvent):
    """A human agent answered in the vendor's own interface: the conversation is theirs from now on."""

    kind: Literal["colleague_reply"] = "colleague_reply"
    thread: str = Field(min_length=1, max_length=500)
    person_id: str = Field(
        min_length=1, max_length=64, description="Opaque, such as zendesk-1234; no name, no address."
    )
    text: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)


class DeliveryReport(InboundEvent):
    """The vendor says what became of a message of ours. `code` is the vendor's own, for people who look it up."""

    kind: Literal["delivery_report"] = "delivery_report"
    provider_message_id: str = Field(max_length=500)
    status: Literal["sent", "delivered", "read", "failed"]
    code: str = Field("", max_length=100)


class ConsentChange(InboundEvent):
    """The customer stopped or allowed messages (STOP and START of a phone network, a bounced or closed address)."""

    kind: Literal["consent_change"] = "consent_change"
    thread: str = Field(min_length=1, max_length=500)
    opted_out: bool


class CustomerRating(InboundEvent):
    """The customer told the vendor what they thought of the help (CSAT), or changed their mind; the last one counts."""

    kind: Literal["rating"] = "rating"
    thread: str = Field(min_length=1, max_length=500)
    score: Literal["good", "bad"]
    comment: str = Field("", max_length=MAX_MESSAGE_CHARACTERS)


AnyInboundEvent = Annotated[
    InboundMessage | ColleagueReply | DeliveryReport | ConsentChange | CustomerRating, Field(discriminator="kind")
]


QuarantineKind = Literal[
    "unreadable", "automatic", "calendar_reply", "flood", "mailing_list", "no_reply", "own", "report", "waited_in_vain"
]
"""Why no message was made: it cannot be read, nobody waits for an answer to it, or what it belongs to never came."""


class Unreadable(Frozen):
    """Something that no message was made of: it goes to quarantine whole, with the reason, and is never lost."""

    channel: ChannelKind
    event_id: MessageId
    at: AwareDatetime
    kind: QuarantineKind = "unreadable"
    reason: str = Field(max_length=500, description="What is wrong with it; no personal data.")
    content: bytes


Cursor = dict[str, Any]
"""Where a reader stopped; JSON, kept in the store together with what was read."""


class Batch(Frozen):
    """What was read in one go, and where to go on; both are kept in one transaction."""

    events: tuple[AnyInboundEvent, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    cursor: Cursor
