"""Every check fails when the record is tampered with, and only the checks that should."""

from datetime import timedelta

import pytest

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.turn import Outcome
from invariants.checks import PER_CONVERSATION, run_checks
from invariants.records import Conversation, Posted, Sent, Takeover, WorkflowRecord
from tests.invariants.records import (
    FAULTS,
    MESSAGES,
    PUBLICATIONS,
    UNKNOWN,
    approval,
    at,
    by_vendor,
    decision,
    event,
    everything,
    moved,
    played,
    recorded,
    sound,
    stored,
    transcript,
    turn,
)

SOUND = sound()
MAIL, CALL, TICKET, MOVED = by_vendor("email"), by_vendor("phone"), by_vendor("zendesk"), moved()
ALL = everything()
AI = "ai_agent:billing"
DOUBLED = stored(7, Author.AI_AGENT, "Within five days.", draft_id="d2", message_id="d2-again")


def failed(*conversations: Conversation) -> set[str]:
    return {name for name, check in run_checks([*ALL, *conversations], FAULTS, PUBLICATIONS).items() if not check.ok}


def in_order(**changes: object) -> Conversation:
    stands = SOUND.recorded.conversation
    assert stands is not None
    return recorded(SOUND, conversation=stands.model_copy(update=changes))


def test_a_sound_record_passes_every_check() -> None:
    assert failed() == set()
    assert run_checks(ALL, FAULTS, PUBLICATIONS)["no_reply_sent_twice"].detail == f"{len(ALL)} conversations"


TAMPERED = {
    "a message that was sent and never recorded": (
        played(SOUND, sent=(*SOUND.played.sent, Sent(message_id="m9", text="Did you get this?"))),
        {"every_message_recorded_once"},
    ),
    "a message that nobody sent": (played(SOUND, sent=SOUND.played.sent[1:]), {"every_message_recorded_once"}),
    "a message recorded with another text": (
        played(SOUND, sent=(Sent(message_id="m1", text="Hello"), *SOUND.played.sent[1:])),
        {"every_message_recorded_once"},
    ),
    "a reply delivered twice": (
        transcript(*MESSAGES, DOUBLED),
        {"every_message_answered_or_escalated_once", "no_reply_sent_twice"},
    ),
    "a second answer in other words": (
        recorded(
            transcript(*MESSAGES, stored(7, Author.AI_AGENT, "In five days.", draft_id="d3")),
            turns=(*SOUND.recorded.turns, turn("d3")),
        ),
        {"every_message_answered_or_escalated_once"},
    ),
    "a message that nobody answered": (
        played(
            transcript(*MESSAGES, stored(7, Author.CUSTOMER, "Hello?")),
            sent=(*SOUND.played.sent, Sent(message_id="m7", text="Hello?")),
        ),
        {"every_message_answered_or_escalated_once"},
    ),
    "an answer that the record does not know of": (
        in_order(answered_seq=3),
        {"every_message_answered_or_escalated_once"},
    ),
    "an escalation while a person has it": (
        recorded(SOUND, audit=(*SOUND.recorded.audit, event("escalated"), event("escalated"))),
        {"every_message_answered_or_escalated_once"},
    ),
    "a burst answered in its middle": (
        recorded(
            transcript(
                MESSAGES[0],
                stored(2, Author.AI_AGENT, "Hello!", draft_id="d0"),
                stored(3, Author.CUSTOMER, "How many seats?", message_id="m2", at=at(1.1)),
                stored(4, Author.AI_AGENT, "Fourteen.", draft_id="d1"),
                stored(5, Author.CUSTOMER, "Refund me.", message_id="m4"),
                stored(6, Author.AI_AGENT, "Within five days.", draft_id="d2"),
            ),
            turns=(turn("d0"), *SOUND.recorded.turns),
        ),
        {"bursts_answered_together"},
    ),
    "a reply delivered while a person owns the conversation": (
        recorded(
            SOUND,
            audit=(event("ownership_changed", "lead-1", owner_kind="human_agent"), *SOUND.recorded.audit),
        ),
        {"no_ai_message_after_takeover"},
    ),
    "a reply after the acknowledgement of a takeover": (
        played(SOUND, takeovers=(Takeover(acknowledged_at=at(5.5)),)),
        {"no_ai_message_after_takeover"},
    ),
    "a reply without a decision record": (
        recorded(SOUND, turns=SOUND.recorded.turns[1:]),
        {"every_ai_reply_has_a_decision_record"},
    ),
    "a reply that was sent without its approval": (
        recorded(SOUND, approvals=(approval("ap1", "d2", state="open"),), decisions=()),
        {"every_ai_reply_has_a_decision_record", "late_decisions_told_who_decided"},
    ),
    "a reply that was to be escalated": (
        recorded(SOUND, turns=(turn("d1", Outcome.ESCALATE), SOUND.recorded.turns[1])),
        {"every_ai_reply_has_a_decision_record"},
    ),
    "an approval decided twice": (
        recorded(SOUND, decisions=(*SOUND.recorded.decisions, decision("q3", "ap1", by="lead-1"))),
        {"every_approval_decided_at_most_once"},
    ),
    "an approval that nobody decided": (
        recorded(SOUND, decisions=SOUND.recorded.decisions[1:]),
        {"every_approval_decided_at_most_once"},
    ),
    "a late person who is told a wrong name": (
        recorded(SOUND, approvals=(approval("ap1", "d2", closed_by="lead-1"),)),
        {"late_decisions_told_who_decided"},
    ),
    "a seq that the client never saw": (
        played(SOUND, heard=SOUND.played.heard[:3] + SOUND.played.heard[4:]),
        {"every_client_saw_every_message_once_in_order"},
    ),
    "a seq that the client saw twice": (
        played(SOUND, heard=(*SOUND.played.heard, SOUND.played.heard[-1])),
        {"every_client_saw_every_message_once_in_order"},
    ),
    "seqs out of order": (
        played(SOUND, heard=tuple(reversed(SOUND.played.heard))),
        {"every_client_saw_every_message_once_in_order"},
    ),
    "another text than the one recorded": (
        played(SOUND, heard=(SOUND.played.heard[0].model_copy(update={"text": "Ho"}), *SOUND.played.heard[1:])),
        {"every_client_saw_every_message_once_in_order"},
    ),
    "a gap in the record": (
        transcript(*MESSAGES[:4], *MESSAGES[5:]),
        {"every_client_saw_every_message_once_in_order"},
    ),
    "a workflow that has ended": (
        recorded(SOUND, workflow=WorkflowRecord(workflow_id="w")),
        {"every_workflow_healthy"},
    ),
    "a workflow with a failed task and pending work": (
        recorded(SOUND, workflow=WorkflowRecord(workflow_id="w", running=True, pending_activities=1, failed_tasks=1)),
        {"every_workflow_healthy"},
    ),
    "a mail that left and was not recorded": (
        played(MAIL, posted=(*MAIL.played.posted, Posted(channel="email", id="v9", text="Fourteen."))),
        {"vendors_have_each_message_once"},
    ),
    "a mail that was recorded and never left": (
        played(MAIL, posted=()),
        {"vendors_have_each_message_once"},
    ),
    "a mail that its vendor has twice": (
        played(MAIL, posted=MAIL.played.posted * 2),
        {"vendors_have_each_message_once"},
    ),
    "a line that was spoken twice": (
        played(CALL, posted=CALL.played.posted * 2),
        {"callers_heard_each_line_once"},
    ),
    "a line that was never spoken": (played(CALL, posted=()), {"callers_heard_each_line_once"}),
    "a line that was not spoken again": (played(CALL, repeated=1), {"callers_heard_each_line_once"}),
    "a reply by another channel": (
        recorded(
            MOVED,
            messages=(*MOVED.recorded.messages[:3], MOVED.recorded.messages[3].model_copy(update={"channel": "email"})),
        ),
        {"replies_leave_by_the_channel_used_last"},
    ),
    "a mail beside its thread": (
        played(MAIL, posted=(MAIL.played.posted[0].model_copy(update={"threads": False}),)),
        {"mails_thread"},
    ),
    "a conversation that became two": (
        played(MOVED, threads={**MOVED.played.threads, "sms": "cv_another"}),
        {"one_conversation_across_channels"},
    ),
    "a record that is silent about Salesforce": (
        recorded(TICKET, turns=(turn("d1").model_copy(update={"context": None}),)),
        {"every_record_says_what_salesforce_knew"},
    ),
    "an answer of a colleague that is not recorded": (
        played(TICKET, by_colleagues=("I have done it.",)),
        {"answers_of_colleagues_respected"},
    ),
    "an answer of a colleague that the AI agent talks over": (
        played(
            recorded(
                TICKET,
                messages=(
                    TICKET.recorded.messages[0],
                    stored(2, Author.HUMAN_AGENT, "I have done it.", channel="zendesk", message_id="h1"),
                    stored(3, Author.AI_AGENT, "Fourteen.", draft_id="d1", channel="zendesk"),
                ),
            ),
            by_colleagues=("I have done it.",),
        ),
        {
            "answers_of_colleagues_respected",
            "every_client_saw_every_message_once_in_order",
            "every_message_answered_or_escalated_once",
        },
    ),
    "an SMS after STOP": (played(by_vendor("sms"), stopped_at=at(10.5)), {"nothing_after_a_stop"}),
    "a reply that left in co-pilot": (
        recorded(SOUND, audit=(event("mode_changed", "lead-1", mode="co_pilot"), *SOUND.recorded.audit)),
        {"nothing_sent_alone_in_co_pilot"},
    ),
    "a story that stopped": (played(SOUND, failure="Say: expected answer, there was person"), {"every_story_played"}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_record_fails_the_named_checks(name: str) -> None:
    tampered, expected = TAMPERED[name]
    assert failed(tampered) == expected


def test_every_check_is_shown_to_fail() -> None:
    shown = set().union(*(expected for _, expected in TAMPERED.values()))
    assert shown == {check.__name__ for check in PER_CONVERSATION}


def test_a_message_with_a_person_or_waiting_for_approval_is_cared_for() -> None:
    waiting = played(
        transcript(*MESSAGES, stored(7, Author.CUSTOMER, "Hello?")),
        sent=(*SOUND.played.sent, Sent(message_id="m7", text="Hello?")),
    )
    stands = waiting.recorded.conversation
    assert stands is not None
    for status in (Status.WITH_HUMAN, Status.AWAITING_APPROVAL):
        assert failed(recorded(waiting, conversation=stands.model_copy(update={"status": status}))) == set()


def test_a_burst_that_a_fault_tore_apart_may_be_answered_in_parts() -> None:
    torn, _ = TAMPERED["a burst answered in its middle"]
    late = [
        said.model_copy(update={"at": said.at + timedelta(seconds=9)}) if said.seq > 2 else said
        for said in torn.recorded.messages
    ]
    assert failed(recorded(torn, messages=tuple(late))) == set()


def test_a_conversation_that_was_never_recorded_fails() -> None:
    lost = recorded(SOUND, conversation=None, messages=(), turns=(), approvals=(), decisions=(), audit=())
    assert {"every_message_recorded_once", "every_client_saw_every_message_once_in_order"} <= failed(lost)


def test_the_detail_names_the_conversation_and_the_problem() -> None:
    tampered, _ = TAMPERED["a reply delivered twice"]
    detail = run_checks([tampered], FAULTS, PUBLICATIONS)["no_reply_sent_twice"].detail
    assert detail.startswith("cv_example: draft d2 comes 2 times")


def test_faults_must_have_hit_something_and_be_over() -> None:
    fault = FAULTS[0]
    for faults in ((), (fault.model_copy(update={"back_at": None}),), (fault.model_copy(update={"in_flight": 0}),)):
        assert not run_checks([SOUND], faults, PUBLICATIONS)["every_fault_survived_in_flight"].ok


def test_each_channel_must_have_been_served() -> None:
    for channel in ("web_chat", "email", "sms", "phone", "zendesk", "slack"):
        others = [
            found for found in ALL if found.recorded.conversation and found.recorded.conversation.channel != channel
        ]
        detail = run_checks(others, FAULTS, PUBLICATIONS)["every_channel_served"].detail
        assert f"conversations by {channel} were answered" in detail


def test_a_conversation_must_have_moved() -> None:
    stayed = [found for found in ALL if len(found.played.threads) < 2]
    assert "no conversation went on" in run_checks(stayed, FAULTS, PUBLICATIONS)["every_channel_served"].detail


def test_the_outage_must_be_named_survived_and_over() -> None:
    *others, met = ALL
    first, after = met.recorded.turns
    before = [message.model_copy(update={"at": at(1)}) for message in met.recorded.messages]
    never_again = after.model_copy(update={"context": UNKNOWN})
    wrong = {
        "names Salesforce as missing": recorded(met, turns=(after,)),
        "nobody was answered": recorded(met, messages=tuple(before)),
        "not asked again": recorded(met, turns=(first, never_again)),
    }
    for problem, spoiled in wrong.items():
        check = run_checks([*others, spoiled], FAULTS, PUBLICATIONS)["outage_named_and_survived"]
        assert problem in check.detail
    assert not run_checks(ALL, FAULTS[:1], PUBLICATIONS)["outage_named_and_survived"].ok
