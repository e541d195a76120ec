"""What Slack posts to an app: the bodies of its Events API and of interactivity, and their signature."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sandbox.slack_workspace import APP_ID, BOT_USER, TEAM, Person, Room

FORM = "application/x-www-form-urlencoded"
VERIFICATION_TOKEN = "stand-in-verification"  # noqa: S105


def signed_headers(secret: str, timestamp: int, body: bytes, media_type: str) -> dict[str, str]:
    """The headers by which Slack proves that it sent the body."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": media_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": signature,
    }


def event_body(event: Mapping[str, Any], room: Room) -> bytes:
    """A body of type event_callback."""
    number = _new_id()
    return json.dumps(
        {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": {**event, "channel": room.id, "channel_type": room_type(room)},
            "type": "event_callback",
            "event_id": f"Ev0{number}",
            "event_time": int(float(event["event_ts"])),
            "authed_users": [BOT_USER],
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": room.is_ext_shared,
            "event_context": f"4-{number}",
        }
    ).encode()


def handshake_body(challenge: str) -> bytes:
    """What Slack posts once, when somebody sets the Request URL."""
    return json.dumps({"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}).encode()


def click_body(person: Person, room: Room, message: dict[str, Any], action: dict[str, Any]) -> bytes:
    """A click on a button: a form with one field, `payload`."""
    number = _new_id()
    payload = {
        "type": "block_actions",
        "user": {
            "id": person.id,
            "username": person.id.lower(),
            "name": person.id.lower(),
            "team_id": person.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": room.id,
            "is_ephemeral": False,
        },
        "trigger_id": f"{number}.{number}.stand-in",
        "team": {"id": TEAM, "domain": "holdfast"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": room.id, "name": room.id.lower()},
        "message": message,
        "response_url": f"https://hooks.slack.com/actions/{TEAM}/{number}/stand-in",
        "actions": [{"type": "button", "action_ts": message["ts"], **action}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def room_type(room: Room) -> str:
    return {"D": "im", "G": "group"}.get(room.id[0], "channel")


def _new_id() -> str:
    """Like Slack's: the same is never given twice, not even after a restart."""
    return secrets.token_hex(6).upper()
