import pytest

from tests.gateway.conftest import Gateway


async def test_an_auditor_reads_the_whole_trail_page_by_page(gateway: Gateway) -> None:
    auditor = await gateway.key("auditor")
    for person in ("anna", "tom"):
        await gateway.key("viewer", person=person)
    await gateway.key("viewer", person="mia", organisation="elsewhere")
    first = (await gateway.http.get("/v1/audit", params={"limit": 2}, headers=auditor)).json()
    assert [one["data"].get("person_id") for one in first] == ["tom", "anna"]
    params = {"before": first[-1]["event_id"], "kind": "spec_published"}
    rest = (await gateway.http.get("/v1/audit", params=params, headers=auditor)).json()
    assert {one["kind"] for one in rest} == {"spec_published"}
    late = await gateway.http.get("/v1/audit", params={"since": "2999-01-01T00:00:00Z"}, headers=auditor)
    assert late.json() == []


@pytest.mark.parametrize(
    "params",
    [
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"since": "2026-01-01T00:00:00"},
        {"before": 2**63},
        {"before": 0},
        {"limit": 501},
    ],
)
async def test_what_nobody_can_ask_is_told(gateway: Gateway, params: dict[str, str]) -> None:
    answer = await gateway.http.get("/v1/audit", params=params, headers=await gateway.key("auditor"))
    assert answer.status_code == 422


async def test_the_furthest_times_can_be_asked(gateway: Gateway) -> None:
    params = {"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z", "kind": "a\x00b"}
    answer = await gateway.http.get("/v1/audit", params=params, headers=await gateway.key("auditor"))
    assert (answer.status_code, answer.json()) == (200, [])
