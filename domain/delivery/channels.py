"""What is true of a channel, as its line in the registry of channels says it."""

from typing import Literal

from domain.model import Frozen

WEB_CHAT = "web_chat"

PHONE = "phone"


class ChannelTraits(Frozen):
    """What the rest of the product must know of a channel. The defaults fit a vendor that takes messages one by one.

    `live`: the customer waits for the answer.
    `stored`: our own message table is the transport, and the customer's side fetches from it. Nothing is sent.
    `threaded`: the vendor groups messages, and the group finds the conversation. Without threads the customer's own
    side names the conversation, so it cannot go on in another one.
    `spoken`: what is written is read out, by a voice of one language.
    `carries_files`: files go along with what a person writes. Elsewhere nobody can send one.
    `stoppable`: a send that is cancelled has put its last byte on the network.
    `recognised_by`: what of a customer the channel's addresses are. Empty where whoever writes has signed in.
    """

    live: bool = False
    stored: bool = False
    threaded: bool = True
    spoken: bool = False
    carries_files: bool = False
    stoppable: bool = False
    recognised_by: tuple[Literal["email", "phone"], ...] = ("email", "phone")


EARLIER_TRAITS: dict[str, ChannelTraits] = {
    WEB_CHAT: ChannelTraits(live=True, stored=True),
    PHONE: ChannelTraits(live=True, stored=True),
    "sms": ChannelTraits(live=True),
    "whatsapp": ChannelTraits(live=True),
    "slack": ChannelTraits(live=True),
}
"""What conversations go by that were opened before policies carried traits. Never changed: their histories replay."""


def refusal_to_merge(traits: ChannelTraits) -> str | None:
    """Why a conversation that began on such a channel cannot go on in another one; None when it can."""
    if traits.threaded:
        return None
    return "A web chat stays in its customer's browser. Merge the other one into this one."
