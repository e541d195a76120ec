"""Carrying out at once, with a real database: what was decided is done in one transaction, and once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from activities.at_once import AtOnce
from domain.conversation.activity_models import GeneratedReply, Mandate
from domain.conversation.policy import Policy
from domain.conversation.turn import Draft, Evidence
from domain.delivery.channels import WEB_CHAT, ChannelTraits
from domain.delivery.sending import SendingChange
from domain.specification.calendar import QuietHours
from domain.specification.organisation import Mode
from domain.specification.rules import DecidingRule
from domain.tools.actions import ProposedAction
from storage.sending import SendingRepository
from tests.storage.conftest import database, stage
from tests.storage.stage import AI, CONVERSATION, NOW, ORGANISATION, Stage, draft, generate, message, ownership

__all__ = ["database", "stage"]

SURE = Evidence(topic="delivery", topic_confidence=1.0, retrieval=1.0, retrieval_margin=1.0, grounding=1.0)
POLICY = Policy(default_ai_agent="service")
PUSHED = POLICY.model_copy(update={"channels": {WEB_CHAT: ChannelTraits(stored=False)}})
ALWAYS_QUIET = POLICY.model_copy(
    update={"quiet_hours": {WEB_CHAT: QuietHours(begins=time(0), ends=time(23, 59, 59, 999999))}}
)


def sure(**evidence: Any) -> Draft:
    return draft().model_copy(update={"evidence": SURE.model_copy(update=evidence)})


def mandate(**changes: Any) -> Mandate:
    return Mandate.model_validate({"channel": WEB_CHAT, "owner": AI, "exchanges": 0, "clarifications": 0, **changes})


async def carry_out(
    stage: Stage, made: Draft, policy: Policy = POLICY, revision: int = 1, **given: Any
) -> GeneratedReply:
    input = generate("draft-1", revision=revision)
    return await AtOnce(stage.deliveries, stage.approvals).carry_out(made, input, mandate(**given), policy)


async def test_a_plain_reply_is_claimed_recorded_and_in_the_transcript(stage: Stage) -> None:
    await stage.drafted()
    reply = await carry_out(stage, sure())
    assert reply.draft is None
    assert reply.carried_out
    assert reply.carried_out.outcome == "sent"
    assert reply.carried_out.summary.startswith("send reply, confidence 0.9")
    assert reply.carried_out.text == "It is on its way."
    assert await stage.said() == [(1, "customer", "Where is my parcel?"), (2, "reply", "It is on its way.")]
    assert (await stage.events())[-2:] == ["turn_decided", "message_delivered"]
    assert (await stage.conversation()).answered_seq == 1


async def test_another_attempt_finds_that_it_was_done(stage: Stage) -> None:
    await stage.drafted()
    first, second = await carry_out(stage, sure()), await carry_out(stage, sure())
    assert first == second
    assert len(await stage.said()) == 2


async def test_two_attempts_at_once_do_it_once(stage: Stage) -> None:
    await stage.drafted()
    await asyncio.gather(*(carry_out(stage, sure()) for _ in range(6)))
    assert len(await stage.said()) == 2


@pytest.mark.parametrize("outcome", ["sent", "asked_approval"])
async def test_what_the_conversation_has_moved_past_is_not_done(stage: Stage, outcome: str) -> None:
    await stage.drafted()
    await stage.conversations.record_messages(CONVERSATION, 2, [message("b")])
    reply = await carry_out(stage, sure(supervised=outcome == "asked_approval"))
    assert reply.carried_out
    if outcome == "sent":
        assert (reply.carried_out.outcome, reply.draft) == ("refused", sure())
    else:
        assert reply.carried_out.approval
        assert await stage.approval_state(reply.carried_out.approval.approval_id) == "stale"
    assert [kind for _, kind, _ in await stage.said()] == ["customer", "customer"]


async def test_after_a_takeover_nothing_leaves(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(), NOW)
    reply = await carry_out(stage, sure(), revision=2)
    assert reply.carried_out
    assert reply.carried_out.outcome == "refused"


async def test_an_approval_is_asked_for_once_however_often_it_is_tried(stage: Stage) -> None:
    await stage.drafted()
    asked = [await carry_out(stage, sure(supervised=True), notice="A colleague looks at it.") for _ in range(2)]
    approvals = [reply.carried_out.approval for reply in asked if reply.carried_out and reply.carried_out.approval]
    assert len({approval.approval_id for approval in approvals}) == 1
    assert await stage.approval_state(approvals[0].approval_id) == "open"
    assert (await stage.said())[1:] == [(2, "notice", "A colleague looks at it.")]
    assert (await stage.conversation()).status == "awaiting_approval"


async def test_a_mode_that_a_person_set_decides(stage: Stage) -> None:
    await stage.drafted()
    asked = await carry_out(stage, sure(), mode=Mode.SUPERVISION)
    assert asked.carried_out
    assert asked.carried_out.outcome == "asked_approval"


async def test_a_question_back_is_sent_in_its_own_words(stage: Stage) -> None:
    await stage.drafted()
    reply = await carry_out(stage, sure(ambiguous=True).model_copy(update={"clarifying_question": "Which parcel?"}))
    assert reply.carried_out
    assert reply.carried_out.outcome == "asked_back"
    assert (await stage.said())[1] == (2, "clarification", "Which parcel?")


ACTION = ProposedAction(server="shop", tool="refund", arguments={}, writes=True)
COMES_BACK: dict[str, tuple[Callable[[], Draft], Policy]] = {
    "a tool comes first": (lambda: sure().model_copy(update={"actions": (ACTION,)}), POLICY),
    "the channel must be pushed": (sure, PUSHED),
    "it is night": (sure, ALWAYS_QUIET),
    "a person is asked for": (lambda: sure(asks_for_person=True), POLICY),
    "the customer is to prove who they are": (lambda: sure(identity="to_verify"), POLICY),
    "nothing was found": (lambda: sure(abstained=True), POLICY),
}


VIP = {"id": "vip", "then": "ask_approval", "ask": {"approvers": 2, "roles": ["lead"]}}


async def test_what_a_rule_asks_about_waits_for_those_whom_it_names(stage: Stage) -> None:
    await stage.drafted()
    policy = POLICY.model_copy(update={"rules": (DecidingRule.model_validate(VIP),)})
    asked = await carry_out(stage, sure(rules_held=("vip",)), policy)
    assert asked.carried_out
    assert asked.carried_out.approval
    approval = asked.carried_out.approval
    assert (approval.rule, approval.reason, approval.approvers_needed, approval.roles) == ("vip", "rule", 2, ("lead",))
    (row,) = await stage.database.fetch("SELECT record->'decision'->>'rule' AS rule, reason FROM turns")
    assert dict(row) == {"rule": "vip", "reason": "rule"}


async def test_a_rule_that_escalates_leaves_the_draft_to_the_workflow(stage: Stage) -> None:
    await stage.drafted()
    made, policy = (
        sure(rules_held=("law",)),
        POLICY.model_copy(update={"rules": (DecidingRule(id="law", then="escalate"),)}),
    )
    assert await carry_out(stage, made, policy) == GeneratedReply(draft=made)
    assert len(await stage.said()) == 1


@pytest.mark.parametrize("case", COMES_BACK)
async def test_what_needs_more_than_the_store_comes_back(stage: Stage, case: str) -> None:
    made, policy = COMES_BACK[case]
    await stage.drafted()
    assert await carry_out(stage, made(), policy) == GeneratedReply(draft=made())
    assert len(await stage.said()) == 1


async def test_a_reply_waits_for_the_end_of_a_burst(stage: Stage) -> None:
    await stage.drafted()
    until = datetime.now(UTC) + timedelta(seconds=0.3)
    await carry_out(stage, sure(), not_before=until)
    assert (await stage.conversations.messages_after(CONVERSATION, 1))[0].at >= until


@pytest.mark.parametrize("asks_back", [False, True])
async def test_what_may_not_leave_by_itself_waits_for_a_person(stage: Stage, asks_back: bool) -> None:
    await stage.drafted()
    stop = SendingChange(request_id="s1", action="stop", by="lea", via="api", reason="prices", at=NOW)
    await SendingRepository(stage.database).change(ORGANISATION, stop)
    made = sure(ambiguous=asks_back).model_copy(update={"clarifying_question": "Which parcel?"})
    asked = [await carry_out(stage, made, notice="A colleague looks at it.") for _ in range(2)]
    approvals = [reply.carried_out.approval for reply in asked if reply.carried_out and reply.carried_out.approval]
    first, again = approvals
    assert (first.approval_id, first.reason) == (again.approval_id, "sending_stopped")
    assert first.text == ("Which parcel?" if asks_back else "It is on its way.")
    assert [kind for _, kind, _ in await stage.said()] == ["customer"]
    assert (await stage.conversation()).status == "awaiting_approval"
