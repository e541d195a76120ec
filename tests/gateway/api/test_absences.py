"""Who is away: told by themselves or a lead, and what waited for them is asked of others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.gateway.conftest import Gateway

Headers = dict[str, str]
MONDAY = (datetime.now(UTC) + timedelta(days=3)).isoformat()


async def _put(platform: Gateway, person: str, headers: Headers, **body: Any) -> Any:
    return await platform.http.put(f"/v1/people/{person}/away", headers=headers, json={"until": MONDAY} | body)


async def _assigned(platform: Gateway, person: str) -> str:
    """An approval that waits for one person."""
    chat = await platform.chat()
    await chat.say("refund, please")
    await chat.until("status", status="awaiting_approval")
    for colleague in ("anna", "bo"):
        await platform.key("approver", person=colleague)
    lead = await platform.key("lead", person="lea")
    (view,) = (await platform.http.get("/v1/approvals?state=open", headers=lead)).json()
    approval_id = str(view["approval"]["approval_id"])
    assert (await _reassign(platform, approval_id, lead, person)).status_code == 200
    return approval_id


async def _reassign(platform: Gateway, approval_id: str, headers: Headers, person: str) -> Any:
    body = {"action": "reassign", "assignee": person}
    return await platform.http.post(f"/v1/approvals/{approval_id}/decisions", headers=headers, json=body)


async def _assignee(platform: Gateway, approval_id: str, headers: Headers) -> str | None:
    shown = (await platform.http.get(f"/v1/approvals/{approval_id}", headers=headers)).json()
    found: str | None = shown["approval"]["approval"]["assignee"]
    return found


@pytest.mark.parametrize("deputy", [None, "bo"])
async def test_what_waits_for_who_goes_away_is_asked_of_others(platform: Gateway, deputy: str | None) -> None:
    approval_id = await _assigned(platform, "anna")
    anna = await platform.key("human_agent", person="anna")
    answer = await _put(platform, "anna", anna, **({"deputy": deputy} if deputy else {}))
    assert answer.status_code == 200, answer.text
    assert [(one["approval_id"], one["effect"]) for one in answer.json()["moved"]] == [(approval_id, "reassign")]
    assert await _assignee(platform, approval_id, anna) == deputy


async def test_nothing_is_assigned_to_who_is_away(platform: Gateway) -> None:
    approval_id = await _assigned(platform, "bo")
    lead = await platform.key("lead", person="lea")
    assert (await _put(platform, "anna", lead)).json()["moved"] == []
    refused = await _reassign(platform, approval_id, lead, "anna")
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(f"anna is away until {MONDAY[:10]}")
    back = await platform.http.delete("/v1/people/anna/away", headers=lead)
    assert back.json() == {"person_id": "anna", "was_away": True}
    assert (await _reassign(platform, approval_id, lead, "anna")).status_code == 200
    assert (await platform.http.delete("/v1/people/anna/away", headers=lead)).json()["was_away"] is False


async def test_whoever_went_away_since_is_suggested_no_more(platform: Gateway) -> None:
    approval_id = await _assigned(platform, "cy")
    lead = await platform.key("lead", person="lea")

    async def suggested() -> list[str]:
        shown = (await platform.http.get(f"/v1/approvals/{approval_id}", headers=lead)).json()["approval"]
        (listed,) = (await platform.http.get("/v1/approvals?state=open", headers=lead)).json()
        assert shown["suggested"] == listed["suggested"]
        return [one["person"] for one in shown["suggested"]]

    assert await suggested() == ["bo", "anna"]
    await _put(platform, "bo", lead)
    assert await suggested() == ["anna"]


async def test_where_the_deputy_is_away_too_the_group_is_asked(platform: Gateway) -> None:
    approval_id = await _assigned(platform, "anna")
    lead = await platform.key("lead", person="lea")
    await _put(platform, "bo", lead)
    await _put(platform, "anna", lead, deputy="bo")
    assert await _assignee(platform, approval_id, lead) is None
    absences = (await platform.http.get("/v1/absences", headers=await platform.key("viewer"))).json()
    assert [(one["person_id"], one["deputy"]) for one in absences] == [("anna", "bo"), ("bo", None)]


async def test_who_may_say_who_is_away(gateway: Gateway) -> None:
    agent = await gateway.key("human_agent", person="anna")
    lead = await gateway.key("lead", person="lea")
    stranger = await gateway.key("lead", person="lou", organisation="other")
    assert (await _put(gateway, "anna", await gateway.key("viewer", person="anna"))).status_code == 403
    assert (await _put(gateway, "lea", agent)).status_code == 403
    assert (await _put(gateway, "nobody", lead)).status_code == 404
    assert (await _put(gateway, "anna", stranger)).status_code == 404
    assert (await gateway.http.delete("/v1/people/nobody/away", headers=lead)).status_code == 404
    assert (await _put(gateway, "lea", lead)).status_code == 200
    assert (await gateway.http.get("/v1/absences", headers=stranger)).json() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, 400),
        ({"until": "9999-12-31T23:59:59-12:00"}, 422),
        ({"until": "0001-01-01T00:00:00+12:00"}, 422),
        ({"until": "2026-12-07T08:00:00"}, 422),
        ({"deputy": "anna"}, 400),
        ({"deputy": "nobody"}, 400),
        ({"deputy": "\x00"}, 422),
        ({"more": 1}, 422),
    ],
)
async def test_what_is_no_absence_is_refused(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    anna = await gateway.key("human_agent", person="anna")
    assert (await _put(gateway, "anna", anna, **body)).status_code == status
