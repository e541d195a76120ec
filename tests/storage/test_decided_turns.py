"""What is read of turns that are decided again."""

from datetime import timedelta

from domain.conversation.ownership import Status
from domain.conversation.requests import StartConversation
from domain.conversation.turn import CustomerContext, Fact
from domain.specification.organisation import Mode
from storage.decided_turns import DecidedTurnRepository
from storage.erasing import ErasingRepository
from storage.records import RecordRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NOW,
    ORGANISATION,
    Stage,
    draft,
    generate,
    later,
    message,
    record,
    reply,
    status_change,
)


async def answered(stage: Stage, number: int) -> None:
    """A turn that is decided at second `number`, as it is when its reply leaves."""
    await stage.drafted(f"draft-{number}", number)
    decided = record(turn=number, revision=number).model_copy(update={"decided_at": later(number)})
    sent = reply(f"draft-{number}", expected_revision=number, record=decided)
    await stage.deliveries.deliver_stored(sent, later(number))


async def test_a_turn_comes_with_its_evidence_its_record_and_the_version_of_its_conversation(stage: Stage) -> None:
    await answered(stage, 1)
    await stage.drafted("draft-2", 2)
    (turn,) = await DecidedTurnRepository(stage.database).latest(ORGANISATION, 10)
    assert (turn.conversation_id, turn.turn, turn.spec_hash) == (CONVERSATION, 1, VERSION.content_hash)
    assert turn.draft == draft("draft-1")
    assert turn.record.decided_at == later(1)
    assert turn.mode is None
    assert turn.record == (await RecordRepository(stage.database).turns(CONVERSATION))[0].record


async def test_the_mode_is_the_one_that_a_person_had_set_by_then(stage: Stage) -> None:
    await answered(stage, 1)
    for number, mode in ((2, Mode.SUPERVISION), (4, Mode.DELEGATION)):
        change = status_change(
            "mode_changed", (await stage.conversation()).status, request_id=f"mode-{number}", revision=number, mode=mode
        )
        await stage.conversations.change_status(change, NOW + timedelta(seconds=number))
        await answered(stage, number + 1)
    turns = await DecidedTurnRepository(stage.database).latest(ORGANISATION, 10)
    assert [turn.mode for turn in turns] == [None, Mode.SUPERVISION, Mode.DELEGATION]


async def test_of_the_conversations_those_opened_last_are_read(stage: Stage) -> None:
    await answered(stage, 1)
    for number in (1, 2):
        start = StartConversation(organisation=ORGANISATION, conversation_id=f"newer-conversation-{number}")
        await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, later(number))
    turns = DecidedTurnRepository(stage.database)
    assert [len(await turns.latest(ORGANISATION, count)) for count in (2, 3)] == [0, 1]
    assert await turns.latest("other", 3) == []


async def test_a_turn_that_is_over_is_asked_with_what_was_said_until_then(stage: Stage) -> None:
    context = CustomerContext(facts=(Fact(name="plan", value="Pro", source="crm", as_of=NOW),), matches=1)
    await stage.customers.save_context(CONVERSATION, "context-1", context, NOW)
    for number, texts in enumerate((("Hello", "Where is it?"), ("And now?",), ("Thanks",)), 1):
        messages = [message(f"m-{number}-{n}", text) for n, text in enumerate(texts)]
        asked = generate(
            f"draft-{number}", *messages, revision=number, context_id="context-1", instruction=f"instruction {number}"
        )
        await stage.turns.begin_draft(asked, NOW)
        await stage.turns.save_draft(asked, draft(f"draft-{number}", f"Answer {number}"))
        decided = record(turn=number, revision=number).model_copy(update={"decided_at": later(number)})
        sent = reply(f"draft-{number}", expected_revision=number, record=decided)
        await stage.deliveries.deliver_stored(sent, later(number))
    repository = DecidedTurnRepository(stage.database)

    first, second = await repository.question(CONVERSATION, 1), await repository.question(CONVERSATION, 2)

    assert first is not None
    assert (first.unanswered, first.transcript, first.greeted, first.ai_agent) == (
        ("Hello", "Where is it?"),
        (),
        False,
        None,
    )
    assert second is not None
    assert second.unanswered == ("And now?",)
    assert [said.text for said in second.transcript] == ["Hello", "Where is it?", "Answer 1"]
    assert (second.greeted, second.ai_agent, second.instruction) == (True, "service", "instruction 2")
    assert second.context == context
    assert await repository.question(CONVERSATION, 4) is None


async def test_a_turn_without_a_reply_is_asked_as_well_and_one_without_its_messages_is_not(stage: Stage) -> None:
    await stage.awaiting_approval()
    repository = DecidedTurnRepository(stage.database)
    (turn,) = await repository.latest(ORGANISATION, 1)
    question = await repository.question(CONVERSATION, turn.turn)
    assert question is not None
    assert question.unanswered == ("Where is my parcel?",)
    await stage.database.fetchval("DELETE FROM messages WHERE author = 'customer'")
    assert await repository.question(CONVERSATION, turn.turn) is None


async def test_turns_of_what_was_erased_are_left_out_and_counted(stage: Stage) -> None:
    await answered(stage, 1)
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED, revision=2), later(2))
    assert await ErasingRepository(stage.database).erase(CONVERSATION, later(3), later(3)) is None
    turns = DecidedTurnRepository(stage.database)
    assert await turns.latest(ORGANISATION, 10) == []
    assert await turns.erased(ORGANISATION, 10) == 1
    await stage.conversations.change_status(
        status_change("reopened", Status.OPEN, request_id="again", revision=3), later(4)
    )
    await answered(stage, 5)
    assert [turn.turn for turn in await turns.latest(ORGANISATION, 10)] == [5]
    assert (await turns.erased(ORGANISATION, 10), await turns.erased(ORGANISATION, 0)) == (1, 0)
