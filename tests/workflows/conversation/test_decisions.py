"""Decisions beside approve, edit and reject: answering oneself, putting it off, giving it back, calling it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval
from domain.delivery.channels import ChannelTraits
from domain.specification.organisation import ApprovalRule, LadderRung
from tests.workflows.conftest import ANNA, BEN, Conversation, Converse
from tests.workflows.fakes import SURE, FakeActivities, Gate

SUPERVISED = SURE.model_copy(update={"supervised": True})
PUSHED = {"web_chat": ChannelTraits(stored=False)}
TWO = (ApprovalRule(id="two", approvers=2),)
REMINDING = (LadderRung(after_minutes=30, action="remind"), LadderRung(after_minutes=90, action="remind"))


def fakes(**policy: Any) -> FakeActivities:
    return FakeActivities(Policy(default_ai_agent="general", **policy), SUPERVISED)


async def decide(conversation: Conversation, action: str, by: Person = ANNA, **fields: Any) -> None:
    """About the approval that is open now, or the one named."""
    if "approval_id" not in fields:
        approval = (await conversation.state()).approval
        assert approval
        fields["approval_id"] = approval.approval_id
    values = {"request_id": f"{by.id}-{action}", "by": by, "action": action} | fields
    await conversation.ask(DecideApproval.model_validate(values))


async def waiting(conversation: Conversation) -> str:
    await conversation.says("refund me")
    state = await conversation.until(lambda s: s.approval is not None)
    assert state.approval
    return state.approval.approval_id


async def approved(conversation: Conversation) -> tuple[str, Gate]:
    """An approved draft that its vendor neither takes nor refuses until the gate is opened."""
    approval_id = await waiting(conversation)
    await conversation.until(lambda s: s.waiting.told_to_wait)
    gate = conversation.fakes.hold("deliver_message")
    await decide(conversation, "approve")
    await gate.reached.wait()
    return approval_id, gate


def effects(conversation: Conversation) -> list[tuple[str, str]]:
    return [(made.decision.request_id, made.effect) for made in conversation.fakes.decisions]


async def test_who_answers_instead_owns_the_conversation_and_the_draft_is_dropped(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await waiting(conversation)
        await decide(conversation, "answer", text="I looked: it is on its way.", via="console")
        state = await conversation.until(lambda s: len(conversation.fakes.delivered) == 1 and s.approval is None)
    (sent,) = conversation.fakes.deliveries
    assert (sent.kind, sent.text, sent.author_id, sent.via) == (
        "human_reply", "I looked: it is on its way.", "anna", "console",
    )  # fmt: skip
    assert (state.owner, state.status) == (Owner(kind="human_agent", id="anna"), Status.WITH_HUMAN)
    assert effects(conversation) == [("anna-answer", "answer")]


async def test_reminders_wait_for_the_end_of_a_snooze_and_keep_their_distance(converse: Converse) -> None:
    async with converse(fakes(ladder=REMINDING)) as conversation:
        await waiting(conversation)
        until = datetime.now(UTC) + timedelta(hours=5)
        await decide(conversation, "snooze", until=until)
        state = await conversation.until(lambda s: s.approval is not None and s.approval.snoozed is not None)
        assert state.status is Status.AWAITING_APPROVAL
        await conversation.pass_time(timedelta(hours=4, minutes=50))
        assert conversation.fakes.ladder == []
        await conversation.pass_time(timedelta(minutes=20))
        await conversation.until(lambda _: len(conversation.fakes.ladder) == 1)
        await conversation.pass_time(timedelta(minutes=60))
        await conversation.until(lambda _: len(conversation.fakes.ladder) == 2)
        await decide(conversation, "approve", BEN)
        await conversation.until(lambda s: s.approval is None)
    assert effects(conversation) == [("anna-snooze", "snooze")]
    assert len(conversation.fakes.delivered) == 1


async def test_a_message_makes_a_snoozed_approval_stale(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        first = await waiting(conversation)
        await decide(conversation, "snooze", until=datetime.now(UTC) + timedelta(hours=5))
        await conversation.until(lambda s: s.approval is not None and s.approval.snoozed is not None)
        await conversation.says("no, wait")
        state = await conversation.until(lambda s: s.answering.turn == 2 and s.approval is not None)
    assert state.approval
    assert (state.approval.snoozed, state.approval.approval_id != first) == (None, True)


async def test_what_is_given_back_is_for_its_group_again(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await waiting(conversation)
        await decide(conversation, "reassign", assignee="ben")
        await conversation.until(lambda s: s.approval is not None and s.approval.assignee == "ben")
        await decide(conversation, "give_back", BEN)
        await conversation.until(lambda s: s.approval is not None and s.approval.assignee is None)
    assert effects(conversation) == [("anna-reassign", "reassign"), ("ben-give_back", "reassign")]


async def test_an_approved_draft_is_called_back_before_it_has_left_and_waits_again(converse: Converse) -> None:
    async with converse(fakes(channels=PUSHED)) as conversation:
        first, gate = await approved(conversation)
        await decide(conversation, "revoke", BEN, approval_id=first)
        state = await conversation.until(lambda s: s.approval is not None and s.approval.approval_id != first)
        gate.opened.set()
        assert state.approval
        assert (state.status, state.owned_by_ai, state.approval.revocations) == (Status.AWAITING_APPROVAL, True, 1)
        assert effects(conversation) == [("anna-approve", "refused"), ("ben-revoke", "revoke")]
        called_back = conversation.fakes.decisions[-1]
        assert (called_back.replaces, called_back.approval) == (first, state.approval)

        await decide(conversation, "approve", request_id="again")
        await conversation.until(lambda s: s.approval is None)
    draft = f"{state.start.conversation_id}-1"
    assert [key for key in conversation.fakes.delivered if key.startswith(draft)] == [f"{draft}-after-1"]
    assert draft in conversation.fakes.given_up


async def test_what_has_left_is_not_called_back(converse: Converse) -> None:
    async with converse(fakes(channels=PUSHED)) as conversation:
        first, gate = await approved(conversation)
        conversation.fakes.left_after_all.add(f"{(await conversation.state()).start.conversation_id}-1")
        await decide(conversation, "revoke", approval_id=first)
        await conversation.until(lambda s: s.approval is None and len(conversation.fakes.decisions) == 1)
        gate.opened.set()
        (refused,) = conversation.fakes.decisions
    assert (refused.decision.action, refused.effect) == ("revoke", "refused")
    assert "it has left or is leaving" in (refused.refused or "")


async def test_whoever_may_not_decide_calls_nothing_back(converse: Converse) -> None:
    async with converse(fakes(channels=PUSHED)) as conversation:
        first, gate = await approved(conversation)
        await decide(conversation, "revoke", Person(id="tom"), approval_id=first)
        await conversation.until(lambda s: bool(s.mailbox.requests))
        gate.opened.set()
        await conversation.until(lambda s: s.approval is None and len(conversation.fakes.decisions) == 1)
    assert effects(conversation) == [("tom-revoke", "refused")]
    assert conversation.fakes.generated[0].draft_id in conversation.fakes.delivered


async def test_what_is_called_back_before_anybody_worked_on_it_never_begins_to_leave(converse: Converse) -> None:
    """Both signals stand in the mailbox while something else is on its way, as while no worker is there."""
    async with converse(fakes()) as conversation:
        first = await waiting(conversation)
        await conversation.settled()
        gate = conversation.fakes.hold("record_decision")
        await decide(conversation, "reassign", assignee="ben")
        await gate.reached.wait()
        await decide(conversation, "approve", BEN, approval_id=first)
        await decide(conversation, "revoke", BEN, approval_id=first)
        await conversation.until(lambda s: len(s.mailbox.requests) == 2)
        gate.opened.set()
        state = await conversation.until(lambda s: not s.mailbox.requests and len(conversation.fakes.decisions) == 3)
    assert effects(conversation)[1:] == [("ben-approve", "refused"), ("ben-revoke", "revoke")]
    assert state.approval
    assert (state.approval.approval_id, conversation.fakes.deliveries) == (first, [])


async def test_one_of_two_approvers_withdraws_their_vote(converse: Converse) -> None:
    async with converse(fakes(approval_rules=TWO)) as conversation:
        await waiting(conversation)
        await decide(conversation, "approve")
        await conversation.until(lambda s: s.approval is not None and s.approval.approved_by == ("anna",))
        await decide(conversation, "revoke")
        await conversation.until(lambda s: s.approval is not None and s.approval.approved_by == ())
        await decide(conversation, "approve", BEN)
        await conversation.until(lambda s: s.approval is not None and s.approval.approved_by == ("ben",))
    assert [effect for _, effect in effects(conversation)] == ["wait_for_more", "revoke", "wait_for_more"]


async def test_a_decision_of_nobody_known_came_by_temporals_own_tools(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await waiting(conversation)
        await decide(conversation, "reassign", assignee="ben")
        await decide(conversation, "give_back", BEN, via="cli")
        await conversation.until(lambda _: len(conversation.fakes.decisions) == 2)
    assert [made.decision.via for made in conversation.fakes.decisions] == ["temporal_ui", "cli"]
