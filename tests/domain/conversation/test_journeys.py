"""What the journeys of a conversation want of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.conversation.journeys import MAX_ENTERED, MAX_TOLD, Journeys
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import CarryOutStep, EnterJourney, RecallSteps
from domain.journeys.work import Instruct, Put, Say, StepReport, StepWork, UseTool
from domain.specification.journeys import QuestionStep

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUN = "journey-cv_1-way"
TOOL = UseTool(ai_agent="general", server="shop", tool="refund")


def step(key: str, work: StepWork = Say(text="Hello."), run: str = RUN) -> CarryOutStep:  # noqa: B008 (frozen)
    return CarryOutStep(run=run, key=key, work=work)


def question(**more: Any) -> Put:
    return Put(question=QuestionStep.model_validate({"id": "q", "kind": "question", "text": "?"} | more))


def says(*texts: str) -> list[CustomerMessage]:
    return [CustomerMessage(message_id=text, text=text, received_at=NOW) for text in texts]


def asking(**more: Any) -> Journeys:
    """With an open question."""
    asked = step("k1", question(**more))
    return Journeys().ask(asked).put_question(asked)


def test_a_journey_that_is_entered_waits_until_its_workflow_is_there() -> None:
    request = EnterJourney(request_id="r1", by=Person(id="anna"), journey="way")
    [entering] = Journeys().enter(request).entering
    assert (entering.journey, entering.entry, entering.by) == ("way", "r1", "anna")
    begun = Journeys().enter(request).begun(entering, RUN)
    assert (begun.entering, begun.active, begun.begun(entering, RUN).active) == ((), (RUN,), (RUN,))


def test_by_itself_a_journey_begins_once_in_a_conversation() -> None:
    entered = Journeys().enter_by_itself(["a", "b"], "topic").enter_by_itself(["b", "c"], "tool")
    assert [(one.journey, one.entry, one.by) for one in entered.entering] == [
        ("a", "topic-a", "topic"),
        ("b", "topic-b", "topic"),
        ("c", "tool-c", "tool"),
    ]
    many = Journeys().enter_by_itself([f"j{number}" for number in range(MAX_ENTERED + 5)], "topic")
    assert len(many.entered) == MAX_ENTERED


def test_a_step_is_wanted_once_however_often_it_is_asked_for() -> None:
    asked = Journeys().ask(step("k1")).ask(step("k1")).ask(step("k2"))
    assert [one.key for one in asked.steps] == ["k1", "k2"]
    assert asked.next_step() == step("k1")


def test_a_step_that_was_done_is_reported_again_and_not_done_again() -> None:
    done = Journeys().ask(step("k1")).report(step("k1"), StepReport(key="k1", status="done"))
    [first] = done.reports
    again = done.sent(first).ask(step("k1"))
    assert (again.steps, again.reports) == ((), (first,))


def test_a_step_that_was_withdrawn_may_be_asked_for_again() -> None:
    withdrawn = Journeys().ask(step("k1")).report(step("k1"), StepReport(key="k1", status="withdrawn"))
    assert [one.report.status for one in withdrawn.reports] == ["withdrawn"]
    assert withdrawn.ask(step("k1")).steps == (step("k1"),)


def test_an_open_question_is_not_put_again_and_a_second_one_waits() -> None:
    other = step("k2", question())
    waiting = asking().ask(step("k1", question())).ask(other).ask(step("k3"))
    assert [one.key for one in waiting.steps] == ["k2", "k3"]
    assert waiting.next_step() == step("k3")
    assert waiting.recall(RecallSteps(run=RUN, keys=("k1",))).next_step() == other


def test_only_a_question_is_put() -> None:
    with pytest.raises(TypeError, match="puts no question"):
        Journeys().ask(step("k1")).put_question(step("k1"))


def test_a_question_that_was_recalled_while_it_left_is_not_open() -> None:
    asked = step("k1", question())
    assert Journeys().ask(asked).recall(RecallSteps(run=RUN, keys=("k1",))).put_question(asked).question is None


def test_what_is_recalled_is_not_done() -> None:
    asked = Journeys().ask(step("k1")).ask(step("k2"))
    assert asked.recall(RecallSteps(run=RUN, keys=("k1", "k9"))).steps == (step("k2"),)
    assert asking().recall(RecallSteps(run=RUN, keys=("k9",))).question is not None


@pytest.mark.parametrize("run", [RUN, "journey-cv_1-other"])
def test_a_journey_that_has_ended_wants_nothing_and_others_do(run: str) -> None:
    beside = asking().ask(step("k2", run="journey-cv_1-other"))
    ended = beside.recall(RecallSteps(run=run, ended=True))
    assert run not in ended.active
    assert (ended.question is None) == (run == RUN)
    assert bool(ended.steps) == (run == RUN)


def test_a_draft_belongs_to_the_step_that_it_was_made_for() -> None:
    tell, use = step("k1", Instruct(ai_agent="general", instruction="Explain.")), step("k2", TOOL)
    drafting = Journeys().ask(tell).ask(use).begin_draft(tell, "d1")
    assert (drafting.of_draft("d1"), drafting.work_of("d1"), drafting.uses_tool("d1")) == (tell, tell.work, None)
    assert (drafting.of_draft("d0"), drafting.work_of("d0")) == (None, None)
    using = drafting.begin_draft(use, "k2")
    assert (using.uses_tool("k2"), using.of_draft("d1")) == (use, None)
    assert using.recall(RecallSteps(run=RUN, keys=("k2",))).of_draft("k2") == use


@pytest.mark.parametrize(
    ("recalled", "ends"),
    [
        ({"keys": ("k1",)}, True),
        ({"keys": ("k0", "k1")}, True),
        ({"keys": ("k2",)}, False),
        ({"ended": True}, True),
        ({"ended": True, "run": "journey-cv_1-other"}, False),
    ],
)
def test_a_draft_whose_step_is_recalled_comes_to_nothing(recalled: dict[str, Any], ends: bool) -> None:
    tell = step("k1", Instruct(ai_agent="general", instruction="Explain."))
    drafting = Journeys().ask(tell).ask(step("k2")).begin_draft(tell, "d1")
    assert drafting.ends_draft(RecallSteps.model_validate({"run": RUN} | recalled)) is ends
    assert not drafting.report(tell, StepReport(key="k1", status="done")).ends_draft(RecallSteps(run=RUN, ended=True))


def test_a_draft_is_withdrawn_until_its_step_is_wanted_again_or_another_is_made() -> None:
    tell = step("k1", Instruct(ai_agent="general", instruction="Explain."))
    withdrawn = Journeys().ask(tell).begin_draft(tell, "d1").recall(RecallSteps(run=RUN, keys=("k1",))).withdraw_draft()
    assert [withdrawn.is_withdrawn(one) for one in ("d1", "d0")] == [True, False]
    assert withdrawn.ask(step("k2")).is_withdrawn("d1")
    assert not withdrawn.ask(tell).is_withdrawn("d1")
    assert not withdrawn.begin_draft(tell, "d2").is_withdrawn("d1")
    assert not Journeys().ends_draft(RecallSteps(run=RUN, ended=True))


def test_the_first_message_that_is_an_answer_counts() -> None:
    open_one = asking(answer="yes_no")
    assert not Journeys().hears(says("yes"))
    assert (open_one.hears(says("why?")), open_one.hears(says("why?", "yes"))) == (False, True)
    heard = open_one.read(says("why?", "yes", "no"))
    assert [(one.run, one.report.answer) for one in heard.reports] == [(RUN, True)]
    assert (heard.question, heard.told[-1].key) == (None, "k1")


def test_messages_that_are_no_answers_are_counted_until_nobody_asks_on() -> None:
    open_one = asking(answer="yes_no", attempts=2, otherwise="q").read(says("why?"))
    assert open_one.question
    assert open_one.question.missed == 1
    given_up = open_one.read(says("how?"))
    assert (given_up.question, [one.report.status for one in given_up.reports]) == (None, ["unanswered"])


def test_what_was_told_is_remembered_for_a_while() -> None:
    journeys = Journeys()
    for number in range(MAX_TOLD + 1):
        journeys = journeys.report(step(f"k{number}"), StepReport(key=f"k{number}", status="done"))
    assert (len(journeys.told), journeys.told[0].key) == (MAX_TOLD, "k1")


def test_it_knows_where_it_was_refused() -> None:
    assert Journeys().refused(3).refused_at == 3


def test_journeys_under_way_are_told_of_a_merge_once() -> None:
    assert not Journeys().merge_away().merged_away
    merged = Journeys().ask(step("k1")).merge_away()
    assert (merged.merged_away, merged.told_of_merge().merged_away) == (True, False)


def test_it_may_be_held_back() -> None:
    assert Journeys().wait_until(NOW).not_before == NOW
    assert Journeys().wait_until(NOW).wait_until(None).not_before is None
