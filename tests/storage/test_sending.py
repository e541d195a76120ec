"""The switch that stops automatic sending, and what every claim makes of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from domain.approvals.approval import VETO_WINDOW
from domain.conversation.activity_models import ApprovalClosure, DeliverMessageInput
from domain.conversation.messages import Author
from domain.delivery.sending import SendingChange, SendingStanding, SwitchAction
from domain.errors import UnavailableError
from domain.tools.actions import ProposedAction
from domain.tools.calls import CallToolInput
from storage.sending import SendingRepository
from storage.tool_calls import ToolCallRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    decide,
    escalation,
    human_reply,
    later,
    ownership,
    reply,
)

ROUNDS = range(1, 13)
NOTICE: dict[str, Any] = {
    "author": "system",
    "author_id": "platform",
    "kind": "notice",
    "draft_id": None,
    "text": "Wait.",
}


@pytest.fixture
def sending(stage: Stage) -> SendingRepository:
    return SendingRepository(stage.database)


def turned(action: SwitchAction, request_id: str = "turn-1", *, reason: str = "wrong prices") -> SendingChange:
    return SendingChange(request_id=request_id, action=action, by="lea", via="console", reason=reason, at=NOW)


def closed(decision_by: str = "bo") -> ApprovalClosure:
    decision = decide()
    by = VETO_WINDOW if decision_by == VETO_WINDOW.id else decision.by
    return ApprovalClosure(approval=approval(), decision=decision.model_copy(update={"by": by}))


def call(key: str = "draft-1-tool-1", **changes: Any) -> CallToolInput:
    action = ProposedAction(server="shop", tool="refund", arguments={})
    fields = {"spec_hash": VERSION.content_hash, "ai_agent": "service", "call_key": key, "action": action}
    return CallToolInput.model_validate({**NAMES, **fields, "draft_id": "draft-1", "expected_revision": 1, **changes})


async def test_the_last_change_says_where_the_switch_stands(sending: SendingRepository) -> None:
    assert await sending.standing(ORGANISATION) == SendingStanding()
    await sending.change(ORGANISATION, turned("stop"))
    assert await sending.standing(ORGANISATION) == SendingStanding(
        stopped=True, by="lea", via="console", at=NOW, reason="wrong prices"
    )
    assert not (await sending.standing("another")).stopped
    await sending.change(ORGANISATION, turned("resume", "turn-2", reason=""))
    assert not (await sending.standing(ORGANISATION)).stopped
    assert [change.action for change in await sending.history(ORGANISATION)] == ["resume", "stop"]


async def test_the_same_request_turns_it_once(stage: Stage, sending: SendingRepository) -> None:
    for change in (turned("stop"), turned("resume", "turn-2"), turned("stop")):
        await sending.change(ORGANISATION, change)
    assert not (await sending.standing(ORGANISATION)).stopped
    rows = await stage.database.fetch("SELECT kind, actor, data FROM audit_events WHERE kind LIKE 'sending%'")
    assert [(row["kind"], row["actor"], row["data"]["via"]) for row in rows] == [
        ("sending_stopped", "lea", "console"),
        ("sending_resumed", "lea", "console"),
    ]


@pytest.mark.parametrize(
    "input",
    [
        reply(),
        reply(kind="clarification", text="Which one?"),
        reply("notice-1", **NOTICE),
        reply(closure=closed(VETO_WINDOW.id)),
    ],
    ids=["reply", "question back", "notice", "nobody stopped it"],
)
async def test_what_is_automatic_is_stopped(
    stage: Stage, sending: SendingRepository, input: DeliverMessageInput
) -> None:
    await stage.awaiting_approval() if input.closure else await stage.drafted()
    await sending.change(ORGANISATION, turned("stop"))
    said = await stage.said()
    assert (await stage.deliveries.claim(input, NOW)).status == "stopped"
    assert (await stage.deliveries.deliver_stored(input, NOW)).status == "stopped"
    assert await stage.said() == said
    await sending.change(ORGANISATION, turned("resume", "turn-2"))
    assert (await stage.deliveries.deliver_stored(input, NOW)).status == "delivered"
    assert (await stage.events()).count("delivery_refused") == 1


@pytest.mark.parametrize("stored", [True, False])
async def test_what_a_person_approved_leaves(stage: Stage, sending: SendingRepository, stored: bool) -> None:
    await stage.awaiting_approval()
    await sending.change(ORGANISATION, turned("stop"))
    input = reply(text="It is on its way.", closure=closed())
    if stored:
        assert (await stage.deliveries.deliver_stored(input, NOW)).status == "delivered"
    else:
        assert (await stage.deliveries.claim(input, NOW)).status == "claimed"
        await stage.deliveries.end_attempt("draft-1")
        assert await stage.deliveries.claim_again(input, NOW)


async def test_what_a_person_writes_leaves(stage: Stage, sending: SendingRepository) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await sending.change(ORGANISATION, turned("stop"))
    assert (await stage.deliveries.deliver_stored(human_reply(), NOW)).status == "delivered"
    left = human_reply("human-2").model_copy(update={"author": Author.AI_AGENT, "sent_as": "vendor-7"})
    await stage.database.fetchval("UPDATE conversations SET owner_kind = 'ai_agent', status = 'open'")
    assert (await stage.deliveries.deliver_stored(left.model_copy(update={"kind": "reply"}), NOW)).status == "delivered"


async def test_nobody_is_told_that_a_person_takes_over_or_decides(stage: Stage, sending: SendingRepository) -> None:
    await stage.drafted()
    await sending.change(ORGANISATION, turned("stop"))
    await stage.approvals.request(approval_request(notice="A colleague looks at it."), NOW)
    await stage.deliveries.escalate(escalation(), NOW)
    assert [kind for _, kind, _ in await stage.said()] == ["customer"]
    assert (await stage.conversation()).status == "with_human"


async def test_a_tool_is_used_after_an_approval_only(stage: Stage, sending: SendingRepository) -> None:
    await stage.drafted()
    await sending.change(ORGANISATION, turned("stop"))
    calls = ToolCallRepository(stage.database)
    refused = await calls.claim(call(), NOW)
    assert refused.called is not None
    assert refused.called.is_stopped
    await stage.approvals.request(approval_request(), NOW)
    for number in (1, 2):
        claim = await calls.claim(call(f"draft-1-tool-{number}", closure=closed()), NOW)
        assert claim.status == "claimed"
    told = reply(text="It is on its way.")  # the tool's claim has closed the approval
    assert (await stage.deliveries.deliver_stored(told, NOW)).status == "delivered"


async def test_a_further_attempt_waits_until_it_is_resumed(stage: Stage, sending: SendingRepository) -> None:
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    assert (await sending.standing(ORGANISATION)).leaving == 1
    await stage.deliveries.end_attempt("draft-1")
    assert (await sending.standing(ORGANISATION)).leaving == 0
    await sending.change(ORGANISATION, turned("stop"))
    with pytest.raises(UnavailableError):
        await stage.deliveries.claim_again(reply(), NOW)
    await sending.change(ORGANISATION, turned("resume", "turn-2"))
    assert await stage.deliveries.claim_again(reply(), NOW)


async def test_another_organisation_goes_on(stage: Stage, sending: SendingRepository) -> None:
    await stage.drafted()
    await sending.change("another", turned("stop"))
    assert (await stage.deliveries.deliver_stored(reply(), NOW)).status == "delivered"


@pytest.mark.parametrize("stop_first", [True, False])
async def test_nothing_leaves_after_a_stop_was_acknowledged(
    stage: Stage, sending: SendingRepository, stop_first: bool
) -> None:
    for round in ROUNDS:
        await stage.drafted(f"draft-{round}", round)
        acknowledged: list[str] = []

        async def noting(name: str, doing: Awaitable[Any], told: list[str] = acknowledged) -> Any:
            done = await doing
            told.append(name)
            return done

        stopping = noting("stop", sending.change(ORGANISATION, turned("stop", f"stop-{round}")))
        input = reply(f"draft-{round}", expected_revision=round)
        delivering = noting("reply", stage.deliveries.deliver_stored(input, NOW))
        first, second = (stopping, delivering) if stop_first else (delivering, stopping)
        results = await asyncio.gather(first, second)
        delivered = results[1 if stop_first else 0]
        assert delivered.status in {"delivered", "stopped"}
        after = reply(f"notice-{round}", **NOTICE, expected_revision=round)
        assert (await stage.deliveries.deliver_stored(after, NOW)).status == "stopped"
        await sending.change(ORGANISATION, turned("resume", f"resume-{round}"))


async def test_a_claim_that_is_not_committed_holds_up_the_stop(stage: Stage, sending: SendingRepository) -> None:
    """Otherwise it could be acknowledged while a reply that did not see it is still to leave."""
    await stage.drafted()
    async with stage.database.transaction() as connection:
        await connection.fetchval("SELECT sending_is_stopped($1)", ORGANISATION)
        stopping = asyncio.create_task(sending.change(ORGANISATION, turned("stop")))
        async with asyncio.timeout(20):
            await _other_waits_for_lock(stage)
        assert not stopping.done()
    await stopping
    assert (await sending.standing(ORGANISATION)).stopped


async def _other_waits_for_lock(stage: Stage) -> None:
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
    while not await stage.database.fetchval(waits):  # noqa: ASYNC110 (PostgreSQL tells nobody)
        await asyncio.sleep(0.01)


async def test_what_was_done_with_the_switch_is_never_changed(stage: Stage, sending: SendingRepository) -> None:
    await sending.change(ORGANISATION, turned("stop"))
    with pytest.raises(Exception, match="never changed"):
        await stage.database.fetchval("UPDATE sending_changes SET reason = 'x'")


async def test_an_approval_that_was_stopped_still_leaves_by_a_person(stage: Stage, sending: SendingRepository) -> None:
    await stage.awaiting_approval()
    await sending.change(ORGANISATION, turned("stop"))
    assert (await stage.deliveries.deliver_stored(reply(closure=closed(VETO_WINDOW.id)), NOW)).status == "stopped"
    assert await stage.approval_state() == "open"
    assert (await stage.deliveries.deliver_stored(reply(closure=closed()), later(60))).status == "delivered"
    assert await stage.approval_state() == "approved"


async def test_what_people_were_asked_about_is_not_sent_by_a_late_attempt(
    stage: Stage, sending: SendingRepository
) -> None:
    """The attempt that asked them may have been killed before anybody heard of it."""
    await stage.awaiting_approval()
    assert (await stage.deliveries.deliver_stored(reply(), NOW)).status == "stopped"
    assert (await stage.deliveries.deliver_stored(reply(closure=closed()), NOW)).status == "delivered"
