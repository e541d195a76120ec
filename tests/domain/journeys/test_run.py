"""What the workflow of a journey carries."""

import pytest

from domain.conversation.ownership import Person
from domain.journeys import interpreter
from domain.journeys.progress import MAX_EVENTS_KEPT, Progress
from domain.journeys.run import MAX_REMEMBERED_IDS, JourneyRun, PauseJourney, ResumeJourney, StartJourney
from domain.journeys.work import StepReport
from tests.domain.journeys.journeys import NOW, begun, plan, say

START = StartJourney(
    organisation="acme", conversation_id="cv_12345678", journey="way", spec_hash="0" * 64, entry="r1", by="anna"
)
WAY = plan(say("hello", "bye"), say("bye"))
ANNA = Person(id="anna")


def run() -> JourneyRun:
    return JourneyRun(start=START, plan=WAY, progress=begun(WAY), events_per_run=240)


def test_its_ids_are_deterministic_and_differ_by_entry() -> None:
    again = START.model_copy(update={"entry": "r2"})
    assert START.workflow_id == again.workflow_id == "journey-cv_12345678-way"
    assert START.run_id != again.run_id


def test_a_plan_must_be_there() -> None:
    with pytest.raises(RuntimeError, match="not open yet"):
        _ = JourneyRun(start=START, events_per_run=240).opened_plan
    assert run().opened_plan == WAY


def test_the_same_request_counts_once_and_the_oldest_comes_first() -> None:
    of = run()
    first, second = PauseJourney(request_id="a", by=ANNA), ResumeJourney(request_id="b", by=ANNA)
    for request in (first, second, first):
        of.receive(request)
    assert (of.next_request(), of.next_request(), of.requests) == (first, second, ())
    for number in range(MAX_REMEMBERED_IDS):
        of.receive(PauseJourney(request_id=f"n{number}", by=ANNA))
    assert len(of.seen) == MAX_REMEMBERED_IDS


def test_a_step_is_asked_for_once_and_recalled_when_it_is_not_needed_any_more() -> None:
    of = run()
    [hello] = of.to_ask()
    of.asked = (of.key_of(hello),)
    assert (of.to_ask(), of.to_recall()) == ((), ())
    of.progress = interpreter.skip(WAY, of.progress, "hello", NOW)
    assert of.to_recall() == (of.key_of(hello),)
    assert [one.path for one in of.to_ask()] == ["bye"]


def test_a_paused_journey_asks_for_nothing() -> None:
    of = run()
    of.asked = (of.key_of(of.progress.active[0]),)
    of.progress = interpreter.pause(of.progress)
    assert (of.to_ask(), of.to_recall()) == ((), of.asked)


def test_a_report_finds_its_step_while_that_is_active() -> None:
    of = run()
    key = of.key_of(of.progress.active[0])
    of.asked = (key,)
    of.receive_report(StepReport(key=key, status="done"))
    assert of.active_of(key) == of.progress.active[0]
    assert of.next_report().key == key
    assert of.active_of("other") is None
    assert [*of.asked, *of.reports] == []


def test_what_failed_is_not_asked_for_until_a_person_says_so() -> None:
    way = plan({"id": "a", "kind": "tool", "ai_agent": "g", "server": "s", "tool": "t"})
    of = JourneyRun(start=START, plan=way, progress=begun(way), events_per_run=240)
    of.progress = interpreter.finish(way, of.progress, "a", "failed", NOW)
    assert of.to_ask() == ()
    of.progress = interpreter.resume(of.progress)
    assert [one.attempt for one in of.to_ask()] == [2]


def test_of_very_many_events_the_oldest_are_forgotten() -> None:
    progress = Progress()
    for number in range(MAX_EVENTS_KEPT + 1):
        progress = progress.keep_event(f"e{number}")
    assert (len(progress.events), progress.events[0]) == (MAX_EVENTS_KEPT, "e1")


def test_it_survives_json() -> None:
    of = run()
    assert JourneyRun.model_validate_json(of.model_dump_json()) == of


def test_what_was_written_down_is_forgotten() -> None:
    assert begun(WAY).records
    assert begun(WAY).recorded().records == ()
