"""What a customer says at once, how often it is sent, and how a vendor tells us of it."""

from dataclasses import dataclass
from typing import Literal

from domain.specification.organisation import ChannelKind

Reaction = Literal["answer", "approval", "person", "anything"]
"""What comes back: the AI agent's reply or question, a wait for approval, a person as owner, or any of these."""


Webhooks = Literal["sound", "doubled", "reordered", "lost"]
"""How a vendor tells us of a message."""


@dataclass(frozen=True)
class Say:
    """The customer writes; several texts are one burst. `copies`: how often each frame is sent, with one message id.

    `recorded` waits for no reaction, only until the messages stand in the transcript. A connection is lost right
    after sending, so that the customer cannot know what arrived, or while the reply is being made. `by` is another
    channel than the one used before.
    """

    texts: tuple[str, ...]
    then: Reaction | Literal["recorded"] = "anything"
    copies: int = 1
    connection: Literal["kept", "lost_while_sending", "lost_while_waiting"] = "kept"
    webhooks: Webhooks = "sound"
    by: ChannelKind | None = None


def say(*texts: str, **how: object) -> Say:
    return Say(texts=texts, **how)  # type: ignore[arg-type]
