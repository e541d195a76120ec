"""What is judged: what customers, people and vendors saw, and what was recorded. Times are seconds of the run."""

from datetime import datetime
from typing import Literal

from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from domain.tools.calls import RecordedCall
from invariants.records import Recorded

Kind = Literal["question", "refund", "large_refund", "person", "voucher"]


class Said(Frozen):
    """A message of a customer, known by its mark.

    `acknowledged_at`: when the gateway said that it has it; None: never. `found_by_reading`: our side reads the channel
    as well, so that no acknowledgement is needed.
    """

    mark: str
    channel: ChannelKind
    kind: Kind
    said_at: float
    acknowledged_at: float | None = None
    found_by_reading: bool = False

    @property
    def counts(self) -> bool:
        """Whether somebody has promised that it is not lost."""
        return self.found_by_reading or self.acknowledged_at is not None


class Had(Frozen):
    """A message of the organisation as the customer has it, in the order of their channel.

    `id` is the vendor's, in the web chat that of the message; `seq` is the web chat's. `part_of` is the first part of a
    long one.
    """

    channel: ChannelKind
    id: str
    text: str
    seq: int | None = None
    part_of: str | None = None


class Takeover(Frozen):
    """A takeover that was acknowledged, and what of the AI agent reached the customer until it was handed back."""

    by: str
    acknowledged_at: float
    messages: tuple[str, ...] = ()


class ConversationFacts(Frozen):
    """One conversation from both sides.

    `approved_texts`: what people let go, as they saw it or wrote it. `mode_changed`: people have switched its mode.
    `next_deadline` is that of its workflow. `replay_failure`: why its history cannot be replayed.
    """

    recorded: Recorded
    said: tuple[Said, ...] = ()
    had: tuple[Had, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    approved_texts: frozenset[str] = frozenset()
    mode_changed: bool = False
    calls: tuple[RecordedCall, ...] = ()
    next_deadline: datetime | None = None
    replay_failure: str | None = None

    @property
    def conversation_id(self) -> str:
        return self.recorded.workflow.workflow_id.removeprefix("conversation-")


class DoneAction(Frozen):
    """A write action as the tool's own server has it; `amount` names the customer's question."""

    tool: str
    amount: str


class RunFacts(Frozen):
    """A whole run. `homeless`: what customers said and no conversation is known for."""

    conversations: tuple[ConversationFacts, ...] = ()
    homeless: tuple[Said, ...] = ()
    done: tuple[DoneAction, ...] = ()
