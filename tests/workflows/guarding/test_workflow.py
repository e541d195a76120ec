"""A guarded call waits for people, however long, and is made once: against a real server."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.guarding.calls import OpenedCall
from tests.workflows.guarding.fakes import ANNA, BEN, FakeGuarding, holding
from workflows.guarding.workflow import GuardedCallWorkflow


async def test_an_approved_call_is_made_and_whoever_called_is_told(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding()
    async with holding(environment, fakes) as held:
        await held.decide()
        outcome = await held.handle.result()
    assert (outcome.state, outcome.result, fakes.made) == ("done", "R-A-1", ["A-1"])
    assert [one.outcome for one in fakes.ends] == [outcome]
    assert [(one.effect, one.state) for one in fakes.decisions] == [("call", "approved")]


async def test_two_must_agree_where_the_rule_says_so(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding(approvers=2)
    async with holding(environment, fakes) as held:
        await held.decide()
        await held.decide(request_id="again")
        await held.until(lambda _: len(fakes.decisions) == 2)
        assert fakes.made == []
        await held.decide(by=BEN)
        await held.handle.result()
    assert [one.effect for one in fakes.decisions] == ["wait_for_more", "refused", "call"]
    assert fakes.made == ["A-1"]


async def test_people_are_reminded_and_it_waits_for_months_and_over_a_rollout(
    environment: WorkflowEnvironment,
) -> None:
    fakes = FakeGuarding()
    async with holding(environment, fakes) as held:
        await held.until(lambda run: run.opened is not None)
        await held.env.fast_forward(held.handle, timedelta(minutes=31))
        await held.until(lambda _: len(fakes.ladder) == 1)
        await held.env.fast_forward(held.handle, timedelta(minutes=31))
        await held.until(lambda _: len(fakes.ladder) == 2)
        await held.handle.signal(GuardedCallWorkflow.roll_over)
        await held.env.fast_forward(held.handle, timedelta(days=90))
        assert (fakes.made, fakes.ends) == ([], [])
        await held.decide()
        assert (await held.handle.result()).state == "done"
    assert [one.step.action for one in fakes.ladder] == ["remind", "widen"]
    assert fakes.ladder[-1].approval.roles == ("approver", "lead")


@pytest.mark.parametrize("action", ["edit", "take_over"])
async def test_what_is_for_drafts_only_decides_no_call(environment: WorkflowEnvironment, action: str) -> None:
    fakes = FakeGuarding()
    async with holding(environment, fakes) as held:
        await held.decide(action, text="x")
        await held.until(lambda _: len(fakes.decisions) == 1)
        (told,) = fakes.decisions
        assert (told.effect, told.state) == ("refused", "waiting")
        assert "approved or rejected" in (told.refused or "")
        await held.decide("reject", reason="no")
        assert (await held.handle.result()).message == "anna refused it: no"
    assert fakes.made == []


async def test_an_attempt_that_does_not_say_how_it_ended_is_not_repeated(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding(hangs=True)
    async with holding(environment, fakes, timeout=timedelta(seconds=1)) as held:
        await held.decide()
        outcome = await held.handle.result()
    assert (outcome.state, outcome.error, fakes.made) == ("in_doubt", "GuardedCallInDoubt", ["A-1"])


async def test_a_call_that_ended_before_is_never_made_again(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding(known=OpenedCall(state="done"))
    async with holding(environment, fakes) as held:
        outcome = await held.handle.result()
    assert (outcome.state, fakes.made) == ("in_doubt", [])


async def test_nobody_is_asked_about_a_call_that_is_not_in_the_sample(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding()
    async with holding(environment, fakes, asks=False) as held:
        assert (await held.handle.result()).state == "unasked"
    assert (fakes.made, fakes.ends) == ([], [])


async def test_the_same_decision_counts_once(environment: WorkflowEnvironment) -> None:
    fakes = FakeGuarding(approvers=2)
    async with holding(environment, fakes) as held:
        for _ in range(2):
            await held.decide(by=ANNA)
        await held.decide(by=BEN)
        await held.handle.result()
    assert len(fakes.decisions) == 2
