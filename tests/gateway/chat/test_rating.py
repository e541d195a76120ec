from typing import Any

import pytest

from gateway.chat import rating
from storage.audit import AuditRepository
from storage.conversations import ConversationRepository
from storage.erasing import ErasingRepository
from tests.gateway.conftest import Gateway
from tests.storage.resolved import resolved
from tests.storage.stage import Stage, later


async def _rate(gateway: Gateway, session: dict[str, str], **body: Any) -> Any:
    return await gateway.http.post(
        f"/v1/chat/{session['conversation_id']}/ratings",
        json={"rating_id": "r-1", "score": "good"} | body,
        headers={"Authorization": f"Bearer {session['token']}"},
    )


async def _answered(platform: Gateway) -> dict[str, str]:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("How do I sign in?")
    await chat.until("message", author="ai_agent")
    return session


async def test_the_last_rating_counts_and_a_repeated_one_is_the_same(platform: Gateway) -> None:
    session = await _answered(platform)
    for body in ({"score": "bad", "comment": "Too slow."}, {"score": "bad"}, {"rating_id": "r-2"}):
        assert (await _rate(platform, session, **body)).status_code == 204
    kept = await ConversationRepository(platform.database).ratings(session["conversation_id"])
    assert [(one.channel, one.score, one.comment) for one in kept] == [
        ("web_chat", "bad", "Too slow."),
        ("web_chat", "good", ""),
    ]
    events = await AuditRepository(platform.database).events(session["conversation_id"])
    assert [event.data for event in events if event.kind == "rated"] == [
        {"channel": "web_chat", "score": "bad"},
        {"channel": "web_chat", "score": "good"},
    ]


async def test_the_same_id_in_another_conversation_is_another_rating(platform: Gateway) -> None:
    for session in (await _answered(platform), await _answered(platform)):
        await _rate(platform, session)
        assert len(await ConversationRepository(platform.database).ratings(session["conversation_id"])) == 1


async def test_before_anything_was_said_there_is_nothing_to_rate(gateway: Gateway) -> None:
    refused = await _rate(gateway, await gateway.session())
    assert refused.status_code == 409
    assert "Write a message first." in refused.json()["detail"]


async def test_an_erased_conversation_is_not_rated(gateway: Gateway) -> None:
    session = await gateway.session()
    await resolved(Stage(gateway.database), session["conversation_id"], "Hello")
    await ErasingRepository(gateway.database).erase(session["conversation_id"], later(9), later(9))
    assert (await _rate(gateway, session)).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"score": "fine"},
        {"rating_id": "ä"},
        {"rating_id": ""},
        {"comment": "a\x00b"},
        {"comment": "x" * (rating.MAX_COMMENT_CHARACTERS + 1)},
        {"stars": 5},
    ],
    ids=str,
)
async def test_what_is_no_rating_is_refused(gateway: Gateway, body: dict[str, Any]) -> None:
    assert (await _rate(gateway, await gateway.session(), **body)).status_code == 422


async def test_only_the_conversation_of_the_token_is_rated(gateway: Gateway) -> None:
    mine, other = await gateway.session(), await gateway.session()
    assert (await _rate(gateway, mine | {"token": other["token"]})).status_code == 401
    assert (await _rate(gateway, mine | {"token": "forged"})).status_code == 401
