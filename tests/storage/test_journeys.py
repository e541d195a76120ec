"""Journeys in a real database: each step and request once, and how customers fare."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversation.messages import CustomerMessage
from domain.conversation.turn import CustomerContext
from domain.journeys.activity_models import RecordJourneyInput
from domain.journeys.progress import JourneyNote, StepRecord
from domain.journeys.run import StartJourney
from storage.journeys import JourneyRepository
from tests.organisation import VERSION
from tests.storage.stage import CONVERSATION, NOW, Stage, generate, message

ORGANISATION = VERSION.specification.organisation


def start(entry: str = "e1") -> StartJourney:
    return StartJourney(
        organisation=ORGANISATION,
        conversation_id=CONVERSATION,
        journey="greeting",
        spec_hash=VERSION.content_hash,
        entry=entry,
        by="anna",
    )


def step(path: str, minutes: int | None = None, outcome: Any = None, visit: int = 1) -> StepRecord:
    ended = None if minutes is None else NOW + timedelta(minutes=minutes)
    return StepRecord(
        path=path, visit=visit, kind="message", owner="platform", began_at=NOW, ended_at=ended, outcome=outcome
    )


def note(kind: str, request_id: str | None = None, **more: Any) -> JourneyNote:
    return JourneyNote(kind=kind, by="anna", at=NOW, request_id=request_id, **more)


def record(*records: StepRecord, state: Any = "under_way", entry: str = "e1", notes: Any = ()) -> RecordJourneyInput:
    return RecordJourneyInput(start=start(entry), state=state, at=NOW, records=records, notes=notes)


@pytest.fixture
def journeys(stage: Stage) -> JourneyRepository:
    return JourneyRepository(stage.database)


async def test_written_again_nothing_changes(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    begins = record(step("hello"), notes=(note("journey_entered", "e1"),))
    ends = record(step("hello", 5, "done"), step("ride"))
    for input in (begins, ends, begins, ends):
        await journeys.record(input)
    steps = await journeys.steps(start().run_id)
    assert [(one.step, one.outcome) for one in steps] == [("hello", "done"), ("ride", None)]
    assert (await stage.events()).count("journey_entered") == 1
    found = await journeys.get(start().run_id)
    assert found is not None
    assert (found.state, found.ended_at, found.workflow_id) == ("under_way", None, start().workflow_id)
    assert await journeys.get("none") is None


async def test_what_has_ended_stays_so(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    await journeys.record(record(step("hello", 1, "done"), state="completed"))
    await journeys.record(record(step("hello", 2, "left"), state="under_way"))
    [found] = await journeys.listed(ORGANISATION)
    assert (found.state, found.ended_at) == ("completed", NOW)
    [only] = await journeys.steps(start().run_id)
    assert (only.outcome, only.ended_at) == ("done", NOW + timedelta(minutes=1))
    assert await journeys.listed(ORGANISATION, only_open=True) == []
    assert await journeys.listed(ORGANISATION, journey="other") == []
    assert len(await journeys.listed(ORGANISATION, conversation_id=CONVERSATION, journey="greeting")) == 1


async def test_what_became_of_a_request_is_told(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    assert await journeys.answer_to(CONVERSATION, "r1") is None
    refused = note("journey_request_refused", "r2", text="Not under way.", step="hello")
    confirmed = note("journey_step_confirmed", "r1", text="They are happy.", step="meet")
    await journeys.record(record(notes=(confirmed, refused)))
    done, not_done = await journeys.answer_to(CONVERSATION, "r1"), await journeys.answer_to(CONVERSATION, "r2")
    assert done is not None
    assert not_done is not None
    assert (done.refused, not_done.refused) == (None, "Not under way.")
    [written] = await stage.conversations.notes(CONVERSATION)
    assert (written.text, written.author_id) == ("They are happy.", "anna")
    events = [event for event in await stage.audit.events(CONVERSATION) if event.kind == "journey_step_confirmed"]
    assert "text" not in events[0].data


async def test_reminders_are_told_apart_by_their_time(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    first = note("journey_reminded", step="meet")
    second = first.model_copy(update={"at": NOW + timedelta(days=1)})
    for _ in range(2):
        await journeys.record(record(notes=(first, second)))
    assert (await stage.events()).count("journey_reminded") == 2


async def test_the_funnel_counts_customers_and_not_visits(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    await journeys.record(record(step("hello", 2, "done"), step("ride", 60, "timed_out"), step("ride", visit=2)))
    await journeys.record(record(step("hello", 4, "done"), step("ride", 9, "left"), state="left", entry="e2"))
    await journeys.record(record(step("hello", 9, "skipped"), entry="e3"))
    hello, ride = await journeys.funnel(ORGANISATION, "greeting", NOW)
    assert (hello.came, hello.done, hello.skipped, hello.median_seconds) == (3, 2, 1, 180.0)
    assert (ride.came, ride.came_to_nothing, ride.under_way, ride.dropped_off, ride.median_seconds) == (
        2,
        1,
        1,
        1,
        None,
    )
    assert (hello.drop_off, ride.drop_off) == (0.0, 0.5)
    assert await journeys.funnel(ORGANISATION, "greeting", NOW + timedelta(days=1)) == []


async def test_a_promise_is_overdue_until_it_is_kept(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()

    async def is_overdue(draft_id: str) -> bool:
        return (await stage.turns.begin_draft(generate(draft_id, message(draft_id), revision=2), NOW)).promise_overdue

    promised = step("call").model_copy(update={"kind": "promise"})
    await journeys.record(record(promised))
    assert not await is_overdue("draft-2")
    await journeys.record(record(notes=(note("promise_overdue", step="call"),)))
    assert await is_overdue("draft-3")
    await journeys.record(record(promised.model_copy(update={"outcome": "done", "ended_at": NOW})))
    assert not await is_overdue("draft-4")
    again = promised.model_copy(update={"visit": 2, "began_at": NOW + timedelta(days=1)})
    await journeys.record(record(again))
    assert not await is_overdue("draft-5"), "it was another visit that was overdue"


async def test_an_answer_to_our_question_is_answered(stage: Stage) -> None:
    await stage.drafted()
    message = CustomerMessage(message_id="a1", text="12", received_at=NOW)
    recorded = await stage.conversations.record_messages(CONVERSATION, 2, (message,), answered=True)
    assert recorded.recorded == 1
    assert await stage.conversations.unanswered(CONVERSATION) == []
    view = await stage.conversations.get(CONVERSATION)
    assert view is not None
    assert view.revision == 2


async def test_without_a_context_nothing_is_known(stage: Stage, journeys: JourneyRepository) -> None:
    await stage.drafted()
    assert await journeys.customer_context(CONVERSATION) == CustomerContext()


@pytest.mark.parametrize(("text", "reason"), [("merged", "merged"), ("", None)])
async def test_a_journey_that_was_left_says_why_where_no_person_left_it(
    stage: Stage, journeys: JourneyRepository, text: str, reason: str | None
) -> None:
    await stage.drafted()
    await journeys.record(record(step("hello"), notes=(note("journey_entered", "e1"),)))
    await journeys.record(
        record(step("hello", 5, "left"), state="left", notes=(note("journey_left", "l1", text=text),))
    )
    await journeys.record(record(step("hello"), entry="e2"))
    found = {view.run_id: view.reason for view in await journeys.listed(ORGANISATION)}
    assert found == {start().run_id: reason, start("e2").run_id: None}
    view = await journeys.get(start().run_id)
    assert view
    assert view.reason == reason
