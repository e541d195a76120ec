"""Approvals over the real database: one draft, one decision that counts, one reply."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.conversation.ownership import Person, Status
from domain.conversation.requests import DecideApproval, Snooze
from domain.conversation.state import ConversationState
from domain.specification.organisation import ApprovalRule, RoleLimit
from tests.e2e.bikeshop import PASSWORD, REFUND, publish
from tests.e2e.house import ANNA, BEN, House, Talk
from tests.e2e.promises import check_promises

TEXT = f"You asked: {REFUND}"
MORE = "how do I return a bicycle for a refund"


@pytest.fixture
async def talk(served: House) -> Talk:
    """Waits for a decision on a refund."""
    talk = served.talk()
    await talk.says(REFUND)
    await talk.asked()
    return talk


@pytest.fixture
async def for_two(served: House) -> Talk:
    """Waits for two people."""
    await publish(served.store.database, approval_rules=(ApprovalRule(id="two", approvers=2),))
    talk = served.talk()
    await talk.says(REFUND)
    await talk.asked()
    return talk


async def test_nothing_leaves_before_the_decision(talk: Talk) -> None:
    seen = await check_promises(talk)
    assert seen.row.status is Status.AWAITING_APPROVAL
    assert [author for author, _ in seen.said] == ["customer", "system"]
    (approval,) = seen.approvals
    assert (approval.draft_text, approval.state) == (TEXT, "open")


async def test_an_approved_draft_leaves_once_and_the_second_click_is_told(talk: Talk) -> None:
    approval_id = (await talk.asked()).approval.approval_id
    for _ in range(2):
        await talk.decide("approve", "d1", ANNA, approval_id=approval_id)
    await talk.decide("approve", "d2", BEN, approval_id=approval_id)
    seen = await talk.until(lambda seen: len(seen.decisions) == 2)
    assert seen.effects == ["send", "refused"]
    assert seen.replies == [TEXT]
    assert seen.row.status is Status.OPEN
    assert (seen.approvals[0].state, seen.approvals[0].closed_by) == ("approved", "anna")
    await check_promises(talk)


async def test_an_edit_is_sent_instead_and_the_draft_stays_on_record(talk: Talk) -> None:
    await talk.decide("edit", "d1", text="We refund 20 EUR.")
    seen = await talk.answered(1)
    assert seen.replies == ["We refund 20 EUR."]
    assert seen.approvals[0].draft_text == TEXT
    assert seen.decisions[0].text == "We refund 20 EUR."
    await check_promises(talk)


async def test_a_rejection_redrafts_with_its_reason(talk: Talk) -> None:
    await talk.decide("reject", "d1", reason="name the 30 days")
    seen = await talk.until(lambda seen: [a.state for a in seen.approvals] == ["open", "rejected"])
    await talk.decide("approve", "d2")
    seen = await talk.answered(1)
    assert seen.replies == [f"{TEXT} (name the 30 days)"]
    await check_promises(talk)


async def test_a_new_message_makes_the_approval_stale(talk: Talk) -> None:
    stale = (await talk.asked()).approval.approval_id
    await talk.says(MORE)
    await talk.until(lambda seen: [a.state for a in seen.approvals] == ["open", "stale"])
    await talk.decide("approve", "d1", approval_id=stale)
    seen = await talk.until(lambda seen: len(seen.decisions) == 1)
    assert "newer" in (seen.decisions[0].refused or "")
    assert seen.replies == []
    await talk.decide("approve", "d2")
    assert (await talk.answered(1)).replies == [f"{TEXT}\n{MORE}"]
    await check_promises(talk)


async def test_another_digest_is_refused(talk: Talk) -> None:
    await talk.decide("approve", "d1", digest="0" * 64)
    seen = await talk.until(lambda seen: len(seen.decisions) == 1)
    assert "another text" in (seen.decisions[0].refused or "")
    assert seen.open_approval is not None


async def test_two_approvers_are_two_people(for_two: Talk) -> None:
    for request_id, person in (("d1", ANNA), ("d2", ANNA), ("d3", BEN)):
        await for_two.decide("approve", request_id, person)
        await for_two.decided(request_id)
    seen = await for_two.answered(1)
    assert seen.effects == ["wait_for_more", "refused", "send"]
    await check_promises(for_two)


async def test_an_edit_under_two_approvers_is_approved_anew_by_others(for_two: Talk) -> None:
    first = (await for_two.asked()).approval.approval_id
    await for_two.decide("edit", "d1", ANNA, text="We refund 20 EUR.")
    seen = await for_two.until(lambda seen: sorted(a.state for a in seen.approvals) == ["open", "replaced"])
    assert seen.open_approval
    assert seen.open_approval.approval.approval_id != first
    for request_id, person in (("d2", ANNA), ("d3", BEN)):
        await for_two.decide("approve", request_id, person)
    await for_two.decide("approve", "d4", BEN.model_copy(update={"id": "cleo"}))
    seen = await for_two.answered(1)
    assert seen.replies == ["We refund 20 EUR."]
    assert sorted(seen.effects) == ["reapprove_edit", "refused", "send", "wait_for_more"]
    await check_promises(for_two)


async def test_a_decision_that_takes_over(talk: Talk) -> None:
    await talk.decide("take_over", "d1", BEN)
    seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.row.owner.id == "ben"
    assert seen.approvals[0].state == "taken_over"
    await check_promises(talk)


async def test_who_may_approve_the_amount(served: House) -> None:
    limits = (RoleLimit(role="approver", amount_up_to=Decimal(25)),)
    await publish(served.store.database, approval_rules=(ApprovalRule(id="limited", limits=limits),))
    talk = served.talk()
    await talk.says("I want my money back, 40 EUR")
    asked = await talk.asked()
    assert (asked.approval.limits, asked.approval.amount) == (limits, Decimal(40))
    await talk.decide("approve", "d1", ANNA)
    seen = await talk.decided("d1")
    told = "This is about 40, more than you may approve. Ask somebody with the role admin or lead."
    assert [made.refused for made in seen.decisions] == [told]
    await talk.decide("approve", "d2", Person(id="lea", roles=("approver", "lead")))
    assert (await talk.answered(1)).effects == ["refused", "send"]
    await check_promises(talk)


async def test_a_decision_that_answers(talk: Talk) -> None:
    await talk.decide("answer", "d1", BEN, text="I looked: it is on its way.")
    seen = await talk.until(lambda seen: bool(seen.replies))
    assert (seen.replies, seen.row.owner.id, seen.row.status) == (
        ["I looked: it is on its way."], "ben", Status.WITH_HUMAN,
    )  # fmt: skip
    assert (seen.effects, seen.approvals[0].state) == (["answer"], "taken_over")
    await check_promises(talk)


async def test_a_snooze_survives_continue_as_new(talk: Talk) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    await talk.decide("snooze", "d1", until=until)
    await talk.decided("d1")
    run = (await talk.handle.describe()).run_id
    await talk.handle.signal("roll_over")
    while (await talk.handle.describe()).run_id == run:
        pass
    state = await talk.handle.query("get_conversation", result_type=ConversationState)
    assert state.approval
    assert state.approval.snoozed
    assert state.approval.snoozed.until == until
    await talk.decide("approve", "d2", BEN)
    assert (await talk.answered(1)).effects == ["snooze", "send"]
    await check_promises(talk)


async def test_an_open_approval_survives_continue_as_new(talk: Talk) -> None:
    run = (await talk.handle.describe()).run_id
    await talk.handle.signal("roll_over")
    while (await talk.handle.describe()).run_id == run:
        pass
    await talk.decide("approve", "d1")
    assert (await talk.answered(1)).replies == [TEXT]
    await check_promises(talk)


async def test_a_decision_wakes_a_snoozed_conversation(talk: Talk) -> None:
    approval = await talk.asked()
    until = approval.requested_at.replace(year=approval.requested_at.year + 1)
    await talk.ask(Snooze(request_id="s1", by=ANNA, until=until))
    await talk.until(lambda seen: seen.row.status is Status.SNOOZED)
    await talk.decide("approve", "d1")
    seen = await talk.until(lambda seen: seen.row.status is Status.OPEN and seen.replies != [])
    assert seen.row.snoozed_until is None
    await check_promises(talk)


async def test_a_customer_who_writes_while_the_approved_reply_leaves_stops_it(served: House, talk: Talk) -> None:
    """And the person who approved hears that it came to nothing."""
    gate = served.gates.hold("before", "deliver_message")
    approval_id = (await talk.asked()).approval.approval_id
    await talk.decide("approve", "d1", approval_id=approval_id)
    await gate.reached.wait()
    await talk.says(MORE)
    await talk.until(lambda seen: [a.state for a in seen.approvals] == ["stale"])
    gate.opened.set()
    seen = await talk.decided("d1")
    assert (seen.effects, seen.decisions[0].approval_id) == (["refused"], approval_id)
    await talk.asked()
    await check_promises(talk)


async def test_a_decision_on_an_approval_that_never_was_is_kept_as_refused(served: House) -> None:
    talk = served.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    early = DecideApproval(request_id="d1", by=ANNA, action="approve", approval_id=f"ap-{talk.id}-2")
    await talk.rests()
    await talk.ask(early)
    await talk.rests()
    await talk.says(REFUND)
    await talk.asked()
    (kept,) = await served.store.records.decisions(early.approval_id)
    seen = await talk.seen()
    assert (kept.effect, seen and len(seen.replies)) == ("refused", 1)
