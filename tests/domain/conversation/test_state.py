"""The state of a conversation: its mailbox, its owner, what makes a draft stale, what is shown."""

import ast
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.conversation.activity_models import NewerVersion, OpenedConversation
from domain.conversation.groups import MAX_REMEMBERED_IDS, Answered
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.requests import (
    AnyRequest,
    HandBack,
    Resolve,
)
from domain.conversation.state import FLAT_NAMES, ConversationState
from domain.conversation.turn import Evidence
from domain.specification.organisation import Mode
from tests.domain.conversation.states import (
    AI,
    ANNA,
    CODE,
    HOUR,
    NOW,
    OPENED,
    POLICY,
    QUEUE,
    START,
    TAKE_OVER,
    approval,
    message,
    state,
)

NEWER = NewerVersion(spec_hash="b" * 64, policy=POLICY.model_copy(update={"default_ai_agent": "other"}))


def test_a_conversation_that_waits_for_nothing_moves_to_a_newer_version() -> None:
    conversation = state()
    conversation.move_to(NEWER)
    assert (conversation.spec_hash, conversation.opened_policy) == (NEWER.spec_hash, NEWER.policy)
    assert not conversation.context_is_fresh(NOW)


@pytest.mark.parametrize(
    "begin",
    [
        lambda conversation: conversation.ask_approval(approval()),
        lambda conversation: conversation.await_code(CODE),
        lambda conversation: conversation.park(NOW),
        lambda conversation: conversation.take_over("anna"),
        lambda conversation: conversation.resolve(NOW),
        lambda conversation: conversation.withdraw_reply(),
    ],
    ids=["approval", "code", "parked", "taken over", "resolved", "unanswered"],
)
def test_what_was_begun_under_a_version_ends_under_it(begin: Callable[[ConversationState], None]) -> None:
    conversation = state(revision=1)
    begin(conversation)
    before = conversation.spec_hash
    conversation.move_to(NEWER)
    assert (conversation.spec_hash, conversation.opened_policy) == (before, POLICY)


# The mailbox.


def test_a_message_counts_once() -> None:
    conversation = state()
    for number in (1, 2, 1, 1):
        conversation.receive_message(message(number))
    assert conversation.mailbox.inbox == (message(1), message(2))


def test_a_request_counts_once() -> None:
    conversation = state()
    for _ in range(2):
        conversation.receive_request(TAKE_OVER)
    assert conversation.mailbox.requests == (TAKE_OVER,)


def test_the_ring_keeps_the_latest_ids() -> None:
    conversation = state()
    for number in range(MAX_REMEMBERED_IDS + 1):
        conversation.receive_message(message(number))
    assert len(conversation.mailbox.seen) == MAX_REMEMBERED_IDS
    conversation.receive_message(message(1))
    assert len(conversation.mailbox.inbox) == MAX_REMEMBERED_IDS + 1
    conversation.receive_message(message(0))
    assert conversation.mailbox.inbox[-1] == message(0)


def test_replies_go_where_the_latest_message_came_from() -> None:
    conversation = state()
    by_mail = message(1).model_copy(update={"channel": "email", "customer_id": "cu_1"})
    conversation.receive_message(by_mail)
    assert (conversation.channel, conversation.customer_id) == ("email", "cu_1")
    conversation.begin_turn()
    conversation.receive_message(message(2))
    assert (conversation.channel, conversation.drafted_for) == ("web_chat", "email")


def test_taking_the_inbox_empties_it() -> None:
    conversation = state(inbox=[message(1), message(2)])
    assert conversation.take_inbox() == (message(1), message(2))
    assert conversation.mailbox.inbox == ()
    assert conversation.take_inbox() == ()


def test_questions_begin_a_new_revision() -> None:
    conversation = state(inbox=[message(1)], revision=4)
    assert conversation.take_questions() == (message(1),)
    assert (conversation.revision, conversation.answering.unanswered) == (5, True)
    assert conversation.take_questions() == ()
    assert conversation.revision == 5


@pytest.mark.parametrize(("inbox", "told"), [([], True), ([message(1)], False)])
def test_whoever_writes_again_is_told_again(inbox: list[CustomerMessage], told: bool) -> None:
    conversation = state(inbox=inbox, told_to_wait=True)
    conversation.take_inbox()
    assert conversation.waiting.told_to_wait is told


def test_messages_are_put_back_before_newer_ones() -> None:
    conversation = state(inbox=[message(1)])
    taken = conversation.take_inbox()
    conversation.receive_message(message(2))
    conversation.put_back(taken)
    assert conversation.mailbox.inbox == (message(1), message(2))


def test_requests_come_out_in_order_or_ahead_of_their_turn() -> None:
    resolve, hand_back = Resolve(request_id="r-2", by=ANNA), HandBack(request_id="r-3", by=ANNA)
    conversation = state(requests=[TAKE_OVER, resolve, hand_back])
    conversation.drop_request(resolve)
    assert [conversation.next_request(), conversation.next_request()] == [TAKE_OVER, hand_back]
    with pytest.raises(IndexError):
        conversation.next_request()
    with pytest.raises(ValueError, match="not in tuple"):
        conversation.drop_request(resolve)


@pytest.mark.parametrize(
    ("inbox", "requests", "overtaken"),
    [
        ([], [], False),
        ([message(1)], [], True),
        ([], [TAKE_OVER], True),
        ([], [Resolve(request_id="r-2", by=ANNA), TAKE_OVER], True),
        ([], [HandBack(request_id="r-3", by=ANNA)], False),
    ],
)
def test_a_message_or_a_takeover_overtakes_a_draft(
    inbox: list[CustomerMessage], requests: list[AnyRequest], overtaken: bool
) -> None:
    assert state(inbox=inbox, requests=requests).is_overtaken() is overtaken


# Opening.


@pytest.mark.parametrize(
    ("first", "last", "pushed"),
    [
        ("web_chat", None, False),
        ("phone", None, False),
        ("email", None, True),
        ("web_chat", "sms", True),
        ("x", None, True),
    ],
)
def test_a_reply_is_pushed_unless_the_last_channel_is_our_own_table(first: str, last: str | None, pushed: bool) -> None:
    began = START.model_copy(update={"channel": first})
    assert state(start=began, last_channel=last).is_pushed() is pushed


def test_the_policy_is_there_once_the_conversation_is_open() -> None:
    assert state().opened_policy is not None
    with pytest.raises(RuntimeError, match="not open yet"):
        _ = state(policy=None).opened_policy


@pytest.mark.parametrize(("status", "resolved_at"), [(Status.OPEN, None), (Status.RESOLVED, NOW)])
def test_it_adopts_what_the_store_knows(status: Status, resolved_at: datetime | None) -> None:
    conversation = state(policy=None)
    opened = OpenedConversation(
        spec_hash="a" * 64, policy=POLICY, revision=7, turn=3, owner=AI, mode=Mode.SUPERVISION, status=status
    )
    conversation.adopt(opened, NOW)
    assert (conversation.spec_hash, conversation.policy) == ("a" * 64, POLICY)
    assert (conversation.revision, conversation.answering.turn, conversation.owner) == (7, 3, AI)
    assert (conversation.answering.mode, conversation.status) == (Mode.SUPERVISION, status)
    assert conversation.lifecycle.resolved_at == resolved_at


def test_the_channel_is_the_one_it_started_with() -> None:
    assert state().channel is START.channel


@pytest.mark.parametrize("owner", [AI, QUEUE])
def test_who_owns_it(owner: Owner) -> None:
    assert state(owner=owner).owned_by_ai is (owner is AI)


# Ownership.

GIVEN_AWAY: list[Callable[[ConversationState], None]] = [
    lambda conversation: conversation.take_over("anna"),
    lambda conversation: conversation.escalate("low_confidence"),
    lambda conversation: conversation.hand_back("general", "", unanswered=False, told_to_wait=False, now=NOW),
]


@pytest.mark.parametrize("give_away", GIVEN_AWAY, ids=["take_over", "escalate", "hand_back"])
def test_another_owner_begins_again(give_away: Callable[[ConversationState], None]) -> None:
    conversation = state(
        answered=Answered(exchanges=4, clarifications=1),
        unanswered=True,
        told_to_wait=True,
        parked_since=NOW,
        identity_check=CODE,
    )
    give_away(conversation)
    assert conversation.answering.counts == Answered()
    assert not conversation.answering.unanswered
    waits = conversation.waiting
    goes_on = NOW if conversation.owned_by_ai else None
    assert (waits.told_to_wait, waits.parked_since, waits.identity_check) == (False, goes_on, None)


def test_a_new_instruction_for_a_model_that_is_silent_does_not_begin_the_wait_anew() -> None:
    """A person who had the conversation in between has ended it."""
    conversation = state(parked_since=NOW)
    conversation.hand_back("general", "Be brief.", unanswered=True, told_to_wait=False, now=NOW)
    assert conversation.waiting.parked_since == NOW
    conversation.take_over("anna")
    conversation.hand_back("general", "Be brief.", unanswered=True, told_to_wait=False, now=NOW)
    assert conversation.waiting.parked_since is None


def test_a_reply_that_is_withdrawn_leaves_its_question_unanswered() -> None:
    conversation = state(revision=3)
    conversation.withdraw_reply()
    assert (conversation.revision, conversation.answering.unanswered) == (4, True)


def test_who_hands_back_says_how_to_go_on() -> None:
    conversation = state(owner=QUEUE, status=Status.WITH_HUMAN, escalation_reason="low_confidence")
    conversation.hand_back("general", "Offer the export.", unanswered=True, told_to_wait=True, now=NOW)
    assert (conversation.answering.instruction, conversation.answering.unanswered) == ("Offer the export.", True)
    assert (conversation.waiting.told_to_wait, conversation.waiting.quiet_since) == (True, NOW)
    assert conversation.lifecycle.escalation_reason is None


def test_a_redraft_follows_its_instruction() -> None:
    conversation = state(approval=approval(), status=Status.AWAITING_APPROVAL, revision=1)
    conversation.ask_redraft("name the 14 days")
    assert (conversation.approval, conversation.status, conversation.revision) == (None, Status.OPEN, 2)
    assert (conversation.answering.instruction, conversation.answering.unanswered) == ("name the 14 days", True)


def test_what_waits_for_approval_is_no_longer_unanswered() -> None:
    conversation = state(revision=1, unanswered=True)
    conversation.ask_approval(approval())
    assert (conversation.approval, conversation.answering.unanswered) == (approval(), False)
    conversation.replace_approval(approval())
    assert conversation.approve_in_part("ben").approved_by == ("ben",)


@pytest.mark.parametrize(("now", "quiet_since"), [(NOW, NOW), (None, None)])
def test_waking_may_begin_a_period_of_silence(now: datetime | None, quiet_since: datetime | None) -> None:
    conversation = state(status=Status.SNOOZED, snoozed_until=NOW)
    conversation.wake(now)
    assert (conversation.status, conversation.waiting.quiet_since) == (Status.OPEN, quiet_since)


def test_what_is_resolved_waits_for_no_code() -> None:
    conversation = state(identity_check=CODE)
    conversation.resolve(NOW)
    assert (conversation.status, conversation.waiting.identity_check) == (Status.RESOLVED, None)


def test_it_catches_up_with_a_store_that_is_ahead() -> None:
    conversation = state(revision=3, turn=9)
    conversation.catch_up(OPENED.model_copy(update={"revision": 7, "turn": 2, "owner": QUEUE}))
    assert (conversation.revision, conversation.answering.turn) == (7, 9)
    assert (conversation.owner, conversation.status) == (QUEUE, Status.WITH_HUMAN)


@pytest.mark.parametrize(
    ("mode", "was_set", "supervised_before", "supervised"),
    [
        (Mode.SUPERVISION, False, False, False),
        (Mode.DELEGATION, False, True, True),
        (Mode.DELEGATION, True, True, False),
        (Mode.SUPERVISION, True, False, True),
        (Mode.CO_PILOT, True, False, True),
    ],
)
def test_a_mode_that_a_person_set_wins(mode: Mode, was_set: bool, supervised_before: bool, supervised: bool) -> None:
    set_by_person = state(mode=mode, mode_was_set=was_set).answering.mode_set_by_person
    assert Evidence(supervised=supervised_before).under(set_by_person).supervised is supervised


@pytest.mark.parametrize(("owner", "status"), [(AI, Status.OPEN), (QUEUE, Status.WITH_HUMAN)])
def test_a_stale_approval_leaves_its_question_to_the_ai_agent_or_to_people(owner: Owner, status: Status) -> None:
    conversation = state(approval=approval(), status=Status.AWAITING_APPROVAL, revision=1)
    conversation.catch_up(OPENED.model_copy(update={"revision": 7, "owner": owner}))
    conversation.drop_stale_approval()
    assert (conversation.approval, conversation.status, conversation.revision) == (None, status, 7)
    assert conversation.answering.unanswered is (owner is AI)


# What others are shown.


def test_status_and_owner_are_shown_since_they_changed() -> None:
    conversation = state()
    conversation.note_shown(NOW)
    conversation.note_shown(NOW + HOUR)
    assert (conversation.shown.text, conversation.shown.since) == ("open ai_agent:queue", NOW)
    conversation.take_over("anna")
    conversation.note_shown(NOW + HOUR)
    assert (conversation.shown.text, conversation.shown.since) == ("with_human human_agent:anna", NOW + HOUR)


def test_the_ticket_stays_that_of_the_channel_that_has_one() -> None:
    policy = POLICY.model_copy(update={"ticketed_channels": ("zendesk",)})
    conversation = state(policy=policy, last_channel="zendesk")
    conversation.keep_ticket_channel()
    conversation.receive_message(message(1))
    conversation.keep_ticket_channel()
    conversation.resolve(NOW)
    conversation.note_on_ticket()
    assert (conversation.ticket.channel, conversation.ticket.status) == ("zendesk", Status.RESOLVED)


# Only transitions change a state.


def test_nobody_else_changes_a_group() -> None:
    conversation = state()
    with pytest.raises(ValidationError, match="frozen"):
        conversation.lifecycle.status = Status.RESOLVED  # type: ignore[misc]


ROOT = Path(__file__).parents[3]
PACKAGES = ("workflows", "activities", "gateway", "workers", "bench", "demo", "cli", "tests")
GROUP_NAMES = {*FLAT_NAMES, "spec_hash", "policy"}


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_else_assigns_a_field_of_a_state(package: str) -> None:
    assigned = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del)
        if ast.unparse(node.value).rpartition(".")[2] in {"state", "_state"}
        if node.attr in GROUP_NAMES
    ]
    assert assigned == []
