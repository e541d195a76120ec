"""How messages leave. A new channel is one file and one line here."""

from integrations.channels.base import Channel
from integrations.registry import adapter_class

CHANNELS: dict[str, str] = {"web_chat": "integrations.channels.web_chat:WebChatChannel"}


def channel(kind: str) -> Channel:
    """The channel of a kind. Raises InvalidInputError for an unknown one."""
    made: Channel = adapter_class(CHANNELS, kind)()
    return made
