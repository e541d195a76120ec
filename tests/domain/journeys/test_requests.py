"""What people ask of a journey, and what the conversation tells it."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.journeys.progress import Progress
from domain.journeys.requests import carry_out, hear
from domain.journeys.run import AnyJourneyRequest
from domain.journeys.work import StepReport
from tests.domain.journeys.journeys import NOW, active, ask, begun, plan, say, use, wait

REQUESTS: TypeAdapter[AnyJourneyRequest] = TypeAdapter(AnyJourneyRequest)
WAY = plan(
    say("hello", "meet"),
    {"id": "meet", "kind": "check_in", "role": "coach", "next": "pay"},
    wait("pay", "bye", event="paid"),
    say("bye"),
)
COACH = {"id": "carl", "roles": ["coach"]}


def asked(kind: str, progress: Progress, by: dict[str, Any] = COACH, **more: Any) -> Progress:
    request = REQUESTS.validate_python({"kind": kind, "request_id": "r1", "by": by} | more)
    return carry_out(WAY, progress, request, NOW)


def told(progress: Progress) -> tuple[str, str, str | None, str]:
    note = progress.notes[-1]
    assert (note.at, note.request_id) == (NOW, "r1")
    return note.kind, note.by, note.step, note.text


def at(*paths: str) -> Progress:
    """The journey with these steps behind it."""
    progress = begun(WAY)
    for path in paths:
        progress = hear(WAY, progress, path, StepReport(key="k", status="done"), NOW)
    return progress


def test_each_request_is_carried_out_and_noted() -> None:
    paused = asked("pause_journey", at())
    assert (paused.paused, told(paused)) == (True, ("journey_paused", "carl", None, ""))
    assert not asked("resume_journey", paused).paused
    skipped = asked("skip_step", at(), step="hello")
    assert (active(skipped), told(skipped)) == (["meet"], ("journey_step_skipped", "carl", "hello", ""))
    confirmed = asked("confirm_step", at("hello"), step="meet", note="All is well.")
    assert (active(confirmed), told(confirmed)[3]) == (["pay"], "All is well.")
    event = asked("tell_event", at("hello", "meet"), event="paid")
    assert (active(event), told(event)) == (["bye"], ("journey_event", "carl", None, "paid"))
    left = asked("leave_journey", at())
    assert (left.ended, told(left)[0]) == ("left", "journey_left")


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("skip_step", {"step": "bye"}, "not under way"),
        ("confirm_step", {"step": "bye"}, "not under way"),
        ("confirm_step", {"step": "hello"}, "ends by itself"),
    ],
)
def test_what_may_not_be_is_refused_with_the_reason(kind: str, more: dict[str, Any], why: str) -> None:
    refused = asked(kind, at(), **more)
    assert active(refused) == ["hello"]
    assert told(refused)[0] == "journey_request_refused"
    assert why in told(refused)[3]


def test_a_check_in_is_confirmed_by_its_role_only() -> None:
    refused = asked("confirm_step", at("hello"), {"id": "anna", "roles": ["approver"]}, step="meet")
    assert active(refused) == ["meet"]
    assert "role coach" in told(refused)[3]


def test_a_journey_that_has_ended_does_nothing_more() -> None:
    ended = asked("leave_journey", at())
    assert told(asked("pause_journey", ended))[3] == "The journey has ended."


def test_what_the_conversation_tells() -> None:
    way = plan(use("pay", "name", otherwise="sorry"), ask("name"), say("sorry"))
    start = begun(way)
    assert active(hear(way, start, "pay", StepReport(key="k", status="done"), NOW)) == ["name"]
    assert active(hear(way, start, "pay", StepReport(key="k", status="failed"), NOW)) == ["sorry"]
    [again] = hear(way, start, "pay", StepReport(key="k", status="withdrawn"), NOW).active
    assert (again.path, again.attempt) == ("pay", 2)
    asking = hear(way, start, "pay", StepReport(key="k", status="done"), NOW)
    answered = hear(way, asking, "name", StepReport(key="k", status="done", answer="Ada"), NOW)
    assert (answered.answers, answered.ended) == ({"name": "Ada"}, "completed")


def test_a_promise_that_somebody_has_now_is_still_to_be_kept() -> None:
    way = plan({"id": "call", "kind": "promise", "promise": "A call", "within_hours": 1, "overdue_to": "lead"})
    heard = hear(way, begun(way), "call", StepReport(key="k", status="done"), NOW)
    assert (active(heard), heard.active[0].reminders) == (["call"], 2)
