import pytest

from domain.errors import ConflictError, NotFoundError
from storage.erasing import ErasingRepository
from storage.notes import NoteRepository, NoteToWrite
from tests.storage.secrets import told
from tests.storage.stage import CONVERSATION, NOW, Stage, later

NOTE = NoteToWrite(
    conversation_id=CONVERSATION, request_id="n-1", author_id="anna", text="Ask @bo first", mentions=("bo",)
)


@pytest.fixture
def notes(stage: Stage) -> NoteRepository:
    return NoteRepository(stage.database)


async def test_a_note_is_written_once(stage: Stage, notes: NoteRepository) -> None:
    await notes.write(NOTE, NOW)
    await notes.write(NOTE.model_copy(update={"text": "again"}), later(1))
    (kept,) = await stage.conversations.notes(CONVERSATION)
    assert kept == await notes.get(CONVERSATION, "n-1")
    assert (kept.author_id, kept.text, kept.at, kept.mentions) == ("anna", "Ask @bo first", NOW, ("bo",))
    assert (await stage.events()).count("note_written") == 1


async def test_of_what_is_not_there_is_no_note(notes: NoteRepository) -> None:
    with pytest.raises(NotFoundError):
        await notes.write(NOTE.model_copy(update={"conversation_id": "unknown-1"}), NOW)
    with pytest.raises(NotFoundError):
        await notes.get(CONVERSATION, "n-1")


async def test_nothing_is_written_about_what_was_erased(stage: Stage, notes: NoteRepository) -> None:
    id = await told(stage)
    await ErasingRepository(stage.database).erase(id, later(7200), later(7200))
    with pytest.raises(ConflictError, match="erased"):
        await notes.write(NOTE.model_copy(update={"conversation_id": id}), later(7300))
