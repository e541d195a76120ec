"""How messages leave and come in. A new channel is one file and one line here."""

CHANNELS: dict[str, str] = {"web_chat": "integrations.channels.web_chat:WebChatChannel"}
