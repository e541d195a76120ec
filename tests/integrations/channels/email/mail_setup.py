"""The mail stand-in being served with its token endpoint, channels that are set up for it, and what tests do there."""

from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path

from domain.conversation.messages import Author
from domain.delivery.inbound import InboundMessage
from integrations.channels.base import Batch, Cursor, OutboundMessage
from integrations.channels.email.channel import EmailChannel
from integrations.channels.email.settings import EmailSettings
from sandbox.authority import Authority
from sandbox.mail import ADDRESS, HOST, PASSWORD, TOKEN_PATH, MailStandIn, Ports, Security
from sandbox.serving import serving_tls

CUSTOMER = "erika@customer.example"


class Setup:
    """A stand-in being served, and channels that are set up for it: by password, or with OAuth by `url`'s tokens."""

    def __init__(self, mail: MailStandIn, ports: Ports, ca_file: Path, url: str, security: Security) -> None:
        self.mail = mail
        self.by_password: Mapping[str, object] = {"password": PASSWORD}
        self.by_oauth: Mapping[str, object] = {
            "oauth_token_url": f"{url}{TOKEN_PATH}",
            "oauth_client_id": mail.grants.app.client_id,
            "oauth_client_secret": mail.grants.app.client_secret,
            "oauth_scope": mail.grants.app.scope,
        }
        self.by_consent: Mapping[str, object] = {**self.by_oauth, "oauth_refresh_token": mail.grants.app.refresh_token}
        self.signs_in: Mapping[str, object] = self.by_password
        self.base: dict[str, object] = {
            "address": ADDRESS,
            "name": "TechFlow, Support",
            "smtp_host": "localhost",
            "smtp_port": ports.smtp,
            "smtp_security": security,
            "imap_host": "localhost",
            "imap_port": ports.imap,
            "imap_security": security,
            "ca_file": ca_file,
            "timeout_seconds": 5,
            "trusted_authserv": HOST,
        }

    def channel(self, **changes: object) -> EmailChannel:
        return EmailChannel(EmailSettings.model_validate({**self.base, **self.signs_in, **changes}))


@contextmanager
def set_up(mail: MailStandIn, authority: Authority, security: Security = "tls") -> Iterator[Setup]:
    """Serve the mail servers and the token endpoint."""
    with mail.serving(authority, security=security) as ports, serving_tls(mail.app(), authority) as url:
        yield Setup(mail, ports, authority.ca_file, url, security)


async def taken(channel: EmailChannel, cursor: Cursor | None, most: int = 1) -> tuple[list[Batch], Cursor]:
    """Read until so many batches with something in them have come; the cursor is the last one's."""
    found: list[Batch] = []
    async with aclosing(channel.read_from(cursor)) as batches:  # type: ignore[type-var]
        async for batch in batches:
            cursor = batch.cursor
            found += [batch] if batch.events or batch.unreadable else []
            if len(found) >= most:
                break
    assert cursor is not None
    return found, cursor


async def from_now(channel: EmailChannel) -> Cursor:
    async with aclosing(channel.read_from(None)) as batches:  # type: ignore[type-var]
        return (await anext(batches)).cursor


async def first_message(channel: EmailChannel, cursor: Cursor) -> tuple[InboundMessage, Cursor]:
    batches, cursor = await taken(channel, cursor)
    message = batches[0].events[0]
    assert isinstance(message, InboundMessage)
    return message, cursor


def reply(message: InboundMessage, text: str = "It is on its way.", key: str = "k1") -> OutboundMessage:
    return OutboundMessage(
        idempotency_key=key,
        conversation_id="cv_0123456789",
        author=Author.AI_AGENT,
        kind="reply",
        text=text,
        address=message.address,
    )


def messages(batches: list[Batch]) -> list[InboundMessage]:
    return [event for batch in batches for event in batch.events if isinstance(event, InboundMessage)]


async def a_message(setup: Setup) -> InboundMessage:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    message, _ = await first_message(channel, cursor)
    return message
