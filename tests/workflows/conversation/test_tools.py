"""Tools that write: after the gate, once, before the reply; what stops them and what follows when they fail."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, TakeOver
from domain.conversation.turn import Evidence
from domain.tools.actions import ProposedAction
from domain.tools.calls import CalledTool
from tests.workflows.conftest import ANNA, BEN, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

REFUND = ProposedAction(
    server="shop", tool="refund", arguments={"order_id": "A-1001", "amount": 49.5}, amount=Decimal("49.5")
)
VOUCHER = ProposedAction(server="shop", tool="issue_voucher", arguments={"order_id": "A-1001", "amount": 10})
ALONE = SURE.model_copy(update={"action": "within_limit", "amount": REFUND.amount})
WAITS = SURE.model_copy(update={"action": "needs_approval", "amount": REFUND.amount})


def proposing(*actions: ProposedAction, evidence: Evidence = ALONE, policy: Policy | None = None) -> FakeActivities:
    fakes = FakeActivities(policy, evidence)
    fakes.actions = actions
    return fakes


async def decide(conversation: Conversation, action: str = "approve", by: Person = ANNA, **more: Any) -> None:
    approval = conversation.fakes.approvals[-1].approval
    fields = {"request_id": f"{action}-{by.id}", "by": by, "action": action, "approval_id": approval.approval_id}
    await conversation.ask(DecideApproval.model_validate({**fields, **more}))


def ran(fakes: FakeActivities) -> list[str]:
    """Which tools were used and which replies left, in order."""
    return [name for name in fakes.log if name in {"call_tool", "deliver_message"}]


async def test_tools_within_their_limit_are_used_one_after_the_other_and_then_the_reply_leaves(
    converse: Converse,
) -> None:
    async with converse(proposing(REFUND, VOUCHER)) as conversation:
        await conversation.says("refund me 49.50", "m1")
        state = await conversation.answered(1)
        fakes = conversation.fakes
        assert ran(fakes) == ["call_tool", "call_tool", "deliver_message"]
        draft_id = fakes.deliveries[0].draft_id
        assert [call.call_key for call in fakes.called] == [f"{draft_id}-tool-1", f"{draft_id}-tool-2"]
        assert [call.action for call in fakes.called] == [REFUND, VOUCHER]
        assert all(call.closure is None and call.expected_revision == 1 and call.record for call in fakes.called)
        assert state.customer_context.fetched is None


async def test_what_a_tool_changed_is_fetched_anew(converse: Converse) -> None:
    async with converse(proposing(REFUND)) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.answered(1)
        conversation.fakes.actions = ()
        await conversation.says("and where is my order?", "m2")
        await conversation.answered(2)
        await conversation.says("thanks", "m3")
        await conversation.answered(3)
        assert conversation.fakes.log.count("fetch_customer_context") == 2


@pytest.mark.parametrize("status", ["failed", "in_doubt"])
async def test_a_tool_that_did_not_do_it_brings_a_person(converse: Converse, status: Any) -> None:
    fakes = proposing(REFUND, VOUCHER)
    fakes.tool_says = [CalledTool(status=status, text="No.", at=datetime.now(UTC))]
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert (state.lifecycle.escalation_reason, len(fakes.called)) == ("tool_failed", 1)
        assert (fakes.delivered, fakes.escalations[0].draft_id) == ([], fakes.called[0].draft_id)


async def test_an_error_that_stays_brings_a_person(converse: Converse) -> None:
    fakes = proposing(REFUND)
    fakes.failures["call_tool"] = [ApplicationError("changed", type="ConflictError")]
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "tool_failed"
        assert fakes.delivered == []


async def test_an_attempt_that_fails_is_made_again_with_the_same_key(converse: Converse) -> None:
    fakes = proposing(REFUND)
    fakes.failures["call_tool"] = [ApplicationError("away", type="UnavailableError")]
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.answered(1)
        assert len(fakes.called) == 2
        assert len({call.call_key for call in fakes.called}) == 1


async def test_a_message_before_the_claim_stops_the_tool(converse: Converse) -> None:
    fakes = proposing(REFUND)
    gate = fakes.hold("call_tool")
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await gate.reached.wait()
        fakes.actions = ()
        await conversation.says("no, leave it", "m2")
        await conversation.until(lambda _: "m2" in fakes.recorded)
        gate.opened.set()
        await conversation.answered(2)
        assert fakes.done == {}
        assert [input.draft_id for input in fakes.deliveries] == [fakes.generated[1].draft_id]


async def test_a_takeover_before_the_claim_stops_the_tool(converse: Converse) -> None:
    fakes = proposing(REFUND)
    gate = fakes.hold("call_tool")
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await conversation.until(lambda s: not s.owned_by_ai)
        gate.opened.set()
        await conversation.settled()
        assert (fakes.done, fakes.deliveries, fakes.escalations) == ({}, [], [])


async def test_a_message_after_the_claim_stops_the_reply_only(converse: Converse) -> None:
    fakes = proposing(REFUND)
    async with converse(fakes) as conversation:
        gate = fakes.hold_result("call_tool")
        await conversation.says("refund me", "m1")
        await gate.reached.wait()
        fakes.actions = ()
        await conversation.says("is it done?", "m2")
        await conversation.until(lambda _: "m2" in fakes.recorded)
        gate.opened.set()
        await conversation.answered(2)
        assert len(fakes.done) == 1
        assert [input.draft_id for input in fakes.deliveries] == [fakes.generated[1].draft_id]


async def test_a_burst_is_waited_for_before_anything_is_done(converse: Converse) -> None:
    policy = Policy(default_ai_agent="general", burst_window_seconds={"web_chat": 3600})
    fakes = proposing(REFUND, policy=policy)
    async with converse(fakes) as conversation:
        await conversation.says("refund A-1001", "m1")
        await conversation.until(lambda s: s.answering.ai_agent is not None)
        fakes.actions = ()
        await conversation.says("sorry, leave it", "m2")
        await conversation.until(lambda _: len(fakes.deliveries) == 1)
        assert fakes.called == []
        assert fakes.deliveries[0].draft_id == fakes.generated[1].draft_id


async def test_above_its_limit_a_tool_waits_for_approval_and_runs_once(converse: Converse) -> None:
    fakes = proposing(REFUND, VOUCHER, evidence=WAITS)
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        asked = fakes.approvals[0].approval
        assert (asked.actions, asked.reason, fakes.called) == ((REFUND, VOUCHER), "action", [])
        await decide(conversation)
        await decide(conversation, by=BEN)
        state = await conversation.until(lambda _: len(fakes.decisions) == 1)
        assert ran(fakes) == ["call_tool", "call_tool", "deliver_message"]
        assert [call.closure.decision.by for call in fakes.called if call.closure] == [ANNA, ANNA]
        assert fakes.deliveries[0].closure is None
        assert fakes.decisions[0].effect == "refused"
        assert (state.approval, state.status, state.customer_context.fetched) == (None, Status.OPEN, None)


async def test_an_edit_changes_the_text_and_not_what_is_done(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=WAITS)
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        await decide(conversation, "edit", text="We pay it back.")
        await conversation.until(lambda s: s.approval is None)
        await conversation.until(lambda _: len(fakes.delivered) == 1)
        assert (fakes.called[0].action, fakes.deliveries[0].text) == (REFUND, "We pay it back.")


async def test_what_was_rejected_never_runs(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=WAITS)
    fakes.evidences = [WAITS, SURE]
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        fakes.actions = ()
        await decide(conversation, "reject", reason="not without the invoice")
        await conversation.answered(2)
        assert fakes.called == []
        assert len(fakes.delivered) == 1


async def test_a_takeover_leaves_what_was_proposed_undone(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=WAITS)
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        await decide(conversation, "take_over")
        await conversation.until(lambda s: not s.owned_by_ai)
        assert (fakes.called, fakes.deliveries) == ([], [])


async def test_an_approved_tool_that_fails_is_told_to_who_approved_and_to_a_person(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=WAITS)
    fakes.tool_says = [CalledTool(status="in_doubt", at=datetime.now(UTC))]
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        await decide(conversation)
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        assert state.lifecycle.escalation_reason == "tool_failed"
        assert (fakes.delivered, [one.effect for one in fakes.decisions]) == ([], ["refused"])


async def test_an_approval_that_the_customer_overtakes_does_nothing(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=WAITS)
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await conversation.asked(1)
        gate = fakes.hold("call_tool")
        await decide(conversation)
        await gate.reached.wait()
        fakes.actions, fakes.evidence = (), SURE
        await conversation.says("no, leave it", "m2")
        await conversation.until(lambda _: "m2" in fakes.recorded)
        gate.opened.set()
        await conversation.answered(2)
        assert fakes.done == {}
        assert [one.effect for one in fakes.decisions] == ["refused"]
        assert [input.draft_id for input in fakes.deliveries] == [fakes.generated[1].draft_id]


async def test_a_question_back_does_nothing(converse: Converse) -> None:
    fakes = proposing(REFUND, evidence=ALONE.model_copy(update={"ambiguous": True}))
    async with converse(fakes) as conversation:
        await conversation.says("refund", "m1")
        await conversation.answered(1)
        assert (fakes.called, fakes.deliveries[0].kind) == ([], "clarification")


async def test_a_store_that_knows_better_is_believed(converse: Converse) -> None:
    fakes = proposing(REFUND)
    gate = fakes.hold("call_tool")
    async with converse(fakes) as conversation:
        await conversation.says("refund me", "m1")
        await gate.reached.wait()
        fakes.revision = 7
        fakes.opened = fakes.opened.model_copy(update={"revision": 7, "turn": 7})
        gate.opened.set()
        await conversation.answered(8)
        assert [call.expected_revision for call in fakes.called] == [1, 7]
        assert len(fakes.delivered) == 1
