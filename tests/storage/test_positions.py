"""Owner, status and revision: the transitions decide them, PostgreSQL keeps what it is given."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.approvals.approval import Approval, edited
from domain.conversation.activity_models import ApprovalClosure, RecordDecisionInput
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.ownership import Owner, Position, Status
from domain.conversation.requests import StartConversation
from domain.specification.organisation import Mode
from domain.tools.actions import ProposedAction
from domain.tools.calls import CallToolInput
from storage.conversations import FirstOwner
from storage.tool_calls import ToolCallRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    decide,
    escalation,
    message,
    ownership,
    reply,
    status_change,
)

SQL = sorted((Path(__file__).parents[2] / "storage" / "functions").glob("*.sql"))
OPEN = Lifecycle(owner=AI, revision=1)
AWAITING = OPEN.ask_approval(approval())
FRESH: Approval = edited(approval(), decide("edit", text="Better."), approval_id="approval-2", now=NOW)


@dataclass(frozen=True)
class RecordedTransition:
    """A change of the store and the transition that it stands for. `after` is given to it, unless a worker is old."""

    before: Lifecycle
    transition: Callable[[Lifecycle], Lifecycle]
    run: Callable[[Stage, Position | None], Awaitable[Any]]


async def record_decision(stage: Stage, effect: str, after: Position | None, **rest: Any) -> None:
    decision = decide("reject", reason="Too short.")
    await stage.approvals.record_decision(
        RecordDecisionInput(**NAMES, decision=decision, effect=effect, after=after, **rest), NOW
    )


def closure(after: Position | None) -> ApprovalClosure:
    return ApprovalClosure(approval=approval(), decision=decide(), after=after)


async def _call_tool(stage: Stage, after: Position | None) -> None:
    action = ProposedAction(server="shop", tool="refund", arguments={})
    call = CallToolInput(
        **NAMES,
        spec_hash="a" * 64,
        ai_agent="service",
        call_key="draft-1-tool-1",
        action=action,
        draft_id="draft-1",
        expected_revision=1,
        closure=closure(after),
    )
    await ToolCallRepository(stage.database).claim(call, NOW)


async def _escalate(stage: Stage, after: Position | None) -> None:
    await stage.deliveries.escalate(escalation(after=after), NOW)


async def _request(stage: Stage, after: Position | None) -> None:
    await stage.approvals.request(approval_request().model_copy(update={"after": after}), NOW)


async def _deliver(stage: Stage, after: Position | None) -> None:
    await stage.deliveries.deliver_stored(reply(closure=closure(after)), NOW)


async def _take_over(stage: Stage, _: Position | None) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)


async def _receive(stage: Stage, _: Position | None) -> None:
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])


async def _resolve(stage: Stage, _: Position | None) -> None:
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED, revision=2), NOW)


async def _redraft(stage: Stage, after: Position | None) -> None:
    await record_decision(stage, "redraft", after)


async def _reapprove(stage: Stage, after: Position | None) -> None:
    await record_decision(stage, "reapprove_edit", after, approval=FRESH, replaces="approval-1")


TRANSITIONS = {
    "escalation": RecordedTransition(OPEN, lambda before: before.move_on().escalate("no_answer"), _escalate),
    "escalation while one waits": RecordedTransition(
        AWAITING, lambda before: before.move_on().escalate("no_answer"), _escalate
    ),
    "approval asked for": RecordedTransition(OPEN, lambda before: before.ask_approval(approval()), _request),
    "approved reply": RecordedTransition(AWAITING, Lifecycle.close_approval, _deliver),
    "approved tool": RecordedTransition(AWAITING, Lifecycle.close_approval, _call_tool),
    "rejected draft": RecordedTransition(AWAITING, Lifecycle.close_approval, _redraft),
    "edited text": RecordedTransition(AWAITING, lambda before: before.replace_approval(FRESH), _reapprove),
    "takeover": RecordedTransition(AWAITING, lambda before: before.move_on().take_over("anna"), _take_over),
    "message while one waits": RecordedTransition(AWAITING, Lifecycle.move_on, _receive),
    "resolution": RecordedTransition(AWAITING, lambda before: before.resolve(NOW), _resolve),
}


async def opened(stage: Stage, before: Lifecycle) -> None:
    await stage.drafted()
    if before.approval is not None:
        await stage.approvals.request(approval_request(), NOW)
    assert await position(stage) == before.position


async def position(stage: Stage) -> Position:
    row = await stage.conversation()
    return Position(owner=row.owner, status=row.status, revision=row.revision)


@pytest.mark.parametrize("given", [True, False], ids=["given", "by workers of the version before"])
@pytest.mark.parametrize("one", TRANSITIONS.values(), ids=TRANSITIONS)
async def test_the_store_keeps_what_the_transition_says(stage: Stage, one: RecordedTransition, given: bool) -> None:
    await opened(stage, one.before)
    after = one.transition(one.before).position
    await one.run(stage, after if given else None)
    assert await position(stage) == after


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("approval asked for", Status.OPEN),
        ("approved reply", Status.AWAITING_APPROVAL),
        ("approved tool", Status.AWAITING_APPROVAL),
        ("rejected draft", Status.AWAITING_APPROVAL),
        ("edited text", Status.OPEN),
    ],
)
async def test_a_status_is_kept_as_it_is_given(stage: Stage, name: str, status: Status) -> None:
    """Even where no transition gives it: the store has no rule of its own where it is given one."""
    await opened(stage, TRANSITIONS[name].before)
    given = Position(owner=AI, status=status, revision=1)
    await TRANSITIONS[name].run(stage, given)
    assert await position(stage) == given


async def test_an_owner_is_kept_as_it_is_given(stage: Stage) -> None:
    await opened(stage, OPEN)
    given = Position(owner=Owner(kind="human_agent", id="bo"), status=Status.WITH_HUMAN, revision=2)
    await _escalate(stage, given)
    assert await position(stage) == given


@pytest.mark.parametrize(
    "after",
    [
        Position(owner=Owner(kind="human_agent"), status=Status.WITH_HUMAN, revision=1),
        Position(owner=AI, status=Status.AWAITING_APPROVAL, revision=0),
        Position(owner=AI, status=Status.AWAITING_APPROVAL, revision=2),
    ],
)
async def test_a_status_of_another_owner_or_revision_is_not_kept(stage: Stage, after: Position) -> None:
    await opened(stage, AWAITING)
    await _redraft(stage, after)
    assert await position(stage) == OPEN.position


@pytest.mark.parametrize("given", [True, False], ids=["given", "by workers of the version before"])
@pytest.mark.parametrize("owner", [AI, Owner(kind="human_agent")])
async def test_a_new_conversation_has_the_status_of_its_owner(stage: Stage, owner: Owner, given: bool) -> None:
    start = StartConversation(organisation=ORGANISATION, conversation_id="conversation-2")
    status = Lifecycle(owner=owner).active_status
    first = FirstOwner(kind=owner.kind, id=owner.id, status=status) if given else owner
    query = "SELECT status FROM open_conversation($1, $2, $3, $4, $5)"
    opened = await stage.database.fetchval(query, start, VERSION.content_hash, first, Mode.DELEGATION.value, NOW)
    assert opened == status


# Where SQL itself writes owner, status and revision.

FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?\$\$(.*?)\$\$", re.DOTALL)
ASSIGNED = re.compile(r"\b\w+\.(status|owner_kind|owner_id|revision)\s*:=\s*(.*?);", re.DOTALL)
GIVEN = {
    ("change_owner", "owner_kind", "step#>>'{owner,kind}'"),
    ("change_owner", "owner_id", "step#>>'{owner,id}'"),
    ("change_owner", "status", "step->>'status'"),
    ("record_status", "status", "step->>'status'"),
    ("raise_revision", "revision", "new_revision"),
    ("keep_status", "status", "after->>'status'"),
    ("escalate_conversation", "owner_id", "step#>>'{after,owner,id}'"),
    ("give_restored_to_person", "owner_kind", "step#>>'{after,owner,kind}'"),
    ("give_restored_to_person", "owner_id", "step#>>'{after,owner,id}'"),
    ("give_restored_to_person", "status", "step#>>'{after,status}'"),
}
FALLBACKS = {
    # Rules of SQL itself, for workers of the version before, and where a higher revision closes an approval.
    ("escalate_conversation", "owner_kind", "coalesce(step#>>'{after,owner,kind}', 'human_agent')"),
    ("escalate_conversation", "status", "coalesce(step#>>'{after,status}', 'with_human')"),
    ("put_before_people", "status", "'awaiting_approval'"),
    ("close_open_approval", "status", "'open'"),
}
COMPUTED = {"merge_conversations": "source.revision + 1"}
"""No workflow takes part in a merge."""


def functions() -> list[tuple[str, str]]:
    return [(name, body) for path in SQL for name, body in FUNCTION.findall(path.read_text("utf-8"))]


def test_sql_decides_no_owner_status_or_revision_but_in_the_named_fallbacks() -> None:
    assigned = {(name, column, value) for name, body in functions() for column, value in ASSIGNED.findall(body)}
    assert assigned == GIVEN | FALLBACKS


def test_sql_counts_a_revision_only_where_no_workflow_does() -> None:
    counted = {name: counts for name, body in functions() for counts in re.findall(r"\w+\.revision\s*[+-]\s*\d+", body)}
    assert counted == COMPUTED


def test_rows_are_written_by_one_function() -> None:
    """Other updates of a conversation touch neither owner nor status nor revision."""
    updates = [
        (name, columns)
        for name, body in functions()
        for columns in re.findall(r"UPDATE conversations\s+SET(.*?)WHERE", body, re.DOTALL)
        if re.search(r"\b(status|owner_kind|owner_id|revision)\b", columns)
    ]
    assert [name for name, _ in updates] == ["save_conversation"]
