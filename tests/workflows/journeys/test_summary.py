"""What the Temporal UI shows of a journey."""

from typing import Any

import pytest

from domain.journeys import interpreter
from domain.journeys.plan import Plan
from domain.journeys.progress import Progress
from domain.journeys.run import JourneyRun, StartJourney
from tests.domain.journeys.journeys import NOW, ask, begun, plan, say, wait
from workflows.journeys.summary import details

START = StartJourney(
    organisation="acme", conversation_id="cv_12345678", journey="way", spec_hash="a" * 64, entry="r1", by="anna"
)
CALL = {"id": "a", "kind": "promise", "promise": "A call", "within_hours": 1, "overdue_to": "lead"}


def shown(way: Plan | None, progress: Progress = Progress(), **more: Any) -> str:  # noqa: B008 (frozen)
    return details(JourneyRun(start=START, plan=way, progress=progress, events_per_run=240, **more))


def test_before_it_was_read_it_begins() -> None:
    assert shown(None) == "**way** · begins"


@pytest.mark.parametrize(
    ("step", "waits"),
    [
        (say("a"), "message since 2026-03-02 09:00:00 UTC waits for the conversation"),
        (ask("a"), "waits for the customer's answer"),
        (wait("a", hours=2), "waits for its time, due 2026-03-02 11:00 UTC"),
        (wait("a", event="paid"), "waits for the event paid"),
        ({"id": "a", "kind": "check_in", "role": "coach"}, "waits for the confirmation of a coach"),
        (CALL, "waits for the confirmation that it was kept"),
        (CALL | {"kept_by": "called"}, "waits for the event called"),
        ({"id": "a", "kind": "parallel", "branches": ["b", "b"]}, "waits for the steps within it"),
    ],
)
def test_each_step_says_what_it_waits_for(step: dict[str, Any], waits: str) -> None:
    way = plan(step, say("b"))
    text = shown(way, begun(way))
    assert text.startswith("**way** · under way · begun by `anna`")
    assert waits in text


def test_what_failed_and_what_cannot_be_reached_is_said() -> None:
    way = plan(say("a"))
    failed = interpreter.finish(way, begun(way), "a", "failed", NOW)
    assert "a person: it failed" in shown(way, failed, ask_again_at=NOW)
    assert "cannot be reached" in shown(way, failed, ask_again_at=NOW)
    assert "paused" in shown(way, interpreter.pause(begun(way)))
    assert "left" in shown(way, interpreter.leave(way, begun(way), NOW))
