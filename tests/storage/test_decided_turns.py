"""What is read of turns that are decided again."""

from datetime import timedelta

from domain.conversation.requests import StartConversation
from domain.specification.organisation import Mode
from storage.decided_turns import DecidedTurnRepository
from storage.records import RecordRepository
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NOW,
    ORGANISATION,
    Stage,
    draft,
    later,
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
