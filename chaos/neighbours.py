"""The vendors, the language model and the tool server: stand-ins in this process, each behind a relay of its own."""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cast.vendors import FOR_A_DEMO, Vendors
from chaos.model import Model
from chaos.outside import OutsideRecord
from chaos.relay import Network, Relay, network
from embedded.processes import Part
from sandbox.authority import Authority
from sandbox.frame import Direction, Entry, Journal, StandIn
from sandbox.mcp_server import ToolServerStandIn
from sandbox.process.mail import MailVendor
from sandbox.process.models import ModelVendor
from sandbox.process.running import running
from sandbox.process.salesforce import Customers, SalesforceVendor
from sandbox.process.slack import SlackVendor
from sandbox.process.twilio import TwilioVendor
from sandbox.process.vendor import Links, Vendor
from sandbox.process.zendesk import ZendeskVendor
from sandbox.serving import serving

REMEMBERED = 100
WEBHOOK_ATTEMPTS = 3
WEBHOOK_PAUSES_SECONDS = (1.0, 3.0, 10.0)
"""Between the attempts of a vendor; real ones wait for minutes."""


class OwnJournal(Journal):
    """Says each webhook to the outside record, and remembers little itself: a run has a hundred thousand requests."""

    def __init__(self, outside: OutsideRecord) -> None:
        super().__init__()
        self.entries: deque[Entry] = deque(maxlen=REMEMBERED)
        self._outside = outside

    def note(self, direction: Direction, what: str, **detail: Any) -> None:
        if direction == "sent":
            self._outside.told(str(detail.get("body", "")), int(str(detail.get("status", 0))))


@dataclass(frozen=True)
class Neighbours:
    """All that are served; `relays` are the connections that lead to each, by its name."""

    vendors: Vendors
    model: Model
    shop: ToolServerStandIn
    tools_url: str
    network: Network
    relays: Mapping[str, tuple[Relay, ...]]

    @property
    def stand_ins(self) -> Mapping[str, StandIn]:
        """The vendors that post webhooks or are asked, by name."""
        vendors = self.vendors
        named = (vendors.salesforce, vendors.zendesk, vendors.twilio, vendors.slack, vendors.mail)
        return {vendor.name: vendor.stand_in for vendor in named}

    def known_to(self, part: Part) -> Part:
        return self.vendors.known_to(part)


@contextmanager
def serving_neighbours(
    folder: Path, gateway_url: str, customers: Customers, outside: OutsideRecord
) -> Iterator[Neighbours]:
    """Serve them on free ports. What they post goes to the gateway, and into the record of this run."""
    model = Model()
    key, url = "HOLDFAST_COMPATIBLE_API_KEY", "HOLDFAST_COMPATIBLE_BASE_URL"
    named = ModelVendor("Model", model.stand_in, key=key, url=url, path="/v1")
    salesforce, zendesk, twilio = SalesforceVendor(customers), ZendeskVendor(), TwilioVendor()
    slack, mail, shop = SlackVendor(), MailVendor(), ToolServerStandIn()
    every: tuple[Vendor, ...] = (salesforce, zendesk, twilio, slack, mail, named)
    with (
        network() as lines,
        running(every, folder=folder, holdfast=gateway_url, port_base=0) as served,
        serving(shop.app()) as shop_url,
    ):
        ca_file = Authority(folder).ca_file.resolve()
        relays, environment = dict[str, tuple[Relay, ...]](), dict[str, str]()
        for vendor, one in zip(every, served.vendors, strict=True):
            vendor.stand_in.journal = vendor.stand_in.webhooks.journal = OwnJournal(outside)
            vendor.stand_in.webhooks.pauses_seconds = WEBHOOK_PAUSES_SECONDS
            vendor.stand_in.webhooks.attempts = max(vendor.stand_in.webhooks.attempts, WEBHOOK_ATTEMPTS)
            relayed = {name: lines.relay(_port(address)) for name, address in one.addresses.items()}
            addresses = {name: _moved(one.addresses[name], relay) for name, relay in relayed.items()}
            vendor.stand_in.address = addresses.get(vendor.name, "")
            environment |= vendor.environment(Links(addresses=addresses, ca_file=ca_file, holdfast=gateway_url))
            relays["model" if vendor is named else vendor.name] = tuple(relayed.values())
        to_shop = lines.relay(_port(shop_url))
        relays["tools"] = (to_shop,)
        tools_url = f"{_moved(shop_url, to_shop)}/mcp"
        environment |= FOR_A_DEMO | {"HOLDFAST_TOOLS_ALLOWED": f'["{tools_url}"]'}
        vendors = Vendors(salesforce, zendesk, twilio, slack, mail, environment, served.page)
        yield Neighbours(vendors, model, shop, tools_url, lines, relays)


def _port(address: str) -> int:
    return urlsplit(address).port or 0


def _moved(address: str, relay: Relay) -> str:
    """The same address on the relay's port."""
    parts = urlsplit(address)
    return parts._replace(netloc=f"{parts.hostname}:{relay.port}").geturl()
