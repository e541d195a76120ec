"""What is done at once while a message is tried, and what becomes of the message."""

from datetime import UTC, datetime

import pytest

from domain.approvals.approval import Approval
from domain.conversation.activity_models import ApprovalClosure, DeliverMessageInput
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.meanwhile import calls_back, interrupts, is_void, makes_room, request_at_once, withdraws
from domain.conversation.messages import Author
from domain.conversation.ownership import Owner, Person
from domain.conversation.requests import (
    AnyRequest,
    ChangeMode,
    DecideApproval,
    HandBack,
    Reopen,
    ReportFailure,
    Resolve,
    SendHumanReply,
    Snooze,
    TakeOver,
)
from domain.conversation.turn import Decision, DecisionRecord, Outcome, Reason
from domain.specification.organisation import Mode

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANNA = Person(id="anna")


def asks(kind: type[AnyRequest], **more: object) -> AnyRequest:
    return kind.model_validate({"request_id": kind.__name__, "by": ANNA, **more})


RESOLVE, REOPEN, BACK, TAKE = asks(Resolve), asks(Reopen), asks(HandBack), asks(TakeOver)
SNOOZE = asks(Snooze, until=NOW)
SUPERVISE, CO_PILOT, DELEGATE = (
    asks(ChangeMode, mode=mode) for mode in (Mode.SUPERVISION, Mode.CO_PILOT, Mode.DELEGATION)
)
FAILED = asks(ReportFailure, message_key="k")
REPLY = asks(SendHumanReply, text="Yes.")
DECIDE = asks(DecideApproval, approval_id="a", action="approve")

RECORD = DecisionRecord(
    turn=1,
    revision=3,
    confidence=0.9,
    exchanges=0,
    clarifications=0,
    decision=Decision(outcome=Outcome.SEND, reason=Reason.CONFIDENT),
    decided_at=NOW,
)


def message(author: Author, **more: object) -> DeliverMessageInput:
    named = {"organisation": "acme", "conversation_id": "cv_test0001", "message_key": "k", "channel": "email"}
    return DeliverMessageInput.model_validate(
        {**named, "author": author, "author_id": "x", "kind": "reply", "text": "Yes.", **more}
    )


ALONE = message(Author.AI_AGENT, expected_revision=3, record=RECORD)
APPROVED = message(Author.AI_AGENT, expected_revision=3)
CODE = message(Author.SYSTEM, kind="notice", expected_revision=3, record=RECORD)
NOTICE = message(Author.SYSTEM, kind="notice")
HUMAN = message(Author.HUMAN_AGENT, kind="human_reply")
ALL = {"alone": ALONE, "approved": APPROVED, "code": CODE, "notice": NOTICE, "human": HUMAN}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("request_at_once_", [RESOLVE, SNOOZE, REOPEN, SUPERVISE, DELEGATE, FAILED, TAKE])
def test_what_is_done_at_once_whatever_is_tried(name: str, request_at_once_: AnyRequest) -> None:
    assert request_at_once([request_at_once_], ALL[name]) is request_at_once_
    assert request_at_once([REPLY, DECIDE, request_at_once_, RESOLVE], ALL[name]) is request_at_once_


@pytest.mark.parametrize("name", ALL)
def test_replies_and_decisions_wait_for_their_turn(name: str) -> None:
    assert request_at_once([REPLY, DECIDE], ALL[name]) is None


@pytest.mark.parametrize(("name", "at_once"), [*zip(ALL, [True, True, True, False, False], strict=True)])
def test_a_hand_back_waits_for_what_no_revision_stops_and_what_follows_it_waits_too(name: str, at_once: bool) -> None:
    assert request_at_once([BACK, RESOLVE], ALL[name]) is (BACK if at_once else None)
    assert request_at_once([RESOLVE, BACK], ALL[name]) is RESOLVE


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("waits", [REPLY, DECIDE, BACK])
def test_a_notice_makes_room_for_what_would_wait_for_it(name: str, waits: AnyRequest) -> None:
    assert makes_room([RESOLVE, waits], ALL[name]) is (name == "notice")
    assert not makes_room([RESOLVE, SUPERVISE, TAKE], ALL[name])


@pytest.mark.parametrize(
    ("request_", "withdrawn"),
    [
        (SNOOZE, {"alone", "approved", "code"}),
        (SUPERVISE, {"alone", "code"}),
        (CO_PILOT, {"alone", "code"}),
        (DELEGATE, set()),
        (REOPEN, set()),
        (FAILED, set()),
    ],
)
def test_what_a_request_withdraws_that_leaves_the_revision(request_: AnyRequest, withdrawn: set[str]) -> None:
    assert {name for name, one in ALL.items() if withdraws(request_, one)} == withdrawn


AI, PERSON = Owner(kind="ai_agent", id="general"), Owner(kind="human_agent", id="anna")
HERE = Lifecycle(owner=AI, revision=3)


@pytest.mark.parametrize(
    ("lifecycle", "asked", "void"),
    [
        (HERE, True, set()),
        (HERE, False, set()),
        (HERE.move_on(), False, set()),
        (HERE.move_on(), True, {"alone", "approved", "code"}),
        (HERE.move_on().take_over("anna"), False, {"alone", "approved", "code"}),
        (HERE.resolve(NOW), True, {"alone", "approved", "code", "notice"}),
        (HERE.move_on().snooze(NOW), True, {"alone", "approved", "code", "notice"}),
        (Lifecycle(owner=PERSON, revision=3).resolve(NOW), True, {"alone", "approved", "code", "notice"}),
    ],
)
def test_what_must_not_leave_any_more(lifecycle: Lifecycle, asked: bool, void: set[str]) -> None:
    assert {name for name, one in ALL.items() if is_void(one, lifecycle, asked=asked)} == void


@pytest.mark.parametrize(
    ("requests", "interrupted"),
    [([BACK], True), ([REOPEN], True), ([SUPERVISE], True), ([FAILED], True), ([DECIDE, REPLY], False), ([], False)],
)
def test_what_a_wait_for_a_model_ends_for(requests: list[AnyRequest], interrupted: bool) -> None:
    assert interrupts(requests) is interrupted


WAITS = Approval(
    approval_id="a", draft_id="d", ai_agent="x", text="Yes.", digest="0", revision=3, rule="r", reason="supervised",
    roles=("approver",), requested_at=NOW,
)  # fmt: skip
APPROVER = Person(id="ben", roles=("approver",))
CLOSING = ApprovalClosure(approval=WAITS, decision=asks(DecideApproval, approval_id="a", action="approve"))
APPROVED = message(Author.AI_AGENT, expected_revision=3, closure=CLOSING)


def revokes(**more: object) -> AnyRequest:
    return asks(DecideApproval, **{"by": APPROVER, "approval_id": "a", "action": "revoke", **more})


@pytest.mark.parametrize(
    ("requests", "called_back"),
    [
        ((), False),
        ((revokes(),), True),
        ((RESOLVE, revokes(digest="0")), True),
        ((revokes(digest="1"),), False),
        ((revokes(approval_id="b"),), False),
        ((revokes(by=ANNA),), False),
        ((revokes(action="approve"),), False),
    ],
)
def test_who_may_decide_calls_back_what_was_approved(requests: tuple[AnyRequest, ...], called_back: bool) -> None:
    assert calls_back(requests, APPROVED) is called_back
    assert calls_back(requests, message(Author.AI_AGENT, expected_revision=3)) is False
