from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.language.handoff_notices import handoff_notice
from gateway.signals import ConversationSignals
from storage.erasing import ErasingRepository
from tests.gateway.conftest import Gateway
from tests.storage.resolved import resolved
from tests.storage.stage import Stage, later
from workflows.conversation.workflow import ConversationWorkflow

LATER = later(7200)


async def _ask(platform: Gateway, session: dict[str, str], action: str, **body: Any) -> Any:
    path = f"/v1/conversations/{session['conversation_id']}/{action}"
    return await platform.http.post(path, headers=await platform.key("human_agent"), json=body)


async def test_a_person_takes_over_answers_and_hands_back(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    assert (await _ask(platform, session, "take-over", note="I know her")).json()["state"] == "acknowledged"
    await chat.until("status", owner_kind="human_agent")
    await chat.say("are you there?")
    await chat.until("message", author="customer", seq=3)
    assert (await _ask(platform, session, "replies", text="Yes, Anna here.")).status_code == 200
    reply = await chat.until("message", author="human_agent")
    assert (reply["kind"], reply["text"]) == ("human_reply", "Yes, Anna here.")
    assert (await _ask(platform, session, "hand-back", instruction="Offer a call")).status_code == 200
    await chat.until("status", owner_kind="ai_agent")
    await chat.say("and my other question?")
    assert (await chat.reply())["text"] == "You asked: and my other question? (Offer a call)"


async def test_snooze_resolve_reopen_and_mode(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await _ask(platform, session, "snooze", until=until)).status_code == 200
    await chat.until("status", status="snoozed")
    assert (await _ask(platform, session, "resolve", note="done")).status_code == 200
    await chat.until("status", status="resolved")
    assert (await _ask(platform, session, "reopen")).status_code == 200
    await chat.until("status", status="open")
    assert (await _ask(platform, session, "mode", mode="supervision")).status_code == 200
    record = (
        await platform.http.get(f"/v1/conversations/{session['conversation_id']}", headers=await platform.key("viewer"))
    ).json()
    assert record["conversation"]["mode"] == "supervision"
    assert {"snoozed", "resolved", "reopened", "mode_changed"} <= {event["kind"] for event in record["audit"]}
    assert record["notes"][0]["text"] == "done"
    assert record["turns"][0]["record"]["decision"]["outcome"] == "send"
    assert record["tool_calls"] == []
    (delivery,) = record["deliveries"]
    assert (delivery["author"], delivery["state"], delivery["report"]) == ("ai_agent", "delivered", None)
    assert record["usage"] == {
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost": "0",
        "unpriced_calls": 0,
        "estimated_calls": 0,
    }


async def test_the_same_request_twice_is_one(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    for _ in range(2):
        answer = await _ask(platform, session, "replies", text="Only once", request_id="click-1")
        assert answer.json() == {"request_id": "click-1", "state": "acknowledged"}
    await _ask(platform, session, "replies", text="The end")
    while chat.messages()[-1]["text"] != "The end":
        await chat.next()
    assert [message["text"] for message in chat.messages()].count("Only once") == 1


async def test_conversations_are_listed_by_status(platform: Gateway) -> None:
    chat = await platform.chat()
    await chat.say("I want a person")
    await chat.until("status", status="with_human")
    viewer = await platform.key("viewer")
    found = (await platform.http.get("/v1/conversations?status=with_human", headers=viewer)).json()
    assert [view["owner"]["kind"] for view in found] == ["human_agent"]
    assert (await platform.http.get("/v1/conversations?status=resolved", headers=viewer)).json() == []
    assert (await platform.http.get("/v1/conversations?status=lost", headers=viewer)).status_code == 422


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("replies", {"text": ""}, 422),
        ("replies", {}, 422),
        ("snooze", {"until": "2030-01-01T00:00:00"}, 422),
        ("mode", {"mode": "autopilot"}, 422),
        ("dance", {}, 404),
    ],
)
async def test_wrong_requests(platform: Gateway, action: str, body: dict[str, str], status: int) -> None:
    session = await platform.session()
    answer = await _ask(platform, session, action, **body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_is_put_aside_until_a_time_that_has_passed(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    assert (await _ask(platform, session, "snooze", until="2020-01-01T00:00:00Z")).status_code == 400


async def test_strangers_and_viewers_may_not_act(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    path = f"/v1/conversations/{session['conversation_id']}"
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer hf_wrong"}, 401),
        (await platform.key("viewer"), 403),
        (await platform.key("admin", organisation="other"), 404),
    ):
        assert (await platform.http.post(f"{path}/take-over", headers=headers, json={})).status_code == status
    assert (await platform.http.get(path, headers=await platform.key("admin", organisation="x"))).status_code == 404


async def test_every_request_has_a_signal_of_its_name() -> None:
    """`ConversationSignals.request` sends under the request's kind."""
    kinds = {"take_over", "hand_back", "send_human_reply", "snooze", "resolve", "reopen", "change_mode"}
    assert all(callable(getattr(ConversationWorkflow, kind)) for kind in {*kinds, "decide_approval"})
    assert ConversationSignals.request.__doc__


async def test_the_language_of_who_writes_in_another_one_is_named(platform: Gateway) -> None:
    session = await platform.session()
    chat, viewer = await platform.chat(session), await platform.key("viewer")
    path = f"/v1/conversations/{session['conversation_id']}"
    await chat.say("hello")
    await chat.reply()
    assert (await platform.http.get(path, headers=viewer)).json()["customer_language"] is None
    await chat.say("olá, não consigo entrar")
    await chat.until("status", status="with_human")
    found = (await platform.http.get(path, headers=viewer)).json()
    assert (found["customer_language"], found["conversation"]["escalation_reason"]) == ("pt", "unsupported_language")
    assert found["messages"][-1]["text"] == handoff_notice("pt", ["en"])


async def test_an_erased_conversation_shows_what_became_of_it_and_takes_no_requests(gateway: Gateway) -> None:
    stage = Stage(gateway.database)
    conversation = "cv_over_for_long"
    await resolved(stage, conversation, "Where is my quokka?", answer="The quokka is here.")
    assert await ErasingRepository(gateway.database).erase(conversation, LATER, LATER) is None
    shown = await gateway.http.get(f"/v1/conversations/{conversation}", headers=await gateway.key("viewer"))
    assert shown.status_code == 200
    record = shown.json()
    assert record["conversation"]["erased_at"] == "2026-03-02T11:00:00Z"
    assert [message["text"][:8] for message in record["messages"]] == ["[erased "] * 2
    assert [turn["draft"]["text"] for turn in record["turns"]] == [record["messages"][1]["text"]]
    assert record["audit"][-1]["kind"] == "erased"
    for action in ("reopen", "take-over", "resolve"):
        refused = await _ask(gateway, {"conversation_id": conversation}, action)
        assert refused.status_code == 409
        assert "erased on 2026-03-02" in refused.json()["detail"]
