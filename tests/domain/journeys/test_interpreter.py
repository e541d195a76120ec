"""Where each kind of step leads."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Person
from domain.journeys import interpreter
from domain.journeys.plan import Plan
from tests.domain.journeys.journeys import (
    HOUR,
    NOW,
    active,
    ask,
    begun,
    branch,
    done,
    journey,
    outcomes,
    plan,
    say,
    use,
    wait,
)

LEAD = Person(id="lena", roles=("lead",))
COACH = Person(id="carl", roles=("coach",))
CHECK_IN = {"id": "meet", "kind": "check_in", "role": "coach", "remind_every_hours": 2, "next": "bye"}
PROMISE = {"id": "call", "kind": "promise", "promise": "A call", "within_hours": 4, "overdue_to": "lead"}


def test_one_step_follows_the_other_to_the_end() -> None:
    way = plan(say("hello", "bye"), say("bye"))
    progress = done(way, begun(way), "hello")
    assert (active(progress), progress.ended) == (["bye"], None)
    progress = done(way, progress, "bye")
    assert (active(progress), progress.ended) == ([], "completed")
    assert outcomes(progress) == [("hello", "done"), ("bye", "done")]


def test_a_step_that_is_not_under_way_cannot_end() -> None:
    way = plan(say("hello", "bye"), say("bye"))
    progress = begun(way)
    assert done(way, progress, "bye") == progress


@pytest.mark.parametrize(
    ("question", "given", "leads_to"),
    [
        (ask("q", "bye"), "Anna", "bye"),
        (ask("q", "bye", answer="number"), 7.0, "bye"),
        (ask("q", "bye", answer="choice", choices=[{"value": "a", "next": "aa"}, {"value": "b"}]), "a", "aa"),
        (ask("q", "bye", answer="choice", choices=[{"value": "a", "next": "aa"}, {"value": "b"}]), "b", "bye"),
        (ask("q", "bye", answer="yes_no", choices=[{"value": "yes", "next": "aa"}]), True, "aa"),
        (ask("q", "bye", answer="yes_no", choices=[{"value": "yes", "next": "aa"}]), False, "bye"),
    ],
)
def test_an_answer_is_kept_and_may_say_what_follows(question: dict[str, Any], given: Any, leads_to: str) -> None:
    way = plan(question, say("aa"), say("bye"))
    progress = interpreter.answer(way, begun(way), "q", given, NOW)
    assert (active(progress), progress.answers) == ([leads_to], {"q": given})


def test_only_a_question_that_was_asked_is_answered() -> None:
    way = plan(say("hello", "q"), ask("q"))
    progress = begun(way)
    assert interpreter.answer(way, progress, "q", "x", NOW) == progress
    assert interpreter.answer(way, progress, "hello", "x", NOW) == progress


@pytest.mark.parametrize(
    ("step", "outcome", "leads_to"),
    [
        (ask("a", "bye", attempts=2, otherwise="sorry"), "unanswered", "sorry"),
        (ask("a", "bye", within_hours=1, otherwise="sorry"), "timed_out", "sorry"),
        (ask("a", "bye", within_hours=1, otherwise="sorry"), "skipped", "bye"),
        (use("a", "bye", otherwise="sorry"), "failed", "sorry"),
        (use("a", "bye", otherwise="sorry"), "done", "bye"),
        (wait("a", "bye", event="paid", hours=1, otherwise="sorry"), "timed_out", "sorry"),
        (wait("a", "bye", event="paid", hours=1), "timed_out", "bye"),
        (say("a", "bye"), "skipped", "bye"),
    ],
)
def test_an_outcome_leads_where_the_step_says(step: dict[str, Any], outcome: Any, leads_to: str) -> None:
    way = plan(step, say("bye"), say("sorry"))
    assert active(interpreter.finish(way, begun(way), "a", outcome, NOW)) == [leads_to]


@pytest.mark.parametrize("step", [use("a", "bye"), say("a", "bye"), ask("a", "bye")])
def test_what_failed_waits_for_a_person_and_never_counts_as_done(step: dict[str, Any]) -> None:
    way = plan(step, say("bye"))
    progress = interpreter.finish(way, begun(way), "a", "failed", NOW)
    [stuck] = progress.active
    assert (stuck.path, stuck.failed, stuck.due_at, outcomes(progress)) == ("a", True, None, [])
    [again] = interpreter.resume(progress).active
    assert (again.failed, again.attempt) == (False, 2)
    skipped = interpreter.skip(way, progress, "a", NOW)
    assert (active(skipped), outcomes(skipped)) == (["bye"], [("a", "skipped")])


def test_the_keys_of_two_attempts_differ_and_those_of_one_do_not() -> None:
    way = plan(use("a"))
    [first] = begun(way).active
    [again] = interpreter.withdraw(begun(way), "a").active
    assert first.key("cv_12345678", "run") == begun(way).active[0].key("cv_12345678", "run")
    assert first.key("cv_12345678", "run") != again.key("cv_12345678", "run")
    assert first.key("cv_12345678", "run") != first.key("cv_12345678", "other")
    assert interpreter.withdraw(begun(way), "b") == begun(way)


def test_a_wait_for_time_is_done_when_it_has_passed() -> None:
    way = plan(wait("night", "bye", hours=8), say("bye"))
    progress = begun(way)
    assert interpreter.next_due(progress) == NOW + 8 * HOUR
    assert interpreter.pass_time(way, progress, NOW + 7 * HOUR) == progress
    later = interpreter.pass_time(way, progress, NOW + 8 * HOUR)
    assert (active(later), outcomes(later)) == (["bye"], [("night", "done")])


def test_a_wait_for_an_event_ends_with_it_or_with_its_time() -> None:
    way = plan(wait("pay", "bye", event="paid", hours=8), say("bye"))
    paid = interpreter.receive_event(way, begun(way), "paid", NOW)
    late = interpreter.pass_time(way, begun(way), NOW + 9 * HOUR)
    assert outcomes(paid) == [("pay", "done")]
    assert outcomes(late) == [("pay", "timed_out")]


def test_an_event_that_comes_before_it_is_waited_for_is_kept_and_used_once() -> None:
    way = plan(say("hello", "pay"), wait("pay", "again", event="paid"), wait("again", event="paid"))
    progress = interpreter.receive_event(way, begun(way), "paid", NOW)
    assert progress.events == ("paid",)
    progress = done(way, progress, "hello")
    assert (active(progress), progress.events, outcomes(progress)[-1]) == (["again"], (), ("pay", "done"))


def test_an_event_that_nobody_waits_for_changes_nothing_else() -> None:
    way = plan(wait("pay", event="paid"))
    progress = interpreter.receive_event(way, begun(way), "shipped", NOW)
    assert (active(progress), progress.events) == (["pay"], ("shipped",))


@pytest.mark.parametrize(
    ("answers", "facts", "leads_to"),
    [
        ({"q": 3.0}, {}, "few"),
        ({"q": 30.0}, {"plan": "Gold"}, "gold"),
        ({"q": 30.0}, {"plan": "Silver"}, "other"),
        ({}, {}, "other"),
    ],
)
def test_a_branch_goes_where_the_first_condition_says_that_holds(
    answers: dict[str, Any], facts: dict[str, str], leads_to: str
) -> None:
    few, gold = {"answer": "q", "below": 10, "next": "few"}, {"fact": "plan", "equals": "gold", "next": "gold"}
    way = plan(branch("split", few, gold, otherwise="other"), say("few"), say("gold"), say("other"), ask("q"))
    progress = begun(way).model_copy(update={"answers": answers})
    assert active(interpreter.part(way, progress, "split", facts, NOW)) == [leads_to]


def test_a_branch_without_a_default_may_end_the_way() -> None:
    way = plan(branch("split", {"fact": "plan", "equals": "gold", "next": "gold"}), say("gold"))
    assert interpreter.part(way, begun(way), "split", {}, NOW).ended == "completed"


def test_only_a_branch_parts() -> None:
    way = plan(say("hello"))
    assert interpreter.part(way, begun(way), "hello", {}, NOW) == begun(way)


def parallel(*branches: str, following: str | None = "bye") -> dict[str, Any]:
    return {"id": "both", "kind": "parallel", "branches": list(branches), "next": following}


def test_parallel_ways_join_when_all_have_ended() -> None:
    way = plan(parallel("a", "b"), say("a", "aa"), say("aa"), say("b"), say("bye"))
    progress = begun(way)
    assert active(progress) == ["both", "both/a", "both/b"]
    progress = done(way, progress, "both/b", "both/a")
    assert active(progress) == ["both", "both/aa"]
    progress = done(way, progress, "both/aa")
    assert (active(progress), progress.ended) == (["bye"], None)


def test_ways_that_meet_go_on_once() -> None:
    way = plan(parallel("a", "b", following=None), say("a", "c"), say("b", "c"), say("c"))
    progress = done(way, begun(way), "both/a", "both/b")
    assert active(progress) == ["both", "both/c"]
    assert done(way, progress, "both/c").ended == "completed"


def test_an_event_kept_for_a_parallel_way_does_not_end_the_others() -> None:
    way = plan(say("hello", "both"), parallel("a", "b"), wait("a", event="paid"), say("b"), say("bye"))
    progress = done(way, interpreter.receive_event(way, begun(way), "paid", NOW), "hello")
    assert active(progress) == ["both", "both/b"]


def test_parallel_ways_that_are_skipped_are_left() -> None:
    way = plan(parallel("a", "b"), say("a"), say("b"), say("bye"))
    progress = interpreter.skip(way, begun(way), "both", NOW)
    assert active(progress) == ["bye"]
    assert dict(outcomes(progress)) == {"both/a": "left", "both/b": "left", "both": "skipped"}


def sub(key: str, of: str, following: str | None = None) -> dict[str, Any]:
    return {"id": key, "kind": "journey", "journey": of, "next": following}


def test_a_sub_journey_is_gone_and_then_the_journey_goes_on() -> None:
    inner = journey(say("one", "deep"), sub("deep", "deepest"), key="inner")
    deepest = journey(ask("why"), key="deepest")
    way = plan(sub("first", "inner", "bye"), say("bye"), parts=(inner, deepest))
    progress = begun(way)
    assert active(progress) == ["first", "first/one"]
    progress = done(way, progress, "first/one")
    assert active(progress) == ["first", "first/deep", "first/deep/why"]
    progress = interpreter.answer(way, progress, "first/deep/why", "so", NOW)
    assert active(progress) == ["bye"]
    assert (way.has("first/deep/why"), way.has("first/why"), way.has("none")) == (True, False, False)


def test_a_sub_journey_knows_what_was_answered_around_it() -> None:
    split = branch("split", {"answer": "q", "equals": "x", "next": "yes"}, otherwise="no")
    way = plan(ask("q", "first"), sub("first", "inner"), parts=(journey(split, say("yes"), say("no"), key="inner"),))
    progress = interpreter.answer(way, begun(way), "q", "x", NOW)
    assert active(interpreter.part(way, progress, "first/split", {}, NOW)) == ["first", "first/yes"]


def test_a_journey_with_words_only_does_not_run() -> None:
    words = journey({"id": "read", "description": "Read it."}, key="words")
    assert not Plan.of(words, ()).runs
    assert not plan(sub("first", "words"), parts=(words,)).runs
    assert plan(say("hello")).runs


def test_a_check_in_reminds_for_ever_and_is_confirmed_by_its_role() -> None:
    way = plan(CHECK_IN, say("bye"))
    progress = interpreter.pass_time(way, begun(way), NOW + 2 * HOUR)
    progress = interpreter.pass_time(way, progress, NOW + 4 * HOUR)
    assert [(note.kind, note.step, note.text) for note in progress.notes] == [("journey_reminded", "meet", "coach")] * 2
    assert interpreter.next_due(progress) == NOW + 6 * HOUR
    assert interpreter.refusal_to_confirm(way, progress, "meet", COACH) is None
    assert interpreter.refusal_to_confirm(way, progress, "meet", LEAD) is None
    assert "role coach" in str(interpreter.refusal_to_confirm(way, progress, "meet", Person(id="anna")))
    assert "not under way" in str(interpreter.refusal_to_confirm(way, progress, "bye", LEAD))
    assert active(done(way, progress, "meet")) == ["bye"]


def test_nobody_confirms_what_ends_by_itself() -> None:
    way = plan(say("hello"))
    assert "Skip it" in str(interpreter.refusal_to_confirm(way, begun(way), "hello", LEAD))


def test_a_promise_that_is_overdue_goes_to_somebody_and_is_still_to_be_kept() -> None:
    way = plan(PROMISE | {"kept_by": "called"})
    progress = interpreter.pass_time(way, begun(way), NOW + 4 * HOUR)
    assert [(note.kind, note.text) for note in progress.notes] == [("promise_overdue", "lead")]
    assert (active(progress), interpreter.next_due(progress)) == (["call"], None)
    assert interpreter.receive_event(way, progress, "called", NOW).ended == "completed"


def test_a_promise_without_an_event_is_confirmed() -> None:
    way = plan(PROMISE)
    assert interpreter.refusal_to_confirm(way, begun(way), "call", COACH) is None


def test_a_circle_visits_a_step_again_under_another_key() -> None:
    way = plan(
        ask("q", "split"), branch("split", {"answer": "q", "equals": "end", "next": "bye"}, otherwise="q"), say("bye")
    )
    progress = interpreter.answer(way, begun(way), "q", "more", NOW)
    progress = interpreter.part(way, progress, "split", {}, NOW)
    [again] = progress.active
    assert (again.path, again.visit) == ("q", 2)
    progress = interpreter.answer(way, progress, "q", "end", NOW)
    assert active(interpreter.part(way, progress, "split", {}, NOW)) == ["bye"]


def test_nothing_is_due_while_it_is_paused() -> None:
    way = plan(wait("night", "bye", hours=8), say("bye"))
    paused = interpreter.pause(begun(way))
    assert interpreter.next_due(paused) is None
    assert interpreter.pass_time(way, paused, NOW + timedelta(days=9)) == paused
    resumed = interpreter.pass_time(way, interpreter.resume(paused), NOW + timedelta(days=9))
    assert active(resumed) == ["bye"]


def test_a_journey_that_is_left_has_ended() -> None:
    way = plan(parallel("a", "b"), say("a"), say("b"), say("bye"))
    left = interpreter.leave(way, begun(way), NOW)
    assert (left.ended, left.active, interpreter.next_due(left)) == ("left", (), None)
    assert {outcome for _, outcome in outcomes(left)} == {"left"}


@pytest.mark.parametrize(
    ("step", "owner"),
    [
        (say("a"), "platform"),
        (say("a", ai_agent="general"), "ai_agent:general"),
        (use("a"), "ai_agent:general"),
        (ask("a"), "customer"),
        (CHECK_IN | {"id": "a", "next": None}, "role:coach"),
        (PROMISE | {"id": "a"}, "role:lead"),
        (wait("a", hours=1), "platform"),
    ],
)
def test_each_step_has_an_owner(step: dict[str, Any], owner: str) -> None:
    [record] = begun(plan(step)).records
    assert (record.owner, record.kind, record.visit) == (owner, step["kind"], 1)
