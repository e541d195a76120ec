"""The vendors: stand-ins in this process, and what points a platform at them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from embedded.processes import Part
from sandbox.process.mail import MailVendor
from sandbox.process.running import running
from sandbox.process.salesforce import Customers, SalesforceVendor
from sandbox.process.slack import SlackVendor
from sandbox.process.twilio import TwilioVendor
from sandbox.process.vendor import Vendor
from sandbox.process.zendesk import ZendeskVendor

PREFIXES = tuple(f"HOLDFAST_{vendor}_" for vendor in ("SALESFORCE", "ZENDESK", "TWILIO", "SLACK", "EMAIL"))
FOR_A_DEMO = {"HOLDFAST_TWILIO_TRUST_SMS_NUMBERS": "true", "HOLDFAST_ZENDESK_POLL_SECONDS": "2"}
"""Senders cannot be forged here, and what a lost webhook missed is to be found while somebody looks."""


@dataclass(frozen=True)
class Vendors:
    """Stand-ins that are served; `page` shows what each received and sent."""

    salesforce: SalesforceVendor
    zendesk: ZendeskVendor
    twilio: TwilioVendor
    slack: SlackVendor
    mail: MailVendor
    environment: Mapping[str, str]
    page: str

    def known_to(self, part: Part) -> Part:
        """The part with these vendors, instead of those that its environment knows."""
        own = {name: text for name, text in (part.environment or {}).items() if not name.startswith(PREFIXES)}
        return replace(part, environment={**own, **self.environment})


@contextmanager
def serving_vendors(
    folder: Path, gateway_url: str, customers: Customers, more: Sequence[Vendor] = ()
) -> Iterator[Vendors]:
    """Serve them on free ports; Salesforce knows the customers, and webhooks go to the gateway. `more`: others yet."""
    salesforce, zendesk, twilio = SalesforceVendor(customers), ZendeskVendor(), TwilioVendor()
    slack, mail = SlackVendor(), MailVendor()
    every = (salesforce, zendesk, twilio, slack, mail, *more)
    with running(every, folder=folder, holdfast=gateway_url, port_base=0) as served:
        environment = {name: text for vendor in served.vendors for name, text in vendor.environment.items()}
        yield Vendors(salesforce, zendesk, twilio, slack, mail, environment | FOR_A_DEMO, served.page)
