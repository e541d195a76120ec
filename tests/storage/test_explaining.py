"""The record of one message, on a real PostgreSQL."""

from domain.conversation.explanation import MessageRecord, explain
from domain.conversation.turn import CustomerContext, Fact, LookedUp
from storage.erasing import ErasingRepository
from storage.explaining import ExplainingRepository
from tests.organisation import VERSION
from tests.storage.resolved import answered, answered_by_anna, resolved, wrote
from tests.storage.stage import (
    CONVERSATION,
    NOW,
    Stage,
    approval_request,
    draft,
    escalation,
    generate,
    later,
    message,
    record,
    reply,
)


async def of(stage: Stage, seq: int, conversation_id: str = CONVERSATION) -> MessageRecord | None:
    conversation = await stage.conversations.get(conversation_id)
    assert conversation is not None
    return await ExplainingRepository(stage.database).record_of(conversation, seq)


async def known(stage: Stage, seq: int, conversation_id: str = CONVERSATION) -> MessageRecord:
    found = await of(stage, seq, conversation_id)
    assert found is not None
    return found


async def test_an_answer_with_what_it_answers_and_rests_on(stage: Stage) -> None:
    context = CustomerContext(facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), missing=("helpdesk",))
    await stage.database.fetchval(
        "INSERT INTO customer_contexts (context_id, conversation_id, document, fetched_at) VALUES ('c1', $1, $2, $3)",
        CONVERSATION,
        context,
        NOW,
    )
    input = generate("draft-1", message("m1"), message("m2", "And the other?"), context_id="c1", instruction="Be kind.")
    await stage.turns.begin_draft(input, NOW)
    looked_up = (LookedUp(source_id="delivery", score=0.8, precedents=0.3),)
    await stage.turns.save_draft(input, draft("draft-1").model_copy(update={"looked_up": looked_up}))
    await stage.deliveries.deliver_stored(reply("draft-1", record=record()), NOW)
    found = await known(stage, 3)
    assert [one.text for one in found.answers] == ["Where is my parcel?", "And the other?"]
    (one,) = found.drafts
    assert (one.context, one.fetched_at, one.instruction) == (context, NOW, "Be kind.")
    assert (one.retrieved, one.draft.looked_up) == (looked_up, ())
    assert one.record == record()
    assert found.delivery is not None
    assert (found.delivery.state, found.delivery.answers_seq) == ("delivered", 2)
    assert [version.content_hash for version in found.versions] == [VERSION.content_hash]
    assert "message_delivered" in [event.kind for event in found.events]
    assert explain(found, "default").specification is not None


async def test_customers_messages_and_unknown_numbers_have_none(stage: Stage) -> None:
    await wrote(stage, CONVERSATION, "Where is it?")
    assert await of(stage, 1) is None
    assert await of(stage, 2) is None


async def test_the_second_answer_has_only_its_own_question_and_drafts(stage: Stage) -> None:
    await wrote(stage, CONVERSATION, "Where is it?")
    await answered(stage, CONVERSATION, "It arrives today.")
    await wrote(stage, CONVERSATION, "And the other?", revision=2)
    for draft_id in ("draft-x", "draft-y"):
        await stage.turns.save_draft(generate(draft_id, revision=2), draft(draft_id))
    step = approval_request("approval-1", revision=2)
    asked = step.approval.model_copy(update={"draft_id": "draft-x"})
    await stage.approvals.request(step.model_copy(update={"approval": asked}), NOW)
    await stage.deliveries.deliver_stored(reply("draft-y", expected_revision=2), NOW)
    found = await known(stage, 4)
    assert [one.text for one in found.answers] == ["And the other?"]
    assert {one.draft_id for one in found.drafts} == {"draft-x", "draft-y"}
    assert [(one.approval_id, one.draft_id, one.who) for one in found.approvals] == [
        ("approval-1", "draft-x", "approver")
    ]


async def test_a_persons_answer_and_a_notice(stage: Stage) -> None:
    await wrote(stage, CONVERSATION, "A person, please.")
    await stage.turns.save_draft(generate("draft-e"), draft("draft-e"))
    await stage.deliveries.escalate(escalation("escalation-1", draft_id="draft-e", record=record()), NOW)
    await answered_by_anna(stage, CONVERSATION, "Anna here.")
    notice, person = await known(stage, 2), await known(stage, 3)
    assert (notice.answers, notice.drafts, notice.delivery) == ((), (), None)
    assert "no answer" in explain(notice, "default").why
    assert [one.text for one in person.answers] == ["A person, please."]
    assert [one.draft_id for one in person.drafts] == ["draft-e"]


async def test_an_erased_conversation_is_still_explained(stage: Stage) -> None:
    await resolved(stage, "cv_over_for_long", "Where is it?")
    await ErasingRepository(stage.database).erase("cv_over_for_long", later(7200), later(7200))
    found = await known(stage, 2, "cv_over_for_long")
    assert (found.erased, found.drafts[0].draft.text) == (True, found.message.text)
