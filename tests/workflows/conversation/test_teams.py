"""Teams and skills are enforced by the conversation itself, whoever decides and by whatever way."""

from datetime import timedelta

from domain.conversation.ownership import Status
from domain.specification.organisation import ApprovalRule, LadderRung
from domain.specification.people import Members
from tests.workflows.conftest import ANNA, BEN, Converse
from tests.workflows.conversation.test_workflow import SUPERVISED, decision, fakes

MEMBERS = Members(teams={"money": ("anna",)}, skills={"law": ("ben",)})
RULES = (ApprovalRule(id="money", team="money"),)
LADDER = (LadderRung(after_minutes=60, action="widen", skill="law"),)


async def test_the_role_alone_is_not_enough_until_the_ladder_asks_more_people(converse: Converse) -> None:
    waiting = fakes(SUPERVISED, approval_rules=RULES, ladder=LADDER, members=MEMBERS)
    async with converse(waiting) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "approve", BEN))
        await conversation.until(lambda s: len(conversation.fakes.decisions) == 1)
        refused = conversation.fakes.decisions[0].refused
        assert refused == "Only people with the role approver in the team money may decide this approval."

        await conversation.pass_time(timedelta(hours=2))
        groups = [(group.team, group.skill, group.people) for group in conversation.fakes.ladder[-1].approval.groups]
        assert groups == [("money", None, ("anna",)), (None, "law", ("ben",))]
        assert conversation.fakes.delivered == []
        await conversation.ask(decision(conversation, "approve", BEN, request_id="again"))
        await conversation.until(lambda s: s.approval is None)
        assert len(conversation.fakes.delivered) == 1


async def test_a_member_approves(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED, approval_rules=RULES, members=MEMBERS)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        await conversation.ask(decision(conversation, "approve", ANNA))
        state = await conversation.until(lambda s: s.approval is None)
        assert (state.status, len(conversation.fakes.delivered)) == (Status.OPEN, 1)


async def test_what_waits_for_people_says_whose_people_they_are(converse: Converse) -> None:
    async with converse(fakes(SUPERVISED)) as conversation:
        await conversation.says("refund me")
        await conversation.until(lambda s: s.approval is not None)
        assert conversation.fakes.approvals[-1].spec_hash == "0" * 64
