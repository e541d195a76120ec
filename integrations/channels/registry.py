"""How messages leave and come in. A new channel is one file and one line here."""

CHANNELS: dict[str, str] = {
    "slack": "integrations.channels.slack:SlackChannel",
    "web_chat": "integrations.channels.web_chat:WebChatChannel",
}
