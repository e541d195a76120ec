"""The state of a conversation while it is answered: turns, counters, waiting, the customer context."""

from datetime import datetime, timedelta

import pytest

from domain.conversation.activity_models import FetchedContext
from domain.conversation.groups import Answered
from domain.conversation.ownership import Owner
from domain.conversation.requests import (
    AnyRequest,
    HandBack,
    Resolve,
    SendHumanReply,
    Snooze,
)
from domain.specification.organisation import Mode
from tests.domain.conversation.states import (
    AI,
    ANNA,
    CODE,
    HOUR,
    NOW,
    QUEUE,
    TAKE_OVER,
    context,
    message,
    state,
)

# Answering.


@pytest.mark.parametrize("owner", [AI, QUEUE])
@pytest.mark.parametrize(
    ("request_", "sets_aside"),
    [
        (Resolve(request_id="r-1", by=ANNA), {"ai_agent", "human_agent"}),
        (Snooze(request_id="r-2", by=ANNA, until=NOW), {"ai_agent", "human_agent"}),
        (HandBack(request_id="r-3", by=ANNA), {"human_agent"}),
        (SendHumanReply(request_id="r-4", by=ANNA, text="Hi"), {"human_agent"}),
        (TAKE_OVER, set()),
    ],
)
def test_what_a_person_sets_aside_waits_for_no_draft(request_: AnyRequest, sets_aside: set[str], owner: Owner) -> None:
    assert state(owner=owner, requests=[request_]).is_set_aside() is (owner.kind in sets_aside)


def test_turns_count_drafts_and_suggestions() -> None:
    conversation = state(unanswered=True)
    conversation.begin_turn()
    conversation.begin_suggestion()
    conversation.note_drafted_by("billing")
    conversation.note_nothing_unanswered()
    assert (conversation.answering.turn, conversation.answering.channel) == (2, "web_chat")
    assert (conversation.answering.ai_agent, conversation.answering.unanswered) == ("billing", False)


def test_a_mode_that_a_person_sets_is_known_as_such() -> None:
    conversation = state(mode=Mode.DELEGATION)
    conversation.change_mode(Mode.SUPERVISION)
    assert (conversation.answering.mode, conversation.answering.mode_was_set) == (Mode.SUPERVISION, True)


def test_a_model_that_does_not_answer_is_waited_for() -> None:
    conversation = state()
    conversation.park(NOW)
    conversation.note_told_to_wait()
    assert (conversation.waiting.parked_since, conversation.waiting.told_to_wait) == (NOW, True)
    assert conversation.shown.since == NOW
    conversation.end_parking()
    assert conversation.waiting.parked_since is None


# Counting replies.


@pytest.mark.parametrize(("clarified", "in_a_row"), [(True, 2), (False, 0)])
def test_a_reply_is_an_exchange_and_clarifications_count_in_a_row(clarified: bool, in_a_row: int) -> None:
    conversation = state(answered=Answered(exchanges=2, clarifications=1))
    conversation.note_reply(NOW, answers_all=True, clarified=clarified)
    assert conversation.answering.counts == Answered(exchanges=3, clarifications=in_a_row)
    assert conversation.waiting.quiet_since == NOW


@pytest.mark.parametrize("answers_all", [True, False])
def test_only_a_reply_to_everything_leaves_nothing_unanswered(answers_all: bool) -> None:
    conversation = state(unanswered=True, instruction="be brief")
    conversation.note_reply(NOW, answers_all=answers_all, clarified=False)
    assert conversation.answering.unanswered is not answers_all
    assert conversation.answering.instruction == ("" if answers_all else "be brief")


@pytest.mark.parametrize(("exchange", "exchanges"), [(True, 1), (False, 0)])
def test_a_code_that_was_asked_for_is_waited_for(exchange: bool, exchanges: int) -> None:
    conversation = state(unanswered=True)
    conversation.await_code(CODE)
    (conversation.note_code_exchange if exchange else conversation.note_code_asked)(NOW)
    assert (conversation.waiting.identity_check, conversation.waiting.quiet_since) == (CODE, NOW)
    assert (conversation.answering.unanswered, conversation.answering.counts.exchanges) == (False, exchanges)


# The customer context.


@pytest.mark.parametrize(
    ("known", "since", "fresh"),
    [
        (None, None, False),
        (context(), None, False),
        (context(missing=("crm",)), NOW, False),
        (context(), NOW - HOUR, True),
        (context(), NOW - HOUR - timedelta(seconds=1), False),
    ],
)
def test_a_context_is_fresh_when_complete_and_young(
    known: FetchedContext | None, since: datetime | None, fresh: bool
) -> None:
    assert state(context=known, context_since=since).context_is_fresh(NOW) is fresh


def test_a_context_is_that_of_whoever_wrote_last() -> None:
    conversation = state(last_sender_id="cu_1")
    conversation.begin_context()
    conversation.keep_context(context(), NOW)
    assert conversation.context_is_fresh(NOW)
    conversation.receive_message(message(1).model_copy(update={"customer_id": "cu_2"}))
    assert not conversation.context_is_fresh(NOW)


def test_who_proves_to_be_a_contact_has_another_context() -> None:
    conversation = state(context=context(), context_since=NOW, identity_check=CODE)
    conversation.prove_identity()
    assert (conversation.waiting.identity_check, conversation.customer_context.fetched) == (None, None)
