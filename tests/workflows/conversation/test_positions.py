"""What the store is given with a step is what the state becomes."""

from typing import Any

from domain.conversation.ownership import Owner, Person, Position, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval
from domain.specification.organisation import ApprovalRule
from domain.tools.actions import ProposedAction
from tests.workflows.conftest import ANNA, BEN, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities

SUPERVISED = SURE.model_copy(update={"supervised": True})
ASKS_FOR_PERSON = SURE.model_copy(update={"asks_for_person": True})
REFUND = ProposedAction(server="shop", tool="refund", arguments={"order_id": "A-1001"})
TWO_APPROVERS = Policy(
    default_ai_agent="general", approval_rules=(ApprovalRule(id="two", approvers=2, roles=("approver",)),)
)
AI = Owner(kind="ai_agent", id="general")


def at(status: Status, revision: int, owner: Owner = AI) -> Position:
    return Position(owner=owner, status=status, revision=revision)


async def decide(conversation: Conversation, action: str, by: Person = ANNA, **more: Any) -> None:
    approval_id = conversation.fakes.approvals[-1].approval.approval_id
    fields = {"request_id": f"{action}-{by.id}", "by": by, "action": action, "approval_id": approval_id}
    await conversation.ask(DecideApproval.model_validate(fields | more))


async def test_an_escalation_gives_the_queue(converse: Converse) -> None:
    async with converse(FakeActivities(evidence=ASKS_FOR_PERSON)) as conversation:
        await conversation.says("a person, please")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        [escalated] = conversation.fakes.escalations
        assert escalated.after == state.lifecycle.position == at(Status.WITH_HUMAN, 2, Owner(kind="human_agent"))


async def test_an_approved_reply_gives_what_the_closed_approval_leaves(converse: Converse) -> None:
    async with converse(FakeActivities(evidence=SUPERVISED)) as conversation:
        await conversation.says("refund me")
        asked = await conversation.asked(1)
        assert conversation.fakes.approvals[0].after == asked.lifecycle.position == at(Status.AWAITING_APPROVAL, 1)
        await decide(conversation, "approve")
        state = await conversation.until(lambda s: s.approval is None)
        closure = conversation.fakes.deliveries[0].closure
        assert closure is not None
        assert closure.after == state.lifecycle.position == at(Status.OPEN, 1)


async def test_an_approved_tool_gives_what_the_closed_approval_leaves(converse: Converse) -> None:
    fakes = FakeActivities(evidence=SURE.model_copy(update={"action": "needs_approval"}))
    fakes.actions = (REFUND, REFUND)
    async with converse(fakes) as conversation:
        await conversation.says("refund me twice")
        await conversation.asked(1)
        await decide(conversation, "approve")
        await conversation.until(lambda _: len(fakes.delivered) == 1)
        assert [call.closure and call.closure.after for call in fakes.called] == [at(Status.OPEN, 1)] * 2
        assert fakes.deliveries[0].closure is None


async def test_decisions_give_what_they_leave(converse: Converse) -> None:
    async with converse(FakeActivities(TWO_APPROVERS, SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.asked(1)
        await decide(conversation, "reassign", assignee="ben")
        await decide(conversation, "edit", BEN, text="Within 14 days.")
        await conversation.until(lambda s: s.approval is not None and s.approval.requester == "ben")
        edited = conversation.fakes.decisions[-1].approval
        assert edited is not None
        await decide(conversation, "reject", reason="name the days", approval_id=edited.approval_id)
        await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
        await decide(conversation, "take_over")
        state = await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        given = {decided.effect: decided.after for decided in conversation.fakes.decisions}
        assert given == {
            "reassign": None,
            "reapprove_edit": at(Status.AWAITING_APPROVAL, 1),
            "redraft": at(Status.OPEN, 1),
            "take_over": at(Status.OPEN, 2),
        }
        assert conversation.fakes.owner == state.owner == Owner(kind="human_agent", id="anna")
