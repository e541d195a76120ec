from datetime import UTC, datetime, timedelta

from domain.delivery.vendors import VendorState
from storage.vendors import VendorStateRepository
from tests.gateway.conftest import Gateway

SINCE = datetime.now(UTC).replace(second=0, microsecond=0)
ZENDESK = VendorState(vendor="zendesk", since=SINCE)
SALESFORCE = VendorState(vendor="salesforce", since=SINCE).opened(
    SINCE, last_error="ReadTimeout", pause=timedelta(hours=1)
)


async def _two_vendors(gateway: Gateway) -> None:
    for state in (ZENDESK, SALESFORCE):
        assert await VendorStateRepository(gateway.database).replace(None, state)


async def test_vendors_are_listed_with_a_sentence_for_people(gateway: Gateway) -> None:
    viewer = await gateway.key("viewer")
    assert (await gateway.http.get("/v1/vendors", headers=viewer)).json() == []
    await _two_vendors(gateway)
    silent, answers = (await gateway.http.get("/v1/vendors", headers=viewer)).json()
    assert silent["text"].startswith("Salesforce does not answer since ")
    assert (silent["state"], silent["last_error"]) == ("open", "ReadTimeout")
    assert (answers["vendor"], answers["text"]) == ("zendesk", "Zendesk answers.")


async def test_only_people_of_the_organisation_see_them(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/vendors")).status_code == 401
    assert (await gateway.http.get("/v1/vendors", headers=await gateway.key("integration"))).status_code == 403


async def test_metrics_show_who_answers(gateway: Gateway) -> None:
    await _two_vendors(gateway)
    metrics = (await gateway.http.get("/metrics")).text
    assert 'holdfast_vendor_up{vendor="salesforce"} 0.0' in metrics
    assert 'holdfast_vendor_up{vendor="zendesk"} 1.0' in metrics
