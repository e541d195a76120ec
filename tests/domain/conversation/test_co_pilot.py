from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.conversation.co_pilot import (
    MOST_CHARACTERS,
    WaitingStep,
    gist,
    next_steps,
    offered,
    summary_of,
    unanswered,
    why_none,
)
from domain.conversation.ownership import Owner
from domain.conversation.record import ConversationView, StoredMessage, TurnView
from domain.conversation.turn import CustomerContext, Draft, Evidence, Fact, Usage
from domain.specification.guidelines import Guideline
from domain.specification.organisation import Sensitivity
from domain.tools.actions import ProposedAction
from tests.organisation import SPECIFICATION

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA = Owner(kind="human_agent", id="anna")
AI = Owner(kind="ai_agent", id="service")
KIND = Guideline(id="kind", action="Say sorry first.")
SHOP = SPECIFICATION.model_copy(update={"guidelines": (KIND,)})


def conversation(owner: Owner = ANNA, **changes: Any) -> ConversationView:
    fields: dict[str, Any] = {
        "conversation_id": "cv_helped",
        "organisation": "bikeshop",
        "channel": "web_chat",
        "customer_id": None,
        "spec_hash": "v1",
        "status": "with_human" if owner is ANNA else "open",
        "owner": owner,
        "mode": "co_pilot",
        "revision": 1,
        "turn": 1,
        "last_seq": 3,
        "answered_seq": 0,
        "escalation_reason": None,
        "snoozed_until": None,
        "resolved_at": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return ConversationView.model_validate(fields | changes)


def said(seq: int, text: str, author: str = "customer") -> StoredMessage:
    kinds = {"customer": "customer", "ai_agent": "reply", "human_agent": "human_reply", "system": "notice"}
    return StoredMessage.model_validate(
        {
            "conversation_id": "cv_helped",
            "seq": seq,
            "message_id": f"m{seq}",
            "author": author,
            "author_id": None,
            "kind": kinds[author],
            "text": text,
            "attachments": (),
            "citations": (),
            "channel": "web_chat",
            "draft_id": None,
            "at": NOW + timedelta(minutes=seq),
            "read_at": None,
        }
    )


def turn(made: datetime = NOW + timedelta(hours=1), context: CustomerContext | None = None, **draft: Any) -> TurnView:
    fields: dict[str, Any] = {"text": "It leaves today.", "evidence": Evidence(topic="delivery"), **draft}
    return TurnView(
        draft_id="d1",
        turn=1,
        revision=1,
        ai_agent="service",
        suggestion=True,
        draft=Draft(draft_id="d1", ai_agent="service", usage=Usage(model="local"), **fields),
        confidence=None,
        record=None,
        context=context,
        created_at=made,
    )


ASKED = [said(1, "Where is it?")]


def test_a_suggestion_is_current_while_it_is_about_everything_that_waits() -> None:
    fresh = offered(conversation(), turn(), None, ASKED)
    assert fresh is not None
    assert (fresh.suggestion_id, fresh.text, fresh.current) == ("d1", "It leaves today.", True)
    overtaken = offered(conversation(), turn(made=NOW), None, ASKED)
    answered = offered(conversation(answered_seq=1), turn(), None, ASKED)
    assert [one and one.current for one in (overtaken, answered)] == [False, False]


def test_there_is_none_for_an_ai_agents_conversation_or_without_anything_to_say() -> None:
    assert offered(conversation(AI), turn(), None, ASKED) is None
    assert offered(conversation(), None, None, ASKED) is None
    assert offered(conversation(), turn(text=""), None, ASKED) is None
    assert offered(conversation(), turn(text="", clarifying_question="Which?"), None, ASKED) is not None


@pytest.mark.parametrize(
    ("view", "known", "why"),
    [
        (conversation(AI), None, "Take it over"),
        (conversation(), turn(text=""), "found nothing"),
        (conversation(mode="delegation"), None, "mode co_pilot"),
        (conversation(), None, "Nothing has been suggested"),
    ],
)
def test_why_there_is_none(view: ConversationView, known: TurnView | None, why: str) -> None:
    assert why in why_none(view, known)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello there. Where is my bike?", "Hello there. Where is my bike?"),
        ("My bike is lost. It is red.", "My bike is lost."),
        ("", ""),
        ("x" * 300, "x" * (MOST_CHARACTERS - 1) + "…"),
    ],
)
def test_the_gist_of_a_message_is_in_its_own_words(text: str, told: str) -> None:
    assert gist(text) == told


def test_a_summary_has_the_first_and_the_last_and_what_waits() -> None:
    known = CustomerContext(
        facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), missing=("helpdesk",), matches=1
    )
    talk = [said(seq, f"Message {seq}.", "customer" if seq % 2 else "ai_agent") for seq in range(1, 13)]
    talk.append(said(13, "You wait.", "system"))
    found = summary_of(conversation(answered_seq=10, escalation_reason="asked_for_person"), talk, turn(context=known))
    assert (found.asked, found.topic, found.why_a_person) == ("Message 1.", "delivery", "asked for person")
    assert [one.seq for one in found.points] == [1, 2, 7, 8, 9, 10, 11, 12]
    assert (found.left_out, found.unanswered) == (4, ("Message 11.",))
    assert (found.facts, found.missing_sources) == (known.facts, ("helpdesk",))
    empty = summary_of(conversation(), [], None)
    assert (empty.asked, empty.topic, empty.points, empty.facts) == ("", None, (), ())


def test_next_steps_are_what_waits_first() -> None:
    evidence = Evidence(
        cannot_do="delete an account",
        sensitivity=Sensitivity.LEGAL,
        identity="to_verify",
        guidelines=("kind", "gone"),
        missing_sources=("salesforce",),
    )
    action = ProposedAction(server="shop", tool="issue_voucher", arguments={}, amount=Decimal(10))
    plain = ProposedAction(server="shop", tool="close_order", arguments={})
    drafted = turn(evidence=evidence, actions=(action, plain), clarifying_question="Which order?")
    waiting = [WaitingStep(journey="onboarding", step="call", kind="promise")]
    found = next_steps(conversation(), [said(1, "Hi?"), said(2, "Hello?")], drafted, waiting, SHOP)
    assert [(one.kind, one.text) for one in found] == [
        ("answer", "2 messages wait for an answer."),
        ("boundary", "The AI agent must not do this itself: delete an account."),
        ("boundary", "Take care, the matter is sensitive: legal."),
        ("identity", "Have the customer prove who they are before you tell or change anything."),
        ("tool", "Decide about the use of issue_voucher of shop over 10 EUR."),
        ("tool", "Decide about the use of close_order of shop."),
        ("guideline", "Say sorry first."),
        ("ask_back", "Ask back: Which order?"),
        ("look_up", "salesforce did not answer. Look there yourself before you rely on it."),
        ("journey", "The journey onboarding waits at its step call (promise)."),
    ]


def test_when_everything_is_answered_the_conversation_is_closed_or_handed_back() -> None:
    (only,) = next_steps(conversation(answered_seq=1), ASKED, turn(), [], SHOP)
    assert only.kind == "close"
    assert unanswered(conversation(), ASKED) == ("Where is it?",)
