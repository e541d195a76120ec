"""Conversations as they go, each to its end an hour after it began, through the steps of the store."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from domain.conversation.activity_models import RecordDecisionInput
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.turn import Evidence
from domain.delivery.channels import WEB_CHAT
from domain.specification.organisation import Sensitivity
from tests.storage.resolved import answered, answered_by_anna, ended, opened, wrote
from tests.storage.stage import (
    AI,
    NOW,
    ORGANISATION,
    Stage,
    approval_request,
    decide,
    draft,
    escalation,
    generate,
    ownership,
    status_change,
)

ENDED = NOW + timedelta(hours=1)
ID = "conversation-7"
ANSWER = "It is on its way."
Story = Callable[[Stage], Awaitable[None]]


async def asked(stage: Stage) -> None:
    """And answered by the AI agent."""
    await opened(stage, ID, "Where is my parcel?")
    await answered(stage, ID, ANSWER)


async def silent(stage: Stage) -> None:
    """Asked, answered by the AI agent, and silent since."""
    await asked(stage)
    await ended(stage, ID, ENDED)


async def resolved_by_a_person(stage: Stage) -> None:
    await asked(stage)
    await ended(stage, ID, ENDED, by="anna")


async def escalated(stage: Stage, text: str = ANSWER, revision: int = 2) -> None:
    """With a draft of this text, to the human queue."""
    await opened(stage, ID, "Where is my parcel?")
    draft_id = f"draft-of-escalation-{revision}"
    await stage.turns.save_draft(generate(draft_id, conversation_id=ID), draft(draft_id, text))
    step = escalation(f"escalation-{revision}", conversation_id=ID, revision=revision)
    await stage.deliveries.escalate(step, NOW)


async def given_to_a_person(stage: Stage) -> None:
    await escalated(stage)
    await answered_by_anna(stage, ID, "I look for it.")
    await ended(stage, ID, ENDED, by="anna", revision=4)


async def taken_over_and_handed_back(stage: Stage) -> None:
    await asked(stage)
    for owner, revision in ((Owner(kind="human_agent", id="anna"), 2), (AI, 3)):
        step = ownership(owner, conversation_id=ID, revision=revision, request_id=f"owner-{revision}")
        await stage.conversations.change_ownership(step, NOW)
    await ended(stage, ID, ENDED, revision=4)


async def corrected(stage: Stage) -> None:
    """Answered by the AI agent, then by a person whom nobody had called."""
    await asked(stage)
    await answered_by_anna(stage, ID, "No, it was lost.")
    await ended(stage, ID, ENDED, by="anna", revision=4)


async def _with_approval(stage: Stage, effect: str, refused: str | None = None) -> None:
    await asked(stage)
    await stage.turns.save_draft(generate("draft-1", conversation_id=ID), draft("draft-1"))
    await stage.approvals.request(approval_request().model_copy(update={"conversation_id": ID}), NOW)
    decision = RecordDecisionInput(
        organisation=ORGANISATION, conversation_id=ID, decision=decide(), effect=effect, refused=refused
    )
    await stage.approvals.record_decision(decision, NOW)
    await ended(stage, ID, ENDED)


async def approved(stage: Stage) -> None:
    await _with_approval(stage, "send")


async def decided_in_vain(stage: Stage) -> None:
    """A person's decision was refused, so no person had a part in it."""
    await _with_approval(stage, "refused", "You may not decide this.")


async def unanswered(stage: Stage) -> None:
    await opened(stage, ID, "Where is my parcel?")
    await stage.turns.save_draft(generate("draft-u", conversation_id=ID), draft("draft-u"))
    await ended(stage, ID, ENDED)


async def asked_back(stage: Stage) -> None:
    await opened(stage, ID, "Where is it?")
    await answered(stage, ID, "What do you mean?", kind="clarification")
    await ended(stage, ID, ENDED)


async def asked_again_before_the_end(stage: Stage) -> None:
    """The last message has no answer, although an earlier one has."""
    await asked(stage)
    await wrote(stage, ID, "And the other one?", revision=2)
    await ended(stage, ID, ENDED, revision=3)


async def reopened(stage: Stage, at: datetime, by: str = "customer") -> None:
    change = status_change("reopened", Status.OPEN, request_id="again", by=by, revision=3)
    await stage.conversations.change_status(change.model_copy(update={"conversation_id": ID}), at)


def reopened_after(days: float, by: str = "customer") -> Story:
    async def story(stage: Stage) -> None:
        await silent(stage)
        await reopened(stage, ENDED + timedelta(days=days), by)

    return story


async def resolved_twice(stage: Stage) -> None:
    await silent(stage)
    await reopened(stage, ENDED + timedelta(days=8))
    await ended(stage, ID, ENDED + timedelta(days=9), revision=4)


async def merged(stage: Stage) -> None:
    await silent(stage)
    await stage.database.fetchval(
        "UPDATE conversations SET merged_into = 'conversation-1' WHERE conversation_id = $1", ID
    )


def rated(*scores: str, days: float = 1) -> Story:
    async def story(stage: Stage) -> None:
        await silent(stage)
        for number, score in enumerate(scores):
            await rate_conversation(stage, ID, score, ENDED + timedelta(days=days, minutes=number))

    return story


async def rate_conversation(stage: Stage, conversation_id: str, score: str, at: datetime) -> None:
    await stage.database.fetchval(
        "INSERT INTO ratings VALUES ($1, 'zendesk', $2, $3, $4, '', $5)",
        ORGANISATION,
        f"{conversation_id}-{at:%d%H%M}",
        conversation_id,
        score,
        at,
    )


async def complained(stage: Stage, turn: int = 2) -> None:
    """In a turn after the answer, or in the first one."""
    await asked(stage)
    complaint = draft("draft-c").model_copy(update={"evidence": Evidence(sensitivity=Sensitivity.COMPLAINT)})
    await stage.turns.save_draft(generate("draft-c", conversation_id=ID, turn=turn), complaint)
    await ended(stage, ID, ENDED)


async def complained_at_first(stage: Stage) -> None:
    await complained(stage, turn=1)


async def wrote_at(stage: Stage, conversation_id: str, at: datetime) -> None:
    """The first message of a conversation that is open already."""
    message = CustomerMessage(message_id=f"{conversation_id}-first", text="Hello?", received_at=at, channel=WEB_CHAT)
    await stage.conversations.record_messages(conversation_id, 1, [message])
