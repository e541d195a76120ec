"""Every vendor of the sandbox, in the order of its ports."""

from sandbox.process.mail import MailVendor
from sandbox.process.models import models
from sandbox.process.salesforce import Customers, SalesforceVendor
from sandbox.process.slack import SlackVendor
from sandbox.process.twilio import TwilioVendor
from sandbox.process.vendor import Vendor
from sandbox.process.zendesk import ZendeskVendor


def all_vendors(customers: Customers | None = None) -> tuple[Vendor, ...]:
    """`customers` are those that Salesforce knows."""
    salesforce = SalesforceVendor(customers or Customers())
    return (salesforce, ZendeskVendor(), TwilioVendor(), SlackVendor(), MailVendor(), *models())
