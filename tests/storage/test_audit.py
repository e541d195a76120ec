from datetime import timedelta

import asyncpg
import pytest

from domain.conversation.activity_models import RecordDecisionInput
from domain.conversation.record import RefusedAttempt
from storage.audit import MOST_ATTEMPTS_AN_HOUR, AuditFilter, write
from tests.storage.stage import (
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    decide,
    escalation,
    generate,
    later,
    message,
    ownership,
)

SECRET = "Erika Mustermann, erika@example.com"


async def test_events_are_in_order_with_their_actor(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(), NOW)
    events = await stage.audit.events(CONVERSATION)
    assert [(event.kind, event.actor) for event in events] == [
        ("conversation_opened", "system"),
        ("message_received", "customer"),
        ("ownership_changed", "anna"),
    ]
    assert [event.event_id for event in events] == sorted(event.event_id for event in events)


@pytest.mark.parametrize("change", ["UPDATE audit_events SET actor = 'nobody'", "DELETE FROM audit_events"])
async def test_events_are_never_changed(stage: Stage, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await stage.database.fetch(change)


async def test_what_people_write_never_reaches_the_audit_trail(stage: Stage) -> None:
    await stage.awaiting_approval()
    decision = decide("reject", text=SECRET, reason=SECRET)
    await stage.approvals.record_decision(RecordDecisionInput(**NAMES, decision=decision, effect="redraft"), NOW)
    await stage.turns.begin_draft(generate("draft-2", message("b", SECRET), revision=2, instruction=SECRET), NOW)
    await stage.deliveries.escalate(escalation(revision=3, notice=SECRET, messages=(message("c", SECRET),)), NOW)
    await stage.conversations.change_ownership(ownership(revision=4, note=SECRET), NOW)

    trail = " ".join(event.model_dump_json() for event in await stage.audit.events(CONVERSATION))
    assert "Erika" not in trail
    assert "erika" not in trail


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (AuditFilter(), ["signed_in", "conversation_opened"]),
        (AuditFilter(kind="signed_in"), ["signed_in"]),
        (AuditFilter(actor="anna"), ["signed_in"]),
        (AuditFilter(conversation_id=CONVERSATION), ["conversation_opened"]),
        (AuditFilter(since=later(60)), ["signed_in"]),
        (AuditFilter(until=later(60)), ["conversation_opened"]),
        (AuditFilter(since=later(61)), []),
        (AuditFilter(before=1), []),
    ],
)
async def test_the_events_of_an_organisation_are_found(stage: Stage, wanted: AuditFilter, kinds: list[str]) -> None:
    async with stage.database.transaction() as connection:
        await write(connection, ORGANISATION, "signed_in", "anna", {}, later(60))
        await write(connection, "elsewhere", "signed_in", "anna", {}, later(60))
    known = {"signed_in", "conversation_opened"}
    found = await stage.audit.of_organisation(ORGANISATION, wanted, 100)
    assert [event.kind for event in found if event.kind in known] == kinds


async def test_the_newest_events_come_first_page_by_page(stage: Stage) -> None:
    await stage.drafted()
    everything = await stage.audit.of_organisation(ORGANISATION, AuditFilter(), 100)
    first = await stage.audit.of_organisation(ORGANISATION, AuditFilter(), 1)
    rest = await stage.audit.of_organisation(ORGANISATION, AuditFilter(before=first[0].event_id), 100)
    assert [*first, *rest] == everything
    assert [event.event_id for event in everything] == sorted((one.event_id for one in everything), reverse=True)


def attempt(request_id: str) -> RefusedAttempt:
    return RefusedAttempt(
        organisation=ORGANISATION,
        subject_id=CONVERSATION,
        person_id="tom",
        request_id=request_id,
        action="approve",
        via="console",
        refused="Only approvers may.",
        approval_id="approval-1",
    )


async def test_what_was_refused_before_it_was_asked_is_noted_once(stage: Stage) -> None:
    await stage.drafted()
    for request_id in ("r-1", "r-1", "r-2"):
        await stage.audit.note_attempt(attempt(request_id), NOW)
    noted = [event for event in await stage.audit.events(CONVERSATION) if event.kind == "request_refused"]
    assert [event.data["request_id"] for event in noted] == ["r-1", "r-2"]
    assert (noted[0].actor, noted[0].data["via"], noted[0].data["action"]) == ("tom", "console", "approve")
    assert noted[0].data["refused"] == "Only approvers may."


async def test_a_flood_of_attempts_is_not_kept(stage: Stage) -> None:
    await stage.drafted()
    for number in range(MOST_ATTEMPTS_AN_HOUR + 3):
        await stage.audit.note_attempt(attempt(f"r-{number}"), NOW)
    await stage.audit.note_attempt(attempt("later"), NOW + timedelta(hours=2))
    noted = [event for event in await stage.audit.events(CONVERSATION) if event.kind == "request_refused"]
    assert len(noted) == MOST_ATTEMPTS_AN_HOUR + 1


async def test_what_was_refused_at_a_guarded_call_is_noted_once_and_never_a_flood(stage: Stage) -> None:
    at_call = attempt("r-1").model_copy(update={"subject_id": "gc-1"})
    for number in (1, *range(1, MOST_ATTEMPTS_AN_HOUR + 3)):
        numbered = at_call.model_copy(update={"request_id": f"r-{number}"})
        await stage.audit.note_attempt_at_call(numbered, NOW)
    await stage.audit.note_attempt_at_call(at_call.model_copy(update={"subject_id": "gc-2"}), NOW)
    asked = AuditFilter(kind="guarded_call_refused")
    noted = await stage.audit.of_organisation(ORGANISATION, asked, MOST_ATTEMPTS_AN_HOUR + 10)
    assert len(noted) == MOST_ATTEMPTS_AN_HOUR + 1
    data = {"call_id": "gc-1", "request_id": "r-1", "action": "approve", "via": "console"}
    assert (noted[-1].actor, noted[-1].data) == ("tom", data | {"refused": "Only approvers may."})
