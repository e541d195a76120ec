"""Every vendor of the sandbox, in the order of its ports."""

from sandbox.process.models import models
from sandbox.process.slack import SlackVendor
from sandbox.process.twilio import TwilioVendor
from sandbox.process.vendor import Vendor


def all_vendors() -> tuple[Vendor, ...]:
    return (TwilioVendor(), SlackVendor(), *models())
