"""Messages: what a customer wrote, files, and who may be the author of a message."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.delivery.channels import WEB_CHAT
from domain.model import Frozen
from domain.specification.organisation import ChannelKind

ConversationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]

MessageId = Annotated[str, Field(min_length=1, max_length=200)]

MAX_MESSAGE_CHARACTERS = 20_000

MAX_ATTACHMENTS_PER_MESSAGE = 5

AttachmentIds = Annotated[tuple[str, ...], Field(max_length=MAX_ATTACHMENTS_PER_MESSAGE)]
"""Of files that were uploaded to the conversation before."""


class Author(StrEnum):
    """Who wrote a message. `system` is the platform itself: notices such as a handoff."""

    CUSTOMER = "customer"
    AI_AGENT = "ai_agent"
    HUMAN_AGENT = "human_agent"
    SYSTEM = "system"


class Attachment(Frozen):
    """A file of a conversation; its bytes lie in the database under `attachment_id`."""

    attachment_id: str
    name: str = Field(max_length=255)
    media_type: str
    size_bytes: int = Field(ge=0)


class CustomerMessage(Frozen):
    """What a customer wrote. `message_id` is the provider's: the same id is the same message, for ever.

    `customer_id` is who wrote, where the channel tells one sender from another. `in_doubt`: it was written before a
    restore from backups, so it may have been answered already, and nobody knows.
    """

    message_id: MessageId
    text: str = Field(max_length=MAX_MESSAGE_CHARACTERS)
    channel: ChannelKind = WEB_CHAT
    received_at: AwareDatetime
    attachments: tuple[Attachment, ...] = ()
    customer_id: str | None = None
    in_doubt: bool = False
