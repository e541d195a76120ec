"""The conversation over a real WebSocket, answered by real workers."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.chat import connection, socket
from gateway.tokens import ChatToken, sign_token
from storage.erasing import ErasingRepository
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import Gateway, serve
from tests.storage.resolved import ended
from tests.storage.stage import NOW, Stage, later

LATER = later(60)


async def test_a_message_is_received_then_answered_with_its_sources(platform: Gateway) -> None:
    chat = await platform.chat()
    message_id = await chat.say("How do I sign in?")
    assert await chat.until("received", id=message_id)
    assert await chat.until("typing", active=True)
    reply = await chat.reply()
    assert reply["text"] == "You asked: How do I sign in?"
    assert reply["citations"][0]["title"] == "Reset your password"
    assert await chat.until("typing", active=False)
    assert {"type": "read", "seq": 1} in chat.heard
    assert [message["seq"] for message in chat.messages()] == [1, 2]


async def test_the_same_id_is_the_same_message(platform: Gateway) -> None:
    chat = await platform.chat()
    for _ in range(3):
        await chat.say("Once, please", "same-id")
        await chat.until("received", id="same-id")
    await chat.reply()
    await chat.say("And now this")
    await chat.reply()
    assert [message["author"] for message in chat.messages()] == ["customer", "ai_agent", "customer", "ai_agent"]


async def test_a_burst_is_answered_once(platform: Gateway) -> None:
    chat = await platform.chat()
    for text in ("Hello", "I have a question", "about signing in"):
        await chat.say(text)
    answered = await chat.reply()
    assert answered["text"] == "You asked: Hello + I have a question + about signing in"


async def test_a_lost_connection_resumes_without_gap_or_double(platform: Gateway) -> None:
    session = await platform.session()
    first = await platform.chat(session)
    await first.say("one")
    seen = (await first.reply())["seq"]
    await first.close()
    other = await platform.chat(session, last_seq=seen)
    await other.say("two")
    await other.reply()
    await other.close()
    resumed = await platform.chat(session, last_seq=seen)
    assert [message["seq"] for message in resumed.messages()] == [3, 4]
    everything = await platform.chat(session)
    assert [message["seq"] for message in everything.messages()] == [1, 2, 3, 4]


async def test_two_tabs_see_the_same(platform: Gateway) -> None:
    session = await platform.session()
    tabs = [await platform.chat(session), await platform.chat(session)]
    await tabs[0].say("from the first tab")
    await tabs[1].until("message", author="ai_agent")
    await tabs[1].say("from the second tab")
    for tab in tabs:
        while len(tab.messages()) < 4:
            await tab.next()
    assert tabs[0].messages() == tabs[1].messages()


async def test_the_customer_is_told_where_it_stands(platform: Gateway) -> None:
    chat = await platform.chat()
    await chat.say("I want to speak to a person")
    status = await chat.until("status", owner_kind="human_agent")
    assert status["status"] == "with_human"
    assert chat.messages()[-1]["kind"] == "notice"


async def test_reading_is_recorded(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.send(type="read", seq=0)
    await chat.say("hello")
    await chat.until("message", author="ai_agent")
    await chat.send(type="read", seq=2)
    await chat.send(type="ping")
    await chat.until("pong")
    key = await platform.key("viewer")
    record = (await platform.http.get(f"/v1/conversations/{session['conversation_id']}", headers=key)).json()
    assert [message["read_at"] is not None for message in record["messages"]] == [False, True]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("not json", 400),
        (b"\x00\x01\x02", 415),
        (json.dumps({"type": "message", "id": "m", "text": "x" * 70_000}), 413),
        (json.dumps({"type": "message", "id": "m", "text": "x" * 20_001}), 422),
        (json.dumps({"type": "message", "id": "m", "text": "  "}), 400),
        (json.dumps({"type": "message", "id": "m", "text": "", "attachments": ["at_unknown"]}), 400),
        (json.dumps({"type": "dance"}), 422),
    ],
)
async def test_a_bad_frame_is_refused_and_the_conversation_goes_on(
    gateway: Gateway, raw: str | bytes, status: int
) -> None:
    chat = await gateway.chat()
    await chat.socket.send(raw)
    refusal = await chat.until("error")
    assert refusal["problem"]["status"] == status
    assert refusal["retry"] is False
    assert await chat.say("still here", "next")
    assert await chat.until("received", id="next")


async def test_the_platform_s_own_ids_are_refused(gateway: Gateway) -> None:
    session = await gateway.session()
    chat = await gateway.chat(session)
    await chat.say("hello", f"{session['conversation_id']}-1")
    assert (await chat.until("error"))["problem"]["status"] == 400


async def test_the_longest_message_is_accepted(gateway: Gateway) -> None:
    chat = await gateway.chat()
    await chat.say("x" * 20_000, "long")
    assert await chat.until("received", id="long")


async def test_too_many_messages_are_told_when_to_come_again(gateway: Gateway) -> None:
    strict = gateway.options.model_copy(update={"chat_messages_per_minute": 2})
    session = await gateway.session()
    async with serve(strict, gateway.temporal) as url:
        chat = await ChatClient.open(url, session)
        for number in range(3):
            await chat.say("hello", f"m{number}")
        refusal = await chat.until("error")
    assert (refusal["id"], refusal["retry"], refusal["problem"]["status"]) == ("m2", True, 429)


async def _refused(gateway: Gateway, conversation_id: str, *frames: str) -> tuple[int, str]:
    async with connect(f"{gateway.url.replace('http', 'ws')}/v1/chat/{conversation_id}") as client:
        for frame in frames:
            await client.send(frame)
        refusal = json.loads(await client.recv())
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd
    return closed.value.rcvd.code, refusal["problem"]["detail"]


def _hello(token: str) -> str:
    return json.dumps({"type": "hello", "token": token, "last_seq": 0})


async def test_a_wrong_token_closes(gateway: Gateway) -> None:
    session = await gateway.session()
    assert (await _refused(gateway, session["conversation_id"], _hello("rubbish")))[0] == 4401


async def test_an_expired_token_closes(gateway: Gateway) -> None:
    conversation_id = f"cv_{uuid4().hex}"
    expired = ChatToken(
        conversation_id=conversation_id,
        organisation="bikeshop",
        expires_at=datetime.now(UTC) - timedelta(seconds=1),
    )
    token = sign_token(expired, gateway.options.chat_token_secret.get_secret_value())
    assert await _refused(gateway, conversation_id, _hello(token)) == (
        4401,
        "The chat token has expired. Start a new session.",
    )


@pytest.mark.parametrize("conversation_id", ["cv_unknown00", "x", "%20", "a" * 200])
async def test_another_or_unknown_conversation_closes(gateway: Gateway, conversation_id: str) -> None:
    session = await gateway.session()
    assert (await _refused(gateway, conversation_id, _hello(session["token"])))[0] == 4404


@pytest.mark.parametrize("frame", ["hello?", '{"type":"message","id":"1","text":"before hello"}', '{"type":"hello"}'])
async def test_the_first_frame_must_be_a_hello(gateway: Gateway, frame: str) -> None:
    session = await gateway.session()
    assert (await _refused(gateway, session["conversation_id"], frame))[0] == 4400


async def test_a_client_that_says_nothing_is_sent_away(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "HELLO_WITHIN", timedelta(milliseconds=50))
    session = await gateway.session()
    assert (await _refused(gateway, session["conversation_id"]))[0] == 4408


async def test_an_idle_client_is_sent_away(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE_LIMIT", timedelta(milliseconds=50))
    chat = await gateway.chat()
    with pytest.raises(ConnectionClosed) as closed:
        await chat.next()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4408


async def test_pages_of_other_origins_may_not_connect(gateway: Gateway) -> None:
    session = await gateway.session()
    with pytest.raises(InvalidStatus) as refused:
        await ChatClient.open(gateway.url, session, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    own = await ChatClient.open(gateway.url, session, origin=gateway.url)
    await own.close()


async def test_pushed_messages_are_counted(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    await platform.chat(session)
    await chat.until("typing", active=False)
    assert "holdfast_messages_pushed_total 4.0" in (await platform.http.get("/metrics")).text


async def test_open_sockets_are_counted(gateway: Gateway) -> None:
    chat = await gateway.chat()
    await chat.say("hello", "m")
    await chat.until("received", id="m")
    metrics = (await gateway.http.get("/metrics")).text
    assert "holdfast_open_sockets 1.0" in metrics
    assert 'holdfast_messages_received_total{channel="web_chat"} 1.0' in metrics
    assert "holdfast_acknowledgement_seconds_count 1.0" in metrics
    assert "cv_" not in metrics


async def erase(platform: Gateway, conversation_id: str) -> None:
    """As retention does it, once the conversation has been over for long."""
    stage = Stage(platform.database)
    await ended(stage, conversation_id, NOW, revision=100)
    assert await ErasingRepository(platform.database).erase(conversation_id, LATER, LATER) is None


async def test_who_comes_back_to_an_erased_conversation_begins_a_new_one(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello")
    await chat.reply()
    await erase(platform, session["conversation_id"])
    await chat.until("error")
    await chat.socket.wait_closed()
    assert chat.socket.close_code == socket.CLOSE_NO_SUCH_CONVERSATION
    again = await connect(f"{platform.url.replace('http', 'ws', 1)}/v1/chat/{session['conversation_id']}")
    await again.send(json.dumps({"type": "hello", "token": session["token"]}))
    told = json.loads(await again.recv())
    assert "Start a new session" in told["problem"]["detail"]
