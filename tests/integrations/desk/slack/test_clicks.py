from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.desk.clicks import Click
from integrations.desk.slack.clicks import clicked, mistake_in, needs_form, submitted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def body(action_id: str = "holdfast:approve:nothing", **action: Any) -> dict[str, Any]:
    pressed = {"action_id": action_id, "block_id": "holdfast|approval:ap-1|digest", "action_ts": "1.2", **action}
    return {
        "user": {"id": "U0ANNA"},
        "container": {"channel_id": "C0APPROVALS", "message_ts": "1.1"},
        "actions": [pressed],
    }


def test_a_click_says_who_what_and_where() -> None:
    click = clicked(body())
    assert (click.user, click.subject, click.action, click.version) == ("U0ANNA", "approval:ap-1", "approve", "digest")
    assert (click.channel, click.message) == ("C0APPROVALS", "1.1")


def test_the_same_click_has_the_same_id_and_another_one_another() -> None:
    assert clicked(body()).click_id == clicked(body()).click_id
    others = [body(action_ts="1.3"), body("holdfast:take_over:nothing"), {**body(), "user": {"id": "U0BO"}}]
    assert clicked(body()).click_id not in {clicked(one).click_id for one in others}


def test_a_person_who_is_chosen_is_named() -> None:
    assert clicked(body("holdfast:reassign:person", selected_user="U0BO")).named == "U0BO"


@pytest.mark.parametrize(("needs", "asks"), [("nothing", False), ("person", False), ("text", True), ("time", True)])
def test_what_lacks_something_is_asked_for(needs: str, asks: bool) -> None:
    assert needs_form(body(f"holdfast:x:{needs}")) is asks


def form(answer: dict[str, Any], view_id: str = "V1") -> dict[str, Any]:
    opened = clicked(body("holdfast:edit:text")).model_dump_json()
    view = {"id": view_id, "private_metadata": opened, "state": {"values": {"answer": {"answer": answer}}}}
    return {"user": {"id": "U0ANNA"}, "view": view}


def test_the_answer_of_a_form_completes_the_click() -> None:
    click = submitted(form({"value": "You get 10 EUR."}))
    assert (click.action, click.text, click.subject) == ("edit", "You get 10 EUR.", "approval:ap-1")
    assert click.click_id == submitted(form({"value": "other"})).click_id
    assert click.click_id != submitted(form({"value": "You get 10 EUR."}, "V2")).click_id


def test_a_time_is_read_as_one() -> None:
    assert submitted(form({"selected_date_time": int(NOW.timestamp())})).until == NOW


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"action": "edit", "text": "Hello"}, False),
        ({"action": "edit", "text": "  "}, True),
        ({"action": "snooze", "until": NOW + timedelta(minutes=1)}, False),
        ({"action": "snooze", "until": NOW}, True),
        ({"action": "snooze"}, True),
    ],
)
def test_a_form_that_lacks_something_stays_open(changes: dict[str, Any], wrong: bool) -> None:
    click = Click.model_validate({"click_id": "c", "user": "U1", "subject": "approval:ap-1", **changes})
    assert (mistake_in(click, NOW) is not None) is wrong
