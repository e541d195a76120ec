"""What Slack tells of a click, as ours: pure. The same click is the same id, however often it is told."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.desk.clicks import Click

Body = Mapping[str, Any]


def needs_form(body: Body) -> bool:
    """Whether a person is asked for more before the click counts."""
    return str(body["actions"][0]["action_id"]).rpartition(":")[2] in {"text", "reason", "time"}


def clicked(body: Body) -> Click:
    """A button that was pressed, or a person who was chosen. Raises ValueError or KeyError for anything else."""
    action, container = body["actions"][0], body["container"]
    _, subject, version = str(action["block_id"]).split("|")
    channel, message, user = container["channel_id"], container["message_ts"], body["user"]["id"]
    told = ("click", channel, message, user, action["action_id"], action["action_ts"])
    return Click(
        click_id=_id(*told),
        user=user,
        subject=subject,
        action=str(action["action_id"]).split(":")[1],
        version=version,
        named=action.get("selected_user") or "",
        channel=channel,
        message=message,
    )


def submitted(body: Body) -> Click:
    """The answer to a form: the click that opened it, with what it lacked."""
    view = body["view"]
    opened = Click.model_validate_json(view["private_metadata"])
    answer = view["state"]["values"]["answer"]["answer"]
    moment = answer.get("selected_date_time")
    given = {
        "click_id": _id("form", view["id"]),
        "user": body["user"]["id"],
        "text": answer.get("value") or "",
        "until": datetime.fromtimestamp(int(moment), UTC) if moment else None,
    }
    return Click.model_validate({**opened.model_dump(), **given})


def mistake_in(click: Click, now: datetime) -> str | None:
    """What a person should correct in the form."""
    if click.action == "snooze" and (click.until is None or click.until <= now):
        return "Choose a time to come."
    return None if click.until or click.text.strip() else "Write something."


def _id(*parts: Any) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:40]
