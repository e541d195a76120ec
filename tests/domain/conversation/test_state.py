"""The state of a conversation: what it remembers, what makes a draft stale, and what is due when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from domain.approvals.approval import DEFAULT_RULE, Approval, open_approval
from domain.conversation.activity_models import FetchedContext, OpenedConversation
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import AnyRequest, HandBack, Resolve, StartConversation, TakeOver
from domain.conversation.state import REMEMBERED_IDS, Answered, ConversationState
from domain.conversation.turn import Draft, Evidence, Usage
from domain.specification.organisation import LadderStep, Mode, ServiceLevels

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = StartConversation(organisation="acme", conversation_id="cv_test0001")
ANNA = Person(id="anna", roles=("approver",))
AI = Owner(kind="ai_agent", id="general")
QUEUE = Owner(kind="human_agent")
LEVELS = ServiceLevels(resolve_after_silence_hours=72, reopen_days=7, context_max_age_minutes=60)
LADDER = (LadderStep(after_minutes=30, action="remind"),)
POLICY = Policy(default_ai_agent="general", service_levels=LEVELS, ladder=LADDER)
TAKE_OVER = TakeOver(request_id="r-1", by=ANNA)


def state(**changes: Any) -> ConversationState:
    return ConversationState(start=START, policy=POLICY).model_copy(update=changes, deep=True)


def message(number: int) -> CustomerMessage:
    return CustomerMessage(message_id=f"m-{number}", text="Hello", received_at=NOW)


def approval() -> Approval:
    draft = Draft(draft_id="d-1", ai_agent="general", text="Yes.", evidence=Evidence(), usage=Usage(model="fake"))
    return open_approval(draft, approval_id="ap-1", revision=1, reason="supervised", rule=DEFAULT_RULE, now=NOW)


def context(missing: tuple[str, ...] = ()) -> FetchedContext:
    return FetchedContext(context_id="cx_1", fetched_at=NOW, facts=3, matches=1, missing=missing)


# The ring of ids.


def test_an_id_counts_once() -> None:
    conversation = state()
    assert [conversation.first_time(key) for key in ("m-1", "m-2", "m-1", "m-1")] == [True, True, False, False]


def test_the_ring_keeps_the_latest_ids() -> None:
    conversation = state()
    for number in range(REMEMBERED_IDS + 1):
        assert conversation.first_time(f"m-{number}")
    assert len(conversation.seen) == REMEMBERED_IDS
    assert not conversation.first_time(f"m-{REMEMBERED_IDS}")
    assert not conversation.first_time("m-1")
    assert conversation.first_time("m-0")


# Inbox.


def test_taking_the_inbox_empties_it() -> None:
    conversation = state(inbox=[message(1), message(2)])
    assert conversation.take_inbox() == (message(1), message(2))
    assert conversation.inbox == []
    assert conversation.take_inbox() == ()


def test_messages_are_put_back_before_newer_ones() -> None:
    conversation = state(inbox=[message(1)])
    taken = conversation.take_inbox()
    conversation.inbox.append(message(2))
    conversation.put_back(taken)
    assert conversation.inbox == [message(1), message(2)]


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
    assert (conversation.revision, conversation.turn, conversation.owner) == (7, 3, AI)
    assert (conversation.mode, conversation.status) == (Mode.SUPERVISION, status)
    assert conversation.resolved_at == resolved_at


def test_the_channel_is_the_one_it_started_with() -> None:
    assert state().channel is START.channel


@pytest.mark.parametrize("owner", [AI, QUEUE])
def test_who_owns_it(owner: Owner) -> None:
    assert state(owner=owner).owned_by_ai is (owner is AI)


# Ownership and revisions.


def test_changing_hands_voids_the_approval_and_begins_budgets_again() -> None:
    conversation = state(
        approval=approval(), snoozed_until=NOW, resolved_at=NOW, answered=Answered(exchanges=4, clarifications=1)
    )
    conversation.give_to(QUEUE, Status.WITH_HUMAN)
    assert (conversation.owner, conversation.status) == (QUEUE, Status.WITH_HUMAN)
    assert (conversation.approval, conversation.snoozed_until, conversation.resolved_at) == (None, None, None)
    assert conversation.answered == Answered()


@pytest.mark.parametrize(
    ("before", "after"),
    [(Status.AWAITING_APPROVAL, Status.OPEN), (Status.OPEN, Status.OPEN), (Status.SNOOZED, Status.SNOOZED)],
)
def test_moving_on_makes_drafts_and_approvals_stale(before: Status, after: Status) -> None:
    conversation = state(approval=approval(), status=before, revision=4)
    conversation.move_on()
    assert (conversation.revision, conversation.approval, conversation.status) == (5, None, after)


@pytest.mark.parametrize(
    ("owner", "waiting", "status"),
    [
        (AI, None, Status.OPEN),
        (AI, approval(), Status.AWAITING_APPROVAL),
        (QUEUE, None, Status.WITH_HUMAN),
        (QUEUE, approval(), Status.WITH_HUMAN),
    ],
)
def test_the_status_to_which_it_wakes(owner: Owner, waiting: Approval | None, status: Status) -> None:
    assert state(owner=owner, approval=waiting, status=Status.SNOOZED).active_status() is status


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
    evidence = state(mode=mode, mode_was_set=was_set).supervise(Evidence(supervised=supervised_before))
    assert evidence.supervised is supervised


# Counting replies.


@pytest.mark.parametrize(("clarified", "in_a_row"), [(True, 2), (False, 0)])
def test_a_reply_is_an_exchange_and_clarifications_count_in_a_row(clarified: bool, in_a_row: int) -> None:
    conversation = state(answered=Answered(exchanges=2, clarifications=1))
    conversation.note_reply(NOW, answers_all=True, clarified=clarified)
    assert conversation.answered == Answered(exchanges=3, clarifications=in_a_row)
    assert conversation.quiet_since == NOW


@pytest.mark.parametrize("answers_all", [True, False])
def test_only_a_reply_to_everything_leaves_nothing_unanswered(answers_all: bool) -> None:
    conversation = state(unanswered=True, instruction="be brief")
    conversation.note_reply(NOW, answers_all=answers_all, clarified=False)
    assert conversation.unanswered is not answers_all
    assert conversation.instruction == ("" if answers_all else "be brief")


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


# Deadlines.


def test_the_ladder_is_due_while_an_approval_waits() -> None:
    waiting = approval()
    assert state(approval=waiting).ladder_due() == NOW + HOUR / 2
    assert state(approval=waiting.climb(LADDER[0])).ladder_due() is None
    assert state(approval=None).ladder_due() is None
    assert state(approval=waiting, policy=None).ladder_due() is None


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, True),
        ({"unanswered": True}, False),
        ({"inbox": [message(1)]}, False),
        ({"quiet_since": None}, False),
        ({"policy": None}, False),
        *(({"status": status}, False) for status in Status if status is not Status.OPEN),
    ],
)
def test_silence_resolves_only_when_nobody_owes_anything(changes: dict[str, Any], due: bool) -> None:
    quiet = state(**{"quiet_since": NOW} | changes)
    assert quiet.silence_due() == (NOW + 72 * HOUR if due else None)


def test_a_resolved_conversation_closes_when_it_can_no_longer_be_reopened() -> None:
    assert state(resolved_at=NOW).closing_due() == NOW + timedelta(days=7)
    assert state().closing_due() is None
    assert state(resolved_at=NOW, policy=None).closing_due() is None


@pytest.mark.parametrize(
    ("changes", "deadline", "summary"),
    [
        ({}, None, "nothing is due"),
        ({"approval": approval()}, NOW + HOUR / 2, "remind of the approval"),
        ({"quiet_since": NOW}, NOW + 72 * HOUR, "resolve after silence"),
        ({"snoozed_until": NOW + HOUR}, NOW + HOUR, "end of the snooze"),
        ({"resolved_at": NOW}, NOW + timedelta(days=7), "close for good"),
        ({"approval": approval(), "snoozed_until": NOW + HOUR}, NOW + HOUR / 2, "remind of the approval"),
        ({"approval": approval(), "snoozed_until": NOW}, NOW, "end of the snooze"),
    ],
)
def test_the_one_deadline_is_the_earliest(changes: dict[str, Any], deadline: datetime | None, summary: str) -> None:
    waiting = state(**changes)
    assert (waiting.next_deadline(), waiting.deadline_summary()) == (deadline, summary)


# Continue-as-new.


def test_everything_survives_the_way_into_the_next_run() -> None:
    busy: BaseModel = state(
        inbox=[message(1)],
        requests=[TAKE_OVER, Resolve(request_id="r-2", by=ANNA)],
        approval=approval(),
        context=context(),
        seen=["m-1", "request:r-1"],
        snoozed_until=NOW + HOUR,
        mode=Mode.CO_PILOT,
    )
    assert ConversationState.model_validate_json(busy.model_dump_json()) == busy
