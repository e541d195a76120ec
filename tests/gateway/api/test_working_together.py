from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.erasing import ErasingRepository
from tests.gateway.conftest import Gateway
from tests.storage.resolved import resolved
from tests.storage.stage import CONVERSATION, Stage, later, staged


@pytest.fixture
async def stage(gateway: Gateway) -> Stage:
    return await staged(gateway.database)


async def put_presence(gateway: Gateway, person: str, state: str, id: str = CONVERSATION, **of: Any) -> Any:
    headers = await gateway.key("human_agent", person=person, **of)
    return await gateway.http.put(f"/v1/conversations/{id}/presence", headers=headers, json={"state": state})


async def note(gateway: Gateway, id: str = CONVERSATION, role: str = "human_agent", **body: Any) -> Any:
    headers = await gateway.key(role)
    return await gateway.http.post(f"/v1/conversations/{id}/notes", headers=headers, json=body)


async def unread(gateway: Gateway, person: str) -> int:
    headers = await gateway.key("viewer", person=person)
    (row,) = (await gateway.http.get("/v1/inbox", headers=headers, params={"only": CONVERSATION})).json()["rows"]
    count: int = row["unread"]
    return count


@pytest.mark.usefixtures("stage")
async def test_colleagues_see_who_is_there(gateway: Gateway) -> None:
    await put_presence(gateway, "bo", "looking")
    there = (await put_presence(gateway, "anna", "typing")).json()["watchers"]
    assert [(one["person_id"], one["state"]) for one in there] == [("anna", "typing"), ("bo", "looking")]
    there = (await put_presence(gateway, "bo", "away")).json()["watchers"]
    assert [one["person_id"] for one in there] == ["anna"]


@pytest.mark.usefixtures("stage")
async def test_a_note_names_colleagues_who_then_have_something_to_read(gateway: Gateway) -> None:
    await gateway.key("human_agent", person="bo")
    written = await note(gateway, text="  Ask @bo, not @nobody ", request_id="n-1")
    assert written.status_code == 201
    assert (written.json()["text"], written.json()["mentions"]) == ("Ask @bo, not @nobody", ["bo"])
    assert (await note(gateway, text="again", request_id="n-1")).json() == written.json()
    assert (await unread(gateway, "bo"), await unread(gateway, "anna")) == (1, 0)
    await put_presence(gateway, "bo", "looking")
    assert await unread(gateway, "bo") == 0
    record = await gateway.http.get(f"/v1/conversations/{CONVERSATION}", headers=await gateway.key("viewer"))
    assert [one["text"] for one in record.json()["notes"]] == ["Ask @bo, not @nobody"]


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "  "}, 422),
        ({"text": "\x00"}, 422),
        ({"text": "a\x00b"}, 422),
        ({"text": "x" * 8001}, 422),
        ({"text": "hello", "mentions": ["stranger"]}, 400),
        ({"text": "hello", "mentions": ["\x00"]}, 422),
        ({"text": "hello", "request_id": "\x00"}, 422),
        ({"text": "hello", "more": 1}, 422),
        ({}, 422),
    ],
)
async def test_odd_notes(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    assert (await note(gateway, **body)).status_code == status


@pytest.mark.usefixtures("stage")
async def test_only_those_who_may(gateway: Gateway) -> None:
    assert (await note(gateway, role="viewer", text="hello")).status_code == 403
    assert (await note(gateway, "unknown-1", text="hello")).status_code == 404
    assert (await put_presence(gateway, "anna", "looking", organisation="other")).status_code == 404
    assert (await put_presence(gateway, "anna", "asleep")).status_code == 422
    assert (await put_presence(gateway, "anna", "looking", id="%00")).status_code == 422
    bulk = {"conversation_ids": [CONVERSATION], "action": "resolve"}
    viewer = await gateway.http.post("/v1/conversations/bulk", headers=await gateway.key("viewer"), json=bulk)
    assert viewer.status_code == 403


async def test_nothing_is_written_about_what_was_erased(gateway: Gateway, stage: Stage) -> None:
    await resolved(stage, "erased-12")
    assert await ErasingRepository(gateway.database).erase("erased-12", later(7200), later(7200)) is None
    assert (await note(gateway, "erased-12", text="hello")).status_code == 409


async def bulk(gateway: Gateway, action: str, ids: list[str], **more: Any) -> Any:
    body = {"conversation_ids": ids, "action": action, **more}
    return await gateway.http.post("/v1/conversations/bulk", headers=await gateway.key("human_agent"), json=body)


async def test_several_are_taken_over_handed_back_and_resolved_at_once(platform: Gateway) -> None:
    ids = []
    for _ in range(2):
        session = await platform.session()
        chat = await platform.chat(session)
        await chat.say("hello")
        await chat.reply()
        ids.append(session["conversation_id"])
    taken = (await bulk(platform, "take_over", [*ids, "unknown-1", ids[0]], request_id="b-1")).json()
    assert [(one["conversation_id"], one["state"]) for one in taken["results"]] == [
        (ids[0], "acknowledged"),
        (ids[1], "acknowledged"),
        ("unknown-1", "refused"),
    ]
    assert taken["results"][2]["problem"]["status"] == 404
    assert (await bulk(platform, "take_over", ids, request_id="b-1")).json()["results"] == taken["results"][:2]
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for action, more in (("hand_back", {}), ("snooze", {"until": soon}), ("resolve", {"note": "done"})):
        results = (await bulk(platform, action, ids, **more)).json()["results"]
        assert [one["state"] for one in results] == ["acknowledged", "acknowledged"], action
    for id in ids:
        record = (await platform.http.get(f"/v1/conversations/{id}", headers=await platform.key("viewer"))).json()
        assert record["conversation"]["status"] == "resolved"
        assert {"ownership_changed", "snoozed", "resolved"} <= {event["kind"] for event in record["audit"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "snooze"}, 400),
        ({"action": "snooze", "until": "0001-01-01T00:00:00+14:00"}, 422),
        ({"action": "snooze", "until": "9999-12-31T23:59:59-14:00"}, 422),
        ({"action": "delete"}, 422),
        ({"action": "resolve", "conversation_ids": []}, 422),
        ({"action": "resolve", "conversation_ids": ["\x00"]}, 422),
        ({"action": "resolve", "conversation_ids": ["x" * 10] * 101}, 422),
    ],
)
async def test_odd_requests_of_several(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    response = await gateway.http.post(
        "/v1/conversations/bulk",
        headers=await gateway.key("human_agent"),
        json={"conversation_ids": ["conversation-9"], **body},
    )
    assert response.status_code == status
