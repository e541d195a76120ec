"""Conversations like another one: resolved before, with what was asked and what answered it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.model import Frozen
from domain.specification.organisation import ChannelKind, Probability

DEFAULT_SIMILAR = 5
MAX_SIMILAR = 20
MAX_COMPARED = 2_000
"""Of an organisation's resolved conversations, the newest ones."""
MAX_QUESTION_CHARACTERS = 1_000
"""As much as the embedded model reads of a text, about 256 tokens."""
MAX_ANSWER_CHARACTERS = 2_000


class ResolvedConversation(Frozen):
    """How a conversation began and ended. Texts are cut at their limits; the conversation's record has the whole."""

    conversation_id: str
    channel: ChannelKind
    resolved_at: datetime
    resolved_by: str | None = Field(description="The id of a person, or `silence`.")
    topic: str | None
    question: str = Field(description="What the customer wrote before the first answer.")
    answer: str | None = Field(description="The last reply; null where there was none.")
    answered_by: Literal["ai_agent", "human_agent"] | None
    answered_by_id: str | None
    rating: Literal["good", "bad"] | None = Field(description="The customer's last rating (CSAT).")


class SimilarConversation(ResolvedConversation):
    """`likeness` is the cosine of both questions' vectors."""

    likeness: Probability


class SimilarConversations(Frozen):
    """The most alike first."""

    model: str = Field(description="The embedding model that compared them.")
    compared: int = Field(description=f"Resolved conversations that were compared, of the newest {MAX_COMPARED:,}.")
    not_compared_yet: int = Field(description="The others of these: ask again, and further ones are compared.")
    conversations: tuple[SimilarConversation, ...]
