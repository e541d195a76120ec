"""`@require_approval` on a company's own activities: asked, decided, made once."""

import asyncio

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from guarding import ask, require_approval
from tests.gateway.conftest import Gateway
from tests.gateway.workers import running_workers
from tests.guarding import company
from tests.guarding.conftest import Shop, company_worker
from workflows.guarding.workflow import GuardedCallWorkflow


async def failure(handle: object) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as raised:
        await handle.result()  # type: ignore[attr-defined]
    assert isinstance(raised.value.cause, ActivityError)
    assert isinstance(raised.value.cause.cause, ApplicationError)
    return raised.value.cause.cause


async def test_an_approved_call_is_made_once_and_its_result_comes_back(shop: Shop) -> None:
    handle = await shop.refund(order="A-1001")
    call = await shop.call()
    assert company.done == []
    assert (call.activity, call.rule, call.reason) == ("refund", "refunds", "money leaves")
    assert call.arguments == ({"order": "A-1001", "amount": 49.5, "asked_by": ""},)
    assert call.approval
    assert call.approval.roles == ("approver",)
    answers = await asyncio.gather(*(shop.decide(call.call_id, person=who, action="approve") for who in ("bo", "cy")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await handle.result() == company.Refunded(order="A-1001", receipt="R-A-1001")
    assert company.done == [("A-1001", 49.5)]
    assert (await shop.call("done")).call_id == call.call_id


async def test_a_refused_call_fails_for_good_with_the_reason(shop: Shop) -> None:
    handle = await shop.refund()
    call = await shop.call()
    assert (await shop.decide(call.call_id, action="reject", reason="No receipt.")).json()["effect"] == "reject"
    error = await failure(handle)
    assert (error.type, error.non_retryable, error.message) == (
        "GuardedCallRejected",
        True,
        "bo refused it: No receipt.",
    )
    assert company.done == []
    assert (await shop.call("rejected")).closed_at


async def test_a_call_that_fails_is_not_made_again(shop: Shop) -> None:
    company.gates["A-7"] = "the bank is closed"
    handle = await shop.refund(order="A-7")
    call = await shop.call()
    await shop.decide(call.call_id, action="approve")
    error = await failure(handle)
    assert (error.type, error.message) == ("RuntimeError", "the bank is closed")
    assert len(company.done) == 1
    assert (await shop.call("failed")).call_id == call.call_id


async def test_nobody_approves_their_own_call(shop: Shop) -> None:
    handle = await shop.refund(asked_by="bo")
    call = await shop.call()
    assert (await shop.decide(call.call_id, action="approve")).status_code == 403
    assert (await shop.decide(call.call_id, person="cy", action="approve")).status_code == 200
    await handle.result()


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        ("approver", {"action": "edit", "text": "x"}, 422),
        ("approver", {"action": "edit"}, 400),
        ("approver", {"action": "take_over"}, 400),
        ("approver", {"action": "reject"}, 400),
        ("approver", {"action": "approve", "digest": "another"}, 409),
        ("human_agent", {"action": "approve"}, 403),
        ("viewer", {"action": "approve"}, 403),
    ],
)
async def test_what_decides_nothing_is_told(shop: Shop, role: str, body: dict[str, str], status: int) -> None:
    await shop.refund()
    call = await shop.call()
    answer = await shop.decide(call.call_id, role, **body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)
    assert company.done == []


async def test_what_is_refused_at_the_gate_is_noted_once(shop: Shop) -> None:
    await shop.refund()
    call = await shop.call()
    for _ in range(2):
        await shop.decide(call.call_id, "human_agent", "tom", action="approve", request_id="click-1")
    await shop.decide(call.call_id, "viewer", "vi", action="approve")
    await shop.decide(call.call_id, action="edit")
    auditor = await shop.platform.key("auditor")
    found = await shop.platform.http.get("/v1/audit", params={"kind": "guarded_call_refused"}, headers=auditor)
    told = [(one["actor"], one["data"]["action"], one["data"]["call_id"]) for one in found.json()]
    assert told == [("bo", "edit", call.call_id), ("vi", "approve", call.call_id), ("tom", "approve", call.call_id)]


async def test_a_call_of_another_organisation_is_not_there(shop: Shop) -> None:
    await shop.refund()
    call = await shop.call()
    other = await shop.platform.key("admin", organisation="another")
    http, path = shop.platform.http, f"/v1/guarded-calls/{call.call_id}"
    assert (await http.get(path, headers=other)).status_code == 404
    decision = await http.post(f"{path}/decisions", json={"action": "approve"}, headers=other)
    assert decision.status_code == 404
    assert (await http.get("/v1/guarded-calls", headers=other)).json() == []


async def test_somebody_else_is_asked(shop: Shop) -> None:
    handle = await shop.refund()
    call = await shop.call()
    assert (await shop.decide(call.call_id, action="reassign", assignee="dee")).json()["effect"] == "reassign"
    assert (await shop.decide(call.call_id, action="approve")).status_code == 403
    await shop.decide(call.call_id, person="dee", action="approve")
    await handle.result()


async def test_what_is_not_in_the_sample_runs_at_once_and_is_recorded(shop: Shop) -> None:
    result = await shop.platform.temporal.execute_workflow(
        company.VoucherWorkflow.run, "A-9", id="voucher-A-9", task_queue=company.QUEUE
    )
    assert (result, company.done) == ("V-A-9", [("A-9", 5.0)])
    call = await shop.call("unasked")
    assert (call.activity, call.arguments, call.approval) == ("send_voucher", ("A-9", 5.0), None)


async def test_a_call_waits_while_nobody_works(ruled: Gateway) -> None:
    """Neither the company's worker nor Holdfast's is there while people decide."""
    company.done.clear()
    shop = Shop(ruled)
    handle = await shop.refund(order="A-2")
    async with company_worker(ruled.temporal):
        async with running_workers(ruled.temporal, ruled.database):
            call = await shop.call()
        answer = await shop.decide(call.call_id, action="approve")
        assert (answer.status_code, answer.json()["state"]) == (202, "accepted")
    async with running_workers(ruled.temporal, ruled.database), company_worker(ruled.temporal):
        await handle.result()
    assert company.done == [("A-2", 49.5)]


async def test_a_rollout_wakes_what_waits(shop: Shop) -> None:
    handle = await shop.refund()
    call = await shop.call()
    waiting = shop.platform.temporal.get_workflow_handle(f"guarded-{call.call_id}")
    before = (await waiting.describe()).run_id
    await waiting.signal(GuardedCallWorkflow.roll_over)
    while (await waiting.describe()).run_id == before:  # noqa: ASYNC110 (Temporal tells nobody)
        await asyncio.sleep(0.05)
    assert (await shop.decide(call.call_id, action="approve")).status_code == 200
    await handle.result()
    assert len(company.done) == 1


async def test_a_tool_asks_and_hears_later(shop: Shop) -> None:
    order = company.Refund(order="A-3", amount=5)
    client = shop.platform.temporal
    asked = await ask(client, company.refund, order, key="A-3", task_queue=company.QUEUE)
    assert asked.outcome is None
    call = await shop.call()
    assert call.call_id == asked.call_id
    await shop.decide(call.call_id, action="approve")
    again = await ask(client, company.refund, order, key="A-3", task_queue=company.QUEUE, wait_seconds=30)
    assert again.outcome
    assert (again.outcome.state, again.outcome.result) == ("done", {"order": "A-3", "receipt": "R-A-3"})
    assert company.done == [("A-3", 5.0)]


async def test_an_activity_is_no_way_around(shop: Shop) -> None:
    with pytest.raises(RuntimeError, match="call it from a workflow"):
        await company.refund(company.Refund(order="A-4", amount=1))


def test_what_cannot_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        require_approval(rule="refunds", sample_rate=1.5)
    with pytest.raises(TypeError, match="async def"):
        require_approval(rule="refunds")(lambda: None)  # type: ignore[arg-type, return-value]


async def test_only_what_is_decorated_can_be_asked_for(shop: Shop) -> None:
    @activity.defn
    async def plain() -> None:
        """Without the decorator."""

    with pytest.raises(TypeError, match="@require_approval"):
        await ask(shop.platform.temporal, plain, key="k", task_queue=company.QUEUE)
