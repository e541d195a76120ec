"""The bodies that the Slack stand-in posts, checked with the official SDK's own verifier."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from sandbox.slack_events import FORM, click_body, event_body, handshake_body, room_type, signed_headers
from sandbox.slack_workspace import BOT_USER, TEAM, Person, Room

NOW = 1_795_000_000
MIA = Person(id="U0MIA", team_id="T0CUSTOMER")
MESSAGE = {"type": "message", "ts": "1795000000.000100", "text": "Approve?"}
EVENT = {"type": "message", "text": "Hi", "event_ts": "1795000000.000100"}


class Still(Clock):
    """A clock that stands."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds


def event(room: Room) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event_body(EVENT, room))
    return body


@pytest.mark.parametrize("media_type", ["application/json", FORM])
def test_the_official_verifier_takes_the_signature(media_type: str) -> None:
    body = "text=Grüße".encode()
    headers = signed_headers("secret", NOW, body, media_type)
    assert headers["Content-Type"] == media_type
    assert SignatureVerifier("secret", Still(NOW + 299)).is_valid_request(body, headers)


@pytest.mark.parametrize(
    ("secret", "body", "later"), [("other", b"body", 0), ("secret", b"bodY", 0), ("secret", b"body", 301)]
)
def test_it_refuses_another_secret_body_or_time(secret: str, body: bytes, later: int) -> None:
    headers = signed_headers("secret", NOW, b"body", FORM)
    assert not SignatureVerifier(secret, Still(NOW + later)).is_valid_request(body, headers)


@pytest.mark.parametrize(("channel", "kind"), [("C0A", "channel"), ("G0A", "group"), ("D0A", "im")])
def test_an_event_says_where_it_happened(channel: str, kind: str) -> None:
    body = event(Room(id=channel))
    assert (body["event"]["channel"], body["event"]["channel_type"]) == (channel, kind)
    assert room_type(Room(id=channel)) == kind


def test_an_event_says_whose_it_is_and_when() -> None:
    body = event(Room(id="C0A", is_ext_shared=True))
    assert (body["type"], body["event_time"], body["is_ext_shared_channel"]) == ("event_callback", NOW, True)
    assert body["authorizations"][0]["user_id"] == BOT_USER
    assert body["event"]["text"] == "Hi"


def test_two_events_have_two_ids() -> None:
    ids = {event(Room(id="C0A"))["event_id"] for _ in range(50)}
    assert len(ids) == 50
    assert all(one.startswith("Ev0") for one in ids)


def test_a_click_is_a_form_with_one_field() -> None:
    action = {"action_id": "approve", "block_id": "decision", "value": "a=1&b=2"}
    fields = parse_qs(click_body(MIA, Room(id="D0A"), MESSAGE, action).decode(), strict_parsing=True)
    assert list(fields) == ["payload"]
    payload = json.loads(fields["payload"][0])
    assert payload["type"] == "block_actions"
    assert (payload["user"]["id"], payload["user"]["team_id"], payload["team"]["id"]) == ("U0MIA", "T0CUSTOMER", TEAM)
    assert payload["container"] == {
        "type": "message",
        "message_ts": MESSAGE["ts"],
        "channel_id": "D0A",
        "is_ephemeral": False,
    }
    assert payload["actions"] == [{"type": "button", "action_ts": MESSAGE["ts"], **action}]
    assert payload["message"] == MESSAGE


def test_a_handshake_holds_the_challenge() -> None:
    assert json.loads(handshake_body("c4"))["challenge"] == "c4"
    assert json.loads(handshake_body("c4"))["type"] == "url_verification"
