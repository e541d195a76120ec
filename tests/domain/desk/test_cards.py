"""From the record to a card."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversation.ownership import Owner, Status, Suggestion
from domain.conversation.record import ApprovalView
from domain.desk.cards import DECISIONS, ERASED, KNOWN_DECISIONS, approval_subject, card_of
from domain.desk.clicks import Applying
from tests.domain.desk.records import NOW, conversation, decision, of_approval, of_escalation, view

HOUR = timedelta(hours=1)
SNOOZED = {"status": Status.SNOOZED, "snoozed_until": NOW + HOUR, "owner": Owner(kind="human_agent", id="p_anna")}
RESOLVED = {"status": Status.RESOLVED, "resolved_at": NOW}


def names(card: Any) -> set[str]:
    return {one.name for one in card.actions}


def test_a_card_is_found_by_the_approval_that_it_shows() -> None:
    assert approval_subject("ap-1") == of_approval().subject


def test_a_card_shows_everything_that_a_decision_needs() -> None:
    card = card_of(of_approval())
    assert (card.headline, card.standing) == ("Approval · billing · sensitive topic", "Waits for a decision")
    assert card.question == "I want my money\nback, please"
    assert [(line.name, line.text) for line in card.history] == [
        ("Customer", "Hello"),
        ("AI agent billing", "Good morning."),
    ]
    assert [(fact.name, fact.value, fact.source, fact.as_of) for fact in card.facts] == [
        ("plan", "Pro", "Salesforce", NOW)
    ]
    assert card.missing == ("Zendesk",)
    assert card.done == (
        "refund (order A-1, amount 10): done",
        "Is done once approved: refund (order A-1, amount 10)",
    )
    assert (card.draft, card.sources[0].title) == ("You get 10 EUR back.", "Refunds")
    assert card.why == "sensitive topic, confidence 0.62, topic refund, rule money"
    assert (card.who, card.fits) == ("approver; leads may as well", ("Anna: has the skill refund",))
    assert (card.deadline, card.deadline_means) == (NOW + HOUR, "others are reminded or asked")
    assert card.version == "d" * 64


def test_the_same_record_is_the_same_card_and_another_one_is_not() -> None:
    assert card_of(of_approval()).digest == card_of(of_approval()).digest
    assert card_of(of_approval()).digest != card_of(of_approval(view(text="You get 20 EUR back."))).digest


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (view(assignee="p_anna"), "Waits for Anna"),
        (view(rungs_done=1), "Waits for a decision, reminded once"),
        (view(rungs_done=3), "Waits for a decision, reminded 3 times"),
        (view(approvers_needed=2, approved_by=("p_anna",)), "Approved by Anna; waits for 1 more"),
        (view("approved", "p_anna"), "Approved by Anna"),
        (view("approved", "veto-window"), "Approved by nobody in time"),
        (view("taken_over", "p_bo"), "Taken over by p_bo"),
        (view("stale", "system"), "Stale: the conversation has moved on, and this draft never leaves"),
        (view("replaced", "system"), "Replaced by a newer approval"),
    ],
)
def test_a_card_says_where_it_stands(found: ApprovalView, standing: str) -> None:
    card = card_of(of_approval(found))
    assert (card.standing, card.is_open) == (standing, found.state == "open")
    assert bool(card.actions) is card.is_open


def test_a_rejection_says_why_and_an_edit_that_it_was_one() -> None:
    rejected = of_approval(view("rejected", "p_anna"), decisions=(decision("reject", reason="Name the date."),))
    assert card_of(rejected).standing == "Rejected by Anna; the AI agent writes anew: Name the date."
    edited = of_approval(view("approved", "p_anna"), decisions=(decision("edit"),))
    assert card_of(edited).standing == "Edited and approved by Anna"


def test_the_end_of_a_veto_window_comes_before_the_ladder() -> None:
    card = card_of(of_approval(view(leaves_at=NOW + HOUR / 4)))
    assert (card.deadline, card.deadline_means) == (NOW + HOUR / 4, "it leaves unless somebody decides")


def test_every_decision_of_the_domain_has_a_button() -> None:
    assert {one.name for one in DECISIONS} >= KNOWN_DECISIONS
    assert names(card_of(of_approval())) == KNOWN_DECISIONS - {"revoke", "give_back"}


def test_what_can_be_revoked_or_given_back_offers_it() -> None:
    found = view(assignee="p_anna", approvers_needed=2, approved_by=("p_anna",))
    assert names(card_of(of_approval(found))) == KNOWN_DECISIONS


def test_while_a_decision_is_applied_nobody_is_offered_another() -> None:
    applying = (Applying(action="take_over", person_id="p_anna"),)
    for record in (of_approval(applying=applying), of_escalation(applying=applying)):
        card = card_of(record)
        assert (card.applying, card.actions) == (("Take over by Anna: accepted, being applied",), ())


@pytest.mark.parametrize(
    ("changes", "standing", "offered"),
    [
        ({}, "With nobody yet", {"take_over", "answer", "snooze", "resolve", "hand_back"}),
        (
            {"owner": Owner(kind="human_agent", id="p_anna")},
            "With Anna",
            {"answer", "snooze", "resolve", "hand_back"},
        ),
        (SNOOZED, "Snoozed by Anna", {"answer", "snooze", "resolve", "hand_back"}),
        (RESOLVED, "Resolved", set()),
        ({"status": Status.OPEN, "owner": Owner(kind="ai_agent", id="billing")}, "With the AI agent billing", set()),
    ],
)
def test_an_escalation_offers_what_its_conversation_allows(
    changes: dict[str, Any], standing: str, offered: set[str]
) -> None:
    card = card_of(of_escalation(conversation=changes))
    assert (card.headline, card.standing, names(card)) == ("Escalation · asked for person", standing, offered)
    assert card.is_open is bool(offered)


def test_of_two_escalations_the_newer_card_counts() -> None:
    card = card_of(of_escalation(again=True))
    assert (card.standing, card.is_open) == ("Escalated again: the newer card counts", False)


def test_who_fits_best_is_said_while_nobody_has_it() -> None:
    fits = {"suggested": (Suggestion(person="p_anna", reasons=("is free",)),)}
    assert card_of(of_escalation(conversation=fits)).fits == ("Anna: is free",)
    taken = {**fits, "owner": Owner(kind="human_agent", id="p_bo")}
    assert card_of(of_escalation(conversation=taken)).fits == ()


def test_nothing_is_left_of_what_was_erased() -> None:
    gone = {**RESOLVED, "erased_at": NOW}
    for record in (of_approval(conversation=conversation(**gone)), of_escalation(conversation=gone)):
        card = card_of(record)
        assert (card.standing, card.is_open, card.question, card.draft, card.facts) == (ERASED, False, "", "", ())
