"""Guarded calls: kept once, decided once, ended once, and every attempt is in the audit trail."""

import pytest

from domain.approvals.approval import Approval
from domain.guarding.calls import (
    CallState,
    ClimbCallLadderInput,
    EndCallInput,
    GuardedCall,
    GuardedOutcome,
    RecordCallDecisionInput,
    approval_of,
    call_id_of,
)
from domain.specification.organisation import LadderRung
from domain.specification.people import Members
from storage.guarded_calls import GuardedCallRepository
from tests.storage.stage import NOW, ORGANISATION, Stage, decide, later

CALL = GuardedCall(
    call_id=call_id_of("one"),
    organisation=ORGANISATION,
    activity="refund",
    task_queue="payments",
    arguments=("A-1", {"amount": 49.5}),
    rule="refunds",
    reason="money leaves",
)
APPROVAL: Approval = approval_of(CALL, None, Members(), NOW)
NAMES = {"organisation": ORGANISATION, "call_id": CALL.call_id}


@pytest.fixture
def calls(stage: Stage) -> GuardedCallRepository:
    return GuardedCallRepository(stage.database)


def decided(effect: str, state: CallState, *, refused: str | None = None, by: str = "d1") -> RecordCallDecisionInput:
    decision = decide(decision_id=by).model_copy(update={"approval_id": CALL.call_id})
    return RecordCallDecisionInput.model_validate(
        {**NAMES, "decision": decision, "effect": effect, "refused": refused, "state": state, "approval": APPROVAL}
    )


def ended(state: str) -> EndCallInput:
    outcome = GuardedOutcome.model_validate({"state": state})
    return EndCallInput(organisation=ORGANISATION, call_id=CALL.call_id, outcome=outcome)


async def audited(stage: Stage) -> list[str]:
    rows = await stage.database.fetch("SELECT kind FROM audit_events WHERE kind LIKE 'guarded%' ORDER BY event_id")
    return [row["kind"].removeprefix("guarded_call_") for row in rows]


async def test_a_call_is_kept_once_with_all_that_people_need(stage: Stage, calls: GuardedCallRepository) -> None:
    for _ in range(2):
        assert await calls.open(CALL, "waiting", APPROVAL, NOW) == "waiting"
    view = await calls.get(CALL.call_id)
    assert view
    assert (view.arguments, view.digest, view.approval) == (CALL.arguments, CALL.digest, APPROVAL)
    assert await calls.list(ORGANISATION, "waiting", 10) == [view]
    assert await calls.list("another", None, 10) == []
    assert await calls.list(ORGANISATION, None, 10, NOW) == []
    assert await audited(stage) == ["waiting"]
    assert await calls.get("gc-unknown") is None


async def test_each_decision_counts_once_and_the_first_end_stays(stage: Stage, calls: GuardedCallRepository) -> None:
    await calls.open(CALL, "waiting", APPROVAL, NOW)
    await calls.record_decision(decided("refused", "waiting", refused="Not you."), NOW)
    for _ in range(2):
        await calls.record_decision(decided("call", "approved", by="d2"), later(1))
    assert await calls.open(CALL, "waiting", APPROVAL, NOW) == "approved"
    for state in ("done", "failed"):
        await calls.end(ended(state), later(2))
    view = await calls.get(CALL.call_id)
    assert view
    assert (view.state, view.closed_at) == ("done", later(2))
    assert [(one.effect, one.refused) for one in await calls.decisions(CALL.call_id)] == [
        ("refused", "Not you."),
        ("call", None),
    ]
    assert (await calls.decision(CALL.call_id, "d2")) is not None
    assert (await calls.decision(CALL.call_id, "d3")) is None
    assert await audited(stage) == ["waiting", "decided", "decided", "done"]


async def test_each_rung_counts_once(stage: Stage, calls: GuardedCallRepository) -> None:
    await calls.open(CALL, "waiting", APPROVAL, NOW)
    rung = LadderRung(after_minutes=30, action="widen", roles=("admin",))
    climbed = APPROVAL.climb(rung, Members())
    for _ in range(2):
        await calls.climb_ladder(
            ClimbCallLadderInput(organisation=ORGANISATION, call_id=CALL.call_id, approval=climbed, step=rung), NOW
        )
    view = await calls.get(CALL.call_id)
    assert view
    assert view.approval == climbed
    assert await audited(stage) == ["waiting", "widened"]


async def test_what_was_not_in_the_sample_is_over_at_once(stage: Stage, calls: GuardedCallRepository) -> None:
    assert await calls.open(CALL, "unasked", None, NOW) == "unasked"
    view = await calls.get(CALL.call_id)
    assert view
    assert (view.state, view.approval, view.closed_at) == ("unasked", None, NOW)
    assert await audited(stage) == ["unasked"]
