"""What a story is made of: the steps of a customer and of the people who help."""

from dataclasses import dataclass
from typing import Literal

SUPPORT = "support-1"
APPROVER = "approver-1"
OTHER_APPROVER = "approver-2"
LEAD = "lead-1"
WEBSITE = "website"

STAFF: dict[str, tuple[str, ...]] = {
    SUPPORT: ("human_agent",),
    APPROVER: ("approver",),
    OTHER_APPROVER: ("approver",),
    LEAD: ("lead",),
    WEBSITE: ("integration",),
}
"""Who has an API key, and with which roles; the website opens chats for customers who are signed in there."""

Reaction = Literal["answer", "approval", "person", "anything"]
"""What comes back: the AI agent's reply or question, a wait for approval, a person as owner, or any of these."""


@dataclass(frozen=True)
class Say:
    """The customer writes; several texts are one burst. `copies`: how often each frame is sent, with one message id.

    `recorded` waits for no reaction, only until the messages stand in the transcript. A connection is lost right
    after sending, so that the customer cannot know what arrived, or while the reply is being made.
    """

    texts: tuple[str, ...]
    then: Reaction | Literal["recorded"] = "anything"
    copies: int = 1
    connection: Literal["kept", "lost_while_sending", "lost_while_waiting"] = "kept"


@dataclass(frozen=True)
class Decide:
    """Somebody decides the open approval; `effect` is what must come of it."""

    by: str
    action: Literal["approve", "edit", "reject", "take_over"]
    effect: Literal["send", "wait_for_more", "redraft", "take_over"]
    text: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class DecideTooLate:
    """Somebody decides the approval that another person has decided, or that the customer's next message made stale."""

    by: str


@dataclass(frozen=True)
class DecideTogether:
    """Two people approve at the same moment: one of them decides."""

    by: tuple[str, str]


@dataclass(frozen=True)
class TakeOver:
    by: str


@dataclass(frozen=True)
class Reply:
    """A person writes to the customer."""

    by: str
    text: str


@dataclass(frozen=True)
class HandBack:
    """`then`: what comes of a question that the AI agent finds unanswered."""

    by: str
    instruction: str
    then: Reaction | Literal["nothing"] = "nothing"


Step = Say | Decide | DecideTooLate | DecideTogether | TakeOver | Reply | HandBack


@dataclass(frozen=True)
class Story:
    """What one customer, named by the contact's id in the directory, lives through."""

    title: str
    customer: str
    steps: tuple[Step, ...]
