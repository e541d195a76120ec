import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway import acknowledgement
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import Gateway
from tests.gateway.workers import running_workers

Headers = dict[str, str]


async def _waiting(platform: Gateway) -> tuple[ChatClient, dict[str, Any]]:
    """A chat whose draft waits for approval."""
    chat = await platform.chat()
    await chat.say("refund, please")
    await chat.until("status", status="awaiting_approval")
    found = (await platform.http.get("/v1/approvals?state=open", headers=await platform.key("viewer"))).json()
    return chat, found[0]


async def _open_approval(platform: Gateway, headers: Headers) -> Any:
    """Asked of the store: a chat is told how its conversation stands, and not what it passed through in between."""
    while True:
        found = (await platform.http.get("/v1/approvals?state=open", headers=headers)).json()
        if found:
            return found[0]
        await asyncio.sleep(0.05)


async def _decide(platform: Gateway, view: dict[str, Any], headers: Headers, **body: Any) -> Any:
    path = f"/v1/approvals/{view['approval']['approval_id']}/decisions"
    return await platform.http.post(path, headers=headers, json=body)


async def test_an_approved_draft_is_sent(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    approver = await platform.key("approver")
    answer = await _decide(platform, view, approver, action="approve", digest=view["approval"]["digest"])
    assert (answer.status_code, answer.json()["state"], answer.json()["effect"]) == (200, "applied", "send")
    assert (await chat.until("message", kind="reply"))["text"] == view["approval"]["text"]


async def test_an_approval_shows_everything_needed_to_decide(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    path = f"/v1/approvals/{view['approval']['approval_id']}"
    details = (await platform.http.get(path, headers=await platform.key("viewer"))).json()
    assert [message["kind"] for message in details["messages"]] == ["customer", "notice"]
    shown = details["approval"]
    assert len(shown["approval"]["digest"]) == 64
    assert shown["confidence"] > 0.9
    assert shown["citations"][0]["source_id"] == "password"
    assert shown["evidence"]["supervised"] is True


async def test_who_may_decide_and_fits_best_is_suggested_and_nobody_has_to(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    assert view["chosen_because"] == "the topic account is its own (1.00)"
    assert view["suggested"] == [
        {"person": "bo", "reasons": ["has the skill account", "holds 0 of at most 9 open conversations"]},
        {"person": "anna", "reasons": ["lacks the skill account", "holds no open conversation"]},
    ]
    answer = await _decide(platform, view, await platform.key("approver", person="anna"), action="approve")
    assert answer.json()["effect"] == "send"
    await chat.until("message", kind="reply")
    path = f"/v1/conversations/{view['conversation_id']}"
    details = (await platform.http.get(path, headers=await platform.key("viewer"))).json()
    assert details["conversation"]["suggested"] == []
    assert details["turns"][0]["record"]["suggested"] == view["suggested"]


async def test_an_edit_is_sent_instead(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    answer = await _decide(platform, view, await platform.key("lead"), action="edit", text="You get 300 EUR back.")
    assert answer.json()["effect"] == "send"
    assert (await chat.until("message", kind="reply"))["text"] == "You get 300 EUR back."


async def test_a_rejected_draft_is_written_again_with_the_reason(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    approver = await platform.key("approver")
    answer = await _decide(platform, view, approver, action="reject", reason="Name the date.")
    assert answer.json()["effect"] == "redraft"
    fresh = await _open_approval(platform, approver)
    assert fresh["approval"]["text"].endswith("(Name the date.)")
    stale = await _decide(platform, view, approver, action="approve")
    assert stale.status_code == 409


async def test_the_second_person_is_told_who_decided_and_when(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    await _decide(platform, view, await platform.key("approver", person="anna"), action="approve")
    late = await _decide(platform, view, await platform.key("approver", person="ben"), action="reject", reason="No.")
    assert late.status_code == 409
    assert late.json()["decided_by"] == "anna"
    assert late.json()["decided_at"]
    assert late.headers["content-type"] == "application/problem+json"


async def test_of_two_at_once_one_wins(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    keys = [await platform.key("approver", person=f"p{number}") for number in range(4)]
    answers = await asyncio.gather(*(_decide(platform, view, key, action="approve") for key in keys))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    await chat.until("message", kind="reply")


async def test_the_same_request_id_gets_the_same_answer(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    approver = await platform.key("approver")
    answers = [await _decide(platform, view, approver, action="approve", request_id="click-1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].status_code == 200


async def test_a_request_id_belongs_to_one_approval(platform: Gateway) -> None:
    approver = await platform.key("approver")
    _, first = await _waiting(platform)
    await _decide(platform, first, approver, action="approve", request_id="click-1")
    _, second = await _waiting(platform)
    assert (await _decide(platform, second, approver, action="approve", request_id="click-1")).status_code == 400


async def test_another_digest_than_the_one_seen_is_a_conflict(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    answer = await _decide(platform, view, await platform.key("approver"), action="approve", digest="0" * 64)
    assert answer.status_code == 409
    assert "another text" in answer.json()["detail"]


async def test_a_message_meanwhile_makes_the_approval_stale(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    await chat.say("one more thing about the refund")
    await chat.until("message", kind="customer", seq=3)
    answer = await _decide(platform, view, await platform.key("approver"), action="approve")
    assert answer.status_code == 409


async def test_who_answers_instead_is_the_owner(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    anna = await platform.key("approver", person="anna")
    answer = await _decide(platform, view, anna, action="answer", text="I looked: it is on its way.")
    assert (answer.status_code, answer.json()["effect"]) == (200, "answer")
    assert (await chat.until("message", kind="human_reply"))["text"] == "I looked: it is on its way."
    path = f"/v1/conversations/{view['conversation_id']}"
    details = (await platform.http.get(path, headers=anna)).json()
    assert details["conversation"]["owner"] == {"kind": "human_agent", "id": "anna"}
    ways = {event["kind"]: event["data"].get("via") for event in details["audit"]}
    assert {ways[kind] for kind in ("approval_decided", "ownership_changed", "message_delivered")} == {"api"}
    late = await _decide(platform, view, await platform.key("approver", person="ben"), action="approve")
    assert (late.status_code, late.json()["decided_by"]) == (409, "anna")


async def test_reminders_wait_and_the_approval_is_decided_all_the_same(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    approver, until = await platform.key("approver"), datetime.now(UTC) + timedelta(days=1)
    answer = await _decide(platform, view, approver, action="snooze", until=until.isoformat())
    assert answer.json()["effect"] == "snooze"
    shown = await platform.http.get(f"/v1/approvals/{view['approval']['approval_id']}", headers=approver)
    snoozed = shown.json()["approval"]["approval"]["snoozed"]
    assert datetime.fromisoformat(snoozed["until"]) == until
    assert (await _decide(platform, view, approver, action="approve")).json()["effect"] == "send"
    await chat.until("message", kind="reply")


async def test_what_has_left_is_not_called_back(platform: Gateway) -> None:
    chat, view = await _waiting(platform)
    approver = await platform.key("approver")
    early = await _decide(platform, view, approver, action="revoke")
    assert (early.status_code, "nothing to revoke" in early.json()["detail"]) == (409, True)
    await _decide(platform, view, approver, action="approve")
    await chat.until("message", kind="reply")
    late = await _decide(platform, view, approver, action="revoke")
    assert (late.status_code, "has left or is leaving" in late.json()["detail"]) == (409, True)
    shown = await platform.http.get(f"/v1/approvals/{view['approval']['approval_id']}", headers=approver)
    assert [made["effect"] for made in shown.json()["decisions"]] == ["refused", "send", "refused"]


async def test_whoever_may_not_approve_the_amount_is_told_who_may(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    limited = """
        UPDATE approvals SET document = document
            || '{"amount": "250", "limits": [{"role": "approver", "amount_up_to": "100"}]}'
    """
    await platform.database.fetch(limited)
    answer = await _decide(platform, view, await platform.key("approver"), action="approve")
    told = "This is about 250, more than you may approve. Ask somebody with the role admin or lead."
    assert (answer.status_code, answer.json()["detail"]) == (403, told)
    assert (await _decide(platform, view, await platform.key("lead"), action="approve")).json()["effect"] == "send"


async def test_what_is_refused_at_the_gate_is_noted_once(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    human_agent = await platform.key("human_agent", person="tom")
    for _ in range(2):
        answer = await _decide(platform, view, human_agent, action="approve", request_id="click-1")
        assert answer.status_code == 403
    await _decide(platform, view, await platform.key("viewer", person="vi"), action="approve")
    await _decide(platform, view, await platform.key("approver", person="anna"), action="edit")
    path = f"/v1/conversations/{view['conversation_id']}"
    audit = (await platform.http.get(path, headers=human_agent)).json()["audit"]
    noted = [event for event in audit if event["kind"] == "request_refused"]
    assert [(event["actor"], event["data"]["action"]) for event in noted] == [
        ("tom", "approve"),
        ("vi", "approve"),
        ("anna", "edit"),
    ]
    assert noted[2]["data"]["refused"] == "An edit needs the new text."
    assert noted[0]["data"]["approval_id"] == view["approval"]["approval_id"]


async def test_roles(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    expected = {"viewer": 403, "integration": 403, "human_agent": 403, "lead": 200}
    for role, status in expected.items():
        answer = await _decide(platform, view, await platform.key(role), action="approve")
        assert answer.status_code == status, role


async def _reassigned(platform: Gateway, assignee: str) -> dict[str, Any]:
    """An approval that waits for one person."""
    _, view = await _waiting(platform)
    lead = await platform.key("lead", person="lea")
    assert (await _decide(platform, view, lead, action="reassign", assignee=assignee)).status_code == 200
    shown = await platform.http.get(f"/v1/approvals/{view['approval']['approval_id']}", headers=lead)
    assert shown.json()["approval"]["approval"]["assignee"] == assignee
    return view


async def test_only_the_assigned_person_decides_or_a_lead(platform: Gateway) -> None:
    view = await _reassigned(platform, "anna")
    other = await _decide(platform, view, await platform.key("approver", person="ben"), action="approve")
    assert other.status_code == 403
    assert other.json()["detail"] == "Only the assigned person may decide this approval."
    assert (
        await _decide(platform, view, await platform.key("lead", person="lea"), action="approve")
    ).status_code == 200


async def test_the_assigned_person_decides_without_the_role(platform: Gateway) -> None:
    view = await _reassigned(platform, "anna")
    anna = await platform.key("human_agent", person="anna")
    assert (await _decide(platform, view, anna, action="approve")).status_code == 200


async def test_another_organisation_sees_nothing(platform: Gateway) -> None:
    _, view = await _waiting(platform)
    stranger = await platform.key("admin", organisation="other")
    assert (await platform.http.get("/v1/approvals", headers=stranger)).json() == []
    path = f"/v1/approvals/{view['approval']['approval_id']}"
    assert (await platform.http.get(path, headers=stranger)).status_code == 404
    assert (await _decide(platform, view, stranger, action="approve")).status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"action": "edit"}, "An edit needs the new text."),
        ({"action": "edit", "text": "  "}, "An edit needs the new text."),
        ({"action": "reject", "reason": " "}, "A rejection needs a reason to redraft with."),
        ({"action": "answer"}, "An answer needs the text that the customer gets."),
        ({"action": "answer", "text": "\x00"}, "An answer needs the text that the customer gets."),
        ({"action": "snooze"}, "A snooze needs a time, until when its reminders wait."),
        ({"action": "snooze", "until": "2020-01-01T00:00:00Z"}, "until has passed already. Give a time to come."),
        (
            {"action": "snooze", "until": "9999-12-31T00:00:00Z"},
            "Reminders wait for 366 days at most. Give an earlier time.",
        ),
        ({"action": "reassign"}, "A reassignment needs an assignee."),
        ({"action": "reassign", "assignee": " "}, "A reassignment needs an assignee."),
    ],
)
async def test_a_decision_that_lacks_something_is_told_what(
    platform: Gateway, body: dict[str, str], sentence: str
) -> None:
    _, view = await _waiting(platform)
    answer = await _decide(platform, view, await platform.key("lead"), **body)
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "destroy"}, 422),
        ({}, 422),
        ({"action": "approve", "more": 1}, 422),
        ({"action": "approve", "request_id": "a:b"}, 422),
    ],
)
async def test_a_malformed_decision_is_refused(platform: Gateway, body: dict[str, str], status: int) -> None:
    _, view = await _waiting(platform)
    assert (await _decide(platform, view, await platform.key("lead"), **body)).status_code == status


async def test_unknown_approval(gateway: Gateway) -> None:
    answer = await gateway.http.post(
        "/v1/approvals/ap-unknown/decisions", headers=await gateway.key("lead"), json={"action": "approve"}
    )
    assert answer.status_code == 404
    assert "GET /v1/approvals" in answer.json()["detail"]


async def test_without_a_worker_the_decision_is_kept(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acknowledgement, "ACKNOWLEDGED_WITHIN", acknowledgement.ACKNOWLEDGED_WITHIN / 50)
    async with running_workers(gateway.temporal, gateway.database):
        chat, view = await _waiting(gateway)
    approver = await gateway.key("approver")
    kept = await _decide(gateway, view, approver, action="approve", request_id="click-1")
    assert (kept.status_code, kept.json()["state"]) == (202, "accepted")
    async with running_workers(gateway.temporal, gateway.database):
        await chat.until("message", kind="reply")
        again = await _decide(gateway, view, approver, action="approve", request_id="click-1")
        assert (again.status_code, again.json()["effect"]) == (200, "send")


async def test_what_is_called_back_before_a_worker_is_there_never_leaves(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acknowledgement, "ACKNOWLEDGED_WITHIN", acknowledgement.ACKNOWLEDGED_WITHIN / 50)
    async with running_workers(gateway.temporal, gateway.database):
        chat, view = await _waiting(gateway)
    approver = await gateway.key("approver")
    for number, action in enumerate(("approve", "revoke")):
        kept = await _decide(gateway, view, approver, action=action, request_id=f"click-{number}")
        assert (kept.status_code, kept.json()["state"]) == (202, "accepted")
    async with running_workers(gateway.temporal, gateway.database):
        while (
            answer := await _decide(gateway, view, approver, action="revoke", request_id="click-1")
        ).status_code == 202:
            pass
    assert (answer.status_code, answer.json()["effect"]) == (200, "revoke")
    path = f"/v1/approvals/{view['approval']['approval_id']}"
    shown = (await gateway.http.get(path, headers=approver)).json()
    assert (shown["approval"]["state"], shown["messages"][-1]["kind"]) == ("open", "notice")
    assert [(made["decision_id"], made["effect"]) for made in shown["decisions"]] == [
        ("click-0", "refused"),
        ("click-1", "revoke"),
    ]
    assert "called back" in shown["decisions"][0]["refused"]
    await chat.close()
