"""How messages leave and come in, and what is true of each channel. A new channel is one file and one line here.

An adapter's module is imported when the channel is first used; its traits are known without that.
"""

from domain.delivery.channels import ChannelTraits
from domain.specification.organisation import ChannelKind

_BY_MAIL = ChannelTraits(recognised_by=("email",), stoppable=True, carries_files=True)
_BY_TEXT = ChannelTraits(live=True, recognised_by=("phone",), stoppable=True)
_BY_CALL = ChannelTraits(live=True, stored=True, spoken=True, recognised_by=("phone",))
_BY_BROWSER = ChannelTraits(live=True, stored=True, threaded=False, recognised_by=(), carries_files=True)

_REGISTERED: dict[ChannelKind, tuple[str, ChannelTraits]] = {
    "email": ("integrations.channels.email.channel:EmailChannel", _BY_MAIL),
    "http": ("integrations.channels.http:HttpChannel", ChannelTraits(stoppable=True)),
    "phone": ("integrations.channels.twilio.voice:TwilioVoiceChannel", _BY_CALL),
    "slack": ("integrations.channels.slack.channel:SlackChannel", ChannelTraits(live=True, stoppable=True)),
    "sms": ("integrations.channels.twilio.sms:TwilioSmsChannel", _BY_TEXT),
    "web_chat": ("integrations.channels.web_chat:WebChatChannel", _BY_BROWSER),
    "whatsapp": ("integrations.channels.twilio.sms:TwilioWhatsAppChannel", _BY_TEXT),
    "zendesk": ("integrations.helpdesk.zendesk.channel:ZendeskChannel", ChannelTraits(stoppable=True)),
}

CHANNELS: dict[ChannelKind, str] = {kind: adapter for kind, (adapter, _) in _REGISTERED.items()}
TRAITS: dict[ChannelKind, ChannelTraits] = {kind: traits for kind, (_, traits) in _REGISTERED.items()}


def traits_of(kind: ChannelKind) -> ChannelTraits:
    """The default traits for a kind that nobody registered."""
    return TRAITS.get(kind, ChannelTraits())
