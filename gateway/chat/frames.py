"""The frames of `WS /v1/chat/{conversation}`: JSON texts, each with a `type`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, Attachment, AttachmentIds, Author
from domain.conversation.ownership import Status
from domain.conversation.turn import Citation
from domain.model import Frozen
from gateway.problems import Problem
from storage.views import MessageKind

MAX_FRAME_BYTES = 64 * 1024
MAX_SEQ = 2**31 - 1
"""What the database can compare with; no conversation comes near it."""


class ClientFrame(Frozen):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(ClientFrame):
    """The first frame. `last_seq` is the highest message seen, so that only later ones are sent."""

    type: Literal["hello"]
    token: str = Field(max_length=2000)
    last_seq: int = Field(0, ge=0, le=MAX_SEQ)


class SendMessage(ClientFrame):
    """`id` is the client's own: sent again with the same id, it is the same message."""

    type: Literal["message"]
    id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,128}$")
    text: str = Field("", max_length=MAX_MESSAGE_CHARACTERS)
    attachments: AttachmentIds = ()


class CustomerTyping(ClientFrame):
    type: Literal["typing"]


class MarkRead(ClientFrame):
    """The customer has seen everything up to `seq`."""

    type: Literal["read"]
    seq: int = Field(ge=0, le=MAX_SEQ)


class Ping(ClientFrame):
    """For browsers, which cannot see protocol pings; answered with `pong`."""

    type: Literal["ping"]


AnyClientFrame = Annotated[SendMessage | CustomerTyping | MarkRead | Ping, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[AnyClientFrame] = TypeAdapter(AnyClientFrame)


class Pushed(Frozen):
    """A message of the transcript. `id` is the sender's, so that a client finds its own."""

    type: Literal["message"] = "message"
    seq: int
    id: str
    author: Author
    kind: MessageKind
    text: str
    at: datetime
    attachments: tuple[Attachment, ...] = ()
    citations: tuple[Citation, ...] = ()


class ConversationStatus(Frozen):
    """Where the conversation stands and who answers."""

    type: Literal["status"] = "status"
    status: Status = Status.OPEN
    owner_kind: Literal["ai_agent", "human_agent"] = "ai_agent"


class Welcome(Frozen):
    type: Literal["welcome"] = "welcome"
    conversation: ConversationStatus
    read_seq: int = Field(0, description="As in `read`.")
    messages: tuple[Pushed, ...] = ()


class Received(Frozen):
    """The message is durable: sent only after Temporal has accepted it."""

    type: Literal["received"] = "received"
    id: str


class Typing(Frozen):
    """A reply is being prepared, or no longer."""

    type: Literal["typing"] = "typing"
    active: bool


class Read(Frozen):
    """The organisation has dealt with the customer's messages up to `seq`."""

    type: Literal["read"] = "read"
    seq: int


class Pong(Frozen):
    type: Literal["pong"] = "pong"


class ErrorFrame(Frozen):
    """`id` names the message that was not accepted; `retry` says whether the same frame may succeed later."""

    type: Literal["error"] = "error"
    id: str | None = None
    retry: bool = False
    problem: Problem


AnyServerFrame = Welcome | Received | Pushed | ConversationStatus | Typing | Read | Pong | ErrorFrame
