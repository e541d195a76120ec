"""When a conversation carries out what a journey asks, and what it learns of it."""

from typing import Any

import pytest

from domain.conversation.activity_models import OpenedConversation
from domain.conversation.deadlines import veto_due
from domain.conversation.journeys import Journeys
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import JourneyEntry, Policy
from domain.conversation.requests import CarryOutStep, EnterJourney, RecallSteps, Resolve
from domain.conversation.state import ConversationState
from domain.journeys.work import Instruct, Put, Say, StepReport
from domain.specification.journeys import QuestionStep
from domain.specification.organisation import Mode
from tests.domain.conversation.states import CODE, NOW, TAKE_OVER, approval, message, state

RUN = "journey-cv_1-way"
SAY = CarryOutStep(run=RUN, key="k1", work=Say(text="Hello."))
TELL = CarryOutStep(run=RUN, key="k2", work=Instruct(ai_agent="general", instruction="Explain."))
ASK = CarryOutStep(
    run=RUN, key="k3", work=Put(question=QuestionStep(id="q", kind="question", text="Who?", answer="text"))
)


def asked(**changes: Any) -> ConversationState:
    return state(**({"journeys": Journeys().ask(ASK).put_question(ASK)} | changes))


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"status": Status.RESOLVED, "resolved_at": NOW}, True),
        ({"status": Status.RESOLVED, "resolved_at": NOW, "unanswered": True}, True),
        ({"status": Status.SNOOZED, "snoozed_until": NOW}, False),
        ({"owner": Owner(kind="human_agent"), "status": Status.WITH_HUMAN}, False),
        ({"inbox": [message(1)]}, False),
        ({"requests": [TAKE_OVER]}, False),
        ({"unanswered": True}, False),
        ({"approval": approval(), "status": Status.AWAITING_APPROVAL}, False),
        ({"identity_check": CODE}, False),
        ({"in_doubt": True}, False),
    ],
)
def test_a_journey_waits_for_people_and_for_what_is_owed(changes: dict[str, Any], may: bool) -> None:
    assert state(**changes).may_carry_out_steps() is may


@pytest.mark.parametrize(("withdrawn", "in_vain"), [(None, False), ("d-other", False), (approval().draft_id, True)])
def test_an_approval_waits_in_vain_where_its_draft_was_withdrawn(withdrawn: str | None, in_vain: bool) -> None:
    leaves = approval().model_copy(update={"leaves_at": NOW})
    asked = {"approval": leaves, "status": Status.AWAITING_APPROVAL, "journeys": Journeys(withdrawn=withdrawn)}
    waiting = state(**asked)
    assert waiting.waits_in_vain() is in_vain
    assert (veto_due(waiting) is None) is in_vain
    assert not state(journeys=Journeys(withdrawn=withdrawn)).waits_in_vain()


@pytest.mark.parametrize("merged", [False, True])
def test_who_merges_ends_the_journeys_and_who_resolves_does_not(merged: bool) -> None:
    conversation = asked()
    conversation.receive_request(Resolve(request_id="r1", by=Person(id="anna"), merged=merged))
    assert conversation.journeys.merged_away is merged


@pytest.mark.parametrize("heir", [None, "cv_other"])
def test_the_store_knows_that_a_conversation_was_merged(heir: str | None) -> None:
    conversation = asked()
    stored = OpenedConversation(
        spec_hash="a" * 64,
        policy=Policy(default_ai_agent="general"),
        owner=Owner(kind="ai_agent", id="general"),
        mode=Mode.DELEGATION,
        merged_into=heir,
    )
    conversation.catch_up(stored)
    assert conversation.journeys.merged_away is bool(heir)


def test_what_comes_from_journeys_and_for_them_is_kept() -> None:
    conversation = state()
    request = EnterJourney(request_id="r1", by=Person(id="anna"), journey="way")
    for received in (request, request, SAY, SAY):
        conversation.receive_journey(received)
    assert (len(conversation.journeys.entering), conversation.journeys.steps) == (1, (SAY,))
    conversation.receive_journey(RecallSteps(run=RUN, keys=("k1",)))
    assert conversation.journeys.steps == ()


def test_questions_are_read_as_answers_while_the_ai_side_owns_the_conversation() -> None:
    mine = asked(inbox=[message(1)])
    mine.take_questions()
    assert [one.report.answer for one in mine.journeys.reports] == [message(1).text]
    theirs = asked(inbox=[message(1)], owner=Owner(kind="human_agent"), status=Status.WITH_HUMAN)
    theirs.take_questions()
    assert (theirs.journeys.reports, theirs.journeys.question is not None) == ((), True)


def test_a_draft_that_was_sent_ends_its_step_and_counts_as_no_exchange() -> None:
    conversation = state(journeys=Journeys().ask(TELL).begin_draft(TELL, "d1"), instruction="shorter")
    before = conversation.answering.counts
    assert not conversation.note_step_sent("d0", NOW)
    assert conversation.note_step_sent("d1", NOW)
    assert (conversation.answering.counts, conversation.answering.instruction) == (before, "")
    assert [one.report for one in conversation.journeys.reports] == [StepReport(key="k2", status="done")]


def test_silence_counts_from_what_a_journey_says_where_it_counts() -> None:
    quiet, new = state(quiet_since=NOW.replace(year=2025)), state(quiet_since=None)
    for conversation in (quiet, new):
        conversation.note_quiet(NOW)
    assert (quiet.waiting.quiet_since, new.waiting.quiet_since) == (NOW, None)


def test_topics_and_tools_begin_journeys_once() -> None:
    entries = (JourneyEntry(journey="a", topics=("plans",)), JourneyEntry(journey="b", tools=("refund",)))
    conversation = state(policy=Policy(default_ai_agent="general", journeys=entries))
    for _ in range(2):
        conversation.note_topic("plans")
        conversation.note_topic(None)
        conversation.note_tool("refund")
        conversation.note_tool("other")
    assert [one.journey for one in conversation.journeys.entering] == ["a", "b"]


def test_it_survives_json() -> None:
    conversation = asked()
    assert ConversationState.model_validate_json(conversation.model_dump_json()).journeys == conversation.journeys
