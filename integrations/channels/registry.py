"""How messages leave and come in. A new channel is one file and one line here."""

CHANNELS: dict[str, str] = {
    "email": "integrations.channels.email.channel:EmailChannel",
    "http": "integrations.channels.http:HttpChannel",
    "phone": "integrations.channels.twilio.voice:TwilioVoiceChannel",
    "slack": "integrations.channels.slack.channel:SlackChannel",
    "sms": "integrations.channels.twilio.sms:TwilioSmsChannel",
    "web_chat": "integrations.channels.web_chat:WebChatChannel",
    "whatsapp": "integrations.channels.twilio.sms:TwilioWhatsAppChannel",
    "zendesk": "integrations.helpdesk.zendesk.channel:ZendeskChannel",
}
