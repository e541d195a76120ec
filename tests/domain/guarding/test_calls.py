"""What is asked about a call, and what a decision does to it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.conversation.ownership import Person
from domain.conversation.requests import DecideApproval
from domain.guarding.calls import (
    GuardedCall,
    GuardedRun,
    OpenedCall,
    approval_of,
    call_id_of,
    guarded_workflow_id,
    judge_call,
    rejected,
)
from domain.specification.organisation import ApprovalRule, LadderRung
from domain.specification.people import Members

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULE = ApprovalRule(id="refunds", roles=("approver",), exclude_requester=True)
BO = Person(id="bo", roles=("approver",))


def call(**changes: Any) -> GuardedCall:
    fields = {"call_id": call_id_of("a", "b"), "organisation": "shop", "activity": "refund", "task_queue": "q"}
    return GuardedCall.model_validate({**fields, "rule": "refunds", "arguments": ("A-1", 5), **changes})


def decision(action: str = "approve", by: Person = BO, **more: Any) -> DecideApproval:
    fields = {"request_id": f"{action}-{by.id}", "by": by, "approval_id": call().call_id, "action": action}
    return DecideApproval.model_validate({**fields, **more})


def test_an_id_is_the_same_for_the_same_call_and_tells_nothing_of_it() -> None:
    assert call_id_of("a", "b") == call_id_of("a", "b") != call_id_of("ab", "")
    assert guarded_workflow_id(call().call_id) == f"guarded-{call().call_id}"


def test_another_argument_is_another_digest() -> None:
    assert call().digest == call(reason="other words").digest
    assert len({call().digest, call(arguments=("A-1", 6)).digest, call(activity="pay").digest}) == 3


def test_the_rule_says_who_decides_and_leads_do_where_there_is_none() -> None:
    approval = approval_of(call(requester="bo"), RULE, Members(), NOW)
    assert (approval.roles, approval.rule, approval.requester) == (("approver",), "refunds", "bo")
    assert approval.text == 'refund("A-1", 5)'
    assert approval_of(call(), None, Members(), NOW).roles == ("lead",)


@pytest.mark.parametrize(
    ("request_", "effect"),
    [
        (decision(), "send"),
        (decision("reject", reason="no"), "redraft"),
        (decision("reassign", assignee="dee"), "reassign"),
        (decision("edit", text="x"), "refused"),
        (decision("take_over"), "refused"),
        (decision(digest="other"), "refused"),
        (decision(by=Person(id="vi", roles=("viewer",))), "refused"),
        (decision("reject"), "refused"),
    ],
)
def test_a_decision_approves_rejects_or_reassigns(request_: DecideApproval, effect: str) -> None:
    assert judge_call(approval_of(call(), RULE, Members(), NOW), request_).effect == effect


def test_nobody_approves_their_own_call_and_nothing_is_decided_twice() -> None:
    own = approval_of(call(requester="bo"), RULE, Members(), NOW)
    assert judge_call(own, decision()).effect == "refused"
    assert judge_call(None, decision()).refused == "This call was decided already. Look at it again."


def test_whoever_called_is_told_who_refused_and_why() -> None:
    outcome = rejected(decision("reject", reason="No receipt."))
    assert (outcome.state, outcome.message) == ("rejected", "bo refused it: No receipt.")


def test_a_run_keeps_each_decision_once_and_knows_when_to_remind() -> None:
    run = GuardedRun(call=call())
    assert (run.approval, run.ladder_due()) == (None, None)
    with pytest.raises(RuntimeError, match="not open"):
        run.keep(approval_of(call(), RULE, Members(), NOW))
    ladder = (LadderRung(after_minutes=30, action="remind"),)
    approval = approval_of(call(), RULE, Members(), NOW)
    run.opened = OpenedCall(state="waiting", approval=approval, ladder=ladder)
    assert run.ladder_due() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    run.keep(approval.climb(ladder[0], Members()))
    assert run.ladder_due() is None
    for _ in range(2):
        run.receive(decision())
    assert run.next_request() == decision()
    assert run.requests == ()
    run.decided = decision()
    assert run.approval is None
