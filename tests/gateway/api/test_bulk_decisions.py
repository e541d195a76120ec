"""Many decisions at once, each of them one of its own."""

import asyncio
from typing import Any

from tests.gateway.conftest import Gateway

Headers = dict[str, str]


async def _waiting(platform: Gateway, number: int) -> list[dict[str, Any]]:
    """So many chats whose drafts wait for approval, the oldest first."""
    for _ in range(number):
        chat = await platform.chat()
        await chat.say("refund, please")
        await chat.until("status", status="awaiting_approval")
    viewer = await platform.key("viewer", person="vi")
    found = (await platform.http.get("/v1/approvals?state=open", headers=viewer)).json()
    return list(reversed(found))


def _id(view: dict[str, Any]) -> str:
    return str(view["approval"]["approval_id"])


async def _post(platform: Gateway, path: str, headers: Headers, **body: Any) -> Any:
    return await platform.http.post(f"/v1/approvals/{path}", headers=headers, json=body)


async def test_each_of_many_is_recorded_singly(platform: Gateway) -> None:
    first, second = await _waiting(platform, 2)
    approver = await platform.key("approver", person="ben")
    decisions = [
        {"approval_id": _id(first), "action": "approve", "digest": first["approval"]["digest"]},
        {"approval_id": "ap-unknown", "action": "approve"},
        {"approval_id": _id(second), "action": "reject"},
    ]
    answers = [
        (await _post(platform, "decisions", approver, decisions=decisions, request_id="bulk-1")).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert [(one["approval_id"], one["state"], one["effect"]) for one in answers[0]] == [
        (_id(first), "applied", "send"),
        ("ap-unknown", "refused", None),
        (_id(second), "refused", None),
    ]
    assert [one["problem"] and one["problem"]["status"] for one in answers[0]] == [None, 404, 400]
    shown = (await platform.http.get(f"/v1/approvals/{_id(first)}", headers=approver)).json()
    (made,) = shown["decisions"]
    assert (made["decision_id"], made["effect"], made["via"]) == (answers[0][0]["request_id"], "send", "api")


async def test_a_viewer_decides_nothing_and_the_attempt_is_noted(platform: Gateway) -> None:
    (view,) = await _waiting(platform, 1)
    viewer = await platform.key("viewer", person="vi")
    answer = await _post(platform, "decisions", viewer, decisions=[{"approval_id": _id(view), "action": "approve"}])
    assert answer.status_code == 403
    path = f"/v1/conversations/{view['conversation_id']}"
    audit = (await platform.http.get(path, headers=viewer)).json()["audit"]
    (noted,) = [event for event in audit if event["kind"] == "request_refused"]
    assert (noted["actor"], noted["data"]["action"], noted["data"]["via"]) == ("vi", "approve", "api")
    assert "human_agent" in noted["data"]["refused"]


async def test_what_is_no_list_of_decisions_is_refused(platform: Gateway) -> None:
    lead = await platform.key("lead")
    one = {"approval_id": "ap-1", "action": "approve"}
    many = [one | {"approval_id": f"ap-{number}"} for number in range(101)]
    statuses = [
        (await _post(platform, "decisions", lead, decisions=decisions)).status_code
        for decisions in ([], many, [one, one])
    ]
    assert statuses == [422, 422, 400]
    bodies: list[dict[str, Any]] = [
        {"assignee": "ben"},
        {"assignee": "ben", "from_person": "anna", "approval_ids": ["ap-1"]},
    ]
    assert [(await _post(platform, "reassign", lead, **body)).status_code for body in bodies] == [400, 400]


async def test_all_that_waits_for_one_person_is_given_to_another(platform: Gateway) -> None:
    first, second = await _waiting(platform, 2)
    lead = await platform.key("lead", person="lea")
    ids = [_id(first), _id(second)]
    answer = await _post(platform, "reassign", lead, approval_ids=ids, assignee="anna")
    assert [(one["approval_id"], one["effect"]) for one in answer.json()] == [(one, "reassign") for one in ids]
    anna = await platform.key("approver", person="anna")
    moved = (await _post(platform, "reassign", anna, from_person="anna", assignee="bo")).json()
    assert [one["state"] for one in moved] == ["applied", "applied"]
    assert (await _post(platform, "reassign", anna, from_person="anna", assignee="bo")).json() == []
    ben = await platform.key("approver", person="ben")
    refused = (await _post(platform, "reassign", ben, from_person="bo", assignee="ben")).json()
    assert {one["problem"]["status"] for one in refused} == {403}


async def test_open_ones_that_say_the_same_are_alike(platform: Gateway) -> None:
    first, second = await _waiting(platform, 2)
    viewer = await platform.key("viewer")
    found = (await platform.http.get(f"/v1/approvals/{_id(first)}/like", headers=viewer)).json()
    assert [(_id(one), one["likeness"]) for one in found] == [(_id(second), 1.0)]
    stranger = await platform.key("admin", organisation="other")
    assert (await platform.http.get(f"/v1/approvals/{_id(first)}/like", headers=stranger)).status_code == 404


async def test_of_two_bulks_at_once_one_wins_each(platform: Gateway) -> None:
    (view,) = await _waiting(platform, 1)
    keys = [await platform.key("approver", person=f"p{number}") for number in range(3)]
    decisions = [{"approval_id": _id(view), "action": "approve"}]
    answers = await asyncio.gather(*(_post(platform, "decisions", key, decisions=decisions) for key in keys))
    outcomes = [answer.json()[0] for answer in answers]
    assert sorted(one["state"] for one in outcomes) == ["applied", "refused", "refused"]
    winner = next(keys.index(key) for key, one in zip(keys, outcomes, strict=True) if one["state"] == "applied")
    late = [one["problem"] for one in outcomes if one["problem"]]
    assert {problem["decided_by"] for problem in late} == {f"p{winner}"}
