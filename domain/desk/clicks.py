"""What somebody did at a desk, and who they are with us."""

from pydantic import AwareDatetime, Field

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.model import Frozen

APPROVAL, ESCALATION, DIGEST = "approval", "escalation", "digest"


class Click(Frozen):
    """`click_id` is the same however often the desk tells it. `user` and `named` are the desk's ids of people.

    `version` is that of the card on which it was made; `channel` and `message` say where that card stands.
    """

    click_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,80}$")
    user: str = Field(min_length=1, max_length=100)
    subject: str = Field(pattern=r"^(approval:[A-Za-z0-9._~-]{1,120}|escalation:[A-Za-z0-9_-]{8,64}:[0-9]{1,18})$")
    action: str = Field(pattern=r"^[a-z_]{1,40}$")
    version: str = Field("", max_length=100)
    text: str = Field("", max_length=MAX_MESSAGE_CHARACTERS)
    named: str = Field("", max_length=100)
    until: AwareDatetime | None = None
    channel: str = Field("", max_length=100)
    message: str = Field("", max_length=100)

    @property
    def request_id(self) -> str:
        """The same click is the same request."""
        return f"desk-{self.click_id}"


class DeskPerson(Frozen):
    """Who a user of a desk is with us."""

    person_id: str
    roles: tuple[str, ...] = ()


class Applying(Frozen):
    """A click that is kept and whose outcome is not known yet."""

    action: str
    person_id: str


def subject_of(kind: str, *parts: str | int) -> str:
    """`approval:<id>`, `escalation:<conversation>:<event>`, `digest:<day>`."""
    return ":".join((kind, *map(str, parts)))


def kind_of(subject: str) -> str:
    return subject.partition(":")[0]


def id_in(subject: str) -> str:
    """The id of the approval or of the conversation."""
    return subject.split(":")[1]
