"""What each kind of step asks of the conversation."""

from typing import Any

import pytest

from domain.journeys import interpreter
from domain.journeys.work import HandOver, Instruct, Put, Say, UseTool, work_of
from domain.specification.journeys import FactOf
from tests.domain.journeys.journeys import HOUR, NOW, ask, begun, plan, say, use, wait

TELL = {"id": "a", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it."}


@pytest.mark.parametrize(
    ("step", "work"),
    [
        (say("a"), Say(text="a")),
        (say("a", ai_agent="general"), Say(text="a", ai_agent="general")),
        (TELL, Instruct(ai_agent="general", instruction="Explain it.")),
        (wait("a", hours=1), None),
        ({"id": "a", "kind": "check_in", "role": "coach"}, None),
    ],
)
def test_what_a_step_asks_for(step: dict[str, Any], work: Any) -> None:
    way = plan(step)
    assert work_of(way, begun(way), begun(way).active[0]) == work


def test_a_question_travels_whole() -> None:
    way = plan(ask("a", answer="email"))
    work = work_of(way, begun(way), begun(way).active[0])
    assert isinstance(work, Put)
    assert work.question == way.step("a")


def test_a_tool_gets_the_answers_and_is_told_which_facts_it_needs() -> None:
    arguments = {"order": {"answer": "q"}, "why": {"answer": "r"}, "to": {"fact": "email"}, "amount": 5}
    way = plan(ask("q", "a"), use("a", arguments=arguments), ask("r"))
    progress = interpreter.answer(way, begun(way), "q", "A-1", NOW)
    work = work_of(way, progress, progress.active[0])
    assert isinstance(work, UseTool)
    assert work.arguments == {"order": "A-1", "to": FactOf(fact="email"), "amount": 5}


def test_a_promise_asks_for_a_person_when_it_is_overdue() -> None:
    way = plan({"id": "a", "kind": "promise", "promise": "A call", "within_hours": 1, "overdue_to": "lead"})
    progress = begun(way)
    assert work_of(way, progress, progress.active[0]) is None
    overdue = interpreter.pass_time(way, progress, NOW + HOUR)
    assert work_of(way, overdue, overdue.active[0]) == HandOver()
