import asyncio
from decimal import Decimal
from typing import Any

import pytest

from domain.conversation.activity_models import ApprovalClosure
from domain.conversation.ownership import Owner
from domain.conversation.turn import DecisionRecord, Outcome
from domain.errors import NotFoundError
from domain.tools.actions import ProposedAction
from domain.tools.calls import CalledTool, CallToolInput
from storage.tool_calls import ToolCallRepository
from tests.organisation import VERSION
from tests.storage.stage import ANNA, CONVERSATION, NAMES, NOW, Stage, approval, decide, later, ownership, record

REFUND = ProposedAction(
    server="shop", tool="refund", arguments={"order_id": "A-1001", "amount": 49.5}, amount=Decimal("49.5")
)


def call(key: str = "call-1", **rest: Any) -> CallToolInput:
    fields: dict[str, Any] = {
        "spec_hash": VERSION.content_hash,
        "ai_agent": "service",
        "call_key": key,
        "action": REFUND,
        "draft_id": "draft-1",
        "expected_revision": 1,
    }
    return CallToolInput.model_validate({**NAMES, **fields, **rest})


@pytest.fixture
async def calls(stage: Stage) -> ToolCallRepository:
    """With a draft at revision 1."""
    await stage.drafted()
    return ToolCallRepository(stage.database)


async def test_a_call_is_claimed_once_and_settled_once(stage: Stage, calls: ToolCallRepository) -> None:
    assert (await calls.claim(call(), NOW)).status == "claimed"
    assert (await calls.claim(call(), NOW)).status == "unfinished"
    settled = await calls.settle("call-1", "done", "49.5 EUR are paid back.", later(1))
    assert settled == CalledTool(status="done", text="49.5 EUR are paid back.", at=later(1))
    assert await calls.settle("call-1", "in_doubt", "", later(2)) == settled
    known = await calls.claim(call(), later(3))
    assert (known.status, known.called) == ("known", settled)
    assert [kind for kind in await stage.events() if kind.startswith("tool")] == ["tool_call_claimed", "tool_call_done"]


async def test_of_many_at_once_one_claims(calls: ToolCallRepository) -> None:
    claims = await asyncio.gather(*(calls.claim(call(), NOW) for _ in range(8)))
    assert sorted(claim.status for claim in claims) == ["claimed", *["unfinished"] * 7]


async def test_what_is_recorded_names_the_tool_and_not_what_it_was_told(
    stage: Stage, calls: ToolCallRepository
) -> None:
    await calls.claim(call(), NOW)
    claimed = next(e for e in await stage.audit.events(CONVERSATION) if e.kind == "tool_call_claimed")
    assert claimed.data == {"call_key": "call-1", "server": "shop", "tool": "refund"}
    row = await stage.database.fetchrow("SELECT * FROM tool_calls")
    assert row is not None
    assert ProposedAction.model_validate(row["action"]) == REFUND


async def test_a_conversation_that_moved_on_refuses(stage: Stage, calls: ToolCallRepository) -> None:
    await stage.drafted("draft-2", revision=2)
    refused = await calls.claim(call(), NOW)
    assert refused.called == CalledTool(status="refused", text="moved_on", at=NOW)
    assert "tool_call_refused" in await stage.events()
    assert await stage.database.fetchval("SELECT count(*) FROM tool_calls") == 0


@pytest.mark.parametrize(("owner", "status"), [(ANNA, "refused"), (Owner(kind="ai_agent", id="service"), None)])
async def test_after_a_takeover_nothing_is_done(
    stage: Stage, calls: ToolCallRepository, owner: Owner, status: str | None
) -> None:
    await stage.conversations.change_ownership(ownership(owner, revision=1), NOW)
    claim = await calls.claim(call(expected_revision=None), NOW)
    assert (claim.called.status if claim.called else None) == status


async def test_the_claim_closes_the_approval_that_it_carries_out(stage: Stage) -> None:
    calls = ToolCallRepository(stage.database)
    await stage.awaiting_approval()
    closure = ApprovalClosure(approval=approval(), decision=decide())
    assert (await calls.claim(call(closure=closure), NOW)).status == "claimed"
    assert await stage.approval_state() == "approved"
    assert (await stage.conversation()).status == "open"
    assert (await calls.claim(call("call-2", closure=closure), NOW)).status == "claimed"
    other = ApprovalClosure(approval=approval(), decision=decide(decision_id="decision-2"))
    late = await calls.claim(call("call-3", closure=other), NOW)
    assert late.called == CalledTool(status="refused", text="approval_closed", at=NOW)


async def test_an_approved_call_that_reached_nobody_may_be_tried_again(stage: Stage) -> None:
    calls = ToolCallRepository(stage.database)
    await stage.awaiting_approval()
    approved = call(closure=ApprovalClosure(approval=approval(), decision=decide()))
    await calls.claim(approved, NOW)
    await calls.release("call-1")
    assert (await calls.claim(approved, NOW)).status == "claimed"


async def test_the_first_call_of_a_draft_keeps_what_was_decided_about_it(
    stage: Stage, calls: ToolCallRepository
) -> None:
    decided = record(Outcome.SEND)
    for key in ("call-1", "call-2"):
        assert (await calls.claim(call(key, record=decided), NOW)).status == "claimed"
    kept = await stage.database.fetchval("SELECT record FROM turns WHERE draft_id = 'draft-1'")
    assert DecisionRecord.model_validate(kept) == decided
    assert (await stage.events()).count("turn_decided") == 1


async def test_calls_are_read_in_the_order_in_which_they_began(calls: ToolCallRepository) -> None:
    await calls.claim(call(), NOW)
    await calls.claim(call("call-2"), later(1))
    await calls.settle("call-1", "failed", "There is no such order.", later(2))
    first, second = await calls.of(CONVERSATION)
    assert (first.call_key, first.state, first.result) == ("call-1", "failed", "There is no such order.")
    assert (second.call_key, second.state, second.action, second.draft_id) == ("call-2", "claimed", REFUND, "draft-1")


async def test_a_claim_that_reached_nobody_is_given_up(calls: ToolCallRepository) -> None:
    await calls.claim(call(), NOW)
    await calls.release("call-1")
    assert (await calls.claim(call(), NOW)).status == "claimed"
    await calls.settle("call-1", "failed", "There is no such order.", NOW)
    await calls.release("call-1")
    assert (await calls.claim(call(), NOW)).status == "known"


async def test_nothing_is_settled_without_a_claim(calls: ToolCallRepository) -> None:
    with pytest.raises(NotFoundError, match="call-1"):
        await calls.settle("call-1", "done", "", NOW)
