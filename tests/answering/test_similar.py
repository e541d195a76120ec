"""Conversations like another one, over a real store: which, in what order, and how much one look takes upon itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from answering.similar import (
    EMBEDDED_AT_ONCE,
    EMBEDDED_PER_LOOK,
    LEAST_LIKENESS,
    QUESTIONS_AT_ONCE,
    SECONDS_PER_LOOK,
    SimilarityLookup,
    most_alike,
)
from domain.conversation.similar import MAX_COMPARED, SimilarConversations
from domain.errors import ConflictError, UnavailableError
from integrations.embeddings.base import Embedder, Vectors
from integrations.embeddings.minilm import MiniLmEmbedder
from integrations.embeddings.none import NoEmbedder
from storage.database import connect
from storage.questions import KeptVector, QuestionRepository
from tests.compass import Compass
from tests.organisation import VERSION
from tests.storage.resolved import days_ago, opened, reopened, resolved, wrote
from tests.storage.stage import CONVERSATION, ORGANISATION, Stage, staged


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """One open conversation, whose customer asks for what lies in the north."""
    database = await connect(database_url)
    stage = await staged(database)
    await wrote(stage, CONVERSATION, "0 degrees")
    yield stage
    await database.close()


@pytest.fixture
def lookup(stage: Stage) -> SimilarityLookup:
    return SimilarityLookup(QuestionRepository(stage.database), lambda: 0.0)


async def look(
    lookup: SimilarityLookup, stage: Stage, embedder: Embedder, limit: int = 5, conversation_id: str = CONVERSATION
) -> SimilarConversations:
    view = await stage.conversations.get(conversation_id)
    assert view is not None
    return await lookup.like(view, embedder, limit)


async def many_resolved(stage: Stage, number: int) -> None:
    """The first is the newest; each points half a degree further away, at most 45."""
    async with stage.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO conversations (conversation_id, organisation, channel, spec_hash, status, owner_kind, mode,
                                       last_seq, resolved_at)
            SELECT 'cv_past_' || n, $1, 'web_chat', $2, 'resolved', 'ai_agent', 'delegation', 1,
                '2026-03-01T00:00:00Z'::timestamptz - n * interval '1 minute'
            FROM generate_series(0, $3 - 1) n
            """,
            ORGANISATION,
            VERSION.content_hash,
            number,
        )
        await connection.execute(
            """
            INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, channel, at)
            SELECT conversation_id, 1, 'm', 'customer', 'customer',
                least(45, split_part(conversation_id, '_', 3)::integer / 2.0)::text, 'web_chat', resolved_at
            FROM conversations WHERE conversation_id LIKE 'cv_past_%'
            """
        )


async def test_the_most_alike_come_first_and_nothing_below_the_least_likeness(
    stage: Stage, lookup: SimilarityLookup
) -> None:
    for degrees in (30, 59, 61, 10, 180):
        await resolved(stage, f"cv_degrees_{degrees}", f"{degrees} degrees", answer=f"{degrees} it is.")
    found = await look(lookup, stage, Compass())
    near = ["cv_degrees_10", "cv_degrees_30", "cv_degrees_59"]
    assert [one.conversation_id for one in found.conversations] == near
    assert [one.likeness for one in found.conversations] == pytest.approx([0.9848, 0.8660, 0.5150], abs=1e-4)
    assert found.conversations[0].answer == "10 it is."
    assert (found.model, found.compared, found.not_compared_yet) == ("compass", 5, 0)


async def test_no_more_than_asked_for(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, 4)
    found = await look(lookup, stage, Compass(), limit=2)
    assert [one.conversation_id for one in found.conversations] == ["cv_past_0", "cv_past_1"]


async def test_a_second_look_embeds_the_question_alone(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, 3)
    first, second = Compass(), Compass()
    assert await look(lookup, stage, first) == await look(lookup, stage, second)
    assert (len(first.asked), second.asked) == (4, ["0 degrees"])


async def test_with_another_model_all_are_compared_anew(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, 3)
    await look(lookup, stage, Compass())
    other = Compass("sextant")
    found = await look(lookup, stage, other)
    assert (found.model, found.compared, len(other.asked)) == ("sextant", 3, 4)


async def test_one_look_embeds_so_many_and_says_how_many_wait(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, EMBEDDED_PER_LOOK + 5)
    first = await look(lookup, stage, Compass())
    assert (first.compared, first.not_compared_yet) == (EMBEDDED_PER_LOOK, 5)
    second = await look(lookup, stage, Compass())
    assert (second.compared, second.not_compared_yet) == (EMBEDDED_PER_LOOK + 5, 0)


async def test_a_slow_model_is_not_waited_for(stage: Stage) -> None:
    """Each answer takes as long as a look may embed; what was made stays kept."""
    seconds = [0.0]

    def slow() -> None:
        seconds[0] += SECONDS_PER_LOOK

    await many_resolved(stage, 3 * EMBEDDED_AT_ONCE)
    lookup = SimilarityLookup(QuestionRepository(stage.database), lambda: seconds[0])
    for done in (1, 2, 3):
        found = await look(lookup, stage, Compass(before=slow))
        assert (found.compared, found.not_compared_yet) == (done * EMBEDDED_AT_ONCE, (3 - done) * EMBEDDED_AT_ONCE)


async def test_only_the_newest_are_compared(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, MAX_COMPARED + 1)
    await stage.database.fetchval(
        """
        INSERT INTO question_vectors (conversation_id, model, resolved_at, vector)
        SELECT conversation_id, 'compass', resolved_at, '\\x0000803f00000000' FROM conversations
        WHERE status = 'resolved'
        """
    )
    found = await look(lookup, stage, Compass())
    assert (found.compared, found.not_compared_yet) == (MAX_COMPARED, 0)


class Gated:
    """Answers questions at once, and whole batches when it is let."""

    model = "compass"

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        self._compass = Compass()

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) > 1:
            self.reached.set()
            await self.opened.wait()
        return await self._compass.embed(texts)


async def test_of_two_looks_at_once_one_embeds_and_the_other_does_not_wait(
    stage: Stage, lookup: SimilarityLookup
) -> None:
    await many_resolved(stage, 3)
    gated, compass = Gated(), Compass()
    first = asyncio.create_task(look(lookup, stage, gated))
    await gated.reached.wait()
    second = await look(lookup, stage, compass)
    assert (second.compared, second.not_compared_yet, compass.asked) == (0, 3, ["0 degrees"])
    gated.opened.set()
    assert ((await first).compared, (await first).not_compared_yet) == (3, 0)


class Counting(Compass):
    """Counts how many questions it reads at the same time."""

    now = most = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        return await super().embed(texts)


async def test_many_who_look_at_once_are_served_a_few_at_a_time(stage: Stage, lookup: SimilarityLookup) -> None:
    """Because each question that the embedded model reads takes memory of the gateway."""
    counting = Counting()
    await asyncio.gather(*(look(lookup, stage, counting) for _ in range(5 * QUESTIONS_AT_ONCE)))
    assert len(counting.asked) == 5 * QUESTIONS_AT_ONCE
    assert 1 <= counting.most <= QUESTIONS_AT_ONCE


class Failing(Compass):
    """Answers the question, and no batch after the first."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) > 1:
            raise UnavailableError("no answer")
        return await super().embed(texts)


async def test_what_was_made_before_a_failure_stays_and_the_next_look_goes_on(
    stage: Stage, lookup: SimilarityLookup
) -> None:
    await many_resolved(stage, 2 * EMBEDDED_AT_ONCE)
    with pytest.raises(UnavailableError):
        await look(lookup, stage, Failing())
    compass = Compass()
    found = await look(lookup, stage, compass)
    assert (found.compared, len(compass.asked)) == (2 * EMBEDDED_AT_ONCE, 1 + EMBEDDED_AT_ONCE)


async def test_without_a_model_it_says_so(stage: Stage, lookup: SimilarityLookup) -> None:
    await many_resolved(stage, 1)
    with pytest.raises(ConflictError, match=r"no embedding model.*model\.embedder"):
        await look(lookup, stage, NoEmbedder())


async def test_who_has_written_nothing_is_like_nobody(stage: Stage, lookup: SimilarityLookup) -> None:
    await opened(stage, "cv_silent")
    with pytest.raises(ConflictError, match="written nothing"):
        await look(lookup, stage, Compass(), conversation_id="cv_silent")


async def test_other_organisations_are_strangers(stage: Stage, lookup: SimilarityLookup) -> None:
    """Also where a vector of theirs is there already."""
    await resolved(stage, "cv_elsewhere", "0 as well", organisation="another")
    await resolved(stage, "cv_elsewhere_2", "0 as well", organisation="another")
    theirs = await look(lookup, stage, Compass(), conversation_id="cv_elsewhere")
    assert [one.conversation_id for one in theirs.conversations] == ["cv_elsewhere_2"]
    ours = await look(lookup, stage, Compass())
    assert (ours.compared, ours.conversations) == (0, ())


async def test_what_is_open_again_is_not_shown(stage: Stage, lookup: SimilarityLookup) -> None:
    await resolved(stage, "cv_past_1", "0 too")
    assert len((await look(lookup, stage, Compass())).conversations) == 1
    await reopened(stage, "cv_past_1")
    assert (await look(lookup, stage, Compass())).conversations == ()


async def test_the_embedded_model_finds_the_same_wish_in_other_words(stage: Stage, lookup: SimilarityLookup) -> None:
    await opened(stage, "cv_asks_now", "I forgot my password and cannot sign in any more")
    await resolved(stage, "cv_password", "How do I reset the password of my account?", at=days_ago(3))
    await resolved(stage, "cv_saddle", "My saddle arrived with a scratch", at=days_ago(1))
    found = await look(lookup, stage, MiniLmEmbedder(), conversation_id="cv_asks_now")
    assert [one.conversation_id for one in found.conversations] == ["cv_password"]
    assert LEAST_LIKENESS <= found.conversations[0].likeness <= 1.0


def test_likeness_is_between_nothing_and_one() -> None:
    """Rounding may take a product above 1; of equals the newer one, which comes first, is first."""
    long = np.array([1.0001, 0.0], dtype="<f4").tobytes()
    kept = [KeptVector(conversation_id=name, vector=long) for name in ("cv_newer", "cv_older")]
    assert most_alike(np.array([1.0, 0.0], dtype=np.float32), kept, 5) == {"cv_newer": 1.0, "cv_older": 1.0}
    assert most_alike(np.array([-1.0, 0.0], dtype=np.float32), kept, 5) == {}
    assert most_alike(np.array([1.0, 0.0], dtype=np.float32), [], 5) == {}
