"""Whatever channel says that a send can be stopped: a vendor that does not answer sees it hang up."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from domain.conversation.messages import Author
from domain.delivery.inbound import Address
from integrations.channels.base import Channel, OutboundMessage
from integrations.channels.email.channel import EmailChannel
from integrations.channels.email.settings import EmailSettings
from integrations.channels.http import HttpChannel, HttpSettings
from integrations.channels.registry import TRAITS
from integrations.channels.slack.channel import SlackChannel, SlackSettings
from integrations.channels.twilio.client import TwilioSettings
from integrations.channels.twilio.sms import TwilioSmsChannel, TwilioWhatsAppChannel
from integrations.helpdesk.zendesk.channel import ZendeskChannel
from integrations.helpdesk.zendesk.client import ZendeskSettings
from sandbox.authority import Authority
from tests.silence import SilentServer, serving

SECRET = SecretStr("s" * 32)
OURS, CUSTOMER = "+4930111111", "+4930222222"


class Case(NamedTuple):
    """How a channel is made that talks to the server, and an address of it."""

    made: Callable[[SilentServer, Path], Channel]
    address: Address
    over_tls: bool = False


def _twilio(server: SilentServer) -> TwilioSettings:
    return TwilioSettings(
        account_sid=f"AC{'0' * 32}",
        auth_token=SECRET,
        public_url="https://support.example",
        sms_number=OURS,
        whatsapp_number=OURS,
        base_url=server.url,
    )


def _zendesk(server: SilentServer, ca_file: Path) -> ZendeskSettings:
    return ZendeskSettings(
        base_url=server.url,
        oauth_token=SECRET,
        webhook_secret=SECRET,
        public_url="https://support.example",
        ca_file=ca_file,
    )


def _http(server: SilentServer) -> HttpSettings:
    return HttpSettings(webhook_secret=SECRET, callback_secret=SECRET, callback_url=server.url)


def _slack(server: SilentServer) -> SlackSettings:
    return SlackSettings(bot_token=SECRET, signing_secret=SECRET, base_url=f"{server.url}/")


def _email(server: SilentServer, ca_file: Path) -> EmailSettings:
    places = {"imap_host": "127.0.0.1", "smtp_host": "127.0.0.1", "smtp_port": server.port}
    return EmailSettings(
        address="help@acme.example", password=SECRET, smtp_security="starttls", ca_file=ca_file, **places
    )


CASES: Mapping[str, Case] = {
    "email": Case(
        lambda server, ca_file: EmailChannel(_email(server, ca_file)),
        {"to": "erika@customers.example", "subject": "Hello", "thread": "abcdefghijklmnop"},
    ),
    "http": Case(lambda server, _: HttpChannel(_http(server)), {"thread": "order-7"}),
    "slack": Case(lambda server, _: SlackChannel(_slack(server)), {"channel": "C1", "thread_ts": "1.2"}),
    "sms": Case(lambda server, _: TwilioSmsChannel(_twilio(server)), {"to": CUSTOMER, "from": OURS}),
    "whatsapp": Case(
        lambda server, _: TwilioWhatsAppChannel(_twilio(server)),
        {"to": f"whatsapp:{CUSTOMER}", "from": f"whatsapp:{OURS}"},
    ),
    "zendesk": Case(lambda server, ca_file: ZendeskChannel(_zendesk(server, ca_file)), {"ticket_id": 7}, over_tls=True),
}


def test_every_channel_that_can_be_stopped_is_tried() -> None:
    assert set(CASES) == {kind for kind, traits in TRAITS.items() if traits.stoppable}


@pytest.mark.parametrize("kind", CASES)
async def test_a_vendor_that_does_not_answer_sees_it_hang_up(kind: str, tmp_path: Path) -> None:
    case, authority = CASES[kind], Authority(tmp_path)
    async with serving(authority.server_context() if case.over_tls else None) as server:
        channel = case.made(server, authority.ca_file)
        sending = asyncio.create_task(channel.send(_message(case.address)))
        await _reached(server, sending)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await server.hung_up.wait()
    assert len(server.requests) <= 1


async def _reached(server: SilentServer, sending: asyncio.Task[object]) -> None:
    """Raises what the channel raises before it gets there."""
    reached = asyncio.create_task(server.reached.wait())
    await asyncio.wait([reached, sending], return_when=asyncio.FIRST_COMPLETED)
    if sending.done():
        await sending
    await reached


def _message(address: Address) -> OutboundMessage:
    return OutboundMessage(
        idempotency_key="c-1-draft-1",
        conversation_id="cv_1",
        author=Author.AI_AGENT,
        kind="reply",
        text="It arrives on Monday.",
        address=address,
        claimed_at=datetime.now(UTC),
    )
