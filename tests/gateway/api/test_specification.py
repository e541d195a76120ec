from datetime import timedelta

import pytest

from domain.quality.health import Health
from tests.gateway.conftest import Gateway

PATH = "/v1/specification/health"


async def test_the_health_of_the_callers_organisation_is_told(gateway: Gateway) -> None:
    viewer = await gateway.key("viewer")
    found = Health.model_validate((await gateway.http.get(PATH, headers=viewer)).json())
    assert (found.organisation, found.windows.days) == ("bikeshop", 30)
    assert [(one.objective.metric, one.state) for one in found.measurements] == [
        ("first_response_seconds", "too_few"),
        ("approvals_on_time", "not_measured"),
    ]
    assert all(one.definition and one.why for one in found.measurements)


async def test_the_period_is_chosen(gateway: Gateway) -> None:
    answer = await gateway.http.get(PATH, params={"days": 7}, headers=await gateway.key("viewer"))
    assert Health.model_validate(answer.json()).windows.long == timedelta(days=0.7)


@pytest.mark.parametrize("days", ["0", "367", "many"])
async def test_a_period_that_is_none_is_refused(gateway: Gateway, days: str) -> None:
    refused = await gateway.http.get(PATH, params={"days": days}, headers=await gateway.key("viewer"))
    assert refused.status_code == 422
    assert "days" in refused.json()["detail"]


async def test_only_people_see_it(gateway: Gateway) -> None:
    assert (await gateway.http.get(PATH)).status_code == 401
    assert (await gateway.http.get(PATH, headers=await gateway.key("integration"))).status_code == 403


async def test_an_organisation_without_a_specification_is_told(gateway: Gateway) -> None:
    stranger = await gateway.key("viewer", organisation="acme")
    refused = await gateway.http.get(PATH, headers=stranger)
    assert refused.status_code == 404
    assert "holdfast spec publish" in refused.json()["detail"]
