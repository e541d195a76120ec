"""How a message is explained, of records that are put together by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.approvals.approval import VETO_WINDOW
from domain.conversation.confidence import Calibration
from domain.conversation.explanation import (
    Change,
    MessageRecord,
    RecordedApproval,
    RecordedDraft,
    RecordedStep,
    RecordedVersion,
    difference,
    explain,
    step_of,
    why_it_left,
)
from domain.conversation.record import AuditEvent, StoredMessage
from domain.conversation.turn import Decision, DecisionRecord, Draft, Evidence, Outcome, Reason, Usage
from domain.journeys.progress import ActiveStep

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONVERSATION = "cv_explained"
DRAFT = "cv_explained-draft-1"


def message(message_id: str = DRAFT, **changes: Any) -> StoredMessage:
    fields: dict[str, Any] = {
        "conversation_id": CONVERSATION,
        "seq": 2,
        "message_id": message_id,
        "author": "ai_agent",
        "author_id": "service",
        "kind": "reply",
        "text": "It is on its way.",
        "attachments": (),
        "citations": (),
        "channel": "web_chat",
        "draft_id": message_id,
        "at": NOW,
        "read_at": None,
    }
    return StoredMessage.model_validate(fields | changes)


def notice(message_id: str, **changes: Any) -> StoredMessage:
    return message(message_id, **{"author": "system", "author_id": None, "kind": "notice", "draft_id": None, **changes})


def record(outcome: Outcome = Outcome.SEND, reason: Reason = Reason.CONFIDENT) -> DecisionRecord:
    return DecisionRecord(
        turn=1,
        revision=1,
        confidence=0.91,
        exchanges=0,
        clarifications=0,
        decision=Decision(outcome=outcome, reason=reason),
        decided_at=NOW,
    )


def drafted(draft_id: str = DRAFT, text: str = "It is on its way.", **changes: Any) -> RecordedDraft:
    draft = Draft(
        draft_id=draft_id,
        ai_agent="service",
        text=text,
        evidence=Evidence(topic_confidence=1, retrieval=1, retrieval_margin=1, grounding=0.5),
        usage=Usage(model="local"),
        instructed=changes.pop("instructed", False),
    )
    fields: dict[str, Any] = {
        "turn": 1,
        "revision": 1,
        "ai_agent": "service",
        "suggestion": False,
        "record": record(),
        "spec_hash": "v1",
        "created_at": NOW,
        **changes,
    }
    return RecordedDraft(draft_id=draft_id, draft=draft, **fields)


def approval(state: str, draft_id: str = DRAFT, closed_by: str = "bo") -> RecordedApproval:
    return RecordedApproval.model_validate(
        {
            "approval_id": f"ap-{draft_id}",
            "draft_id": draft_id,
            "state": state,
            "rule": "default",
            "reason": "supervised",
            "text": "It is on its way.",
            "who": "approver",
            "requested_at": NOW,
            "closed_at": NOW,
            "closed_by": closed_by,
        }
    )


def step(**changes: Any) -> RecordedStep:
    fields: dict[str, Any] = {
        "journey": "onboarding",
        "run_id": "journey-1-abc",
        "workflow_id": "journey-1",
        "step": "welcome",
        "visit": 1,
        "kind": "message",
        "owner": "service",
        "began_at": NOW - timedelta(minutes=1),
        "ended_at": None,
        "outcome": None,
    }
    return RecordedStep.model_validate(fields | changes)


def event(kind: str, at: datetime = NOW, **data: Any) -> AuditEvent:
    return AuditEvent(
        event_id=1, organisation="shop", conversation_id=CONVERSATION, kind=kind, actor="system", data=data, at=at
    )


def found(said: StoredMessage, **rest: Any) -> MessageRecord:
    return MessageRecord(message=said, spec_hash="v1", erased=False, **rest)


STEP_KEY = ActiveStep(path="welcome", visit=1, attempt=3, began_at=NOW).key(CONVERSATION, "journey-1-abc")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            found(message(), drafts=(drafted(),)),
            "The AI agent service answered alone: confidence 0.91, confident.",
        ),
        (
            found(message(kind="clarification"), drafts=(drafted(record=record(Outcome.CLARIFY, Reason.AMBIGUOUS)),)),
            "The AI agent service asked back: confidence 0.91, ambiguous.",
        ),
        (
            found(message(), drafts=(drafted(),), approvals=(approval("approved"),)),
            "The AI agent service wrote it and bo approved it: confidence 0.91, confident.",
        ),
        (
            found(message(), drafts=(drafted(),), approvals=(approval("approved", closed_by=VETO_WINDOW.id),)),
            "The AI agent service wrote it, and nobody stopped it in its veto window: confidence 0.91, confident.",
        ),
        (found(message(), drafts=(drafted(record=None),)), "The AI agent service wrote it."),
        (found(message("cv_explained-human-r1", author="human_agent", author_id="anna")), "anna wrote it."),
        (found(notice(STEP_KEY), steps=(step(),)), "The journey onboarding said it at its step welcome."),
        (
            found(notice(DRAFT), drafts=(drafted(),)),
            "The customer was asked for a code, because what they want needs proof of who they are.",
        ),
        (
            found(notice(f"ap-{DRAFT}-notice"), approvals=(approval("stale", "another"), approval("open"))),
            "A draft waits for approval (supervised), and the customer was told so.",
        ),
        (
            found(notice("cv_explained-escalation-3"), events=(event("escalated", reason="no_answer", revision=3),)),
            "A person was asked to take over (no answer), and the customer was told so.",
        ),
        (
            found(
                notice("cv_explained-escalation-3-notice", at=NOW + timedelta(seconds=5)),
                events=(event("escalated", reason="no_answer", revision=3),),
            ),
            "A person was asked to take over (no answer), and the customer was told so.",
        ),
        (
            found(notice("cv_explained-parked-2-notice")),
            "No model answered for a while, and the customer was told that an answer comes later.",
        ),
        (
            found(notice("cv_explained-code-2-notice")),
            "The code that the customer gave was wrong, and they were told so.",
        ),
        (
            found(notice("cv_explained-approval-2-notice")),
            "A draft waits for approval, and the customer was told so.",
        ),
        (found(notice("anything")), "A notice of the organisation itself: it tells where things stand."),
    ],
)
def test_why_a_message_left(told: MessageRecord, why: str) -> None:
    assert why_it_left(told) == why


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("It is here.", "It  is\nhere.", []),
        ("It is here.", "It was here.", ["same It", "removed is", "added was", "same here."]),
        ("", "New.", ["added New."]),
        ("Old.", "", ["removed Old."]),
    ],
)
def test_what_differs_word_by_word(before: str, after: str, changes: list[str]) -> None:
    assert [f"{one.op} {one.text}" for one in difference(before, after)] == changes


def test_what_became_of_each_draft_and_what_lowered_its_confidence() -> None:
    version = RecordedVersion(content_hash="v1", published_by="lea", published_at=NOW, calibration=Calibration())
    told = found(
        message(text="It was sent today."),
        drafts=(
            drafted("rejected"),
            drafted("overtaken", record=None),
            drafted("stale"),
            drafted("escalated", record=record(Outcome.ESCALATE, Reason.NO_ANSWER)),
            drafted("suggested", suggestion=True, record=None),
            drafted("left_alone"),
            drafted(),
        ),
        approvals=(approval("rejected", "rejected"), approval("stale", "stale"), approval("approved")),
        versions=(version,),
    )
    explained = explain(told, "default")
    assert [one.became for one in explained.drafts] == [
        "rejected",
        "overtaken",
        "overtaken",
        "escalated",
        "suggested",
        "not_sent",
        "edited",
    ]
    assert explained.drafts[0].changes == ()
    assert Change(op="added", text="was sent today.") in explained.drafts[-1].changes
    (loss,) = explained.drafts[-1].lowered_by
    assert (loss.feature, loss.value) == ("grounding", 0.5)
    assert explained.specification == version
    assert explained.workflow_path == "/namespaces/default/workflows/conversation-cv_explained"


def test_a_draft_as_it_was_has_no_differences() -> None:
    (one,) = explain(found(message(), drafts=(drafted(),)), "default").drafts
    assert (one.became, one.changes, one.lowered_by) == ("sent", (), ())


def test_a_persons_message_names_its_request_and_how_they_came() -> None:
    key = "cv_explained-human-click-1"
    said = message(key, author="human_agent", author_id="anna", kind="human_reply", draft_id=None)
    told = explain(found(said, events=(event("message_delivered", message_key=key, via="console"),)), "default")
    assert told.request is not None
    assert (told.request.request_id, told.request.by, told.request.via) == ("click-1", "anna", "console")
    assert [one.kind for one in told.events] == ["message_delivered"]
    unknown = explain(found(said), "default").request
    assert unknown is not None
    assert unknown.via is None
    by_vendor = message("slack-1", author="human_agent", author_id="anna", kind="human_reply", draft_id=None)
    assert explain(found(by_vendor), "default").request is None


def test_a_draft_for_a_journey_belongs_to_the_step_that_was_under_way() -> None:
    for_journey = drafted(instructed=True)
    other, own = step(owner="billing"), step(step="check_in")
    ended = step(step="before", ended_at=NOW - timedelta(seconds=30))
    assert step_of(found(message(), drafts=(for_journey,), steps=(ended, own, other))) == own
    assert step_of(found(message(), drafts=(drafted(),), steps=(own,))) is None
    assert step_of(found(message(), drafts=(for_journey,))) is None
