"""Co-pilot, through the real application: what a person is offered, and that no customer ever sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.quality.figures import BY_KEY, Period
from storage.figures import FigureRepository, Page
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.storage.test_figures import SECONDS, UTC_ZONE


async def offered(platform: Gateway, conversation: str, role: str = "viewer") -> Any:
    answer = await platform.http.get(f"/v1/conversations/{conversation}/co-pilot", headers=await platform.key(role))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(platform: Gateway, conversation: str, action: str, **body: Any) -> Any:
    path = f"/v1/conversations/{conversation}/{action}"
    return await platform.http.post(path, headers=await platform.key("human_agent"), json=body)


async def suggested(platform: Gateway, conversation: str, about: str) -> dict[str, Any]:
    """The suggestion about these words, once there is one."""
    while True:
        found = (await offered(platform, conversation))["suggestion"]
        if found and about in found["text"] and found["current"]:
            return dict(found)


async def test_a_person_gets_a_suggestion_and_the_customer_does_not(platform: Gateway) -> None:
    session = await platform.session()
    conversation, chat = session["conversation_id"], await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    before = await offered(platform, conversation)
    assert (before["suggestion"], "Take it over" in before["why_none"]) == (None, True)
    await ask(platform, conversation, "take-over")
    await ask(platform, conversation, "mode", mode="co_pilot")
    await chat.until("status", owner_kind="human_agent")
    await chat.say("where is my bike?")
    suggestion = await suggested(platform, conversation, "where is my bike?")
    assert suggestion["citations"][0]["source_id"] == "password"
    found = await offered(platform, conversation)
    assert found["next_steps"][0]["kind"] == "answer"
    assert found["summary"]["asked"] == "hello"
    assert found["summary"]["unanswered"] == ["where is my bike?"]
    assert [point["author"] for point in found["summary"]["points"]] == ["customer", "ai_agent", "customer"]
    await ask(platform, conversation, "replies", text="It leaves today.")
    reply = await chat.until("message", author="human_agent")
    assert reply["text"] == "It leaves today."
    assert suggestion["text"] not in {message["text"] for message in chat.messages()}
    assert (await offered(platform, conversation))["suggestion"]["current"] is False
    assert (await offered(platform, conversation))["next_steps"][-1]["kind"] == "close"


async def test_switching_to_co_pilot_suggests_for_what_waits(platform: Gateway) -> None:
    session = await platform.session()
    conversation, chat = session["conversation_id"], await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    await ask(platform, conversation, "take-over")
    await chat.until("status", owner_kind="human_agent")
    await chat.say("where is my bike?")
    await chat.until("message", author="customer", seq=3)
    assert (await offered(platform, conversation))["suggestion"] is None
    assert "mode co_pilot" in (await offered(platform, conversation))["why_none"]
    await ask(platform, conversation, "mode", mode="co_pilot")
    assert (await suggested(platform, conversation, "where is my bike?"))["text"]
    assert [message["author"] for message in chat.messages()] == ["customer", "ai_agent", "customer"]


async def test_what_became_of_a_suggestion_is_kept_once_and_counted(platform: Gateway) -> None:
    session = await platform.session()
    conversation, chat = session["conversation_id"], await platform.chat(session)
    await chat.say("a person, please")
    await chat.until("status", status="with_human")
    suggestion = await suggested(platform, conversation, "a person")
    path = f"/v1/conversations/{conversation}/co-pilot/{suggestion['suggestion_id']}/use"
    agent = await platform.key("human_agent")
    viewer = await platform.key("viewer")
    assert (await platform.http.post(path, headers=viewer, json={"used": "as_is"})).status_code == 403
    first = await platform.http.post(path, headers=agent, json={"used": "as_is", "text": "Something else."})
    assert (first.status_code, first.json()["used"], first.json()["used_by"]) == (200, "edited", "anna")
    again = await platform.http.post(path, headers=agent, json={"used": "edited"})
    assert again.json() == first.json()
    other = await platform.http.post(path, headers=agent, json={"used": "ignored"})
    assert (other.status_code, "edited" in other.json()["detail"]) == (409, True)
    assert (await offered(platform, conversation))["suggestion"]["used"]["used"] == "edited"
    now = datetime.now(UTC)
    period = Period(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    behind = await FigureRepository(platform.database).rows(
        ORGANISATION, BY_KEY["suggestions_as_is"], period, UTC_ZONE, SECONDS, Page()
    )
    assert [(row.conversation_id, row.holds, row.part) for row in behind.rows] == [(conversation, False, "edited")]
    for wrong in ({"used": "perhaps"}, {"used": "as_is", "extra": 1}, {}):
        assert (await platform.http.post(path, headers=agent, json=wrong)).status_code == 422
    for unknown in ("nothing", "%00"):
        path = f"/v1/conversations/{conversation}/co-pilot/{unknown}/use"
        assert (await platform.http.post(path, headers=agent, json={"used": "as_is"})).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "co-pilot"), ("POST", "co-pilot/draft-1/use")])
async def test_strangers_see_and_say_nothing(gateway: Gateway, method: str, path: str) -> None:
    body = {"used": "as_is"} if method == "POST" else None
    for headers, status in (
        ({}, 401),
        (await gateway.key("integration"), 403),
        (await gateway.key("admin", organisation="other"), 404),
    ):
        address = f"/v1/conversations/cv_unknown/{path}"
        assert (await gateway.http.request(method, address, headers=headers, json=body)).status_code == status
