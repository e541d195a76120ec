"""What people do with messages of an app, and what the stand-in refuses of it."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from sandbox.slack import APP_TOKEN, BOT_TOKEN
from sandbox.slack_interactions import TRIGGER_SECONDS, Interactions, Presses, Submits, Told
from sandbox.slack_workspace import Person, PostMessage, RefusedCallError, Room, Workspace
from tests.slack_desk import Workplace, workplace

ROOM, ANNA = Room(id="C0DESK"), Person(id="U0ANNA")
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "answer",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "answer"},
        }
    ],
}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def posts() -> list[bytes]:
    return []


@pytest.fixture
def interactions(clock: Clock, posts: list[bytes]) -> Interactions:
    async def post(body: bytes) -> Told:
        posts.append(body)
        return 200, {}

    workspace = Workspace(clock)
    workspace.add(ROOM, ANNA)
    return Interactions(workspace, APP_TOKEN, post, clock)


@pytest.fixture
def press(interactions: Interactions) -> Presses:
    blocks = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]
    message = interactions.workspace.post(PostMessage(channel=ROOM.id, text="Card"), blocks)
    return Presses(channel=ROOM.id, ts=message["ts"], user=ANNA.id, action_id="go")


async def test_what_stands_in_a_message_can_be_pressed(
    interactions: Interactions, press: Presses, posts: list[bytes]
) -> None:
    assert await interactions.press(press) == (200, {})
    assert posts[0].startswith(b"payload=")


async def test_what_does_not_stand_there_cannot(interactions: Interactions, press: Presses) -> None:
    with pytest.raises(RefusedCallError, match="no_such_action"):
        await interactions.press(press.model_copy(update={"action_id": "other"}))


async def test_a_trigger_opens_one_view_and_not_for_long(
    interactions: Interactions, press: Presses, clock: Clock
) -> None:
    await interactions.press(press)
    (trigger,) = interactions.triggers
    assert interactions.open_view({"trigger_id": trigger, "view": dict(MODAL)})["view"]["id"] in interactions.views
    with pytest.raises(RefusedCallError, match="invalid_trigger_id"):
        interactions.open_view({"trigger_id": trigger, "view": dict(MODAL)})
    await interactions.press(press)
    (late,) = interactions.triggers
    clock.now += TRIGGER_SECONDS + 1
    with pytest.raises(RefusedCallError, match="expired_trigger_id"):
        interactions.open_view({"trigger_id": late, "view": dict(MODAL)})


async def test_a_view_closes_when_it_is_answered(interactions: Interactions, press: Presses) -> None:
    await interactions.press(press)
    (trigger,) = interactions.triggers
    view_id = interactions.open_view({"trigger_id": trigger, "view": dict(MODAL)})["view"]["id"]
    answer = Submits(view_id=view_id, user=ANNA.id, value="Because.")
    with pytest.raises(RefusedCallError, match="value_too_long"):
        await interactions.submit(answer.model_copy(update={"value": "a" * 3001}))
    assert (await interactions.submit(answer))[0] == 200
    with pytest.raises(RefusedCallError, match="view_not_found"):
        await interactions.submit(answer)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"channel": "C0NONE", "user": ANNA.id, "text": "x"}, "channel_not_found"),
        ({"channel": ROOM.id, "user": "U0NOBODY", "text": "x"}, "user_not_found"),
        ({"channel": ROOM.id, "user": ANNA.id}, "no_text"),
    ],
)
def test_a_whisper_needs_somebody_and_something(interactions: Interactions, given: dict[str, str], code: str) -> None:
    with pytest.raises(RefusedCallError, match=code):
        interactions.whisper(given)


@pytest.fixture(scope="module")
def slack() -> Iterator[Workplace]:
    with workplace() as slack:
        yield slack


@pytest.mark.parametrize(("token", "code"), [(BOT_TOKEN, "not_allowed_token_type"), ("xapp-1", "invalid_auth")])
def test_a_connection_needs_the_token_of_the_app(slack: Workplace, token: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{slack.stand_in.address}/api/apps.connections.open", headers=headers, trust_env=False)
    assert answer.json() == {"ok": False, "error": code}


def test_the_address_of_a_connection_is_good_once(slack: Workplace) -> None:
    url = slack.stand_in.interactions.open_connection(slack.stand_in.address)["url"]
    with connect(url) as socket:
        assert "hello" in str(socket.recv(timeout=10))
    with pytest.raises((ConnectionClosed, InvalidHandshake)), connect(url) as again:
        again.recv(timeout=10)
