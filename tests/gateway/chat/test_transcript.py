"""What a chat client sees of a conversation in the store."""

import pytest

from domain.conversation.ownership import Status
from domain.conversation.turn import Citation
from gateway.chat.frames import ConversationStatus
from gateway.chat.transcript import ErasedConversationError, Transcript, TranscriptUpdate
from storage.database import Database
from storage.erasing import ErasingRepository
from tests.storage.stage import (
    CONVERSATION,
    NOW,
    Stage,
    draft,
    generate,
    human_reply,
    later,
    message,
    ownership,
    reply,
    staged,
    status_change,
)


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await staged(database)


@pytest.fixture
def transcript(stage: Stage) -> Transcript:
    return Transcript(stage.conversations)


async def answered(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(), later(1))


async def test_a_conversation_that_nobody_has_written_in_is_empty_and_open(transcript: Transcript) -> None:
    assert await transcript.after("cv_unknown", 0) == TranscriptUpdate()
    assert await transcript.after(CONVERSATION, 0) == TranscriptUpdate()


async def test_everything_or_what_came_later(stage: Stage, transcript: Transcript) -> None:
    await answered(stage)
    everything = await transcript.after(CONVERSATION, 0)
    assert [(said.seq, said.author, said.id) for said in everything.messages] == [
        (1, "customer", "message-1"),
        (2, "ai_agent", "draft-1"),
    ]
    assert everything.messages[1].citations[0].source_id == "delivery"
    assert everything.read_seq == 1
    assert [said.seq for said in (await transcript.after(CONVERSATION, 1)).messages] == [2]


async def test_a_macro_is_no_source_for_customers(stage: Stage, transcript: Transcript) -> None:
    cited = [Citation(source_id=source, title=source) for source in ("macro:eta", "fact:plan")]
    asked = generate("draft-1", message("message-1"))
    await stage.turns.begin_draft(asked, NOW)
    await stage.turns.save_draft(asked, draft().model_copy(update={"citations": tuple(cited)}))
    await stage.deliveries.deliver_stored(reply(), later(1))
    [_, said] = (await transcript.after(CONVERSATION, 0)).messages
    assert [citation.source_id for citation in said.citations] == ["fact:plan"]


@pytest.mark.parametrize("seq", [2, 3, 1000])
async def test_who_has_seen_all_is_told_where_it_stands(stage: Stage, transcript: Transcript, seq: int) -> None:
    await answered(stage)
    update = await transcript.after(CONVERSATION, seq)
    assert (update.messages, update.read_seq) == ((), 1)


async def test_who_answers_is_told_and_not_by_name(stage: Stage, transcript: Transcript) -> None:
    await answered(stage)
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.deliver_stored(human_reply(), later(2))
    update = await transcript.after(CONVERSATION, 2)
    assert update.status == ConversationStatus(status=Status.WITH_HUMAN, owner_kind="human_agent")
    assert "anna" not in update.model_dump_json()


async def test_the_end_is_told(stage: Stage, transcript: Transcript) -> None:
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED), NOW)
    assert (await transcript.after(CONVERSATION, 0)).status.status is Status.RESOLVED


async def test_an_internal_note_is_no_message(stage: Stage, transcript: Transcript) -> None:
    note = status_change("resolved", Status.RESOLVED, note="Called her, very angry.")
    await stage.conversations.change_status(note, NOW)
    assert "angry" not in (await transcript.after(CONVERSATION, 0)).model_dump_json()


async def test_an_erased_conversation_is_no_transcript(stage: Stage, transcript: Transcript) -> None:
    await answered(stage)
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED, revision=2), NOW)
    await ErasingRepository(stage.database).erase(CONVERSATION, later(9), later(9))
    with pytest.raises(ErasedConversationError, match="Start a new session"):
        await transcript.after(CONVERSATION, 0)
