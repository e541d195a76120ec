"""How messages leave and come in. A new channel is one file and one line here."""

CHANNELS: dict[str, str] = {
    "email": "integrations.channels.email:EmailChannel",
    "http": "integrations.channels.http:HttpChannel",
    "phone": "integrations.channels.twilio_voice:TwilioVoiceChannel",
    "slack": "integrations.channels.slack:SlackChannel",
    "sms": "integrations.channels.twilio_sms:TwilioSmsChannel",
    "web_chat": "integrations.channels.web_chat:WebChatChannel",
    "whatsapp": "integrations.channels.twilio_sms:TwilioWhatsAppChannel",
    "zendesk": "integrations.helpdesk.zendesk_channel:ZendeskChannel",
}
