from datetime import timedelta

from domain.conversation.ownership import Status
from domain.conversation.turn import Evidence, Outcome
from domain.specification.organisation import Sensitivity
from storage.supervision import SupervisionRepository
from tests.storage.resolved import answered, answered_by_anna, ended, opened, wrote
from tests.storage.stage import (
    CONVERSATION,
    NOW,
    ORGANISATION,
    Stage,
    approval_request,
    draft,
    generate,
    record,
    reply,
)

LEAVES = NOW + timedelta(minutes=10)


async def test_only_what_an_ai_agent_works_on_is_watched(stage: Stage) -> None:
    await opened(stage, "cv_resolved", "Where is it?")
    await ended(stage, "cv_resolved")
    await opened(stage, "cv_with_anna", "Where is it?")
    await answered_by_anna(stage, "cv_with_anna", "Here.")
    await opened(stage, "cv_of_others", "Where is it?", organisation="other")
    supervision = SupervisionRepository(stage.database)
    assert [one.conversation_id for one in await supervision.watched(ORGANISATION)] == [CONVERSATION]
    assert await supervision.watched(ORGANISATION, "nobody") == []
    assert len(await supervision.watched(ORGANISATION, "service")) == 1


async def test_what_is_known_of_a_conversation_without_any_draft(stage: Stage) -> None:
    (found,) = await SupervisionRepository(stage.database).watched(ORGANISATION)
    assert (found.confidences, found.topic, found.last_words, found.waiting_since) == ((), None, "", None)
    assert (found.exchanges, found.approval_id, found.leaves_at) == (0, None, None)


async def test_confidence_evidence_words_and_the_draft_that_waits(stage: Stage) -> None:
    await opened(stage, "cv_watched", "Where is it?")
    await answered(stage, "cv_watched", "It arrives today.", record=record().model_copy(update={"exchanges": 2}))
    await wrote(stage, "cv_watched", "I want my money back!", revision=2)
    evidence = Evidence(topic="refund", sensitivity=Sensitivity.FINANCIAL, out_of_scope=0.1, missing_sources=("crm",))
    second = draft("draft-1").model_copy(update={"evidence": evidence})
    await stage.turns.save_draft(generate("draft-1", conversation_id="cv_watched", revision=2), second)
    step = approval_request("approval-1", revision=2)
    waits = step.approval.model_copy(update={"leaves_at": LEAVES, "revision": 2})
    decided = record(Outcome.ASK_APPROVAL, turn=2, revision=2).model_copy(update={"confidence": 0.6, "exchanges": 3})
    update = {"conversation_id": "cv_watched", "approval": waits, "record": decided}
    await stage.approvals.request(step.model_copy(update=update), NOW)
    found = {one.conversation_id: one for one in await SupervisionRepository(stage.database).watched(ORGANISATION)}
    one = found["cv_watched"]
    assert one.confidences == (0.6, 0.9)
    assert (one.topic, one.sensitivity, one.out_of_scope) == ("refund", Sensitivity.FINANCIAL, 0.1)
    assert (one.missing_sources, one.last_words) == (("crm",), "I want my money back!")
    assert (one.waiting_since, one.exchanges) == (NOW, 3)
    assert (one.approval_id, one.leaves_at, one.status) == ("approval-1", LEAVES, Status.AWAITING_APPROVAL)


async def test_a_reply_that_left_counts_as_an_exchange(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(record=record()), NOW)
    (found,) = await SupervisionRepository(stage.database).watched(ORGANISATION)
    assert (found.exchanges, found.waiting_since) == (1, None)
