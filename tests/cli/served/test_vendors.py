from datetime import UTC, datetime, timedelta

from domain.delivery.vendors import VendorState
from storage.vendors import VendorStateRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import Gateway

NOW = datetime.now(UTC)


async def test_vendors_are_told_in_sentences(gateway: Gateway, holdfast: Holdfast) -> None:
    key = (await gateway.key("viewer"))["Authorization"].removeprefix("Bearer ")
    asked = ("vendors", "--url", gateway.url, "--key", key)
    assert (await holdfast(*asked)).output.strip() == "No vendor has been called yet."
    states = VendorStateRepository(gateway.database)
    silent = VendorState(vendor="salesforce", since=NOW).opened(NOW, last_error="ReadTimeout", pause=timedelta(hours=1))
    for state in (silent, VendorState(vendor="zendesk", since=NOW)):
        await states.replace(None, state)
    lines = (await holdfast(*asked)).output.splitlines()
    assert lines[0].startswith("Salesforce does not answer since ")
    assert lines[0].endswith("Last error: ReadTimeout.")
    assert lines[1] == "Zendesk answers."
