"""Channels that the product itself must know by name."""

WEB_CHAT = "web_chat"

PHONE = "phone"

LIVE_CHANNELS = frozenset({WEB_CHAT, PHONE, "sms", "whatsapp", "slack"})
"""Channels on which the customer waits for the answer."""

STORED_CHANNELS = frozenset({WEB_CHAT, PHONE})
"""Channels whose transport is our own message table: the customer's side fetches from it."""
