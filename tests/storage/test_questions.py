"""What conversations were about: read, kept as vectors, and gone when the words are gone."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.conversation.messages import Attachment, CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.similar import MAX_ANSWER_CHARACTERS, MAX_QUESTION_CHARACTERS
from domain.delivery.inbound import CustomerRating
from storage.database import Database
from storage.questions import Beside, OpeningQuestion, QuestionRepository
from storage.threads import ThreadRepository
from tests.storage.resolved import (
    answered,
    answered_by_anna,
    days_ago,
    ended,
    opened,
    reopened,
    resolved,
    wrote,
)
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage

VECTOR = b"\x00\x00\x80\x3f\x00\x00\x00\x00"


@pytest.fixture
def questions(stage: Stage) -> QuestionRepository:
    return QuestionRepository(stage.database)


def beside(**changes: Any) -> Beside:
    fields = {"organisation": ORGANISATION, "conversation_id": CONVERSATION, "model": "minilm", "dimensions": 2}
    return Beside.model_validate({**fields, **changes})


async def missing(questions: QuestionRepository, near: Beside | None = None) -> list[OpeningQuestion]:
    found, waiting = await questions.without_vector(near or beside(), 100)
    assert waiting == len(found)
    return found


async def embed_all(questions: QuestionRepository, model: str = "minilm", vector: bytes = VECTOR) -> None:
    found = await missing(questions, beside(model=model, dimensions=len(vector) // 4))
    await questions.keep(model, found, [vector] * len(found))


async def kept(questions: QuestionRepository, near: Beside | None = None) -> list[str]:
    return [one.conversation_id for one in await questions.vectors(near or beside())]


async def rows(database: Database) -> list[str]:
    found = await database.fetch("SELECT conversation_id FROM question_vectors ORDER BY conversation_id")
    return [row["conversation_id"] for row in found]


async def test_the_question_is_what_the_customer_wrote_before_the_first_answer(
    stage: Stage, questions: QuestionRepository
) -> None:
    await opened(stage, "asked-in-two", "  Hello", "where is my parcel? ")
    await answered(stage, "asked-in-two", "It is on its way.")
    await wrote(stage, "asked-in-two", "Thank you!", revision=2)
    assert await questions.of("asked-in-two") == "Hello\nwhere is my parcel?"


async def test_what_follows_a_clarifying_question_or_a_notice_still_belongs_to_it(
    stage: Stage, questions: QuestionRepository
) -> None:
    await opened(stage, "clarified", "It does not work")
    await answered(stage, "clarified", "What does not?", kind="clarification")
    await wrote(stage, "clarified", "The pump", revision=1)
    assert (await questions.of("clarified")).splitlines() == ["It does not work", "The pump"]
    await opened(stage, "taken-over", "A question")
    await answered_by_anna(stage, "taken-over", "Anna here.")
    await wrote(stage, "taken-over", "Another one", revision=2)
    assert await questions.of("taken-over") == "A question"


async def test_who_wrote_nothing_asked_nothing(stage: Stage, questions: QuestionRepository) -> None:
    photo = Attachment(attachment_id="at_1", name="photo.png", media_type="image/png", size_bytes=7)
    await opened(stage, "only-a-photo")
    sent = CustomerMessage(message_id="m-1", text=" ", received_at=NOW, attachments=(photo,))
    await stage.conversations.record_messages("only-a-photo", 1, [sent])
    await ended(stage, "only-a-photo")
    assert [await questions.of(one) for one in ("only-a-photo", CONVERSATION, "nowhere")] == ["", "", ""]
    assert await missing(questions) == []


async def test_a_long_question_is_cut(stage: Stage, questions: QuestionRepository) -> None:
    await opened(stage, "long-one", "x" * 5_000)
    assert await questions.of("long-one") == "x" * MAX_QUESTION_CHARACTERS


async def test_only_resolved_conversations_of_the_organisation_are_compared(
    stage: Stage, questions: QuestionRepository
) -> None:
    await resolved(stage, "cv_older", "one", at=days_ago(2))
    await resolved(stage, "cv_newer", "two", at=days_ago(1))
    await resolved(stage, "elsewhere", "three", organisation="another")
    await opened(stage, "still-open", "four")
    await resolved(stage, "open-again", "five")
    await reopened(stage, "open-again")
    assert [one.conversation_id for one in await missing(questions)] == ["cv_newer", "cv_older"]
    assert [one.conversation_id for one in await missing(questions, beside(organisation="another"))] == ["elsewhere"]
    await embed_all(questions)
    assert await kept(questions) == ["cv_newer", "cv_older"]
    assert await kept(questions, beside(conversation_id="cv_newer")) == ["cv_older"]
    assert await kept(questions, beside(organisation="another")) == []


async def test_the_newest_come_first_and_the_others_are_counted(stage: Stage, questions: QuestionRepository) -> None:
    for number in range(5):
        await resolved(stage, f"cv_past_{number}", "a question", at=days_ago(number))
    found, waiting = await questions.without_vector(beside(), 2)
    assert ([one.conversation_id for one in found], waiting) == (["cv_past_0", "cv_past_1"], 5)
    await questions.keep("minilm", found, [VECTOR, VECTOR])
    found, waiting = await questions.without_vector(beside(), 2)
    assert ([one.conversation_id for one in found], waiting) == (["cv_past_2", "cv_past_3"], 3)


async def test_merged_ones_are_not_compared(stage: Stage, questions: QuestionRepository) -> None:
    """Neither what was merged into another, nor the one in which the asked one goes on."""
    await resolved(stage, "source-1", "one")
    await resolved(stage, "target-1", "one and more")
    bo = Person(id="bo", roles=("lead",))
    await ThreadRepository(stage.database).merge("source-1", "target-1", "m-1", bo, NOW)
    assert [one.conversation_id for one in await missing(questions)] == ["target-1"]
    assert await missing(questions, beside(conversation_id="source-1")) == []
    assert await missing(questions, beside(conversation_id="target-1")) == []
    assert list(await questions.resolved(ORGANISATION, ["source-1", "target-1"])) == ["target-1"]


@pytest.mark.parametrize("other", [{"model": "another"}, {"dimensions": 3}])
async def test_vectors_of_another_model_are_made_again(
    stage: Stage, questions: QuestionRepository, other: dict[str, Any]
) -> None:
    await resolved(stage, "cv_past_1", "one")
    await embed_all(questions)
    near = beside(**other)
    assert [one.conversation_id for one in await missing(questions, near)] == ["cv_past_1"]
    assert await kept(questions, near) == []
    await embed_all(questions, near.model, VECTOR[:4] * near.dimensions)
    assert (await kept(questions, near), await kept(questions)) == (["cv_past_1"], [])
    assert await rows(stage.database) == ["cv_past_1"]


async def test_a_conversation_that_went_on_is_read_again(stage: Stage, questions: QuestionRepository) -> None:
    await resolved(stage, "unanswered", "My order", answer=None)
    await embed_all(questions)
    await reopened(stage, "unanswered")
    await wrote(stage, "unanswered", "is broken", revision=4)
    await ended(stage, "unanswered", at=days_ago(-1), revision=5)
    assert [one.text for one in await missing(questions)] == ["My order\nis broken"]
    assert await kept(questions) == []


async def test_several_may_keep_the_same_vectors(stage: Stage, questions: QuestionRepository) -> None:
    for number in range(4):
        await resolved(stage, f"cv_past_{number}", "one")
    found = await missing(questions)
    await asyncio.gather(*(questions.keep("minilm", order, [VECTOR] * 4) for order in (found, found[::-1]) * 3))
    assert sorted(await kept(questions)) == [f"cv_past_{number}" for number in range(4)]
    await questions.keep("minilm", [], [])


@pytest.mark.parametrize(
    "erasure",
    [
        "DELETE FROM messages WHERE conversation_id = 'cv_past_1'",
        "UPDATE messages SET text = '' WHERE conversation_id = 'cv_past_1' AND author = 'customer'",
        "UPDATE messages SET text = '[erased]', attachments = '[]' WHERE conversation_id = 'cv_past_1'",
    ],
)
async def test_a_vector_goes_with_the_words(stage: Stage, questions: QuestionRepository, erasure: str) -> None:
    await resolved(stage, "cv_past_1", "my card number is 4711")
    await resolved(stage, "cv_past_2", "one")
    await embed_all(questions)
    await stage.database.fetchval(erasure)
    assert await rows(stage.database) == ["cv_past_2"]


async def test_a_vector_goes_with_its_conversation(stage: Stage, questions: QuestionRepository) -> None:
    await opened(stage, "cv_past_1", "one")
    await ended(stage, "cv_past_1")
    await embed_all(questions)
    async with stage.database.transaction() as connection:
        await connection.execute("DELETE FROM messages WHERE conversation_id = 'cv_past_1'")
        await connection.execute("INSERT INTO question_vectors VALUES ('cv_past_1', 'minilm', now(), '\\x00000000')")
        await connection.execute("DELETE FROM conversations WHERE conversation_id = 'cv_past_1'")
    assert await rows(stage.database) == []


async def test_what_is_read_or_answered_keeps_its_vector(stage: Stage, questions: QuestionRepository) -> None:
    await resolved(stage, "cv_past_1", "one")
    await embed_all(questions)
    await stage.conversations.mark_read("cv_past_1", 9, NOW)
    assert await rows(stage.database) == ["cv_past_1"]


@pytest.mark.parametrize(
    "erasure",
    [
        "DELETE FROM messages WHERE conversation_id = 'cv_past_1'",
        "UPDATE messages SET text = '' WHERE conversation_id = 'cv_past_1'",
    ],
)
async def test_no_vector_comes_back_after_an_erasure_that_was_faster(
    stage: Stage, questions: QuestionRepository, erasure: str
) -> None:
    await resolved(stage, "cv_past_1", "my card number is 4711")
    found = await missing(questions)
    async with stage.database.transaction() as connection:
        await connection.execute(erasure)
        keeping = asyncio.create_task(questions.keep("minilm", found, [VECTOR]))
        await _waits_for_a_lock(stage.database)
    await keeping
    assert await rows(stage.database) == []


async def _waits_for_a_lock(database: Database) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(30):
        while not await database.fetchval(query):
            await database.fetchval("SELECT pg_stat_clear_snapshot()")


async def test_an_erasure_waits_for_a_vector_that_is_being_kept(stage: Stage, questions: QuestionRepository) -> None:
    await resolved(stage, "cv_past_1", "my card number is 4711")
    (found,) = await missing(questions)
    made = [[found.conversation_id], [found.resolved_at], [found.text], [VECTOR]]
    async with stage.database.transaction() as connection:
        query = "SELECT keep_question_vectors('minilm', $1, $2, $3, $4, 1000)"
        await connection.fetchval(query, *made)
        erasing = asyncio.create_task(
            stage.database.fetchval("DELETE FROM messages WHERE conversation_id = 'cv_past_1'")
        )
        await _waits_for_a_lock(stage.database)
    await erasing
    assert await rows(stage.database) == []


async def test_how_a_conversation_ended(stage: Stage, questions: QuestionRepository) -> None:
    await opened(stage, "cv_past_1", "Where is my parcel?")
    await answered(stage, "cv_past_1", "It is on its way.")
    await wrote(stage, "cv_past_1", "No, it is not", revision=1)
    await answered_by_anna(stage, "cv_past_1", "I sent another one. " + "x" * 3_000)
    await ended(stage, "cv_past_1", by="anna", revision=3)
    for number, score in enumerate(("bad", "good")):
        await rate(stage.database, "cv_past_1", CustomerRating(
            channel="zendesk", event_id=f"r-{number}", at=days_ago(-number), thread="t", score=score, comment="-"
        ))  # fmt: skip
    told = (await questions.resolved(ORGANISATION, ["cv_past_1"]))["cv_past_1"]
    assert (told.question, told.topic, told.channel) == ("Where is my parcel?", "delivery", "web_chat")
    assert (told.answered_by, told.answered_by_id, told.resolved_by) == ("human_agent", "anna", "anna")
    assert told.answer is not None
    assert told.answer.startswith("I sent another one. x")
    assert len(told.answer) == MAX_ANSWER_CHARACTERS
    assert (told.rating, told.resolved_at) == ("good", NOW)


async def rate(database: Database, conversation_id: str, rating: CustomerRating) -> None:
    await database.fetchval("SELECT keep_rating($1, $2, $3)", ORGANISATION, conversation_id, rating)


async def test_what_ended_without_a_reply_says_so(stage: Stage, questions: QuestionRepository) -> None:
    await resolved(stage, "cv_past_1", "Where is my parcel?", answer=None)
    told = (await questions.resolved(ORGANISATION, ["cv_past_1"]))["cv_past_1"]
    assert (told.answer, told.answered_by, told.answered_by_id, told.topic, told.rating) == (None,) * 5
    assert told.resolved_by == "silence"


async def test_nothing_is_told_of_others_organisations_nor_of_what_changed_meanwhile(
    stage: Stage, questions: QuestionRepository
) -> None:
    for name in ("cv_erased", "open-again", "cv_past_1"):
        await resolved(stage, name, "one")
    await reopened(stage, "open-again")
    await stage.database.fetchval("UPDATE messages SET text = '' WHERE conversation_id = 'cv_erased'")
    ids = ["cv_erased", "open-again", "cv_past_1", "never-was"]
    assert list(await questions.resolved(ORGANISATION, ids)) == ["cv_past_1"]
    assert await questions.resolved("another", ids) == {}


async def test_half_a_number_is_no_vector(stage: Stage, questions: QuestionRepository) -> None:
    await resolved(stage, "cv_past_1", "one")
    found = await missing(questions)
    for wrong in (b"", b"\x00" * 5):
        with pytest.raises(asyncpg.CheckViolationError):
            await questions.keep("minilm", found, [wrong])
