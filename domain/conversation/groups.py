"""The parts of a conversation's state that are no decision about its lifecycle.

In JSON all fields of all parts stand in one flat object: an alias is the name that a field has there.
"""

from datetime import datetime, timedelta
from typing import Self

from pydantic import ConfigDict, Field

from domain.approvals.person_wait import PersonWait
from domain.conversation.activity_models import FetchedContext
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.requests import AnyRequest
from domain.identity.check import IdentityCheck
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, Mode

MAX_REMEMBERED_IDS = 256


class Group(Frozen):
    """A group of fields with names of its own."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class Mailbox(Frozen):
    """What signals brought and nobody has worked on yet. `seen`: the latest ids, so that each counts once."""

    inbox: tuple[CustomerMessage, ...] = ()
    requests: tuple[AnyRequest, ...] = ()
    seen: tuple[str, ...] = ()

    def has_seen(self, key: str) -> bool:
        return key in self.seen

    def see(self, key: str) -> Self:
        """Remember an id; the oldest one is forgotten, the database remembers it for ever."""
        return self.model_copy(update={"seen": (*self.seen[-MAX_REMEMBERED_IDS + 1 :], key)})

    def put_message(self, message: CustomerMessage) -> Self:
        return self.model_copy(update={"inbox": (*self.inbox, message)})

    def put_back(self, messages: tuple[CustomerMessage, ...]) -> Self:
        """Messages whose recording is not certain stand before newer ones."""
        return self.model_copy(update={"inbox": (*messages, *self.inbox)})

    def without_messages(self) -> Self:
        return self.model_copy(update={"inbox": ()})

    def put_request(self, request: AnyRequest) -> Self:
        return self.model_copy(update={"requests": (*self.requests, request)})

    def without_request(self, request: AnyRequest) -> Self:
        """Without the first request that equals this one. Raises ValueError when there is none."""
        at = self.requests.index(request)
        return self.model_copy(update={"requests": (*self.requests[:at], *self.requests[at + 1 :])})


class Answered(Frozen):
    """Counters that begin again when ownership changes. `clarifications` are those in a row."""

    exchanges: int = 0
    clarifications: int = 0

    def add_reply(self, *, clarified: bool) -> "Answered":
        clarifications = self.clarifications + 1 if clarified else 0
        return Answered(exchanges=self.exchanges + 1, clarifications=clarifications)

    def add_exchange(self) -> "Answered":
        return self.model_copy(update={"exchanges": self.exchanges + 1})


class Answering(Group):
    """How the AI agent answers. `channel`: where the question of the turn's draft came from.

    `mode_was_set`: a person set the mode for this conversation.
    """

    turn: int = 0
    channel: ChannelKind | None = Field(None, alias="turn_channel")
    ai_agent: str | None = None
    mode: Mode | None = None
    mode_was_set: bool = False
    unanswered: bool = False
    instruction: str = ""
    counts: Answered = Field(Answered(), alias="answered")

    @property
    def mode_set_by_person(self) -> Mode | None:
        """None where the AI agent's own counts."""
        return self.mode if self.mode_was_set else None


class Waiting(Group):
    """Who waits for what: silence since the last reply, a code, a model that does not answer (`parked_since`).

    `in_doubt`: the customer wrote something that may have been answered already, so a person has to look at it.
    `for_person`: for a reply of a person, since when.
    """

    quiet_since: datetime | None = None
    identity_check: IdentityCheck | None = None
    told_to_wait: bool = False
    parked_since: datetime | None = None
    in_doubt: bool = False
    for_person: PersonWait | None = Field(None, alias="waits_for_person")


class CustomerContext(Group):
    """What CRM and help desk know of the customer. `of`: the sender that it was fetched for."""

    fetched: FetchedContext | None = Field(None, alias="context")
    since: datetime | None = Field(None, alias="context_since")
    of: str | None = Field(None, alias="context_of")

    def is_fresh(self, now: datetime, customer_id: str | None, max_age: timedelta) -> bool:
        """False when it is missing, incomplete, too old, or that of another sender."""
        if self.fetched is None or self.fetched.missing or self.since is None:
            return False
        if self.of is not None and self.of != customer_id:
            return False
        return now - self.since <= max_age


class LastCustomerMessage(Group):
    """Of the customer's latest message: when, by which channel, from whom."""

    received_at: datetime | None = Field(None, alias="last_received_at")
    channel: ChannelKind | None = Field(None, alias="last_channel")
    sender_id: str | None = Field(None, alias="last_sender_id")


class Ticket(Group):
    """What the help desk's ticket shows, and the channel that it belongs to."""

    status: Status = Field(Status.OPEN, alias="ticket_status")
    channel: ChannelKind | None = Field(None, alias="ticket_channel")


class ShownStatus(Group):
    """What the Temporal UI shows: status and owner, e.g. `open ai_agent:general`, and since when.

    `last_answer`: what was done with the last draft that was carried out at once.
    """

    text: str = Field("", alias="standing")
    since: datetime | None = Field(None, alias="standing_since")
    last_answer: str = ""
