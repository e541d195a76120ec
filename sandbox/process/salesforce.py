"""Salesforce: the organisation's customers, whom Holdfast looks up."""

from collections.abc import Mapping

from pydantic import BaseModel

from sandbox.process import customer
from sandbox.process.vendor import HTTP_TROUBLES, Links, Trouble, Vendor
from sandbox.salesforce import SalesforceStandIn

ACCOUNT: dict[str, object] = {
    "id": "nordlicht-design",
    "name": customer.COMPANY,
    "plan": "Team",
    "seats": 14,
    "status": "active",
}
CONTACT: dict[str, object] = {
    "id": customer.CUSTOMER_ID,
    "account": "nordlicht-design",
    "name": customer.NAME,
    "email": customer.EMAIL,
    "phone": customer.PHONE,
    "role": "owner",
}


class Customers(BaseModel):
    """Accounts and contacts as `SalesforceStandIn.load_customers` takes them."""

    accounts: list[dict[str, object]] = [ACCOUNT]
    contacts: list[dict[str, object]] = [CONTACT]


class SalesforceVendor(Vendor):
    """One organisation with these customers."""

    title = "Salesforce"
    stand_in: SalesforceStandIn

    def __init__(self, customers: Customers) -> None:
        super().__init__(SalesforceStandIn())
        self.customers = customers

    def furnish(self, links: Links) -> None:
        self.stand_in.load_customers(self.customers.accounts, self.customers.contacts)

    def environment(self, links: Links) -> Mapping[str, str]:
        app = self.stand_in.sign_in.app
        return {
            "HOLDFAST_SALESFORCE_BASE_URL": links.addresses[self.name],
            "HOLDFAST_SALESFORCE_CONSUMER_KEY": app.consumer_key,
            "HOLDFAST_SALESFORCE_CONSUMER_SECRET": app.consumer_secret,
            "HOLDFAST_SALESFORCE_EXTERNAL_ID_FIELD": "Customer_Number__c",
            "HOLDFAST_SALESFORCE_PHONE_REGION": "DE",
            "HOLDFAST_SALESFORCE_CA_FILE": str(links.ca_file),
        }

    def troubles(self) -> tuple[Trouble, ...]:
        return (
            *HTTP_TROUBLES,
            Trouble(label="Expire sessions", title="INVALID_SESSION_ID until we sign in again", run=self._expire),
            Trouble(label="Use up the day", title="REQUEST_LIMIT_EXCEEDED from now on", run=self._use_up),
        )

    async def _expire(self) -> None:
        self.stand_in.sign_in.expire()

    async def _use_up(self) -> None:
        self.stand_in.used_calls = self.stand_in.daily_limit
