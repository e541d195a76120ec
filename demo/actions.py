"""What a scenario is made of: the actions of a customer and of the people who help."""

from dataclasses import dataclass
from typing import Literal

from cast.saying import Reaction as Reaction
from cast.saying import Say as Say
from cast.saying import Webhooks as Webhooks
from cast.saying import say as say
from cast.staff import WEBSITE as WEBSITE
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import ChannelKind, Mode

SUPPORT = "mia"
APPROVER = "lea"
OTHER_APPROVER = "omar"
LEAD = "nils"

STAFF: dict[str, tuple[str, ...]] = {
    SUPPORT: ("human_agent",),
    APPROVER: ("approver",),
    OTHER_APPROVER: ("approver",),
    LEAD: ("lead",),
    WEBSITE: ("integration",),
}
"""Who has an API key, and with which roles; the website is where customers are signed in."""


Arrival = Literal["at once", "outage", "published", "rolled back"]
"""When a customer comes: at once, once Salesforce is out, or once another version of the specification is active."""


class ScenarioError(Exception):
    """The platform did something else than the scenario says."""


@dataclass(frozen=True)
class AskAgain:
    """A caller wants to hear the last answer once more."""

    text: str


@dataclass(frozen=True)
class Stop:
    """The customer wants no more SMS."""

    word: str = "STOP"


@dataclass(frozen=True)
class Overhear:
    """The call was handed over, and what the colleague was whispered has these words."""

    words: str


@dataclass(frozen=True)
class HangUp:
    """The caller has heard enough."""


@dataclass(frozen=True)
class AnswerInZendesk:
    """A colleague answers the ticket in Zendesk itself."""

    by: str
    text: str


@dataclass(frozen=True)
class WaitForSalesforce:
    """Until its outage is over and it is asked again."""


@dataclass(frozen=True)
class WaitForPublication:
    """Until another version of the specification is active."""


@dataclass(frozen=True)
class EnterJourney:
    """A person or system begins a journey with the customer; `steps` is the way that is then gone."""

    by: str
    journey: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class FollowJourney:
    """A colleague looks on until this step is under way and the customer has read what it says; None: until its end."""

    by: str
    to: str | None


@dataclass(frozen=True)
class TellEvent:
    """A system says that something happened which the journey waits for."""

    by: str
    event: str


@dataclass(frozen=True)
class ConfirmStep:
    """A person confirms that they have done their part of the journey."""

    by: str
    step: str
    note: str


@dataclass(frozen=True)
class SwitchMode:
    """A person changes how AI agents and people work together in this conversation."""

    by: str
    mode: Mode


@dataclass(frozen=True)
class SeeSuggestion:
    """A person who owns the conversation gets a draft that the customer does not see."""

    by: str


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
class ReplyInVain:
    """A person writes to a customer who wants no messages there, and is told that nothing left."""

    by: str
    text: str


@dataclass(frozen=True)
class HandBack:
    """`then`: what comes of a question that the AI agent finds unanswered."""

    by: str
    instruction: str
    then: Reaction | Literal["nothing"] = "nothing"


ScenarioAction = (
    Say
    | AskAgain
    | Stop
    | Overhear
    | HangUp
    | AnswerInZendesk
    | WaitForSalesforce
    | WaitForPublication
    | EnterJourney
    | FollowJourney
    | TellEvent
    | ConfirmStep
    | SwitchMode
    | SeeSuggestion
    | Decide
    | DecideTooLate
    | DecideTogether
    | TakeOver
    | Reply
    | ReplyInVain
    | HandBack
)


@dataclass(frozen=True)
class Scenario:
    """What one customer, named by the contact's id in the directory, does and what must come of it.

    `subject` is that of the first mail or ticket. In Slack a customer writes in the shared channel or directly.
    """

    title: str
    customer: str
    actions: tuple[ScenarioAction, ...]
    channel: ChannelKind = WEB_CHAT
    subject: str = ""
    is_direct: bool = False
    arrives: Arrival = "at once"
