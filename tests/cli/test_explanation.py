"""What `holdfast conversations explain` prints."""

from datetime import timedelta
from io import StringIO

from rich.console import Console, Group

from cli.explanation import explanation_lines
from domain.conversation.confidence import Calibration
from domain.conversation.explanation import MessageRecord, RecordedDelivery, RecordedVersion, explain
from domain.conversation.record import DecisionView
from domain.conversation.turn import CustomerContext, Fact, LookedUp
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall
from tests.domain.conversation.test_explanation import (
    CONVERSATION,
    DRAFT,
    NOW,
    approval,
    drafted,
    found,
    message,
    notice,
    step,
)


def printed(record: MessageRecord) -> str:
    console = Console(width=200, file=StringIO())
    with console.capture() as capture:
        console.print(Group(*explanation_lines(explain(record, "default"))))
    return capture.get()


def test_an_edited_answer_with_everything_that_it_rests_on() -> None:
    context = CustomerContext(facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), missing=("helpdesk",))
    retrieved = (LookedUp(source_id="delivery", score=0.8),)
    decision = DecisionView(
        decision_id="click-1",
        approval_id=f"ap-{DRAFT}",
        conversation_id=CONVERSATION,
        action="edit",
        decided_by="bo",
        effect="send",
        refused=None,
        reason="",
        text=None,
        decided_at=NOW,
    )
    call = RecordedCall(
        call_key="k",
        draft_id=DRAFT,
        state="done",
        action=ProposedAction(server="shop", tool="issue_voucher", arguments={}),
        result="V-1",
        claimed_at=NOW,
    )
    delivery = RecordedDelivery(
        message_key=DRAFT,
        state="delivered",
        revision=1,
        answers_seq=1,
        channel="email",
        claimed_at=NOW,
        delivered_at=NOW + timedelta(seconds=2),
        provider_message_id="v1",
        report="read",
        report_code=None,
    )
    version = RecordedVersion(content_hash="v1", published_by="lea", published_at=NOW, calibration=Calibration())
    told = printed(
        found(
            message(text="It was sent today."),
            answers=(message("m1", author="customer", kind="customer", seq=1, text="Where is it?", draft_id=None),),
            drafts=(drafted(context=context, retrieved=retrieved),),
            approvals=(approval("approved"),),
            decisions=(decision,),
            tool_calls=(call,),
            delivery=delivery,
            versions=(version,),
        )
    )
    for line in (
        "bo approved it: confidence 0.91, confident.",
        "answers 1  Where is it?",
        "draft edited  service, local:",
        "lowered by grounding 0.50: -0.0",
        "found delivery 0.80",
        "knew plan: Pro (crm, 2026-03-02 09:00)",
        "no answer from helpdesk",
        "approval approved  rule default, supervised, of approver",
        "2026-03-02 09:00 bo: edit, send",
        "tool issue_voucher  done V-1",
        "left  2026-03-02 09:00:02 by email, read",
        "specification  v1, published by lea on 2026-03-02",
    ):
        assert line in told


def test_a_persons_message_and_a_journeys_notice() -> None:
    said = message("cv_explained-human-click-1", author="human_agent", author_id="anna", draft_id=None)
    assert "request  click-1 of anna" in printed(found(said))
    key = "cv_explained-parked-1-notice"
    erased = found(notice(key), steps=(step(),)).model_copy(update={"erased": True})
    assert "has been erased" in printed(erased)
