"""What waits in the inbox, as the functions of storage/functions/ write it: one model per kind.

A kind that is not here was written by a newer version. It stays in the inbox, and a gateway that knows it takes it.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from domain.conversation.messages import Attachment
from domain.model import Frozen


class WaitingMessage(Frozen):
    """A customer wrote. `event_id` is the vendor's id of the message, unique within its channel.

    `in_doubt`: the vendor had it before a restore from backups, so it may have been answered already.
    """

    kind: Literal["message"]
    event_id: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    in_doubt: bool = False


class PassedOnMessage(Frozen):
    """A customer message of a conversation that was merged, for the one in which it goes on."""

    kind: Literal["merged_message"]
    message_id: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    in_doubt: bool = False


class WrittenByColleague(Frozen):
    """What a human agent wrote in the vendor's own interface; it has left already."""

    event_id: str
    person_id: str
    text: str


class WaitingColleagueReply(WrittenByColleague):
    """A human agent answered a conversation."""

    kind: Literal["colleague_reply"]


class WaitingOpeningReply(WrittenByColleague):
    """A human agent wrote before the first customer message of the thread, so the conversation opens with it."""

    kind: Literal["opening_reply"]


class WaitingFailureReport(Frozen):
    """A vendor says that a message of ours did not arrive. `code` is the vendor's own."""

    kind: Literal["delivery_report"]
    message_key: str
    code: str = ""


class MergedAway(Frozen):
    """A conversation was merged into another one, so its workflow resolves it."""

    kind: Literal["merged"]
    request_id: str
    by: str


AnyWaiting = (
    WaitingMessage | PassedOnMessage | WaitingColleagueReply | WaitingOpeningReply | WaitingFailureReport | MergedAway
)

WAITING: TypeAdapter[AnyWaiting] = TypeAdapter(Annotated[AnyWaiting, Field(discriminator="kind")])
KNOWN_KINDS: tuple[str, ...] = tuple(
    kind for model in get_args(AnyWaiting) for kind in get_args(model.model_fields["kind"].annotation)
)
"""What this version can forward."""
