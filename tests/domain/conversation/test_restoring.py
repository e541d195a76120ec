"""What is safe to do with a restored conversation, by what each side knows of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.record import ConversationView
from domain.conversation.requests import AnyRequest, ReportFailure, SendHumanReply, StartConversation, TakeOver
from domain.conversation.restoring import (
    LOOK_FIRST,
    Finding,
    SentMessage,
    StoredFacts,
    Verdict,
    WorkflowFacts,
    count,
    judge_restored,
    missing,
    note_for_person,
    position_with_person,
)
from domain.specification.organisation import Mode

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ID = "cv_restored"
ANNA = Person(id="anna")
AI = Owner(kind="ai_agent", id="service")
PERSON = Owner(kind="human_agent", id="anna")
MESSAGE = CustomerMessage(message_id="m2", text="And now?", received_at=AT)
SENT = SentMessage(message_key=f"{ID}-2", at=AT, text="It is on its way.")
HUMAN_REPLY = SendHumanReply(request_id="r1", by=ANNA, text="Here I am.")
TAKEOVER = TakeOver(request_id="t1", by=ANNA)


def row(**changes: Any) -> ConversationView:
    fields: dict[str, Any] = {
        "conversation_id": ID, "organisation": "acme", "channel": "email", "customer_id": "cu_1", "spec_hash": "0" * 64,
        "status": Status.OPEN, "owner": AI, "mode": Mode.DELEGATION, "revision": 3, "turn": 2, "last_seq": 4,
        "answered_seq": 4, "escalation_reason": None, "snoozed_until": None, "resolved_at": None, "created_at": AT,
        "updated_at": AT,
    }  # fmt: skip
    return ConversationView.model_validate(fields | changes)


def stored(*, unanswered: int = 0, of: ConversationView | None = None, **changes: Any) -> StoredFacts:
    return StoredFacts.model_validate({"conversation": of or row(), "unanswered": unanswered, **changes})


def workflow(**changes: Any) -> WorkflowFacts:
    start = StartConversation(organisation="acme", conversation_id=ID, channel="email", customer_id="cu_1")
    fields: dict[str, Any] = {
        "start": start, "run_id": "run", "revision": 3, "turn": 2, "status": "open", "owner_kind": "ai_agent",
        "approval_id": None,
    }  # fmt: skip
    return WorkflowFacts.model_validate(fields | changes)


AWAITS = row(status=Status.AWAITING_APPROVAL)
SNOOZED = row(status=Status.SNOOZED, snoozed_until=AT)
RESOLVED = row(status=Status.RESOLVED, resolved_at=AT, revision=4)
TAKEN = row(status=Status.WITH_HUMAN, owner=PERSON, revision=4)

VERDICTS: dict[str, tuple[WorkflowFacts | None, StoredFacts | None, Verdict]] = {
    "the same": (workflow(), stored(), Verdict.AGREES),
    "the same approval waits": (
        workflow(status="awaiting_approval", approval_id="ap-1"),
        stored(of=AWAITS, unanswered=1, approval_id="ap-1"),
        Verdict.AGREES,
    ),
    "another approval waits": (
        workflow(status="awaiting_approval", approval_id="ap-1"),
        stored(of=AWAITS, unanswered=1, approval_id="ap-2"),
        Verdict.PERSON,
    ),
    "the same snooze": (workflow(status="snoozed"), stored(of=SNOOZED), Verdict.AGREES),
    "a reply is held for quiet hours": (workflow(), stored(unanswered=1), Verdict.PERSON),
    "an activity is under way": (workflow(under_way=("generate_reply",)), stored(unanswered=1), Verdict.PERSON),
    "an activity is under way that the record has": (
        workflow(under_way=(f"deliver_message {ID}-2",)),
        stored(of=row(revision=3, turn=2), delivered={f"{ID}-2"}),
        Verdict.GOES_ON,
    ),
    "a send was claimed": (workflow(), stored(claimed=(f"{ID}-2",)), Verdict.PERSON),
    "the record is newer": (workflow(revision=2, turn=1), stored(), Verdict.GOES_ON),
    "the record is newer and a customer waits": (workflow(revision=2, turn=1), stored(unanswered=1), Verdict.PERSON),
    "the record has an approval": (workflow(), stored(of=AWAITS, unanswered=1, approval_id="ap"), Verdict.PERSON),
    "the record has a snooze": (workflow(), stored(of=SNOOZED), Verdict.PERSON),
    "the record has a takeover": (workflow(), stored(of=TAKEN, unanswered=1), Verdict.GOES_ON),
    "the record has a resolution": (workflow(), stored(of=RESOLVED), Verdict.CLOSED),
    "no workflow": (None, stored(), Verdict.GOES_ON),
    "no workflow, and a customer waits": (None, stored(unanswered=1), Verdict.PERSON),
    "no workflow, and resolved": (None, stored(of=RESOLVED), Verdict.CLOSED),
    "no record": (workflow(), None, Verdict.PERSON),
    "the workflow is newer": (workflow(revision=4), stored(), Verdict.PERSON),
    "the workflow had another turn": (workflow(turn=3), stored(), Verdict.PERSON),
    "the workflow has another owner": (workflow(owner_kind="human_agent"), stored(unanswered=1), Verdict.PERSON),
    "a message is missing": (workflow(messages=(MESSAGE,)), stored(), Verdict.PERSON),
    "a sending is missing": (workflow(sent=(SENT,)), stored(), Verdict.PERSON),
    "a request is missing": (workflow(requests=(TAKEOVER,)), stored(of=TAKEN), Verdict.PERSON),
    "everything is recorded": (
        workflow(messages=(MESSAGE,), sent=(SENT,), requests=(TAKEOVER, HUMAN_REPLY)),
        stored(
            message_ids={"m2"}, delivered={SENT.message_key, f"{ID}-human-r1"}, requests={"t1"}
        ),
        Verdict.AGREES,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_what_is_safe(name: str) -> None:
    known, recorded, verdict = VERDICTS[name]
    assert judge_restored(known, recorded) is verdict


@pytest.mark.parametrize(
    ("request_", "recorded"),
    [
        (TAKEOVER, False),
        (HUMAN_REPLY, False),
        (ReportFailure(request_id="f1", by=ANNA, message_key="k"), True),
    ],
)
def test_a_request_is_missing_when_nothing_is_left_of_it(request_: AnyRequest, recorded: bool) -> None:
    assert bool(missing(workflow(requests=(request_,)), stored())) is not recorded


@pytest.mark.parametrize(
    ("before", "owner"),
    [
        (row(), Owner(kind="human_agent")),
        (SNOOZED, Owner(kind="human_agent")),
        (TAKEN, PERSON),
        (row(status=Status.RESOLVED, owner=PERSON, resolved_at=AT), PERSON),
        (None, Owner(kind="human_agent")),
    ],
)
def test_a_person_gets_it_above_both_revisions(before: ConversationView | None, owner: Owner) -> None:
    after = position_with_person(workflow(revision=7), stored(of=before) if before else None)
    assert (after.owner, after.status, after.revision) == (owner, Status.WITH_HUMAN, 8)


def test_the_note_says_what_is_missing_and_what_may_have_left() -> None:
    known = workflow(
        messages=(MESSAGE,),
        sent=(SENT, SentMessage(message_key="k", at=AT)),
        requests=(HUMAN_REPLY, TAKEOVER),
        under_way=("call_tool t-1",),
    )
    note = note_for_person(known, stored(claimed=("c-1",))).splitlines()
    assert note == [
        LOOK_FIRST,
        "1 message(s) of the customer were missing in the record and were added to it.",
        "Sent 2026-03-02 12:00 UTC and missing in the record: “It is on its way.”",
        "Sent 2026-03-02 12:00 UTC and missing in the record: a text that only the lost record had.",
        "Asked by anna and not in the record: send human reply “Here I am.”.",
        "Asked by anna and not in the record: take over.",
        "May have left, nobody knows: c-1.",
        "Was under way: call_tool t-1.",
    ]


def test_the_note_says_which_side_was_lost() -> None:
    assert "only Temporal had" in note_for_person(workflow(), None)
    assert "Temporal had lost" in note_for_person(None, stored())


def test_a_conversation_begins_anew_as_it_began() -> None:
    by_record = Finding(conversation_id=ID, verdict=Verdict.GOES_ON, stored=stored())
    by_workflow = Finding(conversation_id=ID, verdict=Verdict.PERSON, workflow=workflow())
    assert by_record.start == by_workflow.start
    with pytest.raises(ValueError, match="nobody knows"):
        _ = Finding(conversation_id=ID, verdict=Verdict.PERSON).start
    assert count([by_record, by_workflow, by_workflow])[Verdict.PERSON] == 2
