"""Journeys over HTTP, with the whole way behind them."""

from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Gateway


async def talking(platform: Gateway) -> str:
    """A conversation whose customer was answered."""
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.until("message", author="ai_agent")
    return session["conversation_id"]


async def entered(platform: Gateway, conversation_id: str, role: str = "human_agent", **body: Any) -> httpx.Response:
    path = f"/v1/conversations/{conversation_id}/journeys"
    return await platform.http.post(path, headers=await platform.key(role), json={"journey": "greeting"} | body)


async def journeys(platform: Gateway, **params: Any) -> list[dict[str, Any]]:
    answer = await platform.http.get("/v1/journeys", headers=await platform.key("viewer"), params=params)
    found: list[dict[str, Any]] = answer.json()
    return found


async def at(platform: Gateway, run_id: str, step: str) -> dict[str, Any]:
    """The journey once a step has begun."""
    headers = await platform.key("viewer")
    while True:
        found: dict[str, Any] = (await platform.http.get(f"/v1/journeys/{run_id}", headers=headers)).json()
        if any(one["step"] == step for one in found["steps"]):
            return found
        await platform.database.fetchval("SELECT pg_sleep(0.05)")


async def asked(platform: Gateway, run_id: str, verb: str, role: str = "human_agent", **body: Any) -> httpx.Response:
    return await platform.http.post(f"/v1/journeys/{run_id}/{verb}", headers=await platform.key(role), json=body)


async def test_a_journey_from_its_beginning_to_its_end(platform: Gateway) -> None:
    conversation_id = await talking(platform)
    for _ in range(2):
        answer = await entered(platform, conversation_id, request_id="e-1")
        assert (answer.status_code, answer.json()) == (200, {"request_id": "e-1", "state": "acknowledged"})
    [view] = await journeys(platform, conversation_id=conversation_id, under_way=True)
    assert (view["journey"], view["state"], view["entered_by"]) == ("greeting", "under_way", "anna")
    run_id = view["run_id"]
    await at(platform, run_id, "ride")
    assert (await asked(platform, run_id, "pause")).status_code == 200
    [paused] = await journeys(platform, journey="greeting")
    assert paused["state"] == "paused"
    assert (await asked(platform, run_id, "resume")).status_code == 200
    told = await asked(platform, run_id, "events", role="integration", event="first_ride")
    assert told.json()["state"] == "acknowledged"
    await at(platform, run_id, "meet")
    refused = await asked(platform, run_id, "confirm", step="meet")
    assert (refused.status_code, "role approver" in refused.json()["detail"]) == (409, True)
    done = await asked(platform, run_id, "confirm", role="approver", step="meet", note="They ride daily.")
    assert done.status_code == 200
    [view] = await journeys(platform)
    assert view["state"] == "completed"
    record = await platform.http.get(f"/v1/conversations/{conversation_id}", headers=await platform.key("viewer"))
    said = [(one["author"], one["kind"]) for one in record.json()["messages"]]
    assert ("ai_agent", "notice") in said
    assert [one["text"] for one in record.json()["notes"]] == ["They ride daily."]
    events = [event for event in record.json()["audit"] if event["kind"].startswith("journey")]
    assert {event["data"]["via"] for event in events} == {"api"}
    assert [event["kind"] for event in events] == [
        "journey_entered",
        "journey_paused",
        "journey_resumed",
        "journey_event",
        "journey_request_refused",
        "journey_step_confirmed",
    ]
    funnel = await platform.http.get("/v1/journeys/funnel/greeting", headers=await platform.key("viewer"))
    assert [(one["step"], one["came"], one["done"]) for one in funnel.json()] == [
        ("hello", 1, 1),
        ("ride", 1, 1),
        ("meet", 1, 1),
    ]


async def test_a_journey_is_skipped_and_left(platform: Gateway) -> None:
    conversation_id = await talking(platform)
    await entered(platform, conversation_id, role="integration")
    [view] = await journeys(platform, conversation_id=conversation_id)
    await at(platform, view["run_id"], "ride")
    assert (await asked(platform, view["run_id"], "skip", step="ride")).status_code == 200
    for _ in range(2):
        assert (await asked(platform, view["run_id"], "leave", request_id="l-1")).status_code == 200
    late = await asked(platform, view["run_id"], "pause")
    assert (late.status_code, "has ended" in late.json()["detail"]) == (409, True)
    found = await at(platform, view["run_id"], "meet")
    assert [one["outcome"] for one in found["steps"]] == ["done", "skipped", "left"]


async def test_a_system_tells_an_event_without_knowing_the_journey(platform: Gateway) -> None:
    conversation_id = await talking(platform)
    path, headers = f"/v1/conversations/{conversation_id}/events", await platform.key("integration")
    told = {"event": "first_ride", "request_id": "ev-1"}
    nowhere = await platform.http.post(path, headers=headers, json=told)
    assert (nowhere.status_code, "no journey" in nowhere.json()["detail"]) == (409, True)
    await entered(platform, conversation_id, role="integration")
    [view] = await journeys(platform, conversation_id=conversation_id)
    for _ in range(2):
        answer = await platform.http.post(path, headers=headers, json=told)
        assert (answer.status_code, answer.json()) == (202, {"request_id": "ev-1", "state": "accepted"})
    found = await at(platform, view["run_id"], "meet")
    assert [one["step"] for one in found["steps"]] == ["hello", "ride", "meet"]


async def test_what_cannot_be_entered(platform: Gateway) -> None:
    conversation_id = await talking(platform)
    unknown = await entered(platform, conversation_id, journey="none")
    assert (unknown.status_code, "no journey none" in unknown.json()["detail"]) == (404, True)
    part = await entered(platform, conversation_id, journey="inner")
    assert (part.status_code, "enter_by" in part.json()["detail"]) == (403, True)
    assert (await entered(platform, conversation_id)).status_code == 200
    twice = await entered(platform, conversation_id)
    assert (twice.status_code, "already" in twice.json()["detail"]) == (409, True)


@pytest.mark.parametrize(("verb", "body"), [("pause", {}), ("skip", {"step": "a"}), ("events", {"event": "e"})])
async def test_a_journey_of_somebody_else_is_not_there(platform: Gateway, verb: str, body: dict[str, Any]) -> None:
    conversation_id = await talking(platform)
    await entered(platform, conversation_id)
    [view] = await journeys(platform, conversation_id=conversation_id)
    headers = await platform.key("admin", organisation="other")
    path = f"/v1/journeys/{view['run_id']}"
    assert (await platform.http.post(f"{path}/{verb}", headers=headers, json=body)).status_code == 404
    assert (await platform.http.get(path, headers=headers)).status_code == 404
    assert (await platform.http.get("/v1/journeys", headers=headers)).json() == []


@pytest.mark.parametrize(
    ("path", "role", "body"),
    [
        ("journeys/x/pause", "viewer", {}),
        ("journeys/x/pause", "integration", {}),
        ("journeys/x/events", "viewer", {"event": "e"}),
        ("conversations/cv_12345678/journeys", "viewer", {"journey": "greeting"}),
    ],
)
async def test_each_needs_its_role(gateway: Gateway, path: str, role: str, body: dict[str, Any]) -> None:
    answer = await gateway.http.post(f"/v1/{path}", headers=await gateway.key(role), json=body)
    assert answer.status_code == 403
    assert (await gateway.http.post(f"/v1/{path}", json=body)).status_code == 401
