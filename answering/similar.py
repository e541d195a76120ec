"""Finds the resolved conversations that are most like another one, by what their customers asked."""

import asyncio
import time
from collections.abc import Callable, Sequence

import numpy as np

from domain.conversation.record import ConversationView
from domain.conversation.similar import SimilarConversation, SimilarConversations
from domain.errors import ConflictError
from integrations.embeddings.base import Embedder, Vector
from storage.questions import Beside, KeptVector, QuestionRepository

LEAST_LIKENESS = 0.5
"""Of TechFlow's tuning messages, pairs above it ask for the same article in 49 %, those of 0.3 and more in 13 %."""
EMBEDDED_AT_ONCE = 8
"""The embedded model takes about 20 MB for each text of full length that it reads at the same time."""
QUESTIONS_AT_ONCE = 4
EMBEDDED_PER_LOOK = 208
SECONDS_PER_LOOK = 3.0
FLOAT = np.dtype("<f4")


class SimilarityLookup:
    """One per process. A look embeds what has no vector yet, the newest first, for as long as a person waits."""

    def __init__(self, questions: QuestionRepository, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._questions = questions
        self._clock = clock
        self._asking = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._catching_up = asyncio.Lock()

    async def like(self, conversation: ConversationView, embedder: Embedder, limit: int) -> SimilarConversations:
        """At most `limit`, none below the least likeness.

        Raises ConflictError where nothing can be compared, and what the embedder raises.
        """
        vector = await self._asked(conversation, embedder)
        beside = Beside(
            organisation=conversation.organisation,
            conversation_id=conversation.conversation_id,
            model=embedder.model,
            dimensions=len(vector),
        )
        waiting = await self._catch_up(beside, embedder)
        kept = await self._questions.vectors(beside)
        likeness = await asyncio.to_thread(most_alike, vector, kept, limit)
        found = await self._questions.resolved(conversation.organisation, list(likeness))
        return SimilarConversations(
            model=embedder.model,
            compared=len(kept),
            not_compared_yet=waiting,
            conversations=tuple(
                SimilarConversation(**found[one].model_dump(), likeness=alike)
                for one, alike in likeness.items()
                if one in found
            ),
        )

    async def _asked(self, conversation: ConversationView, embedder: Embedder) -> Vector:
        """Made at every look, because the question of an open conversation may still grow."""
        if not embedder.model:
            raise ConflictError(
                "Conversations cannot be compared: the specification in use names no embedding model (model.embedder is"
                " none). Name one, such as embedded, and publish."
            )
        text = await self._questions.of(conversation.conversation_id)
        if not text:
            raise ConflictError("The customer has written nothing yet that could be compared.")
        async with self._asking:
            asked: Vector = (await embedder.embed([text]))[0]
        return asked

    async def _catch_up(self, beside: Beside, embedder: Embedder) -> int:
        """How many still wait. Of several looks at once one embeds, and the others compare what there is."""
        missing, waiting = await self._questions.without_vector(beside, EMBEDDED_PER_LOOK)
        if self._catching_up.locked():
            return waiting
        async with self._catching_up:
            until = self._clock() + SECONDS_PER_LOOK
            for start in range(0, len(missing), EMBEDDED_AT_ONCE):
                some = missing[start : start + EMBEDDED_AT_ONCE]
                vectors = await embedder.embed([question.text for question in some])
                await self._questions.keep(beside.model, some, [vector.astype(FLOAT).tobytes() for vector in vectors])
                waiting -= len(some)
                if self._clock() >= until:
                    break
        return waiting


def most_alike(vector: Vector, kept: Sequence[KeptVector], limit: int) -> dict[str, float]:
    """Ids with their likeness, 0 to 1, the most alike first; of equals the one that comes first."""
    if not kept:
        return {}
    vectors = np.frombuffer(b"".join(one.vector for one in kept), dtype=FLOAT).reshape(len(kept), -1)
    likeness = np.clip(vectors @ vector, 0.0, 1.0)
    best = np.argsort(-likeness, kind="stable")[:limit]
    return {
        kept[row].conversation_id: round(float(likeness[row]), 4) for row in best if likeness[row] >= LEAST_LIKENESS
    }
