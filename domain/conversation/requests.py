"""What people ask of a conversation: one model for each signal. `request_id` makes a repeated signal harmless."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, AttachmentIds, ConversationId
from domain.conversation.ownership import Person, Via
from domain.delivery.channels import WEB_CHAT
from domain.journeys.work import StepWork
from domain.model import Frozen
from domain.specification.model import Key
from domain.specification.organisation import ChannelKind, Mode

DecisionAction = Literal[
    "approve", "edit", "reject", "take_over", "answer", "reassign", "give_back", "snooze", "revoke"
]


class Request(Frozen):
    """Something a person asks of a conversation. The same `request_id` is the same request.

    `via`: how the person came, as the gateway knows it. None: nobody said, as with a signal from Temporal's own tools.
    """

    request_id: str = Field(min_length=1, max_length=120)
    by: Person
    via: Via | None = None


class TakeOver(Request):
    kind: Literal["take_over"] = "take_over"
    note: str = Field("", max_length=4000)


class ImpliesTakeover(Request):
    """Something that only the owner does, so it makes the person the owner."""

    def takeover(self) -> TakeOver:
        return TakeOver(request_id=f"{self.request_id[:100]}-takeover", by=self.by, via=self.via)


class HandBack(Request):
    kind: Literal["hand_back"] = "hand_back"
    instruction: str = Field("", max_length=4000)


class SendHumanReply(ImpliesTakeover):
    """`sent_as`: the provider's id of a reply that left by the vendor's own interface; it is only recorded.

    `opens`: it was written before the customer's first message, so it answers none and stands before them.
    """

    kind: Literal["send_human_reply"] = "send_human_reply"
    text: str = Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)
    attachment_ids: AttachmentIds = ()
    sent_as: str | None = Field(None, max_length=500)
    opens: bool = False


class Snooze(Request):
    kind: Literal["snooze"] = "snooze"
    until: AwareDatetime


class Resolve(Request):
    """`merged`: it goes on in another conversation."""

    kind: Literal["resolve"] = "resolve"
    note: str = Field("", max_length=4000)
    merged: bool = False


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
    action: DecisionAction
    digest: str | None = None
    text: str | None = Field(
        None, max_length=MAX_MESSAGE_CHARACTERS, description="The new text, for edit; the person's own, for answer."
    )
    reason: str = Field("", max_length=4000, description="Why, for reject; the AI agent redrafts with it.")
    assignee: str | None = Field(None, description="The person to ask instead, for reassign.")
    until: AwareDatetime | None = Field(None, description="When reminders go on, for snooze.")

    def answer(self) -> SendHumanReply:
        """What the person writes to the customer in the draft's stead."""
        key = f"{self.request_id[:100]}-answer"
        return SendHumanReply(request_id=key, by=self.by, via=self.via, text=self.text or "")


AnyRequest = Annotated[
    TakeOver | HandBack | SendHumanReply | Snooze | Resolve | Reopen | ChangeMode | ReportFailure | DecideApproval,
    Field(discriminator="kind"),
]


def as_it_came(request: AnyRequest) -> AnyRequest:
    """With how its person came. Whoever came by the gateway is said to have; Temporal's own tools say nothing.

    What systems report, and what was done at a vendor's, came by none of our ways.
    """
    match request:
        case ReportFailure() | SendHumanReply(sent_as=str()) | Resolve(merged=True):
            return request
        case _:
            return request if request.via else request.model_copy(update={"via": "temporal_ui"})


class EnterJourney(Request):
    """Begin a journey, unless the customer is on it."""

    kind: Literal["enter_journey"] = "enter_journey"
    journey: Key


class CarryOutStep(Frozen):
    """A journey asks its conversation to do something. The same `key` is the same step, done once.

    `run` is the workflow of the journey, which hears what became of it.
    """

    kind: Literal["carry_out_step"] = "carry_out_step"
    run: str
    key: str
    work: StepWork


class RecallSteps(Frozen):
    """A journey does not need these steps any more; what has been said stays said. `ended`: it needs nothing more."""

    kind: Literal["recall_steps"] = "recall_steps"
    run: str
    keys: tuple[str, ...] = ()
    ended: bool = False


class StartConversation(Frozen):
    """Argument of the workflow: opaque references only."""

    organisation: Key
    conversation_id: ConversationId
    channel: ChannelKind = WEB_CHAT
    customer_id: str | None = None


class SkipTurns(Frozen):
    """After a restore from backups: the next turn is later than `turn`, because its keys may have been used before."""

    turn: int = Field(ge=0)


def human_reply_key(conversation_id: str, request_id: str) -> str:
    """The idempotency key of a reply that a person asked to send."""
    return f"{conversation_id}-human-{request_id}"


def workflow_id(conversation_id: str) -> str:
    """The workflow of a conversation; deterministic, so that signal-with-start never makes a second one."""
    return f"conversation-{conversation_id}"
