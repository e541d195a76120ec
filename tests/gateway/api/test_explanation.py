"""Why a message left, through the real application: workers, Temporal and PostgreSQL."""

from typing import Any

import pytest

from domain.conversation.requests import workflow_id
from storage.erasing import ErasingRepository
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import Gateway
from tests.gateway.workers import STAFFED
from tests.storage.resolved import resolved
from tests.storage.stage import Stage, later

LATER = later(7200)


async def explained(platform: Gateway, conversation_id: str, seq: int, role: str = "viewer") -> Any:
    path = f"/v1/conversations/{conversation_id}/messages/{seq}/explanation"
    return await platform.http.get(path, headers=await platform.key(role))


async def asked(platform: Gateway, text: str) -> tuple[str, ChatClient]:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say(text)
    return session["conversation_id"], chat


async def test_an_answer_that_left_alone(platform: Gateway) -> None:
    conversation, chat = await asked(platform, "hello")
    reply = await chat.reply()
    found = (await explained(platform, conversation, reply["seq"])).json()
    assert found["why"] == "The AI agent service answered alone: confidence 0.98, confident."
    assert [one["text"] for one in found["answers"]] == ["hello"]
    (draft,) = found["drafts"]
    assert (draft["became"], draft["changes"], draft["recorded"]["ai_agent"]) == ("sent", [], "service")
    assert draft["recorded"]["record"]["decision"]["outcome"] == "send"
    assert draft["recorded"]["draft"]["citations"][0]["source_id"] == "password"
    assert draft["usage"][0]["model"] == "scripted"
    assert {one["feature"] for one in draft["lowered_by"]} <= {"topic_confidence", "retrieval", "grounding"}
    assert found["delivery"]["state"] == "delivered"
    assert [one["kind"] for one in found["events"]] == ["message_delivered"]
    assert found["specification"]["content_hash"] == found["spec_hash"] == STAFFED.content_hash
    assert found["workflow_id"] == workflow_id(conversation)
    assert found["workflow_path"] == f"/namespaces/default/workflows/{workflow_id(conversation)}"
    assert (found["request"], found["step"], found["erased"], found["approvals"]) == (None, None, False, [])


async def test_an_answer_that_was_rejected_then_edited(platform: Gateway) -> None:
    conversation, chat = await asked(platform, "a refund, please")
    approver = await platform.key("approver", person="bo")
    for decision in ({"action": "reject", "reason": "Be kinder."}, {"action": "edit", "text": "You asked kindly."}):
        await chat.until("status", status="awaiting_approval")
        approval = await _open_approval(platform, conversation)
        answer = await platform.http.post(f"/v1/approvals/{approval}/decisions", headers=approver, json=decision)
        assert answer.status_code == 200, answer.text
    reply = await chat.reply()
    while reply["kind"] == "notice":
        reply = await chat.reply()
    found = (await explained(platform, conversation, reply["seq"])).json()
    assert [one["became"] for one in found["drafts"]] == ["rejected", "edited"]
    assert found["drafts"][1]["recorded"]["instruction"] == "Be kinder."
    changes = {one["op"]: one["text"] for one in found["drafts"][1]["changes"]}
    assert changes["added"] == "asked kindly."
    assert [one["approval"]["state"] for one in found["approvals"]] == ["rejected", "approved"]
    decisions = [one["decision"] for approval in found["approvals"] for one in approval["decisions"]]
    assert [(one["action"], one["decided_by"], one["effect"]) for one in decisions] == [
        ("reject", "bo", "redraft"),
        ("edit", "bo", "send"),
    ]
    assert "bo approved it" in found["why"]
    assert [one["text"] for one in found["answers"]] == ["a refund, please"]


async def _open_approval(platform: Gateway, conversation: str) -> str:
    lead = await platform.key("lead")
    while True:
        found = (await platform.http.get("/v1/approvals?state=open&limit=200", headers=lead)).json()
        own = [one["approval"]["approval_id"] for one in found if one["conversation_id"] == conversation]
        if own:
            return str(own[0])


async def test_a_persons_own_words_and_the_notice_before_them(platform: Gateway) -> None:
    conversation, chat = await asked(platform, "a person, please")
    await chat.until("status", status="with_human")
    notice = next(message for message in chat.messages() if message["kind"] == "notice")
    agent = await platform.key("human_agent")
    body = {"text": "Anna here.", "request_id": "click-1"}
    await platform.http.post(f"/v1/conversations/{conversation}/replies", headers=agent, json=body)
    reply = await chat.until("message", author="human_agent")
    told = (await explained(platform, conversation, notice["seq"])).json()
    assert told["why"] == "A person was asked to take over (asked for person), and the customer was told so."
    assert (told["answers"], told["delivery"]) == ([], None)
    found = (await explained(platform, conversation, reply["seq"])).json()
    assert found["why"] == "anna wrote it."
    assert found["request"]["request_id"] == "click-1"
    assert found["request"]["by"] == "anna"
    assert [one["text"] for one in found["answers"]] == ["a person, please"]
    (draft,) = found["drafts"]
    assert draft["became"] == "escalated"


async def test_what_the_customer_wrote_and_what_is_not_there_has_no_explanation(platform: Gateway) -> None:
    conversation, chat = await asked(platform, "hello")
    await chat.reply()
    for seq, status in ((1, 404), (99, 404), (2**31 - 1, 404), (0, 422), (-1, 422), ("two", 422), (2**40, 422)):
        assert (await explained(platform, conversation, seq)).status_code == status  # type: ignore[arg-type]
    assert (await explained(platform, "cv_nothing", 2)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("viewer", 200), ("lead", 200), ("integration", 403)])
async def test_who_may_see_it(gateway: Gateway, role: str, status: int) -> None:
    await resolved(Stage(gateway.database), "cv_answered", "Where is it?")
    assert (await explained(gateway, "cv_answered", 2, role)).status_code == status
    stranger = await gateway.key("admin", organisation="other")
    path = "/v1/conversations/cv_answered/messages/2/explanation"
    assert (await gateway.http.get(path, headers=stranger)).status_code == 404
    assert (await gateway.http.get(path)).status_code == 401


async def test_erased_words_stay_erased_and_the_rest_is_explained(gateway: Gateway) -> None:
    await resolved(Stage(gateway.database), "cv_over_for_long", "Where is my quokka?", answer="The quokka is here.")
    assert await ErasingRepository(gateway.database).erase("cv_over_for_long", LATER, LATER) is None
    found = await explained(gateway, "cv_over_for_long", 2)
    assert "The quokka is here" not in found.text
    told = found.json()
    assert (told["erased"], told["drafts"][0]["became"], told["drafts"][0]["changes"]) == (True, "sent", [])
    assert told["answers"][0]["text"].startswith("[erased")
