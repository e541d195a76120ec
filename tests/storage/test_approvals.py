from typing import Any

import asyncpg
import pytest

from domain.approvals.approval import edited, revoked
from domain.conversation.activity_models import ApprovalClosure, ClimbLadderInput, RecordDecisionInput
from domain.conversation.ownership import Status
from domain.specification.organisation import LadderRung
from domain.specification.people import Members
from tests.storage.stage import (
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    decide,
    draft,
    human_reply,
    later,
    message,
    ownership,
    reply,
)


def decision_input(effect: str, action: str = "approve", **rest: Any) -> RecordDecisionInput:
    decision = rest.pop("decision", None) or decide(action, text="Better text.", reason="Too short.")
    return RecordDecisionInput(**NAMES, decision=decision, effect=effect, **rest)


async def test_a_request_puts_the_draft_before_people_once(stage: Stage) -> None:
    await stage.drafted()
    for _ in range(2):
        await stage.approvals.request(approval_request(notice="A colleague is checking."), NOW)

    view = await stage.approvals.get("approval-1")
    assert view is not None
    assert (view.state, view.approval, view.conversation_id) == ("open", approval(), CONVERSATION)
    assert (view.confidence, view.citations, view.evidence.topic) == (0.9, draft().citations, "delivery")
    assert (await stage.conversation()).status is Status.AWAITING_APPROVAL
    assert [kind for _, kind, _ in await stage.said()] == ["customer", "notice"]
    assert await stage.conversations.unanswered(CONVERSATION) == ["Where is my parcel?"]


async def test_a_request_that_comes_too_late_is_stale_and_says_nothing(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])
    await stage.approvals.request(approval_request(notice="A colleague is checking."), NOW)

    assert await stage.approval_state() == "stale"
    assert (await stage.conversation()).status is Status.OPEN
    assert "notice" not in [kind for _, kind, _ in await stage.said()]


async def test_a_request_after_a_takeover_is_stale(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(revision=1), NOW)
    await stage.approvals.request(approval_request(), NOW)
    assert await stage.approval_state() == "stale"


async def test_a_newer_request_replaces_the_open_one(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.approvals.request(approval_request("approval-2"), NOW)
    assert await stage.approval_state("approval-1") == "replaced"
    assert await stage.approval_state("approval-2") == "open"


async def test_the_database_allows_one_open_approval(stage: Stage) -> None:
    await stage.awaiting_approval()
    copy = "INSERT INTO approvals SELECT 'another', conversation_id, organisation, draft_id, digest, revision, state,"
    with pytest.raises(asyncpg.UniqueViolationError):
        await stage.database.fetch(copy + " document, requested_at FROM approvals")


@pytest.mark.parametrize(
    ("effect", "state"), [("redraft", "rejected"), ("take_over", "taken_over"), ("answer", "taken_over")]
)
async def test_a_decision_that_ends_the_wait_closes_the_approval(stage: Stage, effect: str, state: str) -> None:
    await stage.awaiting_approval()
    for _ in range(2):
        await stage.approvals.record_decision(decision_input(effect, "reject"), later(60))

    view = await stage.approvals.get("approval-1")
    assert view is not None
    assert (view.state, view.closed_by, view.closed_at) == (state, "bo", later(60))
    assert (await stage.conversation()).status is Status.OPEN
    assert (await stage.events()).count("approval_decided") == 1


async def test_a_repeated_rejection_leaves_the_approval_of_the_next_draft_alone(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.approvals.record_decision(decision_input("redraft", "reject"), NOW)
    await stage.approvals.request(approval_request("approval-2"), NOW)
    await stage.approvals.record_decision(decision_input("redraft", "reject"), NOW)
    assert await stage.approval_state("approval-2") == "open"


async def test_the_first_of_two_approvers_leaves_it_open(stage: Stage) -> None:
    await stage.awaiting_approval()
    half = approval().model_copy(update={"approved_by": ("bo",)})
    await stage.approvals.record_decision(decision_input("wait_for_more", approval=half), NOW)

    view = await stage.approvals.get("approval-1")
    assert view is not None
    assert (view.state, view.approval.approved_by) == ("open", ("bo",))


async def test_an_edit_under_two_approvers_opens_a_fresh_approval(stage: Stage) -> None:
    await stage.awaiting_approval()
    fresh = edited(approval(), decide("edit", text="Better text."), approval_id="approval-2", now=NOW)
    await stage.approvals.record_decision(
        decision_input("reapprove_edit", "edit", approval=fresh, replaces="approval-1"), NOW
    )

    assert await stage.approval_state("approval-1") == "replaced"
    assert await stage.approval_state("approval-2") == "open"
    assert (await stage.conversation()).status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize("claimed", [True, False])
async def test_what_is_called_back_waits_again(stage: Stage, claimed: bool) -> None:
    """Whether its delivery had been claimed, and so had closed the approval, or not yet."""
    await stage.awaiting_approval()
    sending = reply(text="It is on its way.", closure=ApprovalClosure(approval=approval(), decision=decide("approve")))
    if claimed:
        await stage.deliveries.claim(sending, NOW)
        await stage.deliveries.end_lease(sending.message_key)
    await stage.deliveries.give_up(sending, later(1), looked=True)
    fresh = revoked(approval(), approval_id="approval-2", now=later(2))
    back = decide("revoke").model_copy(update={"request_id": "decision-2"})
    made = decision_input("revoke", decision=back, approval=fresh, replaces="approval-1")
    for _ in range(2):
        await stage.approvals.record_decision(made, later(2))

    first, second = await stage.approvals.get("approval-1"), await stage.approvals.get("approval-2")
    assert first
    assert second
    assert (first.state, first.closed_by) == ("revoked", "bo")
    assert (second.state, second.approval) == ("open", fresh)
    assert (await stage.conversation()).status is Status.AWAITING_APPROVAL
    assert (await stage.events()).count("approval_revoked") == 1
    again = sending.model_copy(
        update={
            "message_key": fresh.delivery_key,
            "closure": ApprovalClosure(
                approval=fresh, decision=decide("approve").model_copy(update={"request_id": "decision-3"})
            ),
        }
    )
    assert (await stage.deliveries.claim(again, later(3))).status == "claimed"


async def test_how_a_decision_came_is_kept(stage: Stage) -> None:
    await stage.awaiting_approval()
    made = decide("approve").model_copy(update={"via": "slack"})
    await stage.approvals.record_decision(decision_input("refused", decision=made, refused="No."), NOW)
    kept = await stage.approvals.decision("decision-1")
    assert kept is not None
    assert kept.via == "slack"
    event = next(one for one in await stage.audit.events(CONVERSATION) if one.kind == "approval_decided")
    assert (event.data["via"], event.data["refused"]) == ("slack", "No.")


async def test_a_refused_decision_is_kept_with_its_reason(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.approvals.record_decision(decision_input("refused", refused="Only approvers may decide."), NOW)

    decision = await stage.approvals.decision("decision-1")
    assert decision is not None
    assert (decision.effect, decision.refused) == ("refused", "Only approvers may decide.")
    assert await stage.approval_state() == "open"
    assert await stage.approvals.decision("unknown") is None


async def test_a_refusal_without_a_reason_is_refused_by_the_database(stage: Stage) -> None:
    await stage.awaiting_approval()
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.approvals.record_decision(decision_input("refused"), NOW)


@pytest.mark.parametrize(
    ("action", "event"),
    [("remind", "approval_reminded"), ("widen", "approval_widened"), ("move_up", "approval_moved_up")],
)
async def test_a_step_of_the_ladder_is_kept_once(stage: Stage, action: Any, event: str) -> None:
    await stage.awaiting_approval()
    step = LadderRung(after_minutes=30, action=action, roles=("lead",))
    input = ClimbLadderInput(**NAMES, approval=approval().climb(step, Members()), step=step)
    for _ in range(2):
        await stage.approvals.climb_ladder(input, NOW)

    view = await stage.approvals.get("approval-1")
    assert view is not None
    assert view.approval == approval().climb(step, Members())
    assert (await stage.events()).count(event) == 1


async def test_a_closed_approval_does_not_climb(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])
    step = LadderRung(after_minutes=30, action="remind")
    await stage.approvals.climb_ladder(
        ClimbLadderInput(**NAMES, approval=approval().climb(step, Members()), step=step), NOW
    )
    assert "approval_reminded" not in await stage.events()


async def test_the_list_is_by_state_and_paged(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.approvals.request(approval_request("approval-2"), NOW)
    everything = await stage.approvals.list(ORGANISATION)
    waiting = await stage.approvals.list(ORGANISATION, state="open")
    assert {view.approval.approval_id for view in everything} == {"approval-1", "approval-2"}
    assert [view.approval.approval_id for view in waiting] == ["approval-2"]
    assert await stage.approvals.list(ORGANISATION, before=NOW) == []
    assert await stage.approvals.list("another") == []


async def test_rejected_drafts_are_known_until_the_customer_is_answered(stage: Stage) -> None:
    await stage.drafted()
    await stage.approvals.request(approval_request(), NOW)
    assert await stage.approvals.rejected_texts(CONVERSATION) == []
    await stage.approvals.record_decision(decision_input("redraft", "reject"), later(1))
    assert await stage.approvals.rejected_texts(CONVERSATION) == [approval().text]
    await stage.conversations.change_ownership(ownership(revision=2), later(2))
    await stage.deliveries.deliver_stored(human_reply(), later(3))
    assert await stage.approvals.rejected_texts(CONVERSATION) == []


async def test_what_waits_for_one_person(stage: Stage) -> None:
    await stage.awaiting_approval()
    assert await stage.approvals.assigned(ORGANISATION, "anna", 5) == []
    assigned = approval().model_copy(update={"assignee": "anna"})
    await stage.approvals.record_decision(decision_input("reassign", "reassign", approval=assigned), NOW)
    assert await stage.approvals.assigned(ORGANISATION, "anna", 5) == ["approval-1"]
    assert await stage.approvals.assigned("another", "anna", 5) == []
    await stage.approvals.record_decision(
        decision_input("redraft", decision=decide("reject", "decision-2", reason="No.")), NOW
    )
    assert await stage.approvals.assigned(ORGANISATION, "anna", 5) == []


async def test_others_of_the_same_kind_are_compared(stage: Stage) -> None:
    await stage.awaiting_approval()
    view = await stage.approvals.get("approval-1")
    assert view is not None
    assert await stage.approvals.comparable(view, 5) == []
    other = view.model_copy(update={"approval": view.approval.model_copy(update={"approval_id": "elsewhere"})})
    assert await stage.approvals.comparable(other, 5) == [view]
    another_rule = {"approval": other.approval.model_copy(update={"rule": "other"})}
    another_topic = {"evidence": other.evidence.model_copy(update={"topic": None})}
    for change in (another_rule, another_topic, {"organisation": "another"}):
        assert await stage.approvals.comparable(other.model_copy(update=change), 5) == []
