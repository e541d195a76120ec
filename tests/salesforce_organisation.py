"""A served organisation of Salesforce, and adapters that reach it through the official client."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.api import SalesforceApi, SalesforceSettings
from integrations.crm.salesforce.crm import SalesforceCrm
from sandbox.authority import Authority
from sandbox.salesforce import SalesforceStandIn
from sandbox.salesforce_sign_in import App
from sandbox.serving import serving_tls
from tests.organisation import READ_AT

EMAIL = "erika.mustermann@bikes.example"
PHONE = "+493055501140"
BY_EMAIL = CustomerReference(email=EMAIL, verified=True)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = READ_AT

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Vendor:
    """The stand-in, where it is served, and what its clients trust."""

    stand_in: SalesforceStandIn
    base_url: str
    ca_file: Path
    private_key_file: Path

    def settings(self, **changed: Any) -> SalesforceSettings:
        app = self.stand_in.sign_in.app
        values: Mapping[str, Any] = {
            "consumer_key": app.consumer_key,
            "consumer_secret": app.consumer_secret,
            "base_url": self.base_url,
            "ca_file": self.ca_file,
            "external_id_field": "Customer_Number__c",
            "phone_region": "DE",
            **changed,
        }
        return SalesforceSettings.model_validate(values)

    def crm(self, clock: Clock | None = None, **changed: Any) -> SalesforceCrm:
        settings = self.settings(**changed)
        return SalesforceCrm(settings, SalesforceApi(settings, clock) if clock else None)

    def asked(self) -> list[str]:
        """Method and path of every call on data, in order."""
        return [call.partition("?")[0] for call in self.stand_in.calls]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    folder = tmp_path_factory.mktemp("salesforce")
    authority = Authority(folder)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private_key_file = folder / "key.pem"
    private_key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public_key = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    stand_in = SalesforceStandIn(login=App(public_key=public_key), page_size=3)
    with serving_tls(stand_in.app(), authority) as address:
        yield Vendor(stand_in, address, authority.ca_file, private_key_file)


@pytest.fixture
def vendor(served: Vendor) -> Vendor:
    """An organisation without records."""
    served.stand_in.restart()
    app = served.stand_in.sign_in.app
    app.runs_as = app.approved = True
    return served


@pytest.fixture
def bikes(vendor: Vendor) -> Vendor:
    """An organisation with one account, its contact, and what surrounds them; another account beside it."""
    stand_in = vendor.stand_in
    stand_in.load_customers(
        accounts=[
            {
                "id": "bikes",
                "name": "Bikes & Söhne",
                "plan": "Team",
                "seats": 14,
                "status": "past_due",
                "renews": "2026-12-05",
                "fields": {"automation_runs": "1,904 of 5,000 this month"},
                "invoices": [
                    {
                        "number": "BI-2",
                        "issued": "2026-10-01",
                        "due": "2026-10-15",
                        "amount": "98.50",
                        "status": "open",
                    },
                    {
                        "number": "BI-1",
                        "issued": "2026-09-01",
                        "due": "2026-09-15",
                        "amount": "98.50",
                        "status": "paid",
                    },
                ],
            },
            {"id": "other", "name": "Other", "plan": "Business"},
        ],
        contacts=[
            {
                "id": "c-1001",
                "account": "bikes",
                "name": "Erika Mustermann",
                "email": EMAIL,
                "phone": "(030) 5550-1140",
                "role": "owner",
            },
            {"id": "c-1002", "account": "other", "name": "Max O'Hara", "email": "max@other.example"},
        ],
    )
    erika, max_ = (record for record in stand_in.records("Contact"))
    account = erika["AccountId"]
    moment = "2026-11-02T09:30:00.000+0000"
    stand_in.add("Case", ContactId=erika["Id"], AccountId=account, Subject="Bell is missing", CreatedDate=moment)
    stand_in.add("Case", ContactId=erika["Id"], AccountId=account, Subject="Old", Status="Closed")
    stand_in.add("Case", ContactId=max_["Id"], AccountId=max_["AccountId"], Subject="Not hers")
    stand_in.add(
        "Opportunity", AccountId=account, Name="50 bikes", StageName="Proposal", Amount=24000.0, CloseDate="2026-12-24"
    )
    stand_in.add("Entitlement", AccountId=account, Name="Gold support", EndDate="2027-01-31")
    return vendor
